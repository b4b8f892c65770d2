"""Copies, excerpts and re-used texts: the real reports, the sample archive, texts made here, and that no order matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.copies import BUCKET, Catalogue, Limits, bucket_pairs, find_copies
from pipeline.model import Document
from pipeline.run import run
from pipeline.schema import COPIES, REPORTS, TABLES
from pipeline.spool import gather
from pipeline.stages import Tools
from pipeline.tabulate import Tabulator

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "reports"
ROOT = Path(__file__).resolve().parent.parent
SINGLES = {"A", "C", "D", "F", "H", "I", "J", "K", "L"}
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder shared/ with real reports is not beside the project")

OPENING = "今年以来,镇总工会在镇党委和市总工会的正确领导下,以科学发展观为指导,认真履行各项职责,较好地完成了全年的工作任务。"
SENTENCES = (
    "元旦春节期间,镇总工会领导走访慰问了困难职工75户,把党和政府的关怀送到了职工的心坎上。",
    "全年发放各类慰问金8.6万元,受到了广大职工群众的一致好评。",
    "在抓好规模企业建会的同时,积极推进小型企业组建工会,全年新建基层工会26家。",
    "到年底全镇共有会员18930人,其中外来务工人员占了一半以上。",
    "联合安监部门对辖区内的建筑工地进行了劳动保护检查,查出安全隐患84个,都已督促整改到位。",
    "镇劳动争议调解委员会受理争议案件137件,经过耐心细致的工作绝大多数得到了化解。",
    "组织开展了职工技能比武,共有168名选手参加了电工和钳工的角逐。",
    "利用企业的黑板报和宣传橱窗普及法律知识,发放宣传资料5000份。",
    "金秋助学活动共资助家庭贫困的大学新生14人,让他们顺利地走进了校园。",
    "举办了工会主席培训班2期,使新上任的同志很快熟悉了业务。",
    "为丰富业余文化生活,国庆节前举行了篮球赛,有32支队伍报名。",
    "女职工委员会邀请医生上门义诊,为女职工免费体检620人次。",
)
BASE = "\n".join((OPENING, *SENTENCES))
FIGURES = ("75户", "8.6万", "26家", "18930人", "84个", "137件", "168名", "5000份", "14人", "2期", "32支", "620人次")
OTHER_FIGURES = ("91户", "7.2万", "31家", "20411人", "63个", "152件", "210名", "8000份", "19人", "3期", "28支", "540人次")
UNRELATED = OPENING + "\n" + "\n".join(
    (
        "一年来我们着重抓了集体协商,向企业发出要约书310份,签订工资专项合同296份。",
        "八月上旬顶着烈日到工地上送去毛巾茶叶,价值8000元,4000名一线工人从中受益。",
        "劳模工作室带出了徒弟45名,为公司节约成本120万元。",
        "图书室添置了新书1500册,每周开放3天,深受年轻人的喜爱。",
        "存在的不足是经费收缴困难,仍有17家单位没有足额缴纳。",
    )
)  # fmt: skip


def other_figures(text: str = BASE) -> str:
    for old, new in zip(FIGURES, OTHER_FIGURES, strict=True):
        text = text.replace(old, new)
    return text


def reworded(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def found(tools: Tools, texts: Mapping[str, str], batches: Sequence[Sequence[str]] | None = None) -> list[dict[str, Any]]:
    """Rows of `copies` with sources in the place of ids, and those of `reports` checked against them."""
    tables = []
    with Catalogue() as catalogue:
        for batch in batches or [list(texts)]:
            tabulator = Tabulator(tools.machinery.calendar, tools.machinery.unit_classes)
            for source in batch:
                document = Document(source, texts[source])
                reads = tools.read(document)
                tabulator.add(document, reads)
                for report_id, read in zip(tabulator.tables()["reports"]["report_id"].to_pylist()[-len(reads) :], reads, strict=True):
                    catalogue.add(tools.machinery.sketcher.sketch(report_id, read))
            tables.append(tabulator.tables())
        whole = gather(tables)
        reports, copies = find_copies(whole["reports"], catalogue, Limits.of(tools.machinery.rulebook))
    assert reports.schema.equals(REPORTS.schema, check_metadata=True) and copies.schema.equals(COPIES.schema, check_metadata=True)
    return by_source(reports.to_pylist(), copies.to_pylist())


def by_source(reports: Sequence[dict[str, Any]], copies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    name = {row["report_id"]: row["source"] + (f"#{row['part']}" if row["part"] else "") for row in reports}
    for row in reports:
        pairs = {(pair["a"], pair["b"]): pair for pair in copies}
        if row["duplicate_of"]:
            pair = pairs[row["duplicate_of"], row["report_id"]]
            assert pair["kind"] in ("copy", "excerpt") and pair["jaccard"] == row["similarity"]
        if row["template_of"]:
            assert pairs[row["template_of"], row["report_id"]]["kind"] == "template" and row["duplicate_of"] is None
        assert (row["similarity"] is None) == (row["duplicate_of"] is None)
    originals = {row["report_id"] for row in reports if row["duplicate_of"] is None}
    assert all(row["duplicate_of"] in originals for row in reports if row["duplicate_of"])
    return sorted(({**pair, "a": name[pair["a"]], "b": name[pair["b"]]} for pair in copies), key=lambda pair: (pair["a"], pair["b"]))


def kinds(pairs: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {(pair["a"], pair["b"]): pair["kind"] for pair in pairs}


def test_a_copy_with_two_words_changed(tools: Tools) -> None:
    changed = reworded(BASE, ("心坎上", "心窝里"), ("耐心细致", "深入"))
    (pair,) = found(tools, {"in/a.txt": BASE, "in/b.txt": changed})
    assert (pair["a"], pair["b"], pair["kind"]) == ("in/a.txt", "in/b.txt", "copy")
    assert 0.8 < pair["jaccard"] < 1
    assert pair["shared_facts"] >= len(FIGURES)
    assert pair["changed_facts"] == []


@pytest.mark.parametrize("blank", ["\n\n  ", "", " "])
def test_layout_and_punctuation_do_not_count(blank: str, tools: Tools) -> None:
    changed = BASE.replace("\n", blank).replace(",", "，")
    (pair,) = found(tools, {"in/a.txt": BASE, "in/b.txt": changed})
    assert (pair["kind"], pair["jaccard"]) == ("copy", 1)


def test_byte_equal_reports(tools: Tools) -> None:
    pairs = found(tools, {"in/b.txt": BASE, "in/a.txt": BASE, "in/short.txt": "工作总结。", "in/short2.txt": "工作总结。"})
    assert kinds(pairs) == {("in/a.txt", "in/b.txt"): "copy", ("in/short.txt", "in/short2.txt"): "copy"}
    assert {pair["jaccard"] for pair in pairs} == {1}


def test_an_excerpt(tools: Tools) -> None:
    part = "\n".join(SENTENCES[3:8])
    (pair,) = found(tools, {"in/a.txt": part, "in/b.txt": BASE})
    assert (pair["a"], pair["b"], pair["kind"]) == ("in/b.txt", "in/a.txt", "excerpt")
    assert pair["containment"] == pytest.approx(1, abs=0.05) and pair["jaccard"] < 0.6


def test_an_excerpt_with_other_figures_is_none(tools: Tools) -> None:
    assert found(tools, {"in/a.txt": other_figures("\n".join(SENTENCES[3:8])), "in/b.txt": BASE}) == []


def test_a_set_passage_is_no_excerpt(tools: Tools) -> None:
    assert found(tools, {"in/a.txt": OPENING, "in/b.txt": BASE}) == []


def test_a_template_is_linked_and_its_changed_figures_listed(tools: Tools) -> None:
    texts = {"in/a.txt": BASE, "in/b.txt": other_figures()}
    (pair,) = found(tools, texts)
    assert (pair["a"], pair["b"], pair["kind"]) == ("in/a.txt", "in/b.txt", "template")
    assert pair["jaccard"] > 0.9
    places = [int(fact_id.partition(":")[2]) for fact_id in pair["changed_facts"]]
    assert [next(figure for figure in OTHER_FIGURES if texts["in/b.txt"].startswith(figure, place)) for place in places] == list(
        OTHER_FIGURES
    )


def test_a_template_is_the_first_by_source_whatever_the_years(tools: Tools) -> None:
    title = "{}镇总工会{}年工作总结\n"
    texts = {"in/a.txt": title.format("甲", 2012) + BASE, "in/b.txt": title.format("乙", 2010) + other_figures()}
    assert kinds(found(tools, texts)) == {("in/a.txt", "in/b.txt"): "template"}


def test_three_copies_in_a_chain_have_one_original(tools: Tools) -> None:
    second = reworded(
        BASE,
        ("走访慰问了困难职工", "看望了生活困难的职工"),
        ("一致好评", "称赞"),
        ("积极推进小型企业组建工会", "推动小企业建会"),
        ("角逐", "比试"),
        ("心坎上", "心窝里"),
    )
    third = reworded(
        second,
        ("普及法律知识", "开展普法教育"),
        ("顺利地走进了校园", "高兴地上了学"),
        ("很快熟悉了业务", "尽快上手"),
        ("都已督促整改到位", "全部得到处理"),
        ("邀请医生上门义诊", "请来了医生坐诊"),
    )
    assert "copy" not in kinds(found(tools, {"in/a.txt": BASE, "in/c.txt": third})).values()
    pairs = found(tools, {"in/a.txt": BASE, "in/b.txt": second, "in/c.txt": third})
    assert kinds(pairs) == {("in/a.txt", "in/b.txt"): "copy", ("in/a.txt", "in/c.txt"): "copy"}


def test_a_copy_of_an_excerpt_has_the_whole_for_its_original(tools: Tools) -> None:
    part = "\n".join(SENTENCES[2:9])
    pairs = found(tools, {"in/a.txt": BASE, "in/b.txt": part, "in/c.txt": part.replace("\n", "\n\n")})
    assert kinds(pairs) == {("in/a.txt", "in/b.txt"): "excerpt", ("in/a.txt", "in/c.txt"): "excerpt"}


def test_the_byte_equal_report_is_named_beside_the_original(tools: Tools) -> None:
    changed = reworded(BASE, ("心坎上", "心窝里"))
    pairs = found(tools, {"in/a.txt": BASE, "in/b.txt": changed, "in/c.txt": changed})
    assert kinds(pairs) == {("in/a.txt", "in/b.txt"): "copy", ("in/a.txt", "in/c.txt"): "copy", ("in/b.txt", "in/c.txt"): "copy"}


def test_unrelated_reports_of_one_office_share_phrases_only(tools: Tools) -> None:
    assert found(tools, {"in/a.txt": BASE, "in/b.txt": UNRELATED}) == []


def test_the_original_is_the_one_whose_place_and_year_are_better_known(tools: Tools) -> None:
    known = "余姚市泗门镇总工会2012年工作总结\n" + BASE
    assert kinds(found(tools, {"in/a.txt": BASE, "in/b.txt": known})) == {("in/b.txt", "in/a.txt"): "copy"}


def test_no_reports_at_all(tools: Tools) -> None:
    assert found(tools, {"in/a.txt": ""}) == []


PILE = {
    "in/a.txt": BASE,
    "in/b.txt": reworded(BASE, ("心坎上", "心窝里")),
    "in/c.txt": reworded(BASE, ("心坎上", "心窝里")),
    "in/d.txt": other_figures(),
    "in/e.txt": other_figures().replace("\n", ""),
    "in/f.txt": "\n".join(SENTENCES[3:9]),
    "in/g.txt": UNRELATED,
    "in/h.txt": UNRELATED.replace("毛巾茶叶", "防暑用品"),
    "in/i.txt": "工作总结。",
}


@settings(max_examples=15)
@given(order=st.permutations(sorted(PILE)), cuts=st.sets(st.integers(1, len(PILE) - 1)))
def test_neither_the_order_nor_the_batches_matter(order: list[str], cuts: set[int], tools: Tools) -> None:
    bounds = [0, *sorted(cuts), len(order)]
    batches = [order[start:end] for start, end in pairwise(bounds)]
    pairs, expected = found(tools, PILE, batches), found(tools, PILE)
    assert _without_ids(pairs) == _without_ids(expected)
    assert len(expected) == 7


def _without_ids(pairs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of two byte-equal reports is given the counter follows from the order of a run's inputs, which is sorted."""
    return [{**pair, "changed_facts": [fact_id.partition(":")[2] for fact_id in pair["changed_facts"]]} for pair in pairs]


