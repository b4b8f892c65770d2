"""Copies of all reports of a cluster run: candidates and exact comparisons by Spark, the decision by the code of `pipeline.copies`.

Texts are numbered by their rank, the better known first. Spark groups them by the bands of their signatures, and by rare shingles for
excerpts, and compares the pairs exactly. Only the pairs come to the driver, where it is decided what is a copy of what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.copies import (
    BAND,
    CONTAINERS,
    FIGURE_PERMUTATIONS,
    PERMUTATIONS,
    POSTINGS,
    SAMPLED,
    SLACK,
    VOTE,
    CopySearch,
    Limits,
    Match,
    bucket_pairs,
    lacking_figures,
    pairs_of,
    rarest,
    turned,
)
from pipeline.schema import COPIES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]
Numbers = npt.NDArray[np.int64]
Batches = Iterator[pa.RecordBatch]

RANK = ("basis", "columns", "words", "source", "part", "report_id")
"""Columns of the sketches by which the better known report comes first."""
PAIR = pa.schema([("a", pa.int64()), ("b", pa.int64())])
MATCHES = pa.schema(
    [
        *PAIR, ("shared", pa.int64()), ("size_a", pa.int64()), ("size_b", pa.int64()), ("figures_a", pa.int64()), ("figures_b", pa.int64()),
        ("lacking_a", pa.list_(pa.int64())), ("lacking_b", pa.list_(pa.int64())),
    ]
)  # fmt: skip
"""A `Match` each; what is lacking is told by the place of the figure in its report."""
BANDED = pa.schema([("band", pa.int64()), ("key", pa.binary()), ("number", pa.int64()), ("figures", pa.binary())])
SAMPLES = pa.schema([("number", pa.int64()), ("size", pa.int64()), ("value", pa.int64())])
RARE = pa.schema([("number", pa.int64()), ("size", pa.int64()), ("value", pa.int64())])
MARKS = pa.schema([("report_id", pa.string()), ("duplicate_of", pa.string()), ("similarity", COPIES.schema.field("jaccard").type),
                   ("template_of", pa.string())])  # fmt: skip
"""What `reports` is told of those that share text."""


def numbered(sketches: DataFrame) -> DataFrame:
    """The sketches with `number`, that of their text by rank from 0 without gaps, and `first`, true for the best known report of a text."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    of_text = Window.partitionBy("digest").orderBy(*RANK)
    ranked = sketches.select("digest", *RANK).withColumn("first", f.row_number().over(of_text) == 1)
    heads = ranked.where("first").orderBy(*RANK).withColumn("at", f.monotonically_increasing_id()).select("digest", "at").persist()
    # the id is the partition in its high bits and the row within it in its low ones
    sizes = heads.groupBy(f.shiftright("at", 33).alias("block")).agg(f.count("*").alias("rows")).toArrow().sort_by("block").to_pydict()
    before = np.cumsum([0, *sizes["rows"]]).tolist()
    offsets = f.create_map(*(f.lit(value) for pair in zip(sizes["block"], before, strict=False) for value in pair))
    number = f.try_element_at(offsets, f.shiftright("at", 33)) + f.col("at").bitwiseAND((1 << 33) - 1)
    numbers = heads.select("digest", number.alias("number"))
    return sketches.join(ranked.select("report_id", "first"), "report_id").join(numbers, "digest")


