"""Indicators: the rules' own examples, and what keeps a number from being a value."""

from pathlib import Path

import pytest

from pipeline import meaning_check, rulebook
from pipeline.machinery import Settings
from pipeline.model import QUANTITIES, Document
from pipeline.rulebook import RuleError
from pipeline.rules_check import Reader, make_reader
from pipeline.stages import Tools

BOOK = rulebook.load()
RULES = [rule for rule in meaning_check.meaning_rules(BOOK) if rule.is_indicator]


@pytest.fixture(scope="module")
def tools() -> Tools:
    return Tools(Settings())


@pytest.fixture(scope="module")
def read() -> Reader:
    return make_reader(BOOK)


def indicators(text: str, tools: Tools) -> dict[str, str]:
    """By its words in the clean text, the indicator of each number that has one."""
    return {
        read.report.text[fact.start : fact.end]: fact.indicator
        for read in tools.read(Document("a.txt", text))
        for fact in read.facts
        if fact.kind in QUANTITIES and fact.indicator
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.where)
def test_examples(rule: meaning_check.MeaningRule, read: Reader) -> None:
    assert list(meaning_check.check_rule(rule, read)) == []


def test_every_indicator_has_a_rule_with_examples() -> None:
    assert {rule.code for rule in RULES if rule.examples} == set(BOOK.indicators)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # a part is no value of its total's indicator, but may be of another
        ("全镇建立工会组织98个,其中联合工会12个。", {"98个": "org.unions_total"}),
        ("会员5135人,其中女会员2696人。", {"5135人": "org.members_total", "2696人": "org.members_women"}),
        ("新发展会员300人,其中女会员120人。", {"300人": "org.members_new"}),
        ("全年受理劳动争议176件,涉及职工734人。其中1—3月就受理了72件。", {"176件": "rights.disputes", "734人": "rights.people"}),
        ("新增会员2960人,其中货车司机等八大群体会员410人。", {"2960人": "org.members_new"}),
        ("全年举办文体活动26场次,其中文艺演出6场、球类比赛5场。", {"26场次": "culture.events"}),
        # of a list that is dealt out each number has the noun at its place
        ("职工入会率、建会率分别达到91%和96%。", {"91%": "org.joined_rate"}),
        ("建会率、职工入会率、集体合同签订率分别达97%、94%、90%。", {"94%": "org.joined_rate", "90%": "bargaining.coverage_rate"}),
        ("新建工会、发展会员分别为14家、930人。", {"14家": "org.unions_new", "930人": "org.members_new"}),
        ("职工入会率、建会率分别比上年高,达到91%。", {}),
        # figures per head, differences and thresholds are none
        ("慰问困难职工84户,每户800元,计6.72万元。", {"84户": "aid.households", "6.72万元": "aid.amount"}),
        ("全镇基层工会达到73家,比上年增加12家。", {"73家": "org.unions_total"}),
        # nor what was not done, nor one case of several
        ("还有22家规模以上企业没有建会。", {}),
        ("应缴未缴工会经费的企业尚有9家。", {}),
        # nor a share that is more than all there is
        ("全镇职工入会率达912%,集体合同覆盖率105.3%,医疗互助参保率100%。", {"100%": "medical.rate"}),
        # the same words of other work are something else
        ("受理矛盾纠纷378宗,调处成功369宗,成功率97.6%。", {}),
        ("城乡居民基本医保参保率达98.7%。", {}),
        ("举办招聘会4场,运动会1次。", {"1次": "culture.events"}),
        ("七、八月份组织开展“送清凉”活动,走访企业32家,送上价值8000余元的防暑用品,受益职工近4000人。", {}),
        ("签订集体合同151份,工资专项协议146份,覆盖职工15420人。", {}),
    ],
)  # fmt: skip
def test_what_is_a_value(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert indicators(text, tools) == wanted


UNION = "平桥镇总工会2015年工作总结\n\n"
CIVIL_AFFAIRS = "平桥镇民政办2015年工作总结\n\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # aid by a union is aid to its own people; by another body only where its words say so
        (f"{UNION}大病救助11人,救助金5.5万元。", {"11人": "aid.people", "5.5万元": "aid.amount"}),
        (f"{CIVIL_AFFAIRS}大病救助11人,救助金5.5万元。", {}),
        (f"{CIVIL_AFFAIRS}对缺粮户46户发放春荒救济款2.3万元。", {}),
        (f"{CIVIL_AFFAIRS}春节走访困难职工46户,送去慰问金2.3万元。", {"46户": "aid.households", "2.3万元": "aid.amount"}),
        ("平桥镇妇联2015年工作总结\n\n协助镇工会救助患病女职工7人。", {"7人": "aid.people"}),
        # works are no households, and what is given to model workers or in the heat is no aid
        (f"{UNION}走访慰问困难企业9户、困难职工71户。", {"71户": "aid.households"}),
        (f"{UNION}走访慰问劳动模范28名,发放慰问金1.4万元。", {}),
        (f"{UNION}春送岗位,夏送清凉,为960人送去清凉物资;冬送温暖,慰问困难职工180人。", {"180人": "aid.people"}),
        # nor is it where others are named and nothing tells whose report it is
        (f"{UNION}重阳节慰问敬老院老人32名,送去慰问金6400元。", {}),
        ("八一前走访现役军人家庭。发放慰问金7000元。", {}),
        # what all bodies do is told of all
        (f"{CIVIL_AFFAIRS}举办低保业务培训班2期,培训民政干事64人次。", {"2期": "training.sessions", "64人次": "training.people"}),
    ],
)  # fmt: skip
def test_whose_report_it_is(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert indicators(text, tools) == wanted


TOWN = "平桥镇总工会2015年工作总结\n\n今年,我镇工会工作稳步推进。"
COUNTY = "平桥县总工会2015年工作总结\n\n今年,我县工会工作稳步推进。"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # what was due, asked for or fixed is no value; what came of it is, with the same noun
        ("工会经费:应收26.4万元,实收23.9万元。", {"23.9万元": "finance.collected"}),
        ("应收工会经费18.2万元,实收17.5万元。", {"17.5万元": "finance.collected"}),
        ("前三季度应征收工会经费9万元。", {}),
        ("响应收缴号召,收缴工会经费9万元。", {"9万元": "finance.collected"}),
        ("开展职工技能培训,应训86人,实训82人。", {"82人": "training.people"}),
        ("金秋助学上报学生11名,批准8名,发放助学金2.4万元。", {"8名": "education.students", "2.4万元": "education.amount"}),
        ("申报大病救助15人,获批12人。", {"12人": "aid.people"}),
        ("为11名困难学生申请到助学金2.2万元。", {"11名": "education.students", "2.2万元": "education.amount"}),
        ("参加医疗互助2140人,占应参加职工的88%。", {"2140人": "medical.participants", "88%": "medical.rate"}),
        # nor is what one case got, or a case on the mean
        ("医疗互助赔付57例,付出互助金9.12万元,例均1600元。", {"57例": "medical.claims", "9.12万元": "medical.amount"}),
        ("医疗互助赔付57例、9.12万元,最多的一例(采石工)领到1.1万元。", {"57例": "medical.claims", "9.12万元": "medical.amount"}),
        ("发放互助补助金12.6万元。砖厂工人罗某患病住院,两次领到互助补助金1.9万元。", {"12.6万元": "medical.amount"}),
        ("发放慰问金3.6万元。困难职工万小霞接过600元慰问金,连声道谢。", {"3.6万元": "aid.amount"}),
        ("罗某等7名困难职工领到慰问金4900元。", {"7名": "aid.people", "4900元": "aid.amount"}),
        # nor what is left over
        ("发放慰问金2.8万元,剩余0.3万元转入明年。", {"2.8万元": "aid.amount"}),
        ("收缴工会经费12万元,还差1.5万元。", {"12万元": "finance.collected"}),
        ("创建先进班组6个,整顿软弱涣散班组2个。", {"6个": "honours.units"}),
    ],
)  # fmt: skip
def test_what_was_due_left_over_or_one_case_is_no_value(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert indicators(f"{TOWN}{text}", tools) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # what is summed up since an earlier year is no figure of this period; what stands is, and what is summed up since this year
        ("2008年至今累计资助困难学生64名。", {}),
        ("自2009年以来,共调解劳动争议214件。", {}),
        ("职工驿站建成以来,累计走访慰问困难职工530人。", {}),
        ("多年来累计慰问困难职工320人。", {}),
        ("2015年以来,累计资助困难学生64名。", {"64名": "education.students"}),
        ("帮扶站今年3月成立以来,走访慰问困难职工53人。", {"53人": "aid.people"}),
        ("活动开展以来,走访慰问困难职工53人。", {"53人": "aid.people"}),
        ("自2009年以来,签订工资集体合同的企业累计达42家。", {"42家": "bargaining.enterprises"}),
        # nor is what a figure is measured by
        ("参加医疗互助的职工2140人,占职工总数2870人的四分之三。", {"2140人": "medical.participants", "四分之三": "medical.rate"}),
        ("届初只有工会16个、会员970人,现有会员3120人。", {"3120人": "org.members_total"}),
        ("镇内原有工会96家,今年新建工会7家。", {"7家": "org.unions_new"}),
        ("工会由原有的96家发展到103家。", {"103家": "org.unions_total"}),
        ("参赛职工5120人,较上届的43家、3900人有所增加。", {"5120人": "competition.participants"}),
        # nor a part that a sentence of its own breaks a total down to
        ("全年举办文体活动14场。细分下来,球赛6场、晚会5场、展演3场。", {"14场": "culture.events"}),
        ("举办讲座线下4场、线上5场,合9场。", {"9场": "training.sessions"}),
        # nor what is no honour
        ("评出五星级班组3个、后进班组2个。", {"3个": "honours.units"}),
    ],
)  # fmt: skip
def test_what_a_figure_is_measured_by_is_no_value(text: str, wanted: dict[str, str], tools: Tools) -> None:
    assert indicators(f"{TOWN}{text}", tools) == wanted


