"""What a number counts or pays: in its clause, carried over, and what it never is. The frames' own examples run in test_rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interpret.frames import Frames
from pipeline.interpret.phrases import Types
from pipeline.model import QUANTITIES, Document
from pipeline.rulebook import Rulebook, RuleError, load
from pipeline.stages import Tools


def objects(text: str, tools: Tools) -> dict[str, str | None]:
    """By its words, the object of each number."""
    return {
        read.report.raw_text(fact.start, fact.end): fact.object
        for read in tools.read(Document("a.txt", text))
        for fact in read.facts
        if fact.kind in QUANTITIES
    }


IN_THE_CLAUSE = {
    "behind, up to the verb": ("随机抽查我镇5间企业进行检查。", {"5间": "企业"}),
    "behind, the first of a long list": ("辖区内有6所幼儿园、民办培训学校和托育服务机构。", {"6所": "幼儿园"}),
    "behind, described by a passive": ("走访了36家被帮扶单位。", {"36家": "被帮扶单位"}),
    "behind, described by a word that only adverbs are like": ("引进了8个优良蔬菜品种。", {"8个": "优良蔬菜品种"}),
    "behind, described by what is an adverb elsewhere": ("查出三个主要短板。", {"三个": "主要短板"}),
    "behind, described by an age": ("上门看望2名百岁老人。", {"2名": "老人", "百岁": "老人"}),
    "behind 的, where what stands before it is no event": ("排出一场村民爱看的节目。", {"一场": "节目"}),
    "behind, what is described by a verb and its object": ("有5家参加竞赛企业获奖。", {"5家": "竞赛企业"}),
    "before, and not whose they are": ("开展小学6所的教师培训。", {"6所": "小学"}),
    "before, into which they were made": ("收到提案36件,归并成12条。", {"36件": "提案", "12条": "提案"}),
    "before, not a verb and where to": ("今年新工会又拉进来8家。", {"8家": "新工会"}),
    "before, those of whom a clause with 的 tells": ("被评为市级岗位能手的9人。", {"9人": "市级岗位能手"}),
    "before, of those whom parts are told of": ("会员中农村210人、城镇95人。", {"210人": "会员", "95人": "会员"}),
    "behind, those to whom it is done between": ("分2期对全镇31名调解员进行了业务培训。", {"2期": "业务培训", "31名": "调解员"}),
    "behind, where they won a prize": ("征集建议60条,4条得一等奖。", {"60条": "建议", "4条": "建议"}),
    "before, the name of the money where 的 follows": ("老周成了年收入20万元以上的种粮大户。", {"20万元以上": "年收入"}),
    "before, not those to whom it was given": ("向灾区捐款6200元。", {"6200元": "捐款"}),
    "before, the courses and not those taught": ("培训村干部3期154人次。", {"3期": "培训", "154人次": "村干部"}),
    "before, no verb of paying behind its payer": ("镇政府投入30万元装修一新。", {"30万元": None}),
    "behind, past a threshold": ("为32位70岁以上老党员上门服务。", {"32位": "老党员", "70岁以上": "老党员"}),
    "behind, not what people do for others": ("买了200元的水果慰问老人。", {"200元": "水果"}),
    "behind, not those for whom it is done": ("与4名孤儿结对的干部都来了。", {"4名": "孤儿"}),
    "before, each with the same number": ("每户送大米一袋,食用油各两桶。", {"一袋": "大米", "两桶": "食用油"}),
    "before, the rest": ("接访中欠薪21件,工伤8件,其他5件。", {"21件": "欠薪", "8件": "工伤", "5件": "其他"}),
    "before, without the names of examples": ("看望困难党员赵甲、钱乙等5人。", {"5人": "困难党员"}),
    "before, parted by the break of a line": ("辖区内重点单位不多,只有加油站\n2个。", {"2个": "加油站"}),
    "before, a rate cut at the wrong place": ("经费到账率仅64%,火化率要提高到90%。", {"64%": "经费到账率", "90%": "火化率"}),
    "before, a body that has grown": ("参保单位已发展到260个。", {"260个": "参保单位"}),
    "before, where people take part is not counted": ("女职工参加建功工程450人。", {"450人": "女职工"}),
    "before, where a case goes is not counted": ("受理劳动争议12件,移交仲裁3件。", {"12件": "劳动争议", "3件": "劳动争议"}),
    "not the basis of what comes": ("在去年35家企业的基础上再建5家。", {"35家": "企业", "5家": "企业"}),
    "behind, up to a noun that is a predicate": ("近日5间企业检查合格。", {"5间": "企业"}),
    "behind, with its own attribute": ("为213名住院职工送去慰问。", {"213名": "住院职工"}),
    "a noun that belongs to the next number": ("举办培训3期学员120人。", {"3期": "培训", "120人": "学员"}),
    "across 的 to the head that fits": ("有5名副处级的干部辞职。", {"5名": "干部"}),
    "the first noun that fits, not the one behind 的": ("解决32户困难群众的危房改造问题。", {"32户": "困难群众"}),
    "the head of a relative clause": ("看望了16个没有建会的企业。", {"16个": "企业"}),
    "an event told of over another number": ("组织了一次有40名职工参加的消防演练活动。", {"一次": "消防演练活动", "40名": "职工"}),
    "before, across words of having": ("各村工会会员共有3860人。", {"3860人": "工会会员"}),
    "before, without the verb that governs it": ("组织培训农民3600人次。", {"3600人次": "农民"}),
    "before, without the one who acts": ("志愿者清理河道6.5公里。", {"6.5公里": "河道"}),
    "before, without its predicate": ("困难职工建档48户。", {"48户": "困难职工"}),
    "before, where what follows only may be counted": ("社区矫正人员28人无一脱管。", {"28人": "社区矫正人员"}),
    "the subject of a verb": ("合理化建议征集683条。", {"683条": "合理化建议"}),
    "the subject of 由…增加到": ("安监站人员由4名增加到6名。", {"4名": "安监站人员", "6名": "安监站人员"}),
    "an event unit keeps the verb": ("组织各村工会主席学习培训2次。", {"2次": "工会主席学习培训"}),
    "money is named by a noun of money": ("对考取的困难职工子女发放助学金3万元。", {"3万元": "助学金"}),
    "a rate with its word": ("全镇企业建会率达98%。", {"98%": "企业建会率"}),
    "a name in quotes is whole": ("获评“工人先锋号”2个。", {"2个": "“工人先锋号”"}),
    "a bracket belongs to its noun": ("受灾村(社区)19个。", {"19个": "受灾村(社区)"}),
    "a verb before 率 is a part of it": ("全部整改,整改率96.5%。", {"96.5%": "整改率"}),
    "a verb and a noun in one word": ("专题研究解决问题9个。", {"9个": "问题"}),
    "a verb told by the 了 behind it": ("镇上老年门球队赛了5场。", {"5场": None}),
    "an adverb that is a head": ("召开推进会4次、分析会3次。", {"4次": "推进会", "3次": "分析会"}),
    "a verb that is a head": ("基层工会组织已达86个。", {"86个": "基层工会组织"}),
    "and is none": ("镇总工会组织58名职工体检。", {"58名": "职工"}),
    "the particle behind it": ("年終評選,榮膺勞動模範者五名。", {"五名": "勞動模範"}),
    "the head of 人数": ("现参加人数达3862人。", {"3862人": "参加人数"}),
    "a list that is summed up": ("敬老院、托养中心、照料中心共计7所。", {"7所": "敬老院、托养中心、照料中心"}),
    "who entered, not into what": ("新签集体合同企业19家。", {"19家": "企业"}),
    "an attribute that is a verb": ("全镇9家新建企业首次签约。", {"9家": "新建企业"}),
    "the head behind a description": ("有17名身患大病的职工领到补助。", {"17名": "职工"}),
    "the person behind a hedged number, whole": ("70余名困难职工子女得益。", {"70余名": "困难职工子女"}),
    "a verb and its object before the head": ("登记失业人员310人。", {"310人": "失业人员"}),
    "what changes, not who acts": ("企业工会较上年增加12家,基层工会增加7个。", {"12家": "企业工会", "7个": "基层工会"}),
    "money named behind a verb of paying": ("筹集善款15.6万元,另筹集3万元的助学款。", {"15.6万元": "善款", "3万元": "助学款"}),
    "no standard": ("按工资总额2%的比例收缴经费。", {"2%": "工资总额"}),
    "who is helped is not what is done for them": ("共为患病职工报销19例。", {"19例": "报销"}),
    "the name that they got is no part of them": ("授予5个村“平安村”称号。", {"5个": "村"}),
    "a verb inside a body's name": ("设立职工监督小组18个。", {"18个": "职工监督小组"}),
    "a share that only changes": ("今年同比下降12%。", {"12%": None}),
    "the subject of 由…提到": ("村级广场由5个扩至9个。", {"5个": "村级广场", "9个": "村级广场"}),
    "a body's name before 由": ("工会组织由去年底的63个发展到70个。", {"63个": "工会组织", "70个": "工会组织"}),
    "a verb and a noun in one word before its verb": ("监控装了26个。", {"26个": "监控"}),
    "two verbs that are one noun": ("办理离婚登记27对。", {"27对": "离婚登记"}),
    "who came, told by what they came for": ("接受咨询90人次,另有31人次来访。", {"90人次": "咨询", "31人次": "来访"}),
    "whose noun has an attribute with 各": ("慰问了36户各族困难职工家庭。", {"36户": "各族困难职工家庭"}),
    "a share of those behind 的 and 已": ("有72%的已建会企业推行了公开。", {"72%": "建会企业"}),
    "what the money is meant for": ("从村财政挤出7000元作为活动经费。", {"7000元": "活动经费"}),
    "no building that was made with it": ("拿出30万元改造村级服务大厅。", {"30万元": None}),
    "what is worth the money": ("送去大米、食油折款2600元。", {"2600元": "大米、食油"}),
    "what was done so often, not who did it": ("党委、政府先后六次专题研究安全生产工作。", {"六次": "安全生产工作"}),
    "a noun that the next number cannot count": ("“节能杯”竞赛6个班组81人结束。", {"6个": "班组", "81人": None}),
    "births by their order": ("出生人口260人,其中一孩171人。", {"260人": "人口", "171人": "一孩"}),
    "an attribute with an adverb": ("全镇58家已建会企业公开了厂务。", {"58家": "已建会企业"}),
    "a subject across 被 and 以上": ("稿件被市级以上报台采用17篇。", {"17篇": "稿件"}),
    "pieces and no money": ("厂务公开栏设了47块。", {"47块": "厂务公开栏"}),
    "a share of the subject of its own clause": ("女职工占全镇的近四成。", {"近四成": "女职工"}),
    "a scheme that people are in": ("农村低保在册388户。", {"388户": "农村低保"}),
    "births, which name nobody": ("全年出生318人,死亡142人。", {"318人": None, "142人": None}),
    "what was done for people names nobody": ("秋季助学9人,冬送温暖42户。", {"9人": None, "42户": None}),
    "nor does an event with a name": ("“双节”走访38户。", {"38户": None}),
    "but new jobs are": ("城镇新增就业860人。", {"860人": "就业"}),
    "no body that people came from": ("上月,邻县总工会来了14人取经。", {"14人": None}),
    "no clause of what happened to it": ("拿出台账看,小作坊二十来户底子不清。", {"二十来户": "小作坊"}),
    "no reason behind a number": ("排查隐患30条,剩下4条因需停炉检修。", {"30条": "隐患", "4条": "隐患"}),
    "the standard that changed": ("救助标准由380元调到425元。", {"380元": "救助标准", "425元": "救助标准"}),
    "what changed from the beginning": ("会员从开头的86个,长到263个。", {"86个": "会员", "263个": "会员"}),
    "what changed from what it was": ("分会从最初的5个增加到12个。", {"5个": "分会", "12个": "分会"}),
    "enterprises counted like households": ("检查小餐馆58户次。", {"58户次": "小餐馆"}),
    "not what it is compared with": ("建会率62%,低于全市平均水平5个百分点。", {"62%": "建会率", "5个百分点": "建会率"}),
}


@pytest.mark.parametrize(("text", "wanted"), IN_THE_CLAUSE.values(), ids=IN_THE_CLAUSE.keys())
def test_in_the_clause(text: str, wanted: dict[str, str | None], tools: Tools) -> None:
    assert objects(text, tools) == wanted


CARRIED_OVER = {
    "parts without a noun": ("检查企业57家,其中限期整改38家。", "38家", "企业"),
    "what was done to some": ("受理劳动争议46起,调解成功44起。", "44起", "劳动争议"),
    "but never to more than there are": ("信访接待16起,调解48起。", "48起", "调解"),
    "an elided head": ("实行厂务公开的企业有215家,成效明显的有208家。", "208家", "企业"),
    "a change": ("会员达到5300名,比上年增加420名。", "420名", "会员"),
    "a pair": ("接待职工来访29起、74人次。", "74人次", "职工来访"),
    "the amount of a count": ("劳资纠纷33起,金额65063元。", "65063元", "劳资纠纷"),
    "the whole of parts in a bracket": ("基层工会50个(机关9个、村级21个)。", "21个", "基层工会"),
    "the whole, not the parts in its bracket": ("基层工会50个(村级21个)。年内添6个。", "6个", "基层工会"),
    "what changed is told by the clause before": ("低保标准提高,从原来的310元提高到360元。", "310元", "低保标准"),
    "and the number behind it": ("低保标准提高,从原来的310元提高到360元。", "360元", "低保标准"),
    "nothing of how far it is": ("本镇交通方便,距县城30公里。", "30公里", None),
    "no whole that is less": ("村联合工会5家(包含企业97家)。", "97家", "企业"),
    "a body of its own among parts": ("现有基层团组织18个,其中学校团支部3个。", "3个", "学校团支部"),
    "an age": ("献血的社员有9人,年龄最大的是47岁,最小的24岁。", "24岁", "年龄"),
    "those whose age is told before": ("妇代会主任平均年龄43岁;大专以上的6名。", "6名", "妇代会主任"),
    "what befell others": ("全年出生男孩96人,女孩85人;死亡101人。", "101人", None),
    "the label": ("困难职工建档:新建17户,脱困22户。", "22户", "困难职工"),
    "the label of a rate": ("学生巩固率:小学100%,初中98%。", "98%", "学生巩固率"),
    "people told of before": ("组织工会干部学习工会法,52人参加。", "52人", "工会干部"),
    "the sentence before": ("认真做好困难职工摸底。先后走访143户。", "143户", "困难职工"),
    "a price is named by the sum": ("大学生15名,每人3000元,合计发放助学金4.5万元。", "3000元", "助学金"),
    "the heading": ("一、低保\n当年取消:65户。", "65户", "低保"),
    "money named between": ("63名困难职工收到了慰问金,每人800元。", "800元", "慰问金"),
    "those who got money are not the money": ("慰问困难职工40人,发放2.4万元。", "2.4万元", None),
    "the event of the clause before": ("新工人岗前培训常年举办,一年来不少于二十期。", "不少于二十期", "新工人岗前培训"),
    "what a list has in common": ("国有企业2家,私营企业37家,合资企业4家,共43家。", "43家", "企业"),
    "not those who act": ("困难职工户由工会委员包干,累计帮扶83户。", "83户", "困难职工户"),
    "not a member of what describes another": ("举办电工、焊工等培训班8期,参训260人次。", "260人次", None),
    "each gets what the sum is": ("本科每人4000元,助学金发下去共9万元。", "4000元", "助学金"),
    "no label of money": ("职工医疗互助:参加1788人。", "1788人", None),
    "parts of cases": ("受理争议34件,其中工资报酬18件、社会保险7件。", "7件", "社会保险"),
    "what was done under a label": ("村庄整治:拆除违建3处;改厕326座。", "326座", "改厕"),
    "parts told by where they are": ("现有党支部39个,其中农村26个、机关13个。", "13个", "党支部"),
    "parts of people told by where they are": ("外出劳动力7300人,其中省内2900人,省外4400人。", "4400人", "外出劳动力"),
    "of the total, not of the part before": ("团员980名,其中学生520名,农村460名。", "460名", "团员"),
    "but a part with a noun of its own": ("会员3900人,其中女会员1600人。", "1600人", "女会员"),
    "a target is of what is done": ("新建工会14家,为年度任务12家的116.7%。", "12家", "工会"),
    "a target is of the title of its paragraph": ("二、工作情况\n农村危房改造。下达任务85户。", "85户", "农村危房改造"),
    "what is compared with, not the letter of duties": ("参赛企业22家,比责任书多4家。", "4家", "参赛企业"),
    "a share that only says that it is one": ("女会员3210人,占比41.2%。", "41.2%", "女会员"),
    "a price for a kind of pupil": ("发放助学金3万元,高中每人1500元。", "1500元", "助学金"),
    "a price for each term": ("发放助学金3万元,每学期800元。", "800元", "助学金"),
    "money put into hands": ("把慰问金送到41户困难职工手里,每户500元。", "500元", "慰问金"),
    "money of the last of those paid": ("助学金6.2万元,20名学生每人3000元,另1名2000元。", "2000元", "助学金"),
    "what the clause before ends with": ("各村都设了便民服务点,共11个。", "11个", "便民服务点"),
    "trades that are taught": ("举办月嫂、电工培训班2期,结业88人。", "88人", None),
    "bodies in other bodies": ("现有团支部34个,其中农村20个、学校6个。", "6个", "团支部"),
    "but bodies of the same kind": ("现有工会组织50个,其中企业工会43个。", "43个", "企业工会"),
    "people inside the name of a course": ("办返乡农民工技能培训班1期、35人。", "35人", "返乡农民工"),
    "money beside a household, named before it": ("发放妇女创业贷款88户390万元。", "390万元", "妇女创业贷款"),
    "a price for each of what is counted": ("发放母亲邮包96件(100元/件)。", "100元/件", "母亲邮包"),
    "no people inside the name of a school": ("镇人口学校办培训班12期,听课520人。", "520人", None),
    "an own verb": ("走访八次,发函三次。", "三次", "发函"),
    "no vague noun of the sentence before": ("认真抓好集体合同。已签51家。", "51家", None),
    "of people, no verb that tells what befell them": ("暴雨过后及时统计,受灾6100人。", "6100人", None),
    "of bodies, no verb": ("四季度扫尾,剩余3家。", "3家", None),
    "but an event with a name of its own": ("开展布病监测420人。", "420人", "布病监测"),
    "but of cases": ("清明节专项整治,乱葬5起。", "5起", "乱葬"),
    "of people, no event that they came to": ("四月的比武有18人参加。", "18人", None),
    "money beside a verb that names nobody": ("赔付14人、3.2万元。", "3.2万元", "赔付"),
    "parts told by their villages": ("贫困人口210户、760人。其中:石桥村61户、230人。", "61户", None),
    "parts told by their villages, in the sentence of the whole": ("贫困人口210户,其中石桥村61户,柳河村40户。", "40户", "贫困人口"),
    "parts told by their towns": ("新建企业20家,其中清溪镇4家、云台乡2家。", "2家", "企业"),
    "pupils told by their schools": ("现有学生940名,其中中心小学410名,石桥小学160名。", "160名", "学生"),
    "a grade is of what was counted before": ("建成市级“美丽庭院”示范户12户,县级30户。", "30户", "示范户"),
    "a target of people": ("参保职工1680人,超过县下达的1500人指标。", "1500人", "参保职工"),
    "what each of them has": ("健身活动每村1场。", "1场", "健身活动"),
    "no work of the sentence before": ("各项工作扎实有效。今年上门二十三次。", "二十三次", None),
    "not those who were invited to teach": ("请县里农艺师讲果树课三次,听课的240多人次。", "240多人次", None),
    "not the one who tells": ("镇工会主席周建平说,今年已办焊接、茶艺技能赛6场,430人次上阵。", "430人次", None),
    "not those in the name of a match": ("9月举办第三届职工象棋赛,报名84人。", "84人", None),
    "nor in that of the games": ("8月办首届职工运动会,210人参加。", "210人", None),
    "but those in the name of a course": ("办工会主席培训班1期,62人参加。", "62人", "工会主席"),
    "and those to whom an event was open": ("组织女职工观影1场,130人到场。", "130人", "女职工"),
    "no theme of a course": ("围绕妇女权益保障法等内容,举办学习班5期,160人次听了课。", "160人次", None),
    "no topic of an event": ("请银行、税务讲政策4场,120人次参加。", "120人次", None),
    "no season of an event": ("全年科技下乡:3月大春12场2100人次,9月小春8场900人次。", "900人次", None),
    "people of the total of courses": ("全年培训农民3100人次,其中茶园管理12期1400人次。", "1400人次", "农民"),
    "those of whom a clause with 的 tells": ("全镇输出妇女640人,去江浙的410人,留在本地做工的230人。", "230人", "妇女"),
    "parts told by two words of where": ("现有工会21个,其中机关事业8个、村级13个。", "8个", "工会"),
    "parts told by a list of owners": ("团支部27个,其中机关、学校各3个。", "3个", "团支部"),
    "parts told by what lies between": ("外出劳力2600人,其中省内县外900人。", "900人", "外出劳力"),
    "parts of courses in a bracket": ("举办培训6期(分会主席2期、财务人员4期)。", "4期", "培训"),
    "parts of an event behind a colon": ("本月演练3场:酒厂灭火1场,小学疏散2场。", "2场", "演练"),
    "ways in which an event was held": ("健康讲座改为线下3场、线上4场。", "4场", "健康讲座"),
    "the topic that was held so often": ("工会干部培训镇里专门办了一期,下半年再办一期。", "一期", "工会干部培训"),
    "a match of which it tells": ("篮球赛历时12天,24支球队打满了46场。", "46场", "篮球赛"),
    "no money of another statement": ("慰问环卫工人60名,慰问金3万元;村里配套1.2万元。", "1.2万元", None),
    "nor its sum": ("救助困难职工40人、资金8万元;资助新生12名,合计3.6万元。", "3.6万元", None),
    "those compared with, each by its measure word": ("参赛企业52家,职工4100名,比上届的40家、3300名都多。", "3300名", "职工"),
    "people beside cases behind a stroke": ("本周来电23宗/26人次。", "26人次", "来电"),
    "the row of a table": ("集体合同\t份\t142\t156", "156", "集体合同"),
}


@pytest.mark.parametrize(("text", "number", "wanted"), CARRIED_OVER.values(), ids=CARRIED_OVER.keys())
def test_carried_over(text: str, number: str, wanted: str, tools: Tools) -> None:
    assert objects(text, tools)[number] == wanted


def test_those_who_act_are_not_counted(tools: Tools) -> None:
    found = objects("收到信访事件72宗,其中县总工会转办45宗,镇总工会接访27宗。", tools)
    assert found == {"72宗": "信访事件", "45宗": "信访事件", "27宗": "信访事件"}


def test_nothing_is_invented(tools: Tools) -> None:
    assert objects("全年共资助15人。", tools) == {"15人": None}


def test_the_object_is_copied_from_the_report(tools: Tools) -> None:
    for read in tools.read(Document("a.txt", "走訪慰問困難婦女46戶。")):
        for fact in read.facts:
            assert fact.object == "困難婦女"
            assert fact.object_span is not None
            assert read.report.raw_text(*fact.object_span) == fact.object


def test_the_rule_that_found_the_object_is_a_cue(tools: Tools) -> None:
    (read,) = tools.read(Document("a.txt", "慰问困难职工52户。"))
    cue = next(cue for cue in read.facts[0].cues if cue.rule.startswith("object."))
    assert read.report.text[cue.start : cue.end] == "困难职工"


def test_units_tell_what_they_count(book: Rulebook) -> None:
    types = Types(book.table("objects"), {word: unit.unit_class for word, unit in book.units.items()})
    people = types.wanted("count", "名")
    assert (types.fit(people, "困难职工"), types.fit(people, "总工会"), types.fit(people, "证书")) == (1, -1, 0)
    assert types.of("座谈会") == "event"
    assert types.of("镇工会") == "organisation"
    assert types.of("社会") is None


def test_a_wrong_frame_is_told(book: Rulebook) -> None:
    table = book.table("objects")
    types = Types(table, {})
    wrong = {**table, "frame": [{"id": "object.mine", "why": "x", "side": "behind", "pattern": "(", "fits": "any"}]}
    with pytest.raises(RuleError, match=r"object\.mine: the pattern does not compile"):
        Frames(wrong, types)
    wrong = {**table, "frame": [{"id": "object.mine", "why": "x", "sides": "behind"}]}
    with pytest.raises(RuleError, match="unknown key sides"):
        Frames(wrong, types)


FRAMES = Frames(load().table("objects"), Types(load().table("objects"), {}))
LETTERS = st.text(alphabet="vnaeoqscDdhugtzfirbplw:", max_size=8)


@given(LETTERS, LETTERS)
def test_no_frame_that_finds_a_phrase_is_left_out_for_the_words_beside_the_number(before: str, behind: str) -> None:
    letters, here = f";{before}q{behind};", len(before) + 1
    for frame in FRAMES.rules:
        if frame.side == "before":
            found = frame.pattern.search(letters, 1, here)
        else:
            found = frame.pattern.match(letters, here + 1, len(letters) - 1)
        assert not found or frame.may_stand(before[-1:], letters[here + 1])
