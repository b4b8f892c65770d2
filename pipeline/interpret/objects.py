"""What a number counts or pays: the noun phrase behind it, before it, or of the number or the words that it belongs with.

The frames say where the phrase may stand in the clause; a phrase that the measure word cannot count (名 and 总工会) gives way to one
that it can. Where the clause has none, the object is carried over: from the number before, the label, the sentence before, the heading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import regex
from msgspec import structs

from pipeline.interpret.frames import CLAUSE_ENDS, CUT_BEFORE_VERB, THRESHOLDS, VERB, Found, Frame, Frames, Place
from pipeline.interpret.grammar import Grammar
from pipeline.interpret.lists import common_end, member, shared
from pipeline.interpret.phrases import Line, Types, Wanted
from pipeline.model import Mention, Quantity, Report, Tokens
from pipeline.rulebook import Rulebook

REACH = 300
"""So many words before and behind a number are looked at; no sentence that means something is longer."""
EARLIER_CHARACTERS = 90
"""So much of the sentence before is looked through for a noun."""
HEADING_CHARACTERS = 8
"""A heading longer than this is a sentence and names nothing."""
PEOPLE = ("person", "household", "organisation")
"""Types of those who get or give money and are not what is paid."""
CARRIED, HEADING = "object.carried", "object.heading"


class ObjectFinder:
    """Finds the object of each count, amount and rate of a report."""

    def __init__(self, rulebook: Rulebook) -> None:
        table = rulebook.table("objects")
        types = Types(table, {word: unit.unit_class for word, unit in rulebook.units.items()})
        self._grammar = Grammar(table, types)
        self._frames = Frames(table, types)
        self._earlier = _EarlierText(table, types)

    def find(
        self, mentions: Sequence[Mention], quantities: Sequence[Quantity | None], tokens: Tokens, report: Report
    ) -> list[Found | None]:
        """The object of each mention, None for other kinds and where none is near."""
        line = self._grammar.read(tokens, mentions)
        return _Search(self._frames, self._earlier, line, mentions, quantities, report).run()


class _EarlierText:
    """Finds nouns of a type in a text that is not cut into words, and headings that name something."""

    def __init__(self, table: Mapping[str, Any], types: Types) -> None:
        words = table["words"]
        listed = {word for word in table["classes"]["a"].split() if len(word) > 1}
        self._vague = frozenset(words["vague"].split())
        attributes = sorted(listed.union(words["attributes"].split()), key=len, reverse=True)
        self._attributes = "|".join(map(regex.escape, attributes))
        self._types = types
        self._patterns: dict[str, regex.Pattern[str]] = {}
        self._no_name = regex.compile("|".join(words["headings"].split()))

    def last(self, name: str, text: str, start: int, end: int) -> Found | None:
        """The last noun of the type `name` in a span of the text."""
        if name not in self._patterns:
            ends = "|".join(regex.escape(end) for end in self._types.ends_of(name, 2) if end not in self._vague)
            self._patterns[name] = regex.compile(f"(?:{self._attributes}){{0,3}}(?:{ends})+")
        matches = list(self._patterns[name].finditer(text, start, end))
        return Found(matches[-1].start(), matches[-1].end(), CARRIED, matches[-1].group()) if matches else None

    def names(self, heading: str) -> bool:
        """Whether a heading can stand for what is counted under it."""
        return 1 < len(heading) <= HEADING_CHARACTERS and not any(map(str.isspace, heading)) and not self._no_name.search(heading)


class _Search:
    """The search through one report."""

    def __init__(
        self, frames: Frames, earlier: _EarlierText, line: Line, mentions: Sequence[Mention],
        quantities: Sequence[Quantity | None], report: Report,
    ) -> None:  # fmt: skip
        self._frames = frames
        self._types = frames.types
        self._earlier_text = earlier
        self._line = line
        self._letters = line.letters
        self._mentions = mentions
        self._quantities = quantities
        self._report = report
        self._found: list[Found | None] = [None] * len(mentions)
        self._by_measure = (self._same_measure, self._same_in_statement)

    def run(self) -> list[Found | None]:
        """What each number counts. What names nobody is told for the numbers beside it alone: 赔付11人、2.85万元."""
        nobody = set()
        for sentence, bounds in self._line.bounds.items():
            here = self._letters.find("q", *bounds)
            while here >= 0:
                index = self._line.mention_at.get(here)
                quantity = None if index is None else self._quantities[index]
                if index is not None and quantity is not None:
                    place = self._place(index, here, sentence, bounds, quantity)
                    found = self._found[index] = self._typed(self._one(place), place)
                    if found is not None and self._frames.names_nobody(found, place):
                        nobody.add(index)
                here = self._letters.find("q", here + 1, bounds[1])
        return [None if index in nobody else found for index, found in enumerate(self._found)]

    def _place(self, index: int, here: int, sentence: int, bounds: tuple[int, int], quantity: Quantity) -> Place:
        mention = self._mentions[index]
        wanted = self._types.wanted(mention.kind, self._unit(index))
        near = (max(bounds[0], here - REACH), min(bounds[1], here + REACH))
        left, right = self._left(here, near[0]), self._right(here, near[1])
        return Place(index, here, sentence, left, right, near, mention.kind, wanted, quantity, self._following(here, right))

    def _following(self, here: int, right: int) -> Wanted | None:
        """What the next number of the clause counts."""
        following = self._line.mention_at.get(self._letters.find("q", here + 1, right))
        return None if following is None else self._types.wanted(self._mentions[following].kind, self._unit(following))

    def _unit(self, index: int) -> str:
        span = self._mentions[index].groups.get("unit")
        return self._line.text[slice(*span)].strip() if span else ""

    def _left(self, here: int, first: int) -> int:
        """Where the clause of a number begins; a colon right before it is passed over."""
        position = here
        while position > first and self._letters[position - 1] not in CLAUSE_ENDS:
            position -= 1
            if self._letters[position] == ":" and position != here - 1:
                return position + 1
        return position

    def _right(self, here: int, last: int) -> int:
        position = here + 1
        while position < last and self._letters[position] not in CLAUSE_ENDS + ":)":
            position += 1
        return position

    def _typed(self, found: Found | None, place: Place) -> Found | None:
        if found is None:
            return None
        fit, kind = self._types.fit(place.wanted, found.text), self._types.of(found.text)
        if place.kind == "money" and found.rule == CARRIED and kind in PEOPLE:
            return None  # 慰问困难职工20人,10000元: they are not what is paid
        return structs.replace(found, type=kind, wanted=place.wanted.type, soft=place.wanted.soft, fit=fit)

    def _one(self, place: Place) -> Found | None:
        beside = self._row(place) or self._sum(place) or self._listed(place) or self._paired(place) or self._rate_label(place)
        if beside:
            return beside
        if place.kind == "money" and self._frames.is_payment(self._line, place) and not self._frames.is_named_behind(self._line, place):
            return self._paid(place)
        picked = self._of_those_picked(place)
        if picked:
            return picked
        accepted, spare = self._in_clause(place)
        if accepted is None and spare and self._is_counted_already(place, spare):
            return None
        return accepted or self._carried(place, spare) or self._instead(place, spare) or self._at_last(place)

    def _of_those_picked(self, place: Place) -> Found | None:
        """146位60岁以上退役士兵: a threshold between the number and its noun picks out whom it counts."""
        following = self._line.mention_at.get(place.here + 1)
        quantity = None if following is None else self._quantities[following]
        if quantity is None or following is None or place.kind != "count":
            return None
        if quantity.bound not in THRESHOLDS and self._types.wanted("count", self._unit(following)).type != "age":
            return None
        match = self._frames.phrase.match(self._letters, place.here + 2 + (self._letters[place.here + 2] == "D"), place.right)
        span = None if match is None else self._frames.behind(self._line, *match.span(), place)
        fits = span is not None and self._types.fit(place.wanted, self._line.phrase(*span)) > 0
        return self._made(span, "object.behind") if span is not None and fits else None

    def _is_counted_already(self, place: Place, spare: Found) -> bool:
        """21支代表队640人: what the number before counts and this one cannot."""
        before = self._letters.rfind("q", place.left, place.here)
        told = self._found[self._line.mention_at[before]] if before >= 0 else None
        unfit = place.kind == "count" and self._types.fit(place.wanted, spare.text) < 0
        return unfit and told is not None and told.span == spare.span

    def _instead(self, place: Place, spare: Found | None) -> Found | None:
        """下达任务85户: a target is named by the title of its paragraph rather than by itself."""
        if spare and self._frames.is_target(spare.text, place.wanted) and place.kind == "count":
            return self._title(place) or spare
        if spare and place.kind == "count" and place.wanted.type == "person" and self._frames.is_actor(spare.text):
            return None  # 邻县总工会来了14人
        if spare and place.kind == "count" and self._is_deed(spare, place):
            return structs.replace(spare, rule=VERB)
        return spare

    def _is_deed(self, spare: Found, place: Place) -> bool:
        """死亡142人, “双节”走访38户: what befell people or was done for them, and not who they are."""
        if place.wanted.type not in ("person", "household") or place.wanted.soft:
            return False
        if self._types.of(spare.text) == "money":
            return False
        return spare.verbal or (spare.is_deed and (self._types.of(spare.text) is None or self._frames.names_nothing(spare.text)))

    def _in_clause(self, place: Place) -> tuple[Found | None, Found | None]:
        """The phrase of its clause that is the object; else one that may be it where nothing better is found."""
        spare: Found | None = None
        for frame in self._frames.rules_for(self._line, place):
            for span in self._frames.spans(frame, self._line, place):
                found = self._made(span, frame.id)
                if self._frames.accepts(frame, self._line, span, place) and not self._is_part_of_event(found, place):
                    return found, None
                if frame.last and spare is None and not self._is_predicate(frame, found, place):
                    spare = found
        return None, spare

    def _is_part_of_event(self, found: Found, place: Place) -> bool:
        """演练3场:酒厂灭火1场,小学疏散2场: what is no event itself says but which of them; 线上4场 where it was."""
        if place.kind != "count" or place.wanted.type != "event" or self._types.of(found.text) == "event":
            return False
        told = self._whole_event(place)
        return (told is not None and told.type == "event") or self._frames.is_owner(found.text, place.wanted)

    def _whole_event(self, place: Place) -> Found | None:
        """What the total counts that a number behind 其中, in a bracket or behind a colon is a part of, or the first of several ways."""
        at = self._whole_at(place)
        if at is None:
            colon = self._letters.rfind(":", place.bounds[0], place.here)
            at = self._line.mention_at.get(colon - 1)
            at = at if at is not None and self._unit(at) == self._unit(place.index) else None
        return None if at is None else self._found[at]

    def _is_predicate(self, frame: Frame, found: Found, place: Place) -> bool:
        """为26人协调办理了低保: a verb behind people is what was done."""
        told = frame.side == "behind" and found.verbal and place.wanted.type in CUT_BEFORE_VERB
        return told and self._types.fit(place.wanted, found.text) <= 0

    def _made(self, span: tuple[int, int], rule: str) -> Found:
        letters = self._letters[slice(*span)]
        verbal = not letters.strip("ve")
        return Found(*self._line.span(*span), rule, self._line.phrase(*span), verbal, is_deed=letters[-1] == "e")

    # ---------------------------------------------------------------- beside another number

    def _row(self, place: Place) -> Found | None:
        """The first cell of a table's row names the row."""
        cell = self._letters.find("|", place.bounds[0], place.here)
        match = self._frames.phrase.match(self._letters, place.bounds[0], cell) if cell > 0 else None
        return self._made(match.span(), "object.row") if match else None

    def _listed(self, place: Place) -> Found | None:
        """早孕建册率、产后访视率分别达到92.3%、95.8%, 排球赛、拔河赛各1场: what a list of nouns tells of a list of numbers, or of one."""
        frames, line = self._frames, self._line
        span = member(line, place.here, place.left, frames.dealing) or shared(line, place.here, place.left, frames.each)
        if (
            span is None
            or (place.kind == "count" and frames.names_no_more(line, span, place))
            or self._types.fit(place.wanted, line.phrase(*span)) < 0
        ):
            return None
        return self._made(frames.trimmed(line, *span, place.wanted) if place.wanted.type in CUT_BEFORE_VERB else span, "object.listed")

    def _paid(self, place: Place) -> Found | None:
        """拿出2万元作为奖励经费, 每人奖励2000元: a verb of paying names nothing, nor does what was made; what the money is does."""
        each = self._letters.find("r", place.left, place.here)
        if each >= 0:
            before = self._frames.phrase.search(self._letters, place.left, each)
            named = self._made(before.span(), "object.paid_each") if before else None
            return self._later_money(place) or named or self._carry(self._count_beside(place))
        apart = self._letters[place.here + 1] == ","  # 投入3万元,制作标语300幅: of which it is but a part
        span = None if apart else self._frames.made_with(self._line, place)
        if span is not None:
            return self._made(span, "object.paid_as") if self._types.fit(place.wanted, self._line.phrase(*span)) > 0 else None
        return self._made((place.here - 1, place.here), "object.before") if self._frames.names_payment(self._line, place) else None

    def _rate_label(self, place: Place) -> Found | None:
        """学生巩固率:小学100%,初中98%: the label names the rate, what stands before the number only whose it is."""
        if place.kind != "rate" or self._letters[place.here - 1] == ":":
            return None
        label = self._from_label(place)
        match = self._frames.phrase.search(self._letters, place.left, place.here)
        return label if match is None or self._types.fit(place.wanted, self._line.phrase(*match.span())) <= 0 else None

    def _paired(self, place: Place) -> Found | None:
        """Two numbers side by side are about the same thing: 29起、74人次, 471户,1043人, 每户800元,计6.72万元."""
        before = place.here - 1
        while before > place.bounds[0] and self._letters[before] in "hd":
            before -= 1
        adds_up = before < place.here - 1
        separator = self._letters[before] if before > place.bounds[0] else ""
        if separator and (separator in "sc," or self._line.word(before) == "/"):
            before -= 1
        if before < place.bounds[0] or self._letters[before] != "q":
            return None
        following = self._letters[place.here + 1]
        if following in "naeoD" or (separator == "," and following not in ",;)"):
            return None
        previous, previous_at = self._line.mention_at[before], before
        if adds_up and (place.kind != "money" or self._mentions[previous].kind != "money"):
            return None
        return self._paired_with(self._found[previous], self._left(previous_at, place.bounds[0]), place)

    def _paired_with(self, found: Found | None, first: int, place: Place) -> Found | None:
        """What the second of two numbers counts, the first of which counts `found` in a clause that begins at `first`."""
        if found is not None and place.kind == "count" and self._types.fit(place.wanted, found.text) < 0:
            return self._phrase_that_fits(place, first, inside=True) or self._same_in_statement(place) or self._carry(found)
        of_part = found is not None and found.rule == CARRIED and found.wanted == "event" and place.wanted.type == "person"
        if of_part and (same := self._same_in_statement(place)) is not None:
            return self._carry(same)  # 培训农民4120人次,其中烟叶12期1105人次
        if found is not None and self._is_topic_of_event(found, place):
            return self._carry(self._same_in_statement(place)) or structs.replace(found, rule=VERB)
        if found is not None and found.verbal and place.wanted.type == "person":  # 培训村干部3期154人次
            return self._phrase_that_fits(place, first, inside=False) or self._carry(found)
        if place.kind == "money" and found is not None and self._types.of(found.text) in PEOPLE:
            return self._carry(self._paid_before(place) or found)
        return self._carry(found)

    def _is_topic_of_event(self, found: Found, place: Place) -> bool:
        """讲政策4场120人次, 茶园管理12期1400人次: what courses are about is nobody who came."""
        course = found.wanted == "event" and not found.soft and found.type is None and not found.verbal and found.rule != CARRIED
        return course and place.kind == "count" and place.wanted.type == "person"

    def _paid_before(self, place: Place) -> Found | None:
        """助学金6万元,其中20名每人3000元,另1名2000元: those who got it are not what was paid."""
        amounts = (self._found[i] for i in self._numbers(place, same_statement=True) if self._mentions[i].kind == "money")
        named = next((found for found in amounts if found is not None and self._types.of(found.text) == "money"), None)
        return named or self._phrase_that_fits(place, place.left, inside=False)

    @staticmethod
    def _carry(found: Found | None) -> Found | None:
        return None if found is None else structs.replace(found, rule=CARRIED if found.rule != VERB else VERB)

    def _numbers(self, place: Place, *, same_statement: bool = False) -> Iterator[int]:
        """The mentions before this one in its sentence that have an object, the nearest first."""
        position = place.here
        while (position := position - 1) >= place.bounds[0]:
            letter = self._letters[position]
            if same_statement and letter == ";":
                return
            if letter == ")":
                position = self._frames.parts_opened(self._line, position, place.bounds[0])
            elif letter == "q" and self._found[self._line.mention_at[position]] is not None:
                yield self._line.mention_at[position]

    # ---------------------------------------------------------------- carried over

    def _carried(self, place: Place, spare: Found | None) -> Found | None:
        """The object of a number whose clause names none that fits."""
        if spare and place.kind == "count" and self._frames.is_target(spare.text, place.wanted) and (told := self._target_of(place)):
            return self._carry(told)
        if spare and self._is_part_of_event(spare, place):
            told = self._whole_event(place) or self._phrase_that_fits(place, place.bounds[0], inside=False)
            return self._carry(told)
        at = self._whole_at(place) if spare else None
        if spare and at is not None and self._is_greater(place, at):
            return spare
        whole = None if at is None else self._found[at]
        if spare and whole and (self._frames.is_owner(spare.text, place.wanted) or (spare.verbal and place.wanted.type in PEOPLE)):
            return self._carry(whole)
        if spare and self._is_body_of_part(place, spare):
            return self._carry(whole) if whole and self._has_such_parts(whole, spare) else spare
        if spare and place.kind == "money" and self._frames.is_bare(spare.text) and (named := self._nearest_count(place)):
            return spare if named.verbal or self._types.of(named.text) in PEOPLE else self._carry(named)
        for source in self._sources(place, spare):
            found = source(place)
            repeats = found is not None and found.verbal and place.wanted.type == "event" and source in self._by_measure
            if repeats and (own := self._verb(place)):
                return own  # 走访八次,发函三次
            if found is not None:
                return None if spare and place.wanted.type == "case" and self._is_too_small(found, place) else self._carry(found)
        return None

    def _sources(self, place: Place, spare: Found | None) -> Iterator[Callable[[Place], Found | None]]:
        """Where the noun may stand: not far away where the clause has a verb for it (培训85人) or tells whose people they are."""
        if place.kind == "money" and self._letters[place.here - 1] == "r":
            beside = self._count_beside(place)
            paid = beside is not None and self._types.of(beside.text) in ("person", "household")
            named = (self._later_money, self._from_phrases) if paid or beside is None else (self._from_phrases,)
            yield from (self._from_label, self._money_between, *named, self._count_beside)
        happened = spare is not None and spare.verbal and place.wanted.type == "person" and self._is_one_word(spare)
        yield self._same_in_statement if happened or self._tells_of_other_money(place) else self._same_measure
        theirs = spare is not None and spare.rule == "object.before" and self._types.of(spare.text) == "organisation"
        if not theirs:
            yield self._from_phrases
        if not self._is_of_event(place, spare):
            yield self._from_label
        yield self._total
        if theirs or any(self._numbers(place)):
            return
        vague = spare is None or not spare.verbal or self._types.of(spare.text) is None or not self._frames.names(spare.text)
        if vague or place.wanted.type == "case":
            yield self._from_sentence_before

    def _tells_of_other_money(self, place: Place) -> bool:
        """慰问金3万元;村里配套1.2万元: a statement with a verb of its own is about money of its own."""
        begins = self._letters.rfind(";", place.bounds[0], place.here) + 1 if place.kind == "money" else 0
        return begins > place.bounds[0] and any(letter in "ve" for letter in self._letters[begins : place.here])

    def _is_one_word(self, found: Found) -> bool:
        """死亡301人 tells whom it is about, 介绍上岗326人 what was done for those told before."""
        return self._frames.names(found.text) and len(found.text) <= 2

    def _is_of_event(self, place: Place, spare: Found | None) -> bool:
        """村庄整治:改厕326座: what was done says what is counted, and the label only the work that it is of."""
        label = self._label(place) if spare and spare.verbal and place.wanted.type is None else None
        return label is not None and self._types.of(label.text) in ("event", None)

    def _count_beside(self, place: Place) -> Found | None:
        """资助36名,每名3000元: those to whom the money is paid, where they stand right before it."""
        nearest = next(self._numbers(place, same_statement=True), None)
        return self._found[nearest] if nearest is not None and self._mentions[nearest].kind == "count" else None

    def _money_between(self, place: Place) -> Found | None:
        """75名困难职工收到了慰问金,每人800元: what money is named between those who got it and what each of them got."""
        first = self._letters.rfind("q", place.bounds[0], place.here)
        return self._phrase_that_fits(place, first + 1, inside=False) if first >= 0 else None

    def _is_too_small(self, found: Found, place: Place) -> bool:
        """调解48起 are none of 信访接待16起: what was done to some is never more than they are."""
        same = (self._quantities[i] for i in self._numbers(place) if (other := self._found[i]) is not None and other.text == found.text)
        values = [quantity.value for quantity in same if quantity is not None and quantity.value is not None]
        return place.quantity.value is not None and bool(values) and max(values) < place.quantity.value

    def _target_of(self, place: Place) -> Found | None:
        """城镇新增就业312人,完成全年任务400人: the last number with the same measure word tells what the target is of."""
        unit = self._unit(place.index)
        nearest = next((i for i in self._numbers(place, same_statement=True) if self._unit(i) == unit), None)
        found = None if nearest is None else self._found[nearest]
        return None if found is None or self._frames.is_target(found.text, place.wanted) else found

    def _whole_at(self, place: Place) -> int | None:
        """团员1420名,其中学生860名,农村430名: what the total is of, not the part before."""
        since = self._frames.part_since(self._line, place)
        unit = self._unit(place.index)
        before = (i for i in self._numbers(place, same_statement=True) if self._line.at[i] < since)
        return next((i for i in before if self._unit(i) == unit and self._mentions[i].kind == place.kind), None)

    def _is_greater(self, place: Place, whole: int) -> bool:
        """联合工会5家(包含企业97家): what is more than the number before is no part of what that counts."""
        other = self._quantities[whole]
        mine, theirs = place.quantity.value, None if other is None else other.value
        return mine is not None and theirs is not None and mine > theirs

    def _is_body_of_part(self, place: Place, spare: Found) -> bool:
        body = place.wanted.type is None and self._types.of(spare.text) == "organisation"
        return body and self._frames.is_part(self._line, place)

    def _has_such_parts(self, whole: Found, part: Found) -> bool:
        """团支部34个,其中学校3个: bodies in other bodies; 工会60个,其中联合工会11个 has a noun of its own."""
        if self._frames.is_section(part.text):
            return False
        shared_words = any(part.text[at : at + 2] in whole.text for at in range(len(part.text) - 1))
        return self._types.of(whole.text) == "organisation" and not shared_words

    def _nearest_count(self, place: Place) -> Found | None:
        """工伤纠纷15起,金额597752元: what the count before it is about."""
        return next((self._found[i] for i in self._numbers(place, same_statement=True) if self._mentions[i].kind == "count"), None)

    def _same_in_statement(self, place: Place) -> Found | None:
        """女孩185人;死亡301人: what names something itself takes no noun of another statement."""
        return self._same_measure(place, same_statement=True)

    def _same_measure(self, place: Place, *, same_statement: bool = False) -> Found | None:
        """The object of a number before it with the same measure; of a share, of any."""
        unit = self._unit(place.index)
        for index in self._numbers(place, same_statement=same_statement):
            found = self._found[index]
            assert found is not None
            if self._is_of_same(index, found, place, unit):
                return found
        return None

    def _is_of_same(self, index: int, found: Found, place: Place, unit: str) -> bool:
        if found.rule in (VERB, "object.share_of") or self._frames.is_bare(found.text):
            return False
        if self._frames.is_target(found.text, place.wanted):
            return False
        if place.kind == "rate":
            return True
        if self._mentions[index].kind != place.kind or self._unit(index) != unit:
            return False
        if found.verbal and place.wanted.type not in ("money", "event", "case"):
            return False
        if place.wanted.type is None:
            return True
        fit = self._types.fit(place.wanted, found.text)
        return fit > 0 or (place.kind == "money" and fit == 0 and not found.verbal and found.rule != CARRIED)

    def _total(self, place: Place) -> Found | None:
        """总户数18620户: a total that says itself what it counts."""
        here = place.here - 1
        if self._letters[here] == "g" and self._types.fit(place.wanted, self._line.word(here)) > 0:
            return self._made((here, here + 1), CARRIED)
        return None

    def _from_phrases(self, place: Place) -> Found | None:
        """The last noun phrase of the statement that is just what the measure word counts; then one inside a longer phrase."""
        if place.wanted.type is None:
            return None
        if place.wanted.type == "event":
            return self._event_before(place)
        first = max(place.bounds[0], self._letters.rfind(";", place.bounds[0], place.here) + 1)
        return self._phrase_that_fits(place, first, inside=False) or self._phrase_that_fits(place, first, inside=True)

    def _event_before(self, place: Place) -> Found | None:
        """岗前培训常年举办,一年来不少于二十期: the event that the clause before tells of, where its own names nothing."""
        own = self._letters[place.left : place.here]
        if place.wanted.soft or place.left <= place.bounds[0] or any(letter in "naeov" for letter in own):
            return None
        return self._phrase_that_fits(place, self._left(place.left - 1, place.bounds[0]), inside=False)

    def _phrase_that_fits(self, place: Place, first: int, *, inside: bool) -> Found | None:
        ends = "noe" if place.wanted.type in ("money", "event") else "no"
        for match in reversed(list(self._frames.phrase.finditer(self._letters, first, place.here))):
            for last in range(match.end(), match.start(), -1):
                if self._letters[last - 1] not in ends or (not inside and self._letters[last] in "nao"):
                    continue
                text = self._line.phrase(match.start(), last)
                if self._types.fit(place.wanted, text) <= 0 or not self._can_be_carried(match.span(), last, place, inside=inside):
                    continue
                span = self._frames.trimmed(self._line, match.start(), last, place.wanted)
                if not self._frames.is_bare(self._line.phrase(*span)):
                    return self._made(span, CARRIED)
        return None

    def _can_be_carried(self, span: tuple[int, int], last: int, place: Place, *, inside: bool) -> bool:
        """Not 筹集, not those who act, and no member of a list that describes something else: 车工、焊工等培训班."""
        first, end = span
        listed = self._line.last_separator(first, end) > 0
        if inside and self._frames.is_quoted(self._line, first, last):
            return False
        if inside and place.wanted.type == "person" and self._types.of(self._line.phrase(first, end)) == "organisation":
            return False  # 人口学校
        if listed and (inside or self._letters[end] == "z") and place.wanted.type in PEOPLE:
            return False
        if set(self._letters[first:last]) == {"o"}:
            return False  # “不漏一户不错一人”
        if place.wanted.type == "household" and self._types.of(self._line.phrase(first, last)) == "organisation":
            return False  # 各村工会送去9万元,惠及200户: bodies are households only beside their number
        if place.wanted.type == "person" and self._frames.stays_outside(self._line, first, end):
            return False
        if inside and place.wanted.type == "person" and self._frames.is_in_name(self._line, first, end):
            return False
        text = self._line.phrase(first, last)
        if self._is_listed_trade(span, text) or (inside and self._frames.is_trade(text)):
            return False  # 钳工技术比武
        return not self._frames.is_payment_word(text) and not (place.wanted.type in PEOPLE and self._frames.acts(self._line, first, last))

    def _is_listed_trade(self, span: tuple[int, int], text: str) -> bool:
        """电工、焊工培训班, 车工、钳工3个工种: trades in a list are what is taught or tested and no people."""
        return self._frames.is_trade(text) and (self._letters[span[1]] == "z" or self._line.last_separator(*span) >= 0)

    def _from_label(self, place: Place) -> Found | None:
        """困难职工建档:新建档17户: the label at the beginning of the sentence, where it can be what is counted."""
        label = self._label(place)
        if label is not None:
            fit = self._types.fit(place.wanted, label.text)
            if fit > 0 or (fit == 0 and place.wanted.type is None):
                return label
        return None

    def _label(self, place: Place) -> Found | None:
        colon = self._letters.rfind(":", place.bounds[0], place.here)
        if colon < 0:
            return None
        begin = max(place.bounds[0], self._letters.rfind(",", place.bounds[0], colon) + 1)
        matches = list(self._frames.phrase.finditer(self._letters, begin, colon))
        return self._made(self._frames.trimmed(self._line, *matches[-1].span(), place.wanted), CARRIED) if matches else None

    def _later_money(self, place: Place) -> Found | None:
        """每人3000元,…合计发放助学金5.7万元: what is paid per head is named by the sum."""
        if place.kind != "money":
            return None
        last = self._letters.find(";", place.here, place.bounds[1])
        for match in self._frames.phrase.finditer(self._letters, place.here, place.bounds[1] if last < 0 else last):
            span = self._frames.trimmed(self._line, *match.span(), place.wanted)
            text = self._line.phrase(*span)
            named = "n" in self._letters[slice(*span)]
            if named and self._types.fit(place.wanted, text) > 0 and not self._is_bare(span):
                return self._made(span, CARRIED)
        return None

    def _is_bare(self, span: tuple[int, int]) -> bool:
        """金额, 户数和金额: nothing by itself, alone or as the last of a list."""
        first = max(self._line.last_separator(*span) + 1, span[0])
        return self._frames.is_bare(self._line.phrase(first, span[1]))

    def _from_sentence_before(self, place: Place) -> Found | None:
        sentences = self._report.sentences
        before = place.sentence - 1
        if before < 0 or sentences[before].block != sentences[place.sentence].block:
            return None
        if before in self._line.bounds:
            bounds = self._line.bounds[before]
            earlier = structs.replace(place, here=bounds[1], bounds=(max(bounds[0], bounds[1] - REACH), bounds[1]), sentence=before)
            found = self._same_measure(earlier) if place.kind != "rate" and self._unit(place.index) else None
            return None if found is None or found.verbal else found
        if place.wanted.type in (None, "rate"):
            return None
        start, end = sentences[before].start, sentences[before].end
        return self._earlier_text.last(place.wanted.type, self._line.text, max(start, end - EARLIER_CHARACTERS), end)

    # ---------------------------------------------------------------- what is left

    def _at_last(self, place: Place) -> Found | None:
        sources = (
            self._direct_label, self._changed_before, self._later_money, self._priced, self._same_unit, self._held, self._verb,
            self._subject, self._any_number, self._heading,
        )  # fmt: skip
        return next((found for source in sources if (found := source(place)) is not None), None)

    def _changed_before(self, place: Place) -> Found | None:
        """标准提高,从原来的560元提高到600元: what changed is told by the clause before."""
        first = place.left
        if first <= place.bounds[0] or self._letters[first - 1] != "," or self._letters[first] != "p":
            return None
        if self._letters[place.here + 1] not in "vea" or any(letter not in "ptlfDd" for letter in self._letters[first : place.here]):
            return None
        begin = self._left(first - 1, place.bounds[0])
        match = self._frames.phrase.match(self._letters, begin, first - 1)
        return self._made(match.span(), CARRIED) if match and self._types.fit(place.wanted, self._line.phrase(*match.span())) >= 0 else None

    def _direct_label(self, place: Place) -> Found | None:
        """金秋助学:资助15人: the label of the first clause behind it."""
        label = self._label(place) if place.left > place.bounds[0] and self._letters[place.left - 1] == ":" else None
        return None if label is None or self._is_of_money(place, label.text) else label

    def _is_of_money(self, place: Place, name: str) -> bool:
        """职工医疗互助:参加1788人: people are none of what pays."""
        return place.wanted.type == "person" and not place.wanted.soft and self._types.of(name) == "money"

    def _same_unit(self, place: Place) -> Found | None:
        """医疗救助:96人,…比上年多9人: of the last number with the same measure word, whatever it is about."""
        unit, kind = self._unit(place.index), place.kind
        same = (i for i in self._numbers(place, same_statement=True) if self._unit(i) == unit and self._mentions[i].kind == kind)
        told = (found for i in same if (found := self._found[i]) is not None and not found.verbal)
        return next((found for found in told if not self._frames.is_target(found.text, place.wanted)), None)

    def _verb(self, place: Place) -> Found | None:
        """乱葬3起: the verb itself, where nothing else is named; of people it says what befell them and not who they are."""
        at = place.here - 1
        while at > place.left and self._letters[at] in "du":
            at -= 1
        if place.kind != "money" and at >= place.left and self._letters[at] in "vea" and self._frames.names(self._line.word(at)):
            return self._made((at, at + 1), VERB)
        return None

    def _held(self, place: Place) -> Found | None:
        """干部培训镇里办了一期: the event told before, where the verb says but that it was held."""
        at = place.here - 1
        while at > place.left and self._letters[at] in "du":
            at -= 1
        if place.wanted.type != "event" or self._letters[at] != "v" or not self._frames.holds(self._line.word(at)):
            return None
        return self._phrase_that_fits(place, place.bounds[0], inside=False)

    def _priced(self, place: Place) -> Found | None:
        """发放邮包110件(100元/件): a price for each is of what is counted so."""
        per = place.quantity.per
        if place.kind != "money" or not per:
            return None
        found = next((self._found[i] for i in self._numbers(place, same_statement=True) if self._unit(i) == per), None)
        return None if found is None or self._types.of(found.text) in PEOPLE else found

    def _subject(self, place: Place) -> Found | None:
        """部分企业工会主席由行政副职兼任,占三分之一: a share of no stated whole is one of the subject of its statement."""
        if place.kind != "rate":
            return None
        first = max(place.bounds[0], self._letters.rfind(";", place.bounds[0], place.here) + 1)
        match = self._frames.phrase.search(self._letters, first, place.here)
        return self._made(self._frames.trimmed(self._line, *match.span(), place.wanted), CARRIED) if match else None

    def _sum(self, place: Place) -> Found | None:
        """国有企业2家,私营企业37家,共39家: what the nouns of a list that is summed up have in common."""
        if not self._frames.sums_up(self._line, place):
            return None
        parts = [self._found[index] for index in self._numbers(place, same_statement=True) if self._unit(index) == self._unit(place.index)]
        if not parts and place.kind == "count":
            return self._done_before(place)
        if len(parts) < 2 or parts[0] is None or parts[0].rule == CARRIED:
            return None
        name, end = common_end([part.text for part in parts if part is not None]), parts[0].end
        return Found(end - len(name), end, CARRIED, name) if len(name) > 1 and self._types.of(name) else None

    def _done_before(self, place: Place) -> Found | None:
        """各村都设了便民服务点,共11个: what the clause before it ends with, where it can be counted so."""
        end = place.left - 1
        if end <= place.bounds[0] or self._letters[end] != "," or self._letters[place.here + 1] in "naeoD":
            return None
        found = self._ending_at(end, self._left(end, place.bounds[0]), place)
        if found is None or self._frames.is_bare(found.text):
            return None
        return found if place.wanted.type is None or self._types.fit(place.wanted, found.text) > 0 else None

    def _ending_at(self, end: int, first: int, place: Place) -> Found | None:
        """The object of the verb that closes a clause, with which the clause ends."""
        match = next((m for m in self._frames.phrase.finditer(self._letters, first, end) if m.end() == end), None)
        if match is None or "v" not in self._letters[first : match.start()] or self._letters[end - 1] == "e":
            return None
        return self._made(self._frames.trimmed(self._line, *match.span(), place.wanted), CARRIED)

    def _any_number(self, place: Place) -> Found | None:
        """大病救助:11人,5.5万元: what the number before it is about, where that can be counted so."""
        numbers = self._numbers(place, same_statement=self._tells_of_other_money(place))
        told = (found for index in numbers if (found := self._found[index]) is not None)
        named = (found for found in told if not self._frames.is_target(found.text, place.wanted))
        nearest = next((found for found in named if found.rule != VERB), None)
        if nearest is None:
            return None
        if self._is_topic_of_event(nearest, place):
            return structs.replace(nearest, rule=VERB)
        if place.kind == "money" and self._types.of(nearest.text) is None:
            return None
        if place.wanted.type == "person" and self._types.of(nearest.text) == "event":
            return None  # 开办培训班14期,有876人次参加
        if place.wanted.type == "person" and self._types.of(nearest.text) == "age":
            return self._phrase_that_fits(place, place.bounds[0], inside=True)  # 主席平均年龄43岁;大专以上的6名
        if place.kind == "count" and self._types.fit(place.wanted, nearest.text) < 0:
            return None
        return self._carry(nearest)

    def _title(self, place: Place) -> Found | None:
        """农村危房改造。今年下达任务85户: the short sentence with which the paragraph begins."""
        sentences = self._report.sentences
        before = place.sentence - 1
        if before < 0 or sentences[before].block != sentences[place.sentence].block:
            return None
        if before > 0 and sentences[before - 1].block == sentences[before].block:
            return None
        start, end = sentences[before].start, sentences[before].end
        begin = max(start, self._report.blocks[sentences[before].block].body)
        text = self._report.text[begin:end].strip().rstrip("。;:")
        if not self._earlier_text.names(text) or self._types.fit(place.wanted, text) < 0:
            return None
        start = self._report.text.index(text, begin)
        return Found(start, start + len(text), HEADING, text)

    def _heading(self, place: Place) -> Found | None:
        block = self._report.blocks[self._report.sentences[place.sentence].block]
        if not block.path or any(self._numbers(place, same_statement=True)):
            return None
        if self._frames.phrase.search(self._letters, place.left, place.here):
            return None
        above = self._report.blocks[block.path[-1]]
        text = self._report.text[above.body : above.end].strip().rstrip("。;:,")
        if (
            not self._earlier_text.names(text)
            or self._is_of_money(place, text)
            or ((place.kind != "count" or place.wanted.type is not None) and self._types.fit(place.wanted, text) <= 0)
        ):
            return None
        start = self._report.text.index(text, above.body)
        return Found(start, start + len(text), HEADING, text)
