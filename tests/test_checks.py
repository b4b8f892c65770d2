"""The arithmetic of the prose: what holds, what fails, and that nothing else raises an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from scoring import decoded

from pipeline.model import Document
from pipeline.stages import Tools

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "reports"
SAMPLES = sorted((ROOT / "data" / "raw").rglob("*.txt"))

Row = tuple[str, str, tuple[str, ...], str]


def checks(text: str, tools: Tools) -> list[Row]:
    """Kind, total, parts and verdict of each check, in the words of the text."""
    found = []
    for read in tools.read(Document("a.txt", text)):
        words = [read.report.text[fact.start : fact.end] for fact in read.facts]
        found += [(c.kind, words[c.total], tuple(words[part] for part in c.parts), c.verdict) for c in read.checks]
    return found


ARITHMETIC = {
    "parts": ("信访事件57宗,其中转办38宗,接访19宗。", ("parts_of_total", "57宗", ("38宗", "19宗"), "holds")),
    "parts that do not add up": ("信访事件57宗,其中转办38宗,接访20宗。", ("parts_of_total", "57宗", ("38宗", "20宗"), "fails")),
    "a part beyond its total": ("工会组织50个,其中企业工会68个,机关工会1个。", ("parts_of_total", "50个", ("68个", "1个"), "fails")),
    "hedged parts": ("培训50多人,其中职工30人,农民25人。", ("parts_of_total", "50多人", ("30人", "25人"), "holds_within_bounds")),
    "hundredths of 万元": ("慰问金15.8万元,其中下拨6.3万元,自筹9.5万元。", ("parts_of_total", "15.8万元", ("6.3万元", "9.5万元"), "holds")),
    "the total behind its parts": ("电工21人、焊工34人,共计56人。", ("parts_of_total", "56人", ("21人", "34人"), "fails")),
    "rate": ("受理争议46起,调解成功44起,成功率95.7%。", ("rate_of_base", "95.7%", ("44起", "46起"), "holds")),
    "a wrong rate": ("受理争议46起,调解成功44起,调解成功率91%。", ("rate_of_base", "91%", ("44起", "46起"), "fails")),
    "share": ("发展会员486人,其中农民工352人,占72.4%。", ("rate_of_base", "72.4%", ("352人", "486人"), "holds")),
    "price": ("慰问困难职工84户,每户800元,计6.72万元。", ("per_unit", "6.72万元", ("84户", "800元"), "holds")),
    "a wrong price": ("慰问困难职工84户,每户800元,计6.27万元。", ("per_unit", "6.27万元", ("84户", "800元"), "fails")),
    "two prices": (
        "大学生15名,每人3000元,高中生8名,每人1500元,合计5.7万元。",
        ("per_unit", "5.7万元", ("15名", "3000元", "8名", "1500元"), "holds"),
    ),
    "prices by their nouns": (
        "本科9人,专科4人,本科每人3000元,专科每人2000元,共3.5万元。",
        ("per_unit", "3.5万元", ("9人", "3000元", "4人", "2000元"), "holds"),
    ),
    "monthly mean": ("至10月,收到经费1317.31万元,月均131.73万元。", ("per_unit", "1317.31万元", ("131.73万元",), "holds")),
    "old and new": ("受理案件137件,比2011年的162件减少25件。", ("old_plus_new", "137件", ("162件", "25件"), "holds")),
    "old and new that do not fit": ("受理案件137件,比2011年的162件减少35件。", ("old_plus_new", "137件", ("162件", "35件"), "fails")),
    "net": ("比上年净增9个(新建12个,撤销3个)。", ("old_plus_new", "9个", ("12个", "3个"), "holds")),
}


@pytest.mark.parametrize(("text", "wanted"), ARITHMETIC.values(), ids=ARITHMETIC.keys())
def test_arithmetic(text: str, wanted: Row, tools: Tools) -> None:
    assert checks(text, tools) == [wanted]


NO_ALARM = {
    "what came of a part": "法律援助站受理求助31件,其中劳动争议19件,成功调解18件。",
    "behind the bracket of a part": "新吸纳会员860人(其中新就业群体210人),全镇录入会员6400人。",
    "a mean beside a sum": "共有85户领到贷款340万元,户均4万元,比任务300万元多出40万元。",
    "kinds that overlap": "会员6380人,其中女会员3015人,外来务工人员会员1872人。",
    "a list that leaves most out": "工会98个,其中联合工会12个,机关工会5个。",
    "an open list": "企业100家,其中纺织企业50家、建材企业42家等。",
    "money spent in part": "经费12.2万元,其中上解4.88万元,返还企业5.6万元。",
    "a price for others": "资助学生13名,其中10名大学生每名2500元,3名高中生共4000元。",
    "a count in a bracket": "资助学生26人(其中大学生9人),每人2000元,共计5.2万元。",
    "a rate of something else": "对象84人,其中集中供养31人,分散供养53人,入住率36.9%。",
}


@pytest.mark.parametrize("text", NO_ALARM.values(), ids=NO_ALARM.keys())
def test_no_alarm(text: str, tools: Tools) -> None:
    assert [row for row in checks(text, tools) if row[3] == "fails"] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_alarm_in_the_sample_archive(path: Path, tools: Tools) -> None:
    assert [row for row in checks(decoded(path.read_bytes()), tools) if row[3] == "fails"] == []


TRUE_SUMS = {
    "D": [("57宗", ("38宗", "19宗")), ("198间", ("168间", "30间"))],
    "J": [("60个", ("11个", "48个", "1个")), ("48起", ("15起", "33起")), ("662815元", ("597752元", "65063元"))],
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reports lie beside the checkout")
class TestSharedReports:
    def test_no_alarm(self, tools: Tools) -> None:
        for path in sorted(SHARED.glob("*.txt")):
            assert [row for row in checks(decoded(path.read_bytes()), tools) if row[3] == "fails"] == [], path.name

    @pytest.mark.parametrize("name", TRUE_SUMS)
    def test_true_sums_are_found(self, name: str, tools: Tools) -> None:
        found = checks(decoded((SHARED / f"{name}.txt").read_bytes()), tools)
        for total, parts in TRUE_SUMS[name]:
            assert ("parts_of_total", total, parts, "holds") in found

    @pytest.mark.parametrize(
        ("name", "number", "changed", "total"),
        [
            ("D", "57宗", "58宗", "58宗"), ("D", "38宗", "36宗", "57宗"), ("D", "19宗", "29宗", "57宗"),
            ("D", "198间", "189间", "189间"), ("D", "168间", "186间", "198间"), ("D", "30间", "33间", "198间"),
            ("J", "60个", "59个", "59个"), ("J", "48个", "84个", "60个"), ("J", "工会11个", "工会12个", "60个"),
            ("J", "662815元", "652815元", "652815元"), ("J", "65063元", "65163元", "662815元"), ("J", "15起", "16起", "48起"),
        ],
    )  # fmt: skip
    def test_one_changed_number_makes_exactly_that_check_fail(self, name: str, number: str, changed: str, total: str, tools: Tools) -> None:
        text = decoded((SHARED / f"{name}.txt").read_bytes())
        assert text.count(number) == 1
        failed = [row for row in checks(text.replace(number, changed), tools) if row[3] == "fails"]
        assert [(row[0], row[1]) for row in failed] == [("parts_of_total", total)]