def test_the_same_bytes_from_one_worker_or_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.portions.PORTION_INPUTS", 2)
    for name, text in PILE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for workers in (1, 2):
        run([tmp_path / "in"], tmp_path / str(workers), workers=workers, formats=["parquet"])
    for name in ("reports", "copies", "comparison", "coverage"):
        assert (tmp_path / "1" / f"{name}.parquet").read_bytes() == (tmp_path / "2" / f"{name}.parquet").read_bytes(), name
    assert sorted(path.stem for path in (tmp_path / "1").glob("*.parquet")) == sorted([*TABLES, "comparison"])
    assert pq.read_table(tmp_path / "1" / "comparison.parquet").num_rows == 4


def test_many_re_uses_of_one_text_cost_no_square_and_copies_among_them_are_found() -> None:
    count = 100 * BUCKET
    random = np.random.default_rng(1)
    figures = random.integers(0, 1 << 32, (count, 8)).astype(np.uint32)
    figures[700] = figures[1300]
    pairs = list(bucket_pairs(np.arange(count), figures, 3))
    assert len(pairs) < 5 * count
    assert all(a < b for a, b in pairs)
    assert (700, 1300) in pairs


@needs_shared
def test_the_nine_real_reports(tmp_path: Path) -> None:
    for name in SINGLES:
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.txt").write_bytes((SHARED / f"{name}.txt").read_bytes())
    run([tmp_path / "in"], tmp_path / "out", workers=1, formats=["parquet"])
    pairs = kinds(_tables(tmp_path / "out"))
    pairs.pop(("in/A.txt", "in/I.txt"), None)  # linked as template at most
    assert pairs == {("in/D.txt", "in/H.txt"): "copy", ("in/I.txt", "in/L.txt"): "copy"}
    assert pq.read_table(tmp_path / "out" / "comparison.parquet").num_rows == len(SINGLES) - 2


