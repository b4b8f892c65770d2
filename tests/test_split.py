"""split: where reports begin, how they are built, and that sentences cover them."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from counting import calls
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring import decoded

from pipeline.clean import Cleaner
from pipeline.model import Block, Document, Report
from pipeline.rulebook import Rulebook, RuleError
from pipeline.split import Splitter
from pipeline.split.structure import LONGEST_SENTENCE

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
SHARED = ROOT.parent / "shared" / "reports"
SAMPLES = ROOT / "data" / "raw"
CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "boundaries.toml").read_text(encoding="utf-8"))["case"]
BOOK = Rulebook((RULES,))
CLEANER = Cleaner(BOOK)
SPLITTER = Splitter(BOOK)
NINE = "ACDFHIJKL"
with_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real reports of ../shared are not here")
with_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample archive data/raw is not here")


def split(text: str) -> list[Report]:
    return SPLITTER.split(Document("test.txt", text), CLEANER.clean(text))


def only(text: str) -> Report:
    (report,) = split(text)
    return report


def words(report: Report, block: Block) -> str:
    return report.text[block.start : block.end]


def block_of(report: Report, beginning: str) -> Block:
    return next(b for b in report.blocks if words(report, b).startswith(beginning))


def above(report: Report, beginning: str) -> list[str]:
    """The blocks above the innermost one that begins so, by their first four characters."""
    block = [b for b in report.blocks if words(report, b).startswith(beginning)][-1]
    return [words(report, report.blocks[index])[:4] for index in block.path]


# ------------------------------------------------------------------------------------------------ rules


def test_examples_of_cues() -> None:
    for cue in SPLITTER.patterns.cues:
        assert cue.examples, cue.id
        assert all(cue.pattern.search(text) for text in cue.examples), cue.id
        assert not any(cue.pattern.search(text) for text in cue.counter_examples), cue.id


def test_examples_of_labels() -> None:
    for label in SPLITTER.patterns.labels:
        assert all(label.pattern.match(text) for text in label.examples), label.id
        assert not any(label.pattern.match(text) for text in label.counter_examples), label.id


def test_examples_of_markers() -> None:
    for rule in SPLITTER.patterns.markers:
        for text in rule.examples:
            marker = SPLITTER.patterns.marker(text)
            assert marker is not None and marker.level == rule.level, text
        assert not any(rule.pattern.match(text) for text in rule.counter_examples), rule.level


def test_examples_of_signatures() -> None:
    examples, counter_examples = SPLITTER.patterns.signature_examples
    assert all(SPLITTER.patterns.signature.match(text) for text in examples)
    assert not any(SPLITTER.patterns.signature.match(text) for text in counter_examples)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("今年以来，白马镇总工会认真履职", "白马镇"),
        ("在312家企业聚集的木乐镇，镇总工会", "木乐镇"),
        ("我镇工会在镇党委的领导下", None),
        ("全县各乡镇总工会", None),
        ("孙庄街道办事处", "孙庄街道"),
        ("走上街道两旁", None),
    ],
)
def test_names_of_towns(text: str, name: str | None) -> None:
    match = SPLITTER.patterns.named.search(text)
    assert (match.group() if match else None) == name


@pytest.mark.parametrize(
    "line", ["主题词：工会 总结", "抄送：县总工会", "（共印20份）", "白马镇党政办 2012年12月5日印发", "上一篇：没有了"]
)
def test_what_stands_below_a_signature(line: str) -> None:
    assert SPLITTER.patterns.footer.match(CLEANER.clean(line).text)
    assert not SPLITTER.patterns.footer.match("联系人民群众")


def test_a_cue_says_what_it_looks_at(tmp_path: Path) -> None:
    (tmp_path / "split.toml").write_text("[[cue]]\nid = 'x'\nwhy = 'y'\non = 'after'\nweight = 1\npattern = 'a'\n", encoding="utf-8")
    with pytest.raises(RuleError, match="line or before"):
        Splitter(Rulebook((RULES, tmp_path)))


def test_a_sentence_without_end_is_cut_behind_a_pause() -> None:
    clause = "走访慰问困难职工75户,"
    [report] = split(clause * 200)
    pieces = [report.text[sentence.start : sentence.end] for sentence in report.sentences]
    assert "".join(pieces) == report.text
    assert all(len(piece) <= LONGEST_SENTENCE and piece.endswith(",") for piece in pieces)


def test_without_a_pause_it_is_cut_anywhere() -> None:
    [report] = split("户" * (2 * LONGEST_SENTENCE + 1))
    assert [sentence.end - sentence.start for sentence in report.sentences] == [LONGEST_SENTENCE, LONGEST_SENTENCE, 1]


# ------------------------------------------------------------------------------------------------ boundaries


def boundary_cases() -> list[Any]:
    """The cases; those the rules are known to miss say why, and fail here as soon as they are found."""
    marks = {case["id"]: [pytest.mark.xfail(reason=case["missed"], strict=True)] if "missed" in case else [] for case in CASES}
    return [pytest.param(case, id=case["id"], marks=marks[case["id"]]) for case in CASES]


@pytest.mark.parametrize("case", boundary_cases())
def test_boundaries(case: dict[str, Any]) -> None:
    pieces = case["text"].split("¶")
    wanted, position = [], len(pieces[0])
    for piece in pieces[1:]:
        wanted.append(position)
        position += len(piece)
    reports = split("".join(pieces))
    assert [report.start for report in reports] == wanted
    assert [report.part for report in reports] == ([None] if len(wanted) == 1 else list(range(1, len(wanted) + 1)))


@with_shared
def test_collection_gives_the_nine_single_files() -> None:
    collection = (SHARED / "collection.txt").read_bytes().decode("utf-8")
    singles = [(SHARED / f"{name}.txt").read_bytes().decode("utf-8") for name in NINE]
    assert "".join(singles) == collection
    reports = split(collection)
    assert [report.raw for report in reports] == singles
    assert all(report.boundary.startswith("opening: ") for report in reports)


@with_shared
@pytest.mark.parametrize("name", NINE)
def test_single_reports_are_not_torn(name: str) -> None:
    text = (SHARED / f"{name}.txt").read_bytes().decode("utf-8")
    report = only(text)
    assert (report.start, report.end, report.part, report.boundary, report.title) == (0, len(text), None, "file", None)


def sample_reports() -> dict[str, str]:
    """Single reports of the sample archive and, where they are here, the real ones."""
    paths = [path for path in sorted(SAMPLES.rglob("*.txt")) if "合集" not in path.parts]
    reports = {path.name: decoded(path.read_bytes()) for path in paths}
    if SHARED.is_dir():
        reports.update({name: (SHARED / f"{name}.txt").read_text(encoding="utf-8") for name in NINE})
    return reports


@with_samples
def test_sample_reports_are_not_torn() -> None:
    torn = {name: [r.boundary for r in split(text)] for name, text in sample_reports().items() if len(split(text)) != 1}
    assert torn == {}


def without_title(text: str) -> str:
    """The report from its first line on that ends like a sentence, is a list's or stands in brackets; those above are its title."""
    lines = text.splitlines(keepends=True)
    words = (line.strip() for line in lines)
    begins = re.compile("[一1l]、|[(（]|.*[。:：;；!！]$|.{61}")
    return "".join(lines[next(index for index, line in enumerate(words) if begins.match(line)) :])