class SparkSearch(CopySearch):
    """The search of the local engine over texts that lie in a DataFrame: `texts`, one row per text, from the rows that are `first`."""

    def __init__(self, spark: SparkSession, texts: DataFrame, limits: Limits) -> None:
        self.limits = limits
        self._spark = spark
        self._texts = texts
        count = texts.count()
        self.heads: Any = _Sparse(count)
        self.sizes = np.zeros(count, np.int64)
        self._figures_of = np.zeros(count, np.int64)
        self._known: dict[tuple[int, int], Match] = {}

    def compare(self, a: int, b: int) -> Match:
        """Two texts, as Spark compared them; of a text with itself everything is shared."""
        if a == b:
            size, figures = int(self.sizes[a]), int(self._figures_of[a])
            return Match(a, b, size, size, size, figures, figures, (), ())
        return self._known[a, b] if (a, b) in self._known else turned(self._known[b, a])

    def changed(self, match: Match, copy: Row) -> list[str]:
        """The fact_ids of the figures of `copy`, a report with the text of `b`, that `a` has otherwise."""
        return [f"{copy['report_id']}:{place}" for place in match.lacking_b]

    def describe(self, numbers: Iterable[int]) -> None:
        """Fetch what the decision wants to know of these texts."""
        new = sorted(number for number in set(numbers) if number not in self.heads)
        if not new:
            return
        wanted = self._spark.createDataFrame(pa.table({"number": pa.array(new, pa.int64())}))
        columns = self._texts.selectExpr("number", "report_id", "source", "part", "size", "length(codes) div 8 as figure_count")
        for row in columns.join(wanted, "number").toArrow().to_pylist():
            number = row["number"]
            self.heads[number] = row
            self.sizes[number], self._figures_of[number] = row["size"], row["figure_count"]

    def fetch(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Have Spark compare pairs that are not compared yet."""
        new = sorted(pair for pair in pairs if pair not in self._known and pair[::-1] not in self._known)
        if new:
            a, b = zip(*new, strict=True)
            self._keep(self._matched(self._spark.createDataFrame(pa.table({"a": a, "b": b}, schema=PAIR))))

    def _keep(self, matches: DataFrame) -> Numbers:
        """Bring matches to the driver; give back their pairs, in order."""
        found = []
        for row in matches.toArrow().to_pylist():
            row["lacking_a"], row["lacking_b"] = tuple(row["lacking_a"]), tuple(row["lacking_b"])
            self._known[row["a"], row["b"]] = Match(**row)
            found.append((row["a"], row["b"]))
        self.describe(number for pair in found for number in pair)
        return np.array(sorted(found), np.int64).reshape(-1, 2)

    def _candidates(self) -> Numbers:
        long_enough = self._texts.where(self._texts["size"] >= self.limits.least_shingles)
        return self._keep(self._matched(self._likely(_band_pairs(long_enough))))

    def _likely(self, pairs: DataFrame) -> DataFrame:
        """Those pairs whose signatures do not say that they differ."""
        least = self.limits.template - SLACK

        def likely(batches: Batches) -> Batches:
            for batch in batches:
                ours, theirs = (_matrix(batch.column(name), PERMUTATIONS) for name in ("signature_a", "signature_b"))
                yield batch.select(PAIR.names).filter(pa.array((ours == theirs).mean(axis=1) >= least))

        return self._joined(pairs, ("signature",)).mapInArrow(likely, _spark_schema(PAIR))

    def _matched(self, pairs: DataFrame) -> DataFrame:
        """Pairs compared exactly: rows of MATCHES."""
        return self._joined(pairs, ("shingles", "codes", "places")).mapInArrow(_match_rows, _spark_schema(MATCHES))

    def _joined(self, pairs: DataFrame, columns: tuple[str, ...]) -> DataFrame:
        """Pairs with columns of both texts, as `…_a` and `…_b`."""
        for side in PAIR.names:
            renamed = [f"{name} as {name}_{side}" for name in columns]
            pairs = pairs.join(self._texts.selectExpr(f"number as {side}", *renamed), side)
        return pairs.select(*PAIR.names, *(f"{name}_{side}" for name in columns for side in PAIR.names))

    def _excerpt_candidates(self, texts: Iterable[int]) -> Iterator[tuple[int, int]]:
        joined = np.setdiff1d(np.array(list(self.heads), np.int64), np.fromiter(texts, np.int64))
        left = self._texts
        if len(joined):
            left = left.join(self._spark.createDataFrame(pa.table({"number": joined})), "number", "left_anti")
        pairs = self._sampled_pairs(_excerpt_pairs(left, self.limits))
        yield from self._keep(self._matched(pairs)).tolist()

    def _sampled_pairs(self, pairs: DataFrame) -> DataFrame:
        """Those pairs of which the second text has enough of the first one's sample."""
        least = self.limits.containment - SLACK

        def enough(batches: Batches) -> Batches:
            for batch in batches:
                both = zip(*(map(_sample, batch.column(f"shingles_{side}")) for side in PAIR.names), strict=True)
                shares = [len(np.intersect1d(ours, theirs, assume_unique=True)) / len(ours) for ours, theirs in both]
                yield batch.select(PAIR.names).filter(pa.array([share >= least for share in shares], pa.bool_()))

        return self._joined(pairs, ("shingles",)).mapInArrow(enough, _spark_schema(PAIR))


class _Sparse(dict[int, Row]):
    """What is known of some of many texts; its length is that of all."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def __len__(self) -> int:
        return self._count


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _matrix(column: pa.Array, width: int) -> npt.NDArray[np.uint32]:
    matrix: npt.NDArray[np.uint32] = np.frombuffer(b"".join(column.to_pylist()), "<u4").reshape(-1, width)
    return matrix


def _sample(shingles: pa.Scalar) -> npt.NDArray[np.uint32]:
    values: npt.NDArray[np.uint32] = np.frombuffer(shingles.as_buffer(), "<u4")
    sampled: npt.NDArray[np.uint32] = values[values % SAMPLED == 0]
    return sampled


def _band_pairs(texts: DataFrame) -> DataFrame:
    """Pairs of texts whose signatures agree in a band, each once; of a large bucket as many as grow with its size only."""
    from pyspark.sql import functions as f

    banded = texts.select("number", "signature", "figures").mapInArrow(_band_rows, _spark_schema(BANDED))
    members = f.collect_list(f.struct("number", "figures")).alias("members")
    buckets = banded.groupBy("band", "key").agg(members).where(f.size("members") > 1)
    return buckets.select("band", "members").mapInArrow(_pair_rows, _spark_schema(PAIR)).distinct()


def _band_rows(batches: Batches) -> Batches:
    """Texts → a row for each of their bands."""
    for batch in batches:
        signatures = _matrix(batch.column("signature"), PERMUTATIONS)
        for band in range(PERMUTATIONS // BAND):
            keys = np.ascontiguousarray(signatures[:, band * BAND : (band + 1) * BAND])
            columns = [pa.array(np.full(len(keys), band)), pa.array([key.tobytes() for key in keys], pa.binary())]
            yield pa.record_batch([*columns, batch.column("number"), batch.column("figures")], schema=BANDED)


def _pair_rows(batches: Batches) -> Batches:
    """Buckets → their pairs, in the numbers of the texts, the lower first."""
    for batch in batches:
        found = []
        for band, members in zip(batch.column("band").to_pylist(), batch.column("members"), strict=True):
            flat = members.values
            order = np.argsort(flat.field("number").to_numpy())
            numbers = flat.field("number").to_numpy()[order]
            figures = _matrix(flat.field("figures"), FIGURE_PERMUTATIONS)[order]
            found += [(numbers[a], numbers[b]) for a, b in bucket_pairs(np.arange(len(numbers)), figures, band)]
        columns = np.array(found, np.int64).reshape(-1, 2)
        yield pa.record_batch([pa.array(columns[:, 0]), pa.array(columns[:, 1])], schema=PAIR)


def _match_rows(batches: Batches) -> Batches:
    """Pairs with shingles and figures of both → MATCHES."""
    for batch in batches:
        yield pa.RecordBatch.from_pylist([_match(row) for row in batch.to_pylist()], schema=MATCHES)


def _match(row: Mapping[str, Any]) -> Row:
    ours, theirs = (np.frombuffer(row[f"shingles_{side}"], "<u4") for side in PAIR.names)
    codes = [np.frombuffer(row[f"codes_{side}"], "<u8").tolist() for side in PAIR.names]
    places = [np.frombuffer(row[f"places_{side}"], "<u4").tolist() for side in PAIR.names]
    return {
        "a": row["a"], "b": row["b"], "shared": len(np.intersect1d(ours, theirs, assume_unique=True)),
        "size_a": len(ours), "size_b": len(theirs), "figures_a": len(codes[0]), "figures_b": len(codes[1]),
        "lacking_a": [places[0][position] for position in lacking_figures(codes[0], codes[1])],
        "lacking_b": [places[1][position] for position in lacking_figures(codes[1], codes[0])],
    }  # fmt: skip


def _excerpt_pairs(texts: DataFrame, limits: Limits) -> DataFrame:
    """Pairs of a text and one of the longer ones that have most of its rarest sampled shingles."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    samples = texts.select("number", "size", "shingles").mapInArrow(_sample_rows, _spark_schema(SAMPLES)).persist()
    often = samples.groupBy("value").agg(f.count("*").alias("frequency")).where("frequency > 1")
    common = samples.where(samples["size"] >= limits.excerpt_shingles).join(often, "value")
    sampled = samples.groupBy("number").agg(f.count("*").alias("sampled"))
    told = common.groupBy("number", "size").agg(f.collect_list(f.struct("value", "frequency")).alias("common")).join(sampled, "number")
    rare = told.mapInArrow(_rare_rows(limits.containment - 2 * SLACK), _spark_schema(RARE)).persist()
    first = Window.partitionBy("value").orderBy("number")
    held = samples.join(rare.select("value").distinct(), "value").withColumn("place", f.row_number().over(first))
    held = held.where(f.col("place") <= POSTINGS).withColumn("held", f.count("*").over(Window.partitionBy("value")))
    others = held.selectExpr("value", "number as other", "size as other_size", f"{VOTE} div held as vote")
    votes = rare.join(others, "value").where("other_size > size").groupBy("number", "other").agg(f.sum("vote").alias("weight"))
    best = Window.partitionBy("number").orderBy(f.desc("weight"), "other")
    chosen = votes.where("weight > 0").withColumn("place", f.row_number().over(best)).where(f.col("place") <= CONTAINERS)
    return chosen.selectExpr("number as a", "other as b")


def _sample_rows(batches: Batches) -> Batches:
    """Texts → a row for each of their sampled shingles."""
    for batch in batches:
        samples = [_sample(shingles) for shingles in batch.column("shingles")]
        lengths = [len(sample) for sample in samples]
        columns = [np.repeat(batch.column(name).to_numpy(), lengths) for name in ("number", "size")]
        values = np.concatenate([np.empty(0, np.int64), *samples]).astype(np.int64)
        yield pa.record_batch([*map(pa.array, columns), pa.array(values)], schema=SAMPLES)


def _rare_rows(share: float) -> Any:
    """Texts with the shingles of their sample that others have too → a row for each of the rarest of these."""

    def rare(batches: Batches) -> Batches:
        for batch in batches:
            rows = []
            for row in batch.to_pylist():
                common = sorted((pair["value"], pair["frequency"]) for pair in row["common"])
                missing = row["sampled"] - len(common)
                values = np.array([value for value, _ in common] + [0] * missing, np.uint32)
                frequency = np.array([times for _, times in common] + [1] * missing, np.int64)
                rows += [{"number": row["number"], "size": row["size"], "value": value} for value in rarest(values, frequency, share)]
            yield pa.RecordBatch.from_pylist(rows, schema=RARE)

    return rare


def find_copies(spark: SparkSession, sketches: DataFrame, limits: Limits) -> tuple[pa.Table, pa.Table]:
    """Rows of MARKS, one per report that shares text with another, and the table `copies`. `sketches`: as `numbered` gives them."""
    search = SparkSearch(spark, sketches.where("first"), limits)
    found = search.found()
    original = found.groups.original
    search.fetch((original(text), text) for text in list(search.heads) if original(text) != text)
    alike = _byte_equal(sketches)
    search.describe(alike)
    numbers = spark.createDataFrame(pa.table({"number": pa.array(sorted(search.heads), pa.int64())}))
    reports = sketches.select("number", "report_id").join(numbers, "number").toArrow().to_pylist()
    rows = [pair for report in reports for pair in pairs_of(report, report["number"], search, found)]
    rows.sort(key=lambda pair: (pair["a"], pair["b"]))
    likeness = {(pair["a"], pair["b"]): pair["jaccard"] for pair in rows}
    marks = []
    for report in reports:
        name, head = report["report_id"], search.heads[original(report["number"])]["report_id"]
        template = found.templates.get(report["number"])
        first = search.heads[report["number"]]["report_id"] == name
        marks.append(
            {
                "report_id": name,
                "duplicate_of": None if head == name else head,
                "similarity": None if head == name else likeness[head, name],
                "template_of": search.heads[template.a]["report_id"] if template and first else None,
            }
        )
    return pa.Table.from_pylist(marks, schema=MARKS), pa.Table.from_pylist(rows, schema=COPIES.schema)


def _byte_equal(sketches: DataFrame) -> list[int]:
    """The texts that several reports have."""
    counted = sketches.groupBy("number").count().where("count > 1").select("number").toArrow()
    numbers: list[int] = counted["number"].to_pylist()
    return numbers
