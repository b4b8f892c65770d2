"""Reports that share text: copies, excerpts, and texts re-used with other figures.

A worker makes a `Sketch` of each report that it reads: a MinHash signature and the set of its shingles. At the end of the run `find_copies`
takes candidates from the signatures (banding, and sampled shingles for excerpts) and compares only these exactly. Byte-equal reports have
one sketch, so that their counters need not be known when it is made. Nothing depends on the order in which sketches come.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import rensa  # type: ignore[import-untyped]

from pipeline.model import QUANTITIES, Fact, Quantity, ReadReport
from pipeline.rows import Row, each_row
from pipeline.rulebook import Rulebook
from pipeline.schema import COPIES, REPORTS

Hashes = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
CopyKind = Literal["copy", "excerpt", "template"]

SEED = 1
PERMUTATIONS = 128
BAND = 4
"""Rows of a band: 32 bands of 4 find 99 of 100 pairs with a Jaccard similarity of 0.6, and 1 of 2,500 with 0.06."""
FIGURE_PERMUTATIONS = 8
SIGNED = 4 * (PERMUTATIONS + FIGURE_PERMUTATIONS)
"""Bytes of both signatures of a text."""
SAMPLED = 8
"""One shingle in so many is looked up, to find the report that an excerpt was taken from."""
BUCKET = 20
"""In a bucket of more reports each is compared with the first, and with those next to it when sorted by figures."""
NEIGHBOURS = 3
RAREST, POSTINGS, CONTAINERS = 8, 50, 5
"""For an excerpt: shingles looked up, reports taken from each, reports compared."""
VOTE = 1000
"""What a shingle tells, shared out among the reports that have it: a rare one tells more of where an excerpt is from."""
MOST_CODES = 1 << 13
"""So many figures are kept with their codes: most are said again in other reports."""
LOOKED_AT = 5_000
"""Samples whose shingles are looked up at a time."""
SLACK = 0.15
"""A candidate is compared exactly where its estimated similarity is at most so much below the threshold: three standard errors."""
_BASES: Mapping[str, int] = {"manifest": 3, "stated": 3, "inferred": 2, "conflict": 1}
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PLACES = Decimal("0.0001")
_NOTHING = Quantity(None)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a report's text to compare it. `digest` is its report_id without the counter; arrays as little-endian bytes."""

    digest: str
    signature: bytes
    """MinHash of the shingles."""
    figures: bytes
    """MinHash of the figures."""
    shingles: bytes
    """Hashes of the shingles, sorted and distinct."""
    codes: bytes
    """For each figure, in order, a hash of its kind, value and unit: eight bytes each."""
    places: bytes
    """For each figure where it stands in the report, as in its fact_id: four bytes each."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of copies.toml, described there."""

    least_shingles: int
    containment: float
    figures: int
    same_text: float
    differing: float
    excerpt_length: float
    excerpt_shingles: int
    template: float

    @classmethod
    def of(cls, book: Rulebook) -> Limits:
        table = book.table("copies")
        copy, excerpt = table["copy"], table["excerpt"]
        return cls(
            table["text"]["least_shingles"], copy["containment"], copy["figures"], copy["same_text"], copy["differing"],
            excerpt["length"], excerpt["least_shingles"], table["template"]["jaccard"],
        )  # fmt: skip