def joined(reports: list[str], blank: str) -> tuple[str, set[int]]:
    """The reports one behind the other, and where they begin."""
    text, starts = "", set()
    for report in reports:
        text += blank if text else ""
        starts.add(len(text))
        text += report.rstrip("\n") + "\n"
    return text, {start_of_words(text, start) for start in starts}


@pytest.mark.slow
@with_samples
def test_fifty_random_joins() -> None:
    """With titles, without and mixed, with blank lines between the reports and without, and without those inside them."""
    titled = sample_reports()
    bare = {name: without_title(text) for name, text in titled.items()}
    chance = random.Random(2024)
    found, missing, false = Counter[str](), Counter[str](), Counter[str]()
    for order in range(50):
        kind = ("titled", "bare", "mixed")[order % 3]
        names = chance.sample(sorted(titled), chance.randint(4, len(titled)))
        chosen = [(titled if kind == "titled" or (kind == "mixed" and chance.random() < 0.5) else bare)[name] for name in names]
        if chance.random() < 0.5:
            chosen = [re.sub(r"\n\s*\n", "\n", report) for report in chosen]
        text, wanted = joined(chosen, "\n" * chance.randint(0, 2))
        got = {start_of_words(text, report.start) for report in split(text)}
        first = {start_of_words(text, 0)}
        found[kind] += len((got & wanted) - first)
        missing[kind] += len(wanted - got)
        false[kind] += len(got - wanted)
    for kind in found:
        f1 = 2 * found[kind] / (2 * found[kind] + missing[kind] + false[kind])
        assert f1 >= 0.98, f"{kind}: boundary F1 {f1:.4f}: {found[kind]} found, {missing[kind]} missing, {false[kind]} false"