@needs_shared
def test_each_part_of_the_collection_is_a_copy_of_its_single_file(tmp_path: Path) -> None:
    run([SHARED], tmp_path / "out", workers=1, formats=["parquet"])
    pairs = kinds(_tables(tmp_path / "out"))
    original = {"H": "D", "L": "I"}
    for part, name in enumerate(sorted(SINGLES), start=1):
        assert pairs[f"reports/{original.get(name, name)}.txt", f"reports/collection.txt#{part}"] == "copy"
    reports = pq.read_table(tmp_path / "out" / "reports.parquet").to_pylist()
    assert sum(row["duplicate_of"] is None for row in reports) == len(SINGLES) - 2
    assert pq.read_table(tmp_path / "out" / "coverage.parquet")["reports"][0].as_py() == len(SINGLES) - 2


def test_the_sample_archive(sample_run: Path) -> None:
    pairs = {tuple(name.rpartition("/")[2] for name in pair): kind for pair, kind in kinds(_tables(sample_run)).items()}
    assert pairs == {
        ("泗门镇总工会2012年工作总结.txt", "某镇总工会2012年度总结.txt"): "copy",
        ("周庄镇总工会2010年工作总结.txt", "锦溪镇总工会2011年工作总结.txt"): "template",
    }


def _tables(out: Path) -> list[dict[str, Any]]:
    return by_source(*(pq.read_table(out / f"{name}.parquet").to_pylist() for name in ("reports", "copies")))