@pytest.mark.parametrize(
    ("text", "of_town", "of_county"),
    [
        ("据统计,全县各级工会走访困难职工960户。", {}, {"960户": "aid.households"}),
        ("全县各级工会计划慰问困难职工980户,到5日已慰问960户。", {}, {"980户": "aid.households", "960户": "aid.households"}),
        ("目前全县已走访困难职工410户。", {}, {"410户": "aid.households"}),
        ("县总工会在我镇举办的歌咏会2场,座无虚席。", {}, {}),
        # where the town is named again, and where the county is no subject
        ("全县走访困难职工960户,我镇走访困难职工41户。", {"41户": "aid.households"}, None),
        ("在全县率先走访困难职工41户。", {"41户": "aid.households"}, None),
        ("全县第一家职工驿站落户我镇,走访困难职工41户。", {"41户": "aid.households"}, None),
        ("全县帮扶工作会后,走访困难职工41户。", {"41户": "aid.households"}, None),
        ("按照全市统一部署,走访困难职工41户。", {"41户": "aid.households"}, None),
    ],
)  # fmt: skip
def test_a_town_does_not_tell_its_own_figures_of_the_whole_county(
    text: str, of_town: dict[str, str], of_county: dict[str, str] | None, tools: Tools
) -> None:
    assert indicators(f"{TOWN}{text}", tools) == of_town
    if of_county is not None:
        assert indicators(f"{COUNTY}{text}", tools) == of_county


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('office = "union"', "it lacks elsewhere, others"),
        ('office = "guild"\nelsewhere = "职工"\nothers = "老人"', "no body of the code guild"),
    ],
)
def test_an_indicator_is_at_home_in_reports_of_known_bodies(row: str, message: str, tmp_path: Path) -> None:
    own = tmp_path / "indicators.toml"
    own.write_text(
        '[[indicator]]\ncode = "own.trees"\nlabel = "植树"\nlabel_en = "Trees"\nunit = "株"\nkind = "count"\nunits = ["株"]\n'
        f'combine = "sum"\n{row}\n[[indicator.rule]]\nwhy = "trees"\nobject = "树"\nexamples = ["植树<n>30株</n>。"]\n',
        "utf-8",
    )
    with pytest.raises(RuleError, match=message):
        assert Tools(Settings(tmp_path)).machinery.interpreter


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        # three wordings each of what the language turns around
        ("走访慰问困难职工92户。", "92户", "aid.households"),
        ("对全镇30户困难职工家庭进行了走访慰问。", "30户", "aid.households"),
        ("困难职工帮扶:已帮扶118户。", "118户", "aid.households"),
        ("举办职工技能培训班11期。", "11期", "training.sessions"),
        ("分两期举办了工会干部培训班。", "两期", "training.sessions"),
        ("一、教育培训\n工会干部培训班:5期。", "5期", "training.sessions"),
        ("全镇47家企业签订了集体合同。", "47家", "bargaining.enterprises"),
        ("签订工资专项集体合同296份,覆盖企业702家。", "702家", "bargaining.enterprises"),
        ("已完成工资集体协商的企业有126家。", "126家", "bargaining.enterprises"),
        ("全年召开全委会2次、主席办公会7次。", "7次", "meetings.held"),
        ("镇里召开了2次现场会。", "2次", "meetings.held"),
        ("二、会议\n工作例会:12次。", "12次", "meetings.held"),
        ("发放宣传资料5000余份。", "5000余份", "publicity.copies"),
        ("印发安全生产明白纸4000张。", "4000张", "publicity.copies"),
        ("向职工派发1200份宣传手册。", "1200份", "publicity.copies"),
        ("为57名农民工追回工资68.3万元。", "68.3万元", "rights.amount"),
        ("调处劳动争议106件,涉及金额137.2万元。", "137.2万元", "rights.amount"),
        ("劳动争议案件受理48起,涉及标的数662815元。", "662815元", "rights.amount"),
    ],
)
def test_wordings(text: str, number: str, code: str, tools: Tools) -> None:
    assert indicators(text, tools).get(number) == code