def start_of_words(text: str, position: int) -> int:
    """`position` behind the blank lines that stand there: a report may begin with the blank lines above it or below them."""
    while position < len(text) and text[position] in "\n\r":
        position += 1
    return position


def test_a_row_of_a_table_is_a_report_whatever_it_looks_like() -> None:
    first = "甲镇总工会2014年工作总结\n一、组织建设\n新建工会3家"
    rows = [first, "二、维权帮扶\n走访困难职工12户", "乙镇慰问金3", "万元", " \u200b", "丙镇5家。"]
    document = Document("a.csv", "\f".join(rows), rows=True)
    reports = SPLITTER.split(document, CLEANER.clean(document.text))
    assert [report.raw.rstrip("\f") for report in reports] == [*rows[:3], "万元\f \u200b", rows[5]]
    assert [report.boundary for report in reports] == ["row"] * 5
    assert [report.part for report in reports] == [1, 2, 3, 4, 5]
    assert reports[0].title is not None
    single = Document("a.csv", rows[0], rows=True)
    assert [(r.part, r.boundary) for r in SPLITTER.split(single, CLEANER.clean(single.text))] == [(None, "file")]


def test_blank_documents_have_no_reports() -> None:
    assert split("") == []
    assert split(" \n\u3000\n\ufeff") == []


# ------------------------------------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("白马镇工会2012年工作总结\n2012年，我镇工会做了以下工作。\n", "白马镇工会2012年工作总结"),
        ("1\n2012年12月20日\n今年以来，我镇工会做了以下工作。\n", None),
        ("同心协力谱新篇\n——白马镇工会2012年工作总结\n2012年，我镇工会认真履职。\n", "同心协力谱新篇\n——白马镇工会2012年工作总结"),
        ("白马镇总工会\n二〇一二年工作总结\n2012年，我镇工会认真履职。\n", "白马镇总工会\n二〇一二年工作总结"),
        ("今年以来，我镇工会认真履职。\n一、建会\n新建3家。\n", None),
        ("一、2012年工作总结\n今年新建工会3家。\n二、2013年工作计划\n新建2家。\n", None),
        ("《清河乡妇联年度工作小结》\n今年，乡妇联认真履职。\n", "清河乡妇联年度工作小结"),
        ("清河乡２０１２年工作总结（草稿）\n今年，乡妇联认真履职。\n", "清河乡２０１２年工作总结（草稿）"),
    ],
)
def test_title(text: str, title: str | None) -> None:
    report = only(text)
    assert (None if report.title is None else report.raw_text(*report.title)) == title