class Sketcher:
    """Makes sketches, by the rules of copies.toml."""

    def __init__(self, book: Rulebook) -> None:
        text = book.table("copies")["text"]
        self._figure = book.compile(text["figure"], "rules/copies.toml: text.figure")
        self._drop = book.compile(text["drop"], "rules/copies.toml: text.drop")
        self._length: int = text["shingle"]

    def sketch(self, report_id: str, read: ReadReport) -> Sketch:
        """The sketch of one report."""
        hashes = self._shingles(read.report.text)  # not distinct: the least of them are the same
        offsets = np.array([0, len(hashes)], np.uint64)
        signature = rensa.RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, PERMUTATIONS, SEED).to_rows()[0]
        shingles = np.unique((hashes >> np.uint64(32)).astype("<u4"))
        figures = [fact for fact in read.facts if fact.kind in QUANTITIES]
        places = [read.report.raw_span(fact.start, fact.end)[0] - read.report.start for fact in figures]
        told, codes = _told(figures)
        return Sketch(digest_of(report_id), _bytes(signature), _bytes(told), shingles.tobytes(), codes, _bytes(places))

    def _shingles(self, text: str) -> npt.NDArray[np.uint64]:
        """Hashes of all runs of characters, in order. A polynomial over the code points, then mixed: the same on every machine."""
        bare = self._drop.sub("", self._figure.sub("0", text))
        points = np.frombuffer(bare.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
        count = max(0, len(points) - self._length + 1)
        hashes = np.zeros(count, np.uint64)
        for position in range(self._length):
            hashes = hashes * _MULTIPLIER + points[position : position + count]
        return _mixed(hashes)


def _mixed(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of MurmurHash3: every bit of the input reaches every bit of the output."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        hashes = (hashes ^ (hashes >> np.uint64(33))) * np.uint64(multiplier)
    return hashes ^ (hashes >> np.uint64(33))


def _told(figures: Iterable[Fact]) -> tuple[list[int], bytes]:
    """MinHash of what figures say, and the code of each."""
    words, codes = [], []
    for fact in figures:
        said = fact.quantity or _NOTHING
        numbers = _plain(said.value), _plain(said.low), _plain(said.high)
        codes.append(_code("\0".join((fact.kind, *numbers, said.unit or ""))))
        if fact.quantity is not None:
            words.append(" ".join((*numbers, str(said.unit))))
    minhash = rensa.RMinHash(num_perm=FIGURE_PERMUTATIONS, seed=SEED)
    minhash.update(words)
    return minhash.digest(), b"".join(codes)


@lru_cache(MOST_CODES)
def _code(words: str) -> bytes:
    """Equal for equal figures, and on every machine."""
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _plain(number: Decimal | None) -> str:
    return "" if number is None else str(number.normalize())


def _bytes(values: Sequence[int]) -> bytes:
    return np.array(values, "<u4").tobytes()


def digest_of(report_id: str) -> str:
    """The part of a report_id that follows from the text, without the counter."""
    return report_id.partition("-")[0]


class Catalogue:
    """The sketches of a run, in a nameless file in `folder`. Memory holds where each begins, about 300 bytes a report."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)
        self._place: dict[str, tuple[int, int, int]] = {}
        """Where in the file a text's signature stands, its sets behind it; how many shingles it has, and how many figures."""
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, sketch: Sketch) -> None:
        """Keep a sketch; one of a text that is known already says nothing new."""
        if sketch.digest in self._place:
            return
        content = sketch.signature + sketch.figures + sketch.shingles + sketch.codes + sketch.places
        self._file.seek(self._end)
        self._file.write(content)
        self._place[sketch.digest] = (self._end, len(sketch.shingles) // 4, len(sketch.places) // 4)
        self._end += len(content)

    def size(self, digest: str) -> int:
        """How many shingles a text has."""
        return self._place[digest][1]

    def shingles(self, digest: str) -> Hashes:
        start, count, _ = self._place[digest]
        return np.frombuffer(self._read(start + SIGNED, count * 4), "<u4")

    def codes(self, digest: str) -> list[int]:
        """A number for each figure, in order; equal ones for equal figures."""
        start, shingles, count = self._place[digest]
        codes: list[int] = np.frombuffer(self._read(start + SIGNED + shingles * 4, count * 8), "<u8").tolist()
        return codes

    def places(self, digest: str) -> list[int]:
        """For each figure where it stands in the report."""
        start, shingles, count = self._place[digest]
        places: list[int] = np.frombuffer(self._read(start + SIGNED + shingles * 4 + count * 8, count * 4), "<u4").tolist()
        return places

    def _read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)

    def sample(self, digest: str) -> Hashes:
        """One shingle in so many, to find the report that an excerpt was taken from."""
        shingles = self.shingles(digest)
        sample: Hashes = shingles[shingles % SAMPLED == 0]
        return sample

    def signatures(self, digests: Sequence[str]) -> tuple[Hashes, Hashes]:
        """A row per text: of its shingles, and of its figures."""
        rows = np.empty((len(digests), PERMUTATIONS + FIGURE_PERMUTATIONS), "<u4")
        for row, digest in zip(rows, digests, strict=True):
            row[:] = np.frombuffer(self._read(self._place[digest][0], SIGNED), "<u4")
        return rows[:, :PERMUTATIONS], rows[:, PERMUTATIONS:]


@dataclass(frozen=True, slots=True)
class Match:
    """Two texts compared exactly. `lacking_a` are the places of figures of `a` that `b` has not, by position among `a`'s figures."""

    a: int
    b: int
    shared: int
    size_a: int
    size_b: int
    figures_a: int
    figures_b: int
    lacking_a: tuple[int, ...]
    lacking_b: tuple[int, ...]

    @property
    def jaccard(self) -> float:
        return self.shared / max(1, self.size_a + self.size_b - self.shared)

    @property
    def containment(self) -> float:
        return self.shared / max(1, min(self.size_a, self.size_b))

    def contains_b(self, limits: Limits) -> bool:
        """Whether `a` has nearly all text and figures of `b`."""
        return _contained(self.shared, self.size_b, self.figures_b, len(self.lacking_b), limits)

    def contains_a(self, limits: Limits) -> bool:
        return _contained(self.shared, self.size_a, self.figures_a, len(self.lacking_a), limits)


def _contained(shared: int, size: int, figures: int, lacking: int, limits: Limits) -> bool:
    if shared >= limits.same_text * size:
        return lacking <= limits.differing * figures
    return shared >= limits.containment * size and figures >= limits.figures and lacking == 0


def lacking_figures(codes: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """Positions of what occurs in `codes` more often than in `other`."""
    left = Counter(other)
    lacking = []
    for position, code in enumerate(codes):
        if left[code] > 0:
            left[code] -= 1
        else:
            lacking.append(position)
    return tuple(lacking)


class _Groups:
    """Disjoint sets of texts, each named by its original."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def original(self, text: int) -> int:
        while self._above[text] != text:
            self._above[text] = self._above[self._above[text]]
            text = self._above[text]
        return text

    def join(self, text: int, original: int) -> None:
        """Put the group of `text` under that of `original`."""
        self._above[self.original(text)] = self.original(original)


@dataclass(frozen=True, slots=True)
class _Found:
    groups: _Groups
    templates: Mapping[int, Match]
    """Text → the match with the text that it was made from, which is `a`."""


class CopySearch:
    """The distinct texts of a run, the better known first, and how they are compared."""

    def __init__(self, heads: Sequence[Row], catalogue: Catalogue, limits: Limits) -> None:
        self.heads = heads
        self.limits = limits
        self._catalogue = catalogue
        self._digests = [digest_of(head["report_id"]) for head in heads]
        self.sizes = np.array([catalogue.size(digest) for digest in self._digests], np.int64)

    def compare(self, a: int, b: int) -> Match:
        """Two texts, exactly."""
        ours, theirs = (self._catalogue.shingles(self._digests[text]) for text in (a, b))
        shared = len(np.intersect1d(ours, theirs, assume_unique=True))
        codes_a, codes_b = (self._catalogue.codes(self._digests[text]) for text in (a, b))
        lacking = lacking_figures(codes_a, codes_b), lacking_figures(codes_b, codes_a)
        return Match(a, b, shared, len(ours), len(theirs), len(codes_a), len(codes_b), *lacking)

    def changed(self, match: Match, copy: Row) -> list[str]:
        """The fact_ids of the figures of `copy`, a report with the text of `b`, that `a` has otherwise."""
        places = self._catalogue.places(self._digests[match.b])
        return [f"{copy['report_id']}:{places[position]}" for position in match.lacking_b]

    def found(self) -> _Found:
        """All copies, excerpts and templates among the texts."""
        groups = _Groups(len(self.heads))
        others = list(self._join_copies(groups))
        texts = [text for text in range(len(self.heads)) if groups.original(text) == text]
        inside = [match for match in others if self._container(match) is not None]
        inside += [self.compare(a, b) for a, b in self._excerpt_candidates(texts)]
        self._join_excerpts(groups, inside)
        return _Found(groups, self._templates(groups, others))

    def _join_copies(self, groups: _Groups) -> Iterator[Match]:
        """Join texts that are each contained in the other; give back the other matches."""
        for a, b in self._candidates().tolist():
            if groups.original(a) == groups.original(b):
                continue
            match = self.compare(a, b)
            if match.contains_a(self.limits) and match.contains_b(self.limits):
                first, second = sorted((groups.original(a), groups.original(b)))
                groups.join(second, first)
            else:
                yield match

    def _container(self, match: Match) -> int | None:
        """Which of two texts contains the shorter one, if it does."""
        small, large = (match.a, match.b) if match.size_a < match.size_b else (match.b, match.a)
        if not (match.contains_a(self.limits) if small == match.a else match.contains_b(self.limits)):
            return None
        least = self.limits.excerpt_length * self.sizes[large]
        return large if self.sizes[small] >= min(least, self.limits.excerpt_shingles) else None

    def _join_excerpts(self, groups: _Groups, matches: Iterable[Match]) -> None:
        """Join each text that is no copy to the text that contains it best."""
        best: dict[int, tuple[float, float, int]] = {}
        for match in matches:
            large = self._container(match)
            if large is not None:
                small = match.a + match.b - large
                best[small] = min(best.get(small, (0.0, 0.0, large)), (-match.containment, -match.jaccard, large))
        for small, (_, _, large) in sorted(best.items()):
            if groups.original(small) == small and groups.original(large) != small:
                groups.join(small, large)

    def _templates(self, groups: _Groups, matches: Iterable[Match]) -> dict[int, Match]:
        """For each text that is no copy, the earlier one that is most like it."""
        best: dict[int, Match] = {}
        for match in matches:
            if match.jaccard < self.limits.template or any(groups.original(text) != text for text in (match.a, match.b)):
                continue
            if self._age(match.b) < self._age(match.a):
                match = turned(match)
            if match.b not in best or (-match.jaccard, match.a) < (-best[match.b].jaccard, best[match.b].a):
                best[match.b] = match
        return best

    def _age(self, text: int) -> tuple[str, int, int]:
        """By source and part alone: a year that a manifest fills in for one report must change no other report's row."""
        head = self.heads[text]
        return head["source"], head["part"] or 0, text

    def _candidates(self) -> Numbers:
        """Pairs of texts whose signatures agree in a band, each once, in order; those out whose signatures say that they differ."""
        texts = np.flatnonzero(self.sizes >= self.limits.least_shingles)
        if len(texts) < 2:
            return np.empty((0, 2), np.int64)
        signatures, figures = self._catalogue.signatures([self._digests[text] for text in texts])
        alike = np.empty(0, np.int64)
        for band in range(PERMUTATIONS // BAND):
            # an archive of one form has millions of pairs in a band, nearly all of which the signatures refute at once
            buckets = _buckets(signatures[:, band * BAND : (band + 1) * BAND])
            pairs = (a * len(texts) + b for bucket in buckets for a, b in bucket_pairs(bucket, figures, band))
            codes = np.setdiff1d(np.fromiter(pairs, np.int64), alike)
            estimates = _estimates(signatures, _parted(codes, len(texts)))
            alike = np.union1d(alike, codes[estimates >= self.limits.template - SLACK])
        return texts[_parted(alike, len(texts))]

    def _excerpt_candidates(self, texts: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Pairs of an excerpt and a longer text that has its rarest sampled shingles."""
        samples = [self._catalogue.sample(self._digests[text]) for text in texts]
        if not samples:
            return
        sample_of = dict(zip(texts, samples, strict=True))
        values, counts = np.unique(np.concatenate(samples), return_counts=True)
        looked_up = {
            text: rare
            for text, sample in sample_of.items()
            if self.sizes[text] >= self.limits.excerpt_shingles
            and len(rare := rarest(sample, counts[np.searchsorted(values, sample)], self.limits.containment - 2 * SLACK))
        }
        postings = _Postings(texts, samples, looked_up.values())
        for text, rare in looked_up.items():
            votes: Counter[int] = Counter()
            for held in map(postings.of, rare):
                for other in held:
                    votes[other] += VOTE // len(held) if self.sizes[other] > self.sizes[text] else 0
            for other, weight in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:CONTAINERS]:
                if weight and _shared(sample_of[text], sample_of[other]) >= self.limits.containment - SLACK:
                    yield text, other


def _shared(sample: Hashes, other: Hashes) -> float:
    """The share of a sample that another has."""
    return len(np.intersect1d(sample, other, assume_unique=True)) / len(sample)


def rarest(sample: Hashes, frequency: Numbers, share: float) -> list[int]:
    """Of a sample, the shingles that the fewest other texts have; none where less than `share` of it occurs elsewhere at all."""
    common = np.flatnonzero(frequency > 1)
    if len(common) < share * len(sample):
        return []
    found: list[int] = sample[common[np.argsort(frequency[common], kind="stable")][:RAREST]].tolist()
    return found


_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


class _Postings:
    """Shingle → the first texts that have it, in order; for the shingles `wanted`. Arrays: an archive has millions of such pairs."""

    def __init__(self, texts: Sequence[int], samples: Sequence[Hashes], wanted: Iterable[Sequence[int]]) -> None:
        listed = np.unique(np.array([value for values in wanted for value in values], "<u4"))
        parts = [_listed(texts[at : at + LOOKED_AT], samples[at : at + LOOKED_AT], listed) for at in range(0, len(texts), LOOKED_AT)]
        values, owners = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.argsort(values, kind="stable")
        self._values, self._owners = values[order], owners[order]

    def of(self, value: int) -> list[int]:
        start, end = (int(np.searchsorted(self._values, np.uint32(value), side)) for side in _SIDES)
        owners: list[int] = self._owners[start : min(end, start + POSTINGS)].tolist()
        return owners


def _listed(texts: Sequence[int], samples: Sequence[Hashes], listed: Hashes) -> tuple[Hashes, npt.NDArray[np.int32]]:
    """Those shingles of some samples that are listed, each with its text. `listed`: ascending."""
    values = np.concatenate(samples)
    owners = np.repeat(np.array(texts, np.int32), [len(sample) for sample in samples])
    held = np.zeros(len(values), bool)
    if len(listed):
        held = listed[np.minimum(np.searchsorted(listed, values), len(listed) - 1)] == values
    return values[held], owners[held]


def _buckets(band: Hashes) -> Iterator[Numbers]:
    """Rows that are equal, where there are several, each bucket in order."""
    order = np.lexsort(band.T)
    ordered = band[order]
    bounds = np.flatnonzero(np.any(ordered[1:] != ordered[:-1], axis=1)) + 1
    starts, ends = np.append(0, bounds), np.append(bounds, len(order))
    several = ends - starts > 1
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        yield np.sort(order[start:end])


def bucket_pairs(bucket: Numbers, figures: Hashes, band: int) -> Iterator[tuple[int, int]]:
    """Pairs of a bucket, the lower number first: all of a small one; of a large one a number that grows with its size only."""
    if len(bucket) <= BUCKET:
        members = bucket.tolist()
        yield from ((a, b) for i, a in enumerate(members) for b in members[i + 1 :])
        return
    first = int(bucket[0])
    yield from ((first, b) for b in bucket[1:].tolist())
    # equal figures lie side by side; the columns are turned, so that one that differs parts two texts in some bands only
    columns = np.roll(figures[bucket], band, axis=1)
    row = bucket[np.lexsort((bucket, *columns.T))].tolist()
    for distance in range(1, NEIGHBOURS + 1):
        yield from ((min(a, b), max(a, b)) for a, b in zip(row, row[distance:], strict=False))


def _parted(codes: Numbers, count: int) -> Numbers:
    """The pairs of numbers below `count` that were written as one number each."""
    return np.stack((codes // count, codes % count), axis=1)


def _estimates(signatures: Hashes, pairs: Numbers) -> npt.NDArray[np.float64]:
    """Estimated Jaccard similarity of each pair."""
    parts = [pairs[start : start + 10_000] for start in range(0, len(pairs), 10_000)]
    return np.concatenate([np.empty(0), *((signatures[part[:, 0]] == signatures[part[:, 1]]).mean(axis=1) for part in parts)])


def turned(match: Match) -> Match:
    """What the second text shares with the first."""
    return Match(
        match.b, match.a, match.shared, match.size_b, match.size_a, match.figures_b, match.figures_a, match.lacking_b, match.lacking_a
    )  # fmt: skip


def find_copies(reports: pa.Table, catalogue: Catalogue, limits: Limits) -> tuple[pa.Table, pa.Table]:
    """Table `reports` with `duplicate_of`, `similarity` and `template_of` filled, and table `copies`."""
    names = ["report_id", "source", "part", "town", "county", "city", "province", "place_basis", "place_evidence", "year", "year_basis"]
    ranks = sorted(map(rank, each_row(reports.select([*names, "year_evidence"]))))
    ranked = [{"source": source, "part": part, "report_id": report_id} for *_, source, part, report_id in ranks]
    number: dict[str, int] = {}
    heads: list[Row] = []
    for row in ranked:
        if number.setdefault(digest_of(row["report_id"]), len(heads)) == len(heads):
            heads.append(row)
    search = CopySearch(heads, catalogue, limits)
    found = search.found()
    rows = [pair for row in ranked for pair in pairs_of(row, number[digest_of(row["report_id"])], search, found)]
    rows.sort(key=lambda pair: (pair["a"], pair["b"]))
    templates = {heads[b]["report_id"]: heads[match.a]["report_id"] for b, match in found.templates.items()}
    originals = {row["report_id"]: heads[found.groups.original(number[digest_of(row["report_id"])])]["report_id"] for row in ranked}
    return _marked(reports, originals, templates, rows), pa.Table.from_pylist(rows, schema=COPIES.schema)


def rank(report: Row) -> tuple[Any, ...]:
    """Of copies the first is the original: whose place and year are better known, by more words; then by source and part."""
    basis = _BASES.get(report["place_basis"], 0) + _BASES.get(report["year_basis"], 0)
    columns = sum(report[name] is not None for name in ("town", "county", "city", "province"))
    words = {word.partition("@")[0] for name in ("place_evidence", "year_evidence") for word in report[name] or ()}
    return -basis, -columns, -len(words), report["source"], report["part"] or 0, report["report_id"]


def pairs_of(report: Row, text: int, search: CopySearch, found: _Found) -> Iterator[Row]:
    """The rows of `copies` whose `b` is this report: with its original, with the report that it is byte-equal to, with its template."""
    head = search.heads[text]
    original = found.groups.original(text)
    if search.heads[original]["report_id"] != report["report_id"]:
        match = search.compare(original, text)
        short = match.size_b < search.limits.excerpt_length * match.size_a
        yield _pair(search, match, report, "excerpt" if short else "copy")
    if original != text and head["report_id"] != report["report_id"]:
        yield _pair(search, search.compare(text, text), report, "copy")
    if text in found.templates and head["report_id"] == report["report_id"]:
        yield _pair(search, found.templates[text], report, "template")


def _pair(search: CopySearch, match: Match, copy: Row, kind: CopyKind) -> Row:
    same = match.a == match.b
    return {
        "a": search.heads[match.a]["report_id"],
        "b": copy["report_id"],
        "kind": kind,
        "jaccard": _share(1.0 if same else match.jaccard),
        "containment": _share(1.0 if same else match.containment),
        "shared_facts": match.figures_b - len(match.lacking_b),
        "changed_facts": search.changed(match, copy),
    }


def _share(share: float) -> Decimal:
    return Decimal(share).quantize(_PLACES)


def _marked(reports: pa.Table, originals: Mapping[str, str], templates: Mapping[str, str], pairs: Iterable[Row]) -> pa.Table:
    """The reports with what was found of them."""
    likeness = {(pair["a"], pair["b"]): pair["jaccard"] for pair in pairs}
    ids = reports["report_id"].to_pylist()
    duplicates = [originals[name] if originals[name] != name else None for name in ids]
    columns = {
        "duplicate_of": duplicates,
        "similarity": [None if of is None else likeness[of, name] for of, name in zip(duplicates, ids, strict=True)],
        "template_of": [templates.get(name) for name in ids],
    }
    for name, values in columns.items():
        index = REPORTS.schema.get_field_index(name)
        reports = reports.set_column(index, REPORTS.schema.field(index), pa.array(values, REPORTS.schema.field(index).type))
    return reports
