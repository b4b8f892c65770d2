"""Where numbers stand: clauses, own words, and the clause that says what is counted."""

from pipeline import rulebook
from pipeline.extract import Extractor
from pipeline.interpret.clauses import ClauseReader, Setting
from pipeline.model import Mention, Report
from pipeline.rules_check import bare_report

BOOK = rulebook.load()
EXTRACTOR = Extractor(BOOK)
TABLE = BOOK.table("activities")["clauses"]
READER = ClauseReader(TABLE["filler"].split(), TABLE["joins"])


def settings(text: str) -> tuple[Report, dict[str, tuple[Mention, Setting]]]:
    """The report and, by the words of each number, its mention and setting."""
    report = bare_report(text)
    mentions = EXTRACTOR.extract(report)
    clauses = READER.read(report, mentions, [0] * len(mentions))
    return report, {text[mentions[i].start : mentions[i].end]: (mentions[i], setting) for i, setting in clauses.settings.items()}


def own_words(text: str, number: str) -> tuple[str, str]:
    _, found = settings(text)
    mention, at = found[number]
    return text[at.left : mention.start], text[mention.end : at.right]


def test_own_words_end_at_pauses_and_at_the_numbers_beside() -> None:
    text = "慰问困难职工126户、劳模11人,送去慰问金15.8万元。"
    assert own_words(text, "126户") == ("慰问困难职工", "")
    assert own_words(text, "11人") == ("、劳模", "")
    assert own_words(text, "15.8万元") == ("送去慰问金", "")


def test_words_behind_a_number_are_its_own_unless_they_are_enumerated() -> None:
    assert own_words("为26名大病患者申请了救助。", "26名") == ("为", "大病患者申请了救助")
    assert own_words("表彰先进集体20个、先进个人50名。", "20个") == ("表彰先进集体", "")


def test_filler_before_a_number_is_not_the_noun() -> None:
    text = "工会会员共有5135人。"
    _, found = settings(text)
    assert text[: found["5135人"][1].head] == "工会会员"


def test_a_bare_number_is_said_by_the_last_clause_with_words() -> None:
    text = "3.大病救助:11人,5.5万元。"
    _, found = settings(text)
    for number in ("11人", "5.5万元"):
        at = found[number][1]
        assert at.bare
        assert at.anchor < at.clause


def test_a_pause_inside_a_number_ends_no_clause() -> None:
    text = "全镇共有会员12,408人。"
    _, found = settings(text)
    assert own_words(text, "12,408人")[0] == "全镇共有会员"
    assert not found["12,408人"][1].bare


def test_a_long_row_of_bare_numbers_has_one_anchor() -> None:
    numbers = [f"{number}人" for number in range(11, 61)]
    _, found = settings(f"大病救助:{','.join(numbers)}。")
    anchors = {found[number][1].anchor for number in numbers}
    assert len({found[number][1].clause for number in numbers}) == len(numbers)
    assert len(anchors) == 1


def test_a_short_bracket_within_a_noun_ends_no_clause() -> None:
    assert own_words("完成6个村(居)工会换届选举,新建工会2家。", "6个") == ("完成", "村(居)工会换届选举")
    assert own_words("慰问职工9户(特困),发放慰问金。", "9户") == ("慰问职工", "")