def test_a_unit_that_does_not_fit_gives_none(tools: Tools) -> None:
    assert indicators("信访接待87人次,接待来访职工52批。", tools) == {}
    assert indicators("信访接待16起。", tools) == {"16起": "rights.petitions"}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('why = "x"\nframe = "锅@"\nexamples = []\nnear = "x"', "unknown key near"),
        ('why = "x"\nexamples = []', "has no frame"),
        ('why = "x"\nframe = "锅@"\napart = "旧锅@$"\nexamples = []', "apart looks at words without @"),
        ('why = "x"\ntheme = "pots"\nexamples = []', "no theme of the name pots"),
        ('why = "x"\nframe = "(锅@"\nexamples = []', "does not compile"),
        ('why = "x"\nframe = "{pot}@"\nexamples = []', "no brick"),
    ],
)
def test_a_wrong_rule_is_refused(rule: str, message: str, tmp_path: Path) -> None:
    head = '[[indicator]]\ncode = "pots.total"\nlabel = "锅"\nlabel_en = "Pots"\nunit = "个"\nkind = "count"\nunits = ["organisations"]\n'
    (tmp_path / "indicators.toml").write_text(f'{head}combine = "sum"\nmeaning = "pots"\n[[indicator.rule]]\n{rule}\n', encoding="utf-8")
    with pytest.raises(RuleError, match=message):
        Tools(Settings(rules=tmp_path))


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ('unless = "旧"', "12个"),
        ('apart = "仓库[^;]*$"', "9个 12个"),
        ('not_object = "旧锅"', "12个"),
        ('not_then = "^,都漏"', "9个 15个"),
    ],
)
def test_a_condition_of_an_indicator_holds_for_all_its_rules(condition: str, left: str, tmp_path: Path) -> None:
    head = '[[indicator]]\ncode = "pots.total"\nlabel = "锅"\nlabel_en = "Pots"\nunit = "个"\nkind = "count"\nunits = ["organisations"]\n'
    rules = "".join(f"[[indicator.rule]]\nwhy = 'x'\nframe = '{frame}'\nexamples = []\n" for frame in ("锅@", "@[^,@]{0,2}锅"))
    (tmp_path / "indicators.toml").write_text(f'{head}combine = "sum"\nmeaning = "pots"\n{condition}\n{rules}', encoding="utf-8")
    found = indicators("买来旧锅9个。另买新锅12个,都漏了。仓库里有15个旧锅。", Tools(Settings(rules=tmp_path)))
    assert " ".join(found) == left