def test_titles_of_numbered_texts() -> None:
    reports = split("范文大全（2篇）\n篇一：清河乡工会工作总结\n今年新建工会3家。\n慰问12户。\n【篇二】\n今年新建工会5家。\n慰问16户。\n")
    assert [r.raw_text(*r.title) if r.title else None for r in reports] == ["清河乡工会工作总结", None]
    reports = split("篇一：清河乡工会工作总结\n今年新建工会3家。\n慰问12户。\n篇二\n今年新建工会5家。\n慰问16户。\n")
    assert [r.raw_text(*r.title) if r.title else None for r in reports] == ["清河乡工会工作总结", None]
    assert [r.boundary for r in reports] == ["numbered: 篇一:清河乡工会工作总结", "numbered: 篇二"]


# ------------------------------------------------------------------------------------------------ blocks

REPORT = """清河乡工会2012年工作总结
2012年，乡工会认真履职，现总结如下：
一、组织建设
（一）抓组建。新建工会3家。
（二）抓换届
已有5家换届。
1、企业3家。
2、村级2家。
二、帮扶工作，具体做法是：一是慰问，走访12户；二是救助，发放救助金2万元；三是助学。全部到位。
总之，一年来成绩不小，但差距也有。
2013年工作打算
一、新建工会2家。
二、慰问15户。
清河乡工会
2012年12月20日
"""


def test_levels_and_headings() -> None:
    report = only(REPORT)
    levels = {words(report, b)[:4]: (b.level, b.heading) for b in report.blocks}
    assert levels["一、组织"] == (2, True)
    assert levels["(一)抓"] == (3, False)
    assert levels["(二)抓"] == (3, True)
    assert levels["1、企业"] == (4, False)
    assert levels["二、帮扶"] == (2, False)
    assert levels["一是慰问"] == (7, False)
    assert levels["2013"] == (0, True)
    assert levels["清河乡工"] == (0, False)


def test_paths() -> None:
    report = only(REPORT)
    assert above(report, "一、组织") == []
    assert above(report, "(一)抓") == ["一、组织"]
    assert above(report, "已有5家") == ["一、组织", "(二)抓"]
    assert above(report, "2、村级") == ["一、组织", "(二)抓"]
    assert above(report, "二、帮扶") == []
    assert above(report, "三是助学") == ["二、帮扶"]
    assert above(report, "总之") == []
    assert above(report, "二、慰问") == ["2013"]
    assert above(report, "2012年12月") == []


def test_bodies_begin_behind_the_marker() -> None:
    report = only(REPORT)
    assert report.text[block_of(report, "一、组织").body :].startswith("组织建设")
    assert report.text[block_of(report, "二是救助").body :].startswith("救助")
    plain = block_of(report, "总之")
    assert plain.body == plain.start


def test_items_inside_a_line() -> None:
    report = only("今年做了三件事：1、修路3公里。2、打井2眼；3、植树800株。群众十分满意。\n明年再接再厉。\n")
    items = [words(report, b) for b in report.blocks if b.level == 4]
    assert items == ["1、修路3公里。", "2、打井2眼;", "3、植树800株。"]


def test_items_inside_items() -> None:
    report = only("一是抓组建，做到两点：1、新建工会3家；2、发展会员80人。二是抓维权，调解纠纷12起。\n完成了任务。\n")
    assert above(report, "2、发展") == ["一是抓组", "一是抓组"]
    assert words(report, block_of(report, "二是抓")) == "二是抓维权,调解纠纷12起。"


def test_short_names_are_no_items() -> None:
    report = only("现场会采取一看，二问，三交流，推广做法。\n会议强调了安全。\n")
    assert [b.level for b in report.blocks] == [0, 0]


def test_an_unmarked_heading_inside_a_section() -> None:
    report = only("一、主要工作\n党建工作\n发展党员3名。\n团建工作\n发展团员9名。\n二、存在问题\n经费不足。\n明年打算\n发展党员4名。\n")
    assert above(report, "发展团员") == ["一、主要", "团建工作"]
    assert above(report, "发展党员4") == ["明年打算"]