def test_a_wrong_condition_of_an_indicator_is_refused(tmp_path: Path) -> None:
    head = '[[indicator]]\ncode = "pots.total"\nlabel = "锅"\nlabel_en = "Pots"\nunit = "个"\nkind = "count"\nunits = ["organisations"]\n'
    rule = '[[indicator.rule]]\nwhy = "x"\nframe = "锅@"\nexamples = []\n'
    (tmp_path / "indicators.toml").write_text(f'{head}combine = "sum"\nmeaning = "pots"\nnot_then = "@旧"\n{rule}', encoding="utf-8")
    with pytest.raises(RuleError, match="not_then looks at words without @"):
        Tools(Settings(rules=tmp_path))


def test_what_is_more_than_an_indicator_can_be_is_no_value(tmp_path: Path) -> None:
    row = '[[indicator]]\ncode = "pots.total"\nlabel = "锅"\nlabel_en = "Pots"\nunit = "个"\nkind = "count"\nunits = ["organisations"]\n'
    rule = '[[indicator.rule]]\nwhy = "x"\nframe = "锅@"\nexamples = []\n'
    own = tmp_path / "indicators.toml"
    own.write_text(f'{row}combine = "sum"\nmeaning = "pots"\nmost = 12\n{rule}', encoding="utf-8")
    assert list(indicators("买来锅12个。借来锅13个。", Tools(Settings(rules=tmp_path)))) == ["12个"]
    own.write_text(f'{row}combine = "sum"\nmeaning = "pots"\nmost = 0\n{rule}', encoding="utf-8")
    with pytest.raises(RuleError, match="most 0 leaves no value"):
        Tools(Settings(rules=tmp_path))
    own.write_text(f'{row}combine = "sum"\nmeaning = "pots"\nmost = "12"\n{rule}', encoding="utf-8")
    with pytest.raises(RuleError, match="most must be a whole number"):
        Tools(Settings(rules=tmp_path))


def test_an_analyst_adds_an_indicator(tmp_path: Path) -> None:
    own = """
[[indicator]]
code = "jobs.offered"
label = "提供岗位"
label_en = "Jobs offered"
unit = "个"
kind = "count"
units = ["organisations"]
combine = "sum"
meaning = "jobs offered"
[[indicator.rule]]
why = "提供岗位1560个"
frame = '岗位@ | @[^,@]{0,4}岗位'
examples = ["提供岗位<n>1560个</n>。"]
"""
    (tmp_path / "indicators.toml").write_text(own, encoding="utf-8")
    assert indicators("举办招聘会2场,提供岗位1560个。", Tools(Settings(rules=tmp_path))) == {"1560个": "jobs.offered"}