def test_a_long_lead_stands_above_its_list() -> None:
    done = "今年，我乡工会认真履职，汇报如下：\n一、建会3家。\n二、慰问12户。\n回顾一年，成绩不小。\n"
    report = only(done + "2013年我们将抓好以下几方面工作：\n一、建会5家。\n二、慰问15户。\n")
    assert above(report, "二、慰问15") == ["2013"]
    assert above(report, "二、慰问12") == []


# ------------------------------------------------------------------------------------------------ sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("新建3家。慰问12户!还有吗?有。", ["新建3家。", "慰问12户!", "还有吗?", "有。"]),
        ("学习《工作。手册》后上岗。", ["学习《工作。手册》后上岗。"]),
        ("开展“建设什么样的工会?怎样建设?”讨论。", ["开展“建设什么样的工会?怎样建设?”讨论。"]),
        ("他说:“很好。”大家同意。", ["他说:“很好。”", "大家同意。"]),
        ("开展“献爱心活动。成效明显。", ["开展“献爱心活动。", "成效明显。"]),
        ("发放15。6万元。", ["发放15.6万元。"]),
        ("一是建会3家；二是慰问12户。", ["一是建会3家;", "二是慰问12户。"]),
        ("建会3家；慰问12户。", ["建会3家;慰问12户。"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    report = only(text)
    assert [report.text[s.start : s.end] for s in report.sentences] == sentences


LINES_TEXT = """今年以来，我镇工会在镇党委的领导下，现总结如下：
清河乡工会2012年工作总结
一、组织建设
二、帮扶
（一）建会
1、建会3家；2、慰问12户。
一是“抓。组建；二是抓《维权。
篇一
篇二：总结
2012年12月20日

①建档；②立卡
2013年我们将抓好以下工作：
单位	户数
l、"""
LINES = ["　　", *LINES_TEXT.splitlines()]
FILES = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(LINES), max_size=25).map("\n".join))


@given(FILES)
@settings(max_examples=150, deadline=None)
def test_reports_tile_the_source(text: str) -> None:
    reports = split(text)
    assert bool(reports) == bool(CLEANER.clean(text).text.strip())
    if not reports:
        return
    assert reports[0].start == 0
    assert reports[-1].end == len(text)
    assert all(a.end == b.start for a, b in pairwise(reports))
    assert all(report.raw == text[report.start : report.end] for report in reports)
    assert "".join(report.text for report in reports) == CLEANER.clean(text).text


@given(FILES)
@settings(max_examples=150, deadline=None)
def test_blocks_and_sentences_fit(text: str) -> None:
    for report in split(text):
        check_blocks(report)
        check_sentences(report)
        if report.text:
            assert 0 <= report.raw_span(0, len(report.text))[0] - report.start <= report.end - report.start


def check_blocks(report: Report) -> None:
    for index, block in enumerate(report.blocks):
        assert 0 <= block.start <= block.body <= block.end <= len(report.text)
        assert block.start < block.end
        assert all(parent < index for parent in block.path)
        assert list(block.path) == sorted(block.path)
    starts = [block.start for block in report.blocks]
    assert starts == sorted(starts)


def check_sentences(report: Report) -> None:
    position = 0
    for sentence in report.sentences:
        block = report.blocks[sentence.block]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert not report.text[position : sentence.start].strip()
        position = sentence.end
    assert not report.text[position:].strip()


RUNS = "一、\n|“|1、|一是抓。|篇一\n|清河镇2012年工作总结\n|1、a。\n|。|(一)一、1、①|县政府:\n|《。》|一是抓好;二是"


@pytest.mark.parametrize("unit", RUNS.split("|"))
def test_long_runs_take_linear_work(unit: str) -> None:
    """A hostile text takes no more calls per line than a sound one."""

    def work(length: int) -> int:
        text = unit * (length // len(unit))
        clean = CLEANER.clean(text)
        return calls(lambda: SPLITTER.split(Document("test.txt", text), clean))

    assert work(8_000) < 2.5 * work(4_000)
