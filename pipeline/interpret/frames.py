"""Where the noun phrase of a number stands in its own clause: the frames of `rules/objects.toml`, and where a phrase begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import regex

from pipeline.interpret.phrases import Line, Types, Wanted
from pipeline.model import Cue, Quantity
from pipeline.relax import RelaxError, edges
from pipeline.repeats import bounded
from pipeline.rulebook import RuleError

MAX_CHARACTERS = 8
"""A noun phrase longer than this is cut to its end, where the head stands."""
MOST_LISTED = 24
"""Characters of a list of nouns that is counted as a whole."""
CUT_BEFORE_VERB = frozenset({"person", "organisation", "household", "case"})
"""Types whose nouns are what the verb before them is done to: 慰问困难职工, 检查企业."""
PEOPLE_COUNTED = frozenset({"person", "household"})
AGENTS = frozenset({"person", "organisation"})
NOT_PLACES = frozenset({"person", "household", "organisation"})
"""Types of which no place is one: of 清溪镇4家 the place is where they are."""
COUNTED = frozenset({"person", "organisation", "household", "case", "event"})
"""Types of nouns that a measure word tells of."""
INVITED = 3
"""So many words lie at most between a word of inviting and those invited: 请市农科所的同志."""
BEFORE, VERB = "object.before", "object.verb"
THRESHOLDS = (">=", "<=")
NO_CLASS = (None, "money", "rate", "event")
"""Types of nouns that name no class that a threshold could pick out."""
HEDGED_CLASSES = ("person", "household", "money")
"""Types of which any hedged number may be a threshold: 超亿元项目."""

CLAUSE_ENDS = ",;|("
_AMONG = regex.compile(r"f(?:[na]{1,2}[hd]{0,2}q[,sc]){0,6}\Z")
"""What stands before those that a whole is parted into: 干部中专职24人、兼职63人."""
_OPENING = "“‘《〈「『"
_KEYS = {"id", "why", "side", "pattern", "fits", "last", "topic", "kinds", "types", "never", "examples", "counter_examples"}
Side = Literal["before", "behind", "becomes", "clause"]


class Found(msgspec.Struct, frozen=True, gc=False):
    """An object: its local span, the rule that found it, its text, and whether it is but a verb used as a noun."""

    start: int
    end: int
    rule: str
    text: str
    verbal: bool = False
    type: str | None = None
    wanted: str | None = None
    """Type of the nouns that the measure word counts."""
    soft: bool = False
    """Whether the measure word may count other things too."""
    fit: int = 0
    """1 where it counts such a noun, 0 where it may, -1 where it cannot."""
    is_deed: bool = False
    """Whether its last word is a verb used as a noun: “双节”走访."""

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def cue(self) -> Cue:
        return Cue(self.rule, self.start, self.end)


class Place(msgspec.Struct, frozen=True, gc=False):
    """A number in its line: its mention, position, sentence, where its clause and its sentence begin, and what it counts."""

    index: int
    here: int
    sentence: int
    left: int
    right: int
    bounds: tuple[int, int]
    kind: str
    wanted: Wanted
    quantity: Quantity
    following: Wanted | None = None
    """What the next number of its clause counts."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One rule of where a noun phrase stands."""

    id: str
    side: Side
    pattern: regex.Pattern[str]
    fits: Literal["only", "maybe", "any", "all"]
    last: bool
    topic: bool
    kinds: frozenset[str] | None
    types: frozenset[str] | None
    never: frozenset[str]
    beside: re.Pattern[str] | None
    """The letters of which one stands right beside the number, on the frame's side; None where that is not known."""

    def asks(self, kind: str, wanted: str | None) -> bool:
        """Whether the frame is one for numbers of this kind that count nouns of the type `wanted`."""
        return (self.kinds is None or kind in self.kinds) and (self.types is None or wanted in self.types)

    def may_stand(self, before: str, behind: str) -> bool:
        """Whether it may find a phrase for a number between these letters; `before` is empty where the clause begins with the number."""
        return self.beside is None or self.beside.match(before if self.side == "before" else behind) is not None


class Frames:
    """The frames and word lists of `objects.toml`, compiled."""

    def __init__(self, table: Mapping[str, Any], types: Types) -> None:
        words, bricks = table["words"], table["bricks"]
        self.types = types
        self.rules = tuple(_frame(row, bricks) for row in table["frame"])
        self._rules_of: dict[tuple[str, str | None, str, str], tuple[Frame, ...]] = {}
        self.phrase = regex.compile(bounded(bricks["np"]), regex.VERBOSE)
        self._compound = frozenset(words["compound_heads"].split())
        self._compound_ends = tuple(head for head in self._compound if len(head) > 1)
        self._bare = frozenset(words["bare"].split())
        self._bare_ends = tuple(words["bare_ends"].split())
        self._bare_rates = frozenset(words["bare_rates"].split())
        self._owners = frozenset(words["owners"].split())
        self._ranks = frozenset(words["ranks"].split())
        owners = sorted(self._owners | self._ranks, key=len, reverse=True)
        self._owned = regex.compile(f"(?:(?:{'|'.join(map(regex.escape, owners))})、?)+")
        self._invited = frozenset(words["invited"].split())
        self._tellers = frozenset(words["tellers"].split())
        self._contests = tuple(words["contests"].split())
        self._themes = frozenset(words["themes"].split())
        self._holding = tuple(words["holding"].split())
        self._place_ends = tuple(words["place_ends"].split())
        self._trades = tuple(words["trades"].split())
        self._worth = frozenset(words["worth"].split())
        self._becomes = frozenset(words["becomes"].split())
        self._actors = tuple(words["actors"].split())
        self._leading = frozenset(words["leading_verbs"].split())
        self._no_name = frozenset(words["no_name"].split())
        self._no_names = tuple(word for word in self._no_name if len(word) > 1)
        self._givers = frozenset(words["givers"].split())
        self._agents_behind = frozenset(words["agents_behind"].split())
        self._teaching = frozenset(words["teaching"].split())
        self._closed = frozenset(words["closed_verbs"].split())
        self._standards = frozenset(words["standards"].split())
        self._distances = frozenset(words["distances"].split())
        self._destinations = frozenset(words["destinations"].split())
        self._sections = tuple(words["sections"].split())
        self._results = frozenset(words["result_ends"].split())
        self._sums = frozenset(words["sums"].split())
        self._changes = frozenset(words["changes"].split())
        self._entering = frozenset(words["entering"].split())
        self._attributes = tuple(words["attribute_ends"].split())
        self._grades = tuple(words["grades"].split())
        self.dealing = frozenset(words["dealing"].split())
        self.each = frozenset(words["each"].split())
        self._named_payments = frozenset(words["named_payments"].split())
        self._payments = frozenset(words["payments"].split()) | self._named_payments
        self._made_with = regex.compile(bounded(bricks["made_with"].replace("{np}", bricks["np"])), regex.VERBOSE)

    # ---------------------------------------------------------------- where a phrase stands

    def rules_for(self, line: Line, place: Place) -> tuple[Frame, ...]:
        """The frames for such numbers between such words, in their order."""
        here = place.here
        key = place.kind, place.wanted.type, line.letters[here - 1] if here > place.left else "", line.letters[here + 1]
        rules = self._rules_of.get(key)
        if rules is None:
            rules = self._rules_of[key] = tuple(frame for frame in self.rules if frame.asks(*key[:2]) and frame.may_stand(*key[2:]))
        return rules

    def spans(self, frame: Frame, line: Line, place: Place) -> Iterator[tuple[int, int]]:
        """The phrases that a frame finds for a number, as positions in the line."""
        letters = line.letters
        if frame.side == "before":
            match = frame.pattern.search(letters, place.left, place.here)
            if match and not self._is_elsewhere(line, match.start("object"), place):
                first, last = match.span("object")
                if last - first == 1:  # nothing can be taken off a single word
                    yield first, last
                    return
                yield self.trimmed(line, first, last, place.wanted, self._limit_of(line, first, last, place.here, place.wanted))
        elif frame.side == "clause":
            for match in frame.pattern.finditer(letters, place.here + 2, self._limit(line, place)):
                first, last = match.span("object")
                yield self._shortened(line, first, self._before_predicate(line, first, last, place))
        else:
            match = frame.pattern.match(letters, place.here + 1, self._limit(line, place))
            if match and (frame.side == "behind" or self._is_named(line, place.here + 1, match.start("object"))):
                span = self.behind(line, *match.span("object"), place)
                if span and not self._says_how(line.phrase(*span), place.wanted):
                    yield span

    def _limit_of(self, line: Line, first: int, last: int, here: int, wanted: Wanted) -> int:
        """How long a phrase may be: a list that is summed up is counted as a whole."""
        listed = line.last_separator(first, last) > first and self.types.fit(wanted, line.phrase(first, last)) >= 0
        return MOST_LISTED if listed and any(line.word(position) in self._sums for position in range(last, here)) else MAX_CHARACTERS

    @staticmethod
    def _limit(line: Line, place: Place) -> int:
        """How far a phrase behind a number may reach: of an event it is told over other numbers, all else to the next one."""
        if place.wanted.type in (None, "event") and place.kind == "count":
            return place.right
        following = line.letters.find("q", place.here + 1, place.right)
        return place.right if following < 0 else following

    def _is_named(self, line: Line, first: int, last: int) -> bool:
        return any(line.word(position) in self._becomes for position in range(first, last))

    def accepts(self, frame: Frame, line: Line, span: tuple[int, int], place: Place) -> bool:
        """Whether the phrase is the object at once; else it may be one where nothing better is found."""
        text = line.phrase(*span)
        fit = self.types.fit(place.wanted, text)
        if self.types.of(text) in frame.never:
            return False
        if frame.side == "before" and self._is_entered_by_those(line, span, place, fit):
            return False
        if frame.side == "clause":
            return fit > 0 or (place.wanted.type is None and self._is_of_next(line, place))
        if frame.topic and place.kind == "money" and self._is_worth(line, span[1], place.here):
            return True
        if frame.topic and fit <= 0 and (place.wanted.type not in (None, "rate") or self._acts(line, span, place)):
            return False
        if frame.fits == "only":
            return fit > 0 and not (frame.side == "before" and self._is_threshold_of(line, place))
        if frame.fits == "all":
            return not self._is_doubtful(line, span, place, fit)
        if frame.fits == "any":
            if frame.side == "behind" and self._belongs_to_another(line, place, fit):
                return False
            may_fit = fit >= 0 or line.letters[place.here + 1] == "D" or place.quantity.bound in THRESHOLDS
            return may_fit and not self._is_doubtful(line, span, place, fit)
        return (fit >= 0 and not self._is_doubtful(line, span, place, fit)) or self._is_enumerated(line, span, place, fit)

    def _is_elsewhere(self, line: Line, first: int, place: Place) -> bool:
        """移交仲裁4宗, 距县城30公里: the noun says where to, and nothing of what is counted."""
        verb = line.word(first - 1) if first > place.left else ""
        return verb in self._destinations or (place.wanted.size and verb in self._distances)

    def _is_entered_by_those(self, line: Line, span: tuple[int, int], place: Place, fit: int) -> bool:
        """青工参加岗位建功行动260人: what people take part in is not what is counted."""
        entered = fit == 0 and place.wanted.type in PEOPLE_COUNTED and not place.wanted.soft
        return entered and span[0] > place.left and line.word(span[0] - 1) in self._entering

    def _is_enumerated(self, line: Line, span: tuple[int, int], place: Place, fit: int) -> bool:
        """其中工伤赔偿35起、劳动报酬19起: a part of the cases or of the sum, told by its own noun alone."""
        first, last = span
        if last != place.here or line.letters[first - 1] not in "ws,:" or line.letters[place.here + 1] not in "s,;:":
            return False
        if line.letters[last - 1] == "e" and self._is_agent(line.phrase(first, last - 1)):
            return False  # 其中镇总工会接访19宗
        told = place.wanted.type == "case" or (place.kind == "money" and fit > 0)
        return told and "n" in line.letters[first:last] and self.is_part(line, place)

    def _belongs_to_another(self, line: Line, place: Place, fit: int) -> bool:
        """Whether the number counts what stands before it rather than a phrase behind it that it need not count."""
        if fit > 0:
            return False
        named = fit == 0 or (place.kind == "money" and line.letters[place.here + 1] == "D")
        return (named and self._fits_before(line, place)) or self._is_owned(line, place)

    @staticmethod
    def _is_owned(line: Line, place: Place) -> bool:
        """小学12所的教职工: the noun right before the number is counted, and what stands behind 的 is theirs."""
        here = place.here
        if place.kind != "count" or place.quantity.bound in THRESHOLDS:
            return False
        return here > place.left and line.letters[here - 1] in "no" and line.letters[here + 1] == "D"

    def _fits_before(self, line: Line, place: Place) -> bool:
        """社区矫正人员28人无一脱管: what stands before the number is just what it counts, what stands behind it only may be."""
        if place.wanted.type not in CUT_BEFORE_VERB and (place.kind != "money" or not self._is_named_before(line, place)):
            return False
        before = next(rule for rule in self.rules if rule.side == "before" and rule.id == BEFORE)
        return any(self.types.fit(place.wanted, line.phrase(*span)) > 0 for span in self.spans(before, line, place))

    @staticmethod
    def _is_named_before(line: Line, place: Place) -> bool:
        """纯收入8万元以上的农户: whether money has its name right before it, where 的 stands behind."""
        return line.letters[place.here + 1] != "D" or line.letters[place.here - 1] == "n"

    @staticmethod
    def _is_threshold_of(line: Line, place: Place) -> bool:
        """投资5000万元以上项目: the threshold belongs to the noun right behind it."""
        return place.quantity.bound in THRESHOLDS and line.letters[place.here + 1] in "naeo"

    def _is_worth(self, line: Line, first: int, last: int) -> bool:
        """大米、食油折款3400元: what is worth the money is what is paid."""
        return any(line.word(position) in self._worth for position in range(first, last))

    def _acts(self, line: Line, span: tuple[int, int], place: Place) -> bool:
        """Whether the subject of a verb is one who acts and not what changes: 工会增加7个."""
        if any(line.word(position) in self._changes for position in range(span[1], place.here)):
            return False
        if line.letters[place.here - 1] == "h" and line.word(place.here - 1) in self._results:
            return False  # 参保单位已发展到260个
        text = line.phrase(*span)
        return text.endswith(self._actors) if place.wanted.size else self._is_agent(text)

    def _is_agent(self, text: str) -> bool:
        return self.types.of(text) in AGENTS or text.endswith(self._actors)

    def _is_doubtful(self, line: Line, span: tuple[int, int], place: Place, fit: int) -> bool:
        """A verb used as a noun, a bare 金额, the single character of 建档, what a part is the object of."""
        first, last = span
        letters = line.letters[first:last]
        if last <= place.here and (self._is_compared(line, first, place) or self.names_no_more(line, span, place)):
            return True
        if letters[-1] == "o" and line.word(last - 1).endswith(self._grades):
            return True
        is_deed = not letters.strip("e")
        told = letters[-1] == "e" or (fit == 0 and line.letters[first - 1] in "vuh")
        in_part = (is_deed or told) and place.wanted.type is not None and self.is_part(line, place)
        if is_deed:
            if line.letters[last] == "g" or (line.letters[last] == "v" and place.wanted.type is None):
                return False  # 信访总量, 监控装了35个
            if first > 0 and line.letters[first - 1] == "v" and place.kind == "count":
                return in_part or line.is_verb_object(first)  # 新增就业1126人, but 建档17户
            if place.wanted.soft and place.here in (last, first - 1) and place.wanted.type == "person" and not in_part:
                return False  # 接受咨询130人次, 29人次来访
            named = place.kind == "rate" or (fit > 0 and place.wanted.type in ("event", "money"))
            return in_part or not (named or (place.wanted.type is None and len(letters) > 1))
        if in_part:
            return fit <= 0 or place.kind == "money" or place.wanted.type == "case"
        if letters[-1] == "e" and line.letters[last] == "D" and fit <= 0 and place.wanted.type in PEOPLE_COUNTED:
            return True  # 留在本地做工的230人
        if last - first > 1:
            return False
        return (place.kind != "rate" and self.is_bare(line.word(first))) or (fit <= 0 and line.is_verb_object(first))

    def names_no_more(self, line: Line, span: tuple[int, int], place: Place) -> bool:
        """A noun that only says whose they are, that they are meant, or that it is a share: 其中农村25个, 任务35家, 占比47%."""
        text = line.phrase(*span)
        if place.kind == "money":
            return self.is_owner(text, place.wanted) or set(line.letters[slice(*span)]) == {"o"}  # 第二名80元
        if place.kind == "rate":
            return text in self._bare_rates
        if text in self._ranks or (place.wanted.type in PEOPLE_COUNTED and self._is_place(text)):
            return True
        owner = self.is_owner(text, place.wanted)
        among = owner and _AMONG.search(line.letters, place.bounds[0], span[0]) is not None
        owner = owner or (place.wanted.type in (None, "person") and self.types.of(text) == "organisation")
        return (place.wanted.type in COUNTED and self.is_target(text, place.wanted)) or among or (owner and self.is_part(line, place))

    def names_nobody(self, found: Found, place: Place) -> bool:
        """Whether what the clause of a count of people or bodies names is none of them: a verb, where they are, an event."""
        wanted = place.wanted
        if place.kind != "count" or wanted.type not in NOT_PLACES:
            return False
        if found.rule == VERB or wanted.soft or wanted.type == "organisation":
            return found.rule == VERB
        if self._is_place(found.text):
            return True
        return found.verbal and (self.types.of(found.text) in ("event", "case") or not self.names(found.text))

    def _is_place(self, text: str) -> bool:
        """Whether the noun names a place, by its end: 石桥村."""
        return text.endswith(self._place_ends)

    def is_section(self, text: str) -> bool:
        """Whether the noun names a body of its own kind and no body that has one: 企业团支部, not 企业."""
        return text.endswith(self._sections)

    @staticmethod
    def _is_compared(line: Line, first: int, place: Place) -> bool:
        """低于全市平均水平近5个百分点: what the number is compared with is not what it is of."""
        behind = line.letters.rfind("b", place.left, first)
        return behind >= 0 and all(letter in "lnatd" for letter in line.letters[behind + 1 : first])

    @staticmethod
    def is_part(line: Line, place: Place) -> bool:
        """Whether 其中 stands before the number in its statement, and no number of another measure between."""
        since = Frames.part_since(line, place)
        if since < 0 or line.letters.find(";", since, place.here) >= 0:
            return False
        mine = line.measures[place.here]
        return all(line.measures.get(position, mine) == mine for position in range(since, place.here))

    @staticmethod
    def part_since(line: Line, place: Place) -> int:
        """Where the parts begin that a number is one of: at 其中, or at a bracket right behind their whole; -1 where it is none."""
        since = line.letters.rfind("w", place.bounds[0], place.here)
        bracket = line.letters.rfind("(", place.bounds[0], place.here)
        if bracket < max(since, line.letters.rfind(")", place.bounds[0], place.here), 0):
            return since
        return bracket if line.measures.get(bracket - 1) == line.measures[place.here] else since

    @staticmethod
    def parts_opened(line: Line, closing: int, first: int) -> int:
        """Where the bracket opens that closes here, if it holds the parts of the number before it; else where it closes."""
        opening = line.letters.rfind("(", first, closing)
        return opening if opening > first and line.letters[opening - 1] == "q" else closing

    def is_payment(self, line: Line, place: Place) -> bool:
        """Whether the money stands right behind a verb of paying that names nothing: 投入, 奖励."""
        at = place.here - 1
        while at > place.left and line.letters[at] in "duh":
            at -= 1
        if at < place.left or line.word(at) not in self._payments:
            return False
        return at == 0 or line.letters[at - 1] not in "nao" or line.word(at - 1).endswith(self._actors)

    def names_payment(self, line: Line, place: Place) -> bool:
        """Whether the verb of paying right before the money is its name too where nothing was made with it: 人均筹资630元."""
        return line.letters[place.here + 1] != "," and line.word(place.here - 1) in self._named_payments

    def is_named_behind(self, line: Line, place: Place) -> bool:
        """筹集3万元的助学款: whether the money has its name right behind it."""
        here = place.here + 1 + (line.letters[place.here + 1] == "D")
        match = self.phrase.match(line.letters, here, place.right)
        return match is not None and line.letters[here] != "e" and self.types.fit(place.wanted, line.phrase(*match.span())) > 0

    def sums_up(self, line: Line, place: Place) -> bool:
        """Whether only a word of summing up stands before the number in its clause: 共39家."""
        return place.here - place.left == 1 and line.word(place.here - 1) in self._sums

    @staticmethod
    def is_quoted(line: Line, first: int, last: int) -> bool:
        """Whether a quote opens among the words: a piece of a name names nothing."""
        return any(line.word(position) in _OPENING for position in range(first, last))

    def acts(self, line: Line, first: int, last: int) -> bool:
        """Whether a phrase names those who act, in a passive or as a body: 由工会委员包干, 派出所联合开展检查."""
        text = line.phrase(first, last)
        if first > 0 and line.word(first - 1) in self._agents_behind and line.letters[first] not in "ve":
            return True
        return self.types.of(text) == "organisation" and text.endswith(self._actors)

    def is_actor(self, text: str) -> bool:
        """Whether the noun names a body by what it does: 总工会."""
        return text.endswith(self._actors)

    def stays_outside(self, line: Line, first: int, last: int) -> bool:
        """Whether people only asked to an event, or told of it: 请县里农艺师讲课, 工会主席周建平说."""
        invited = any(line.word(position) in self._invited for position in range(max(first - INVITED, 0), first))
        return invited or line.word(last) in self._tellers

    def is_in_name(self, line: Line, first: int, last: int) -> bool:
        """Whether a phrase is but the name of an event for everybody, or what an event is about: 职工象棋赛, 围绕妇女权益."""
        return line.phrase(first, last).endswith(self._contests) or (first > 0 and line.word(first - 1) in self._themes)

    def names_nothing(self, text: str) -> bool:
        """Whether what was done names nothing, alone or with a name: “双节”走访."""
        return text.endswith(self._no_names)

    def holds(self, verb: str) -> bool:
        """Whether a verb says but that an event was held: 办了一期, 打满46场."""
        return verb.endswith(self._holding)

    def is_payment_word(self, text: str) -> bool:
        return text in self._payments

    def made_with(self, line: Line, place: Place) -> tuple[int, int] | None:
        """What was built or bought with the money, in the same statement: 投入20万元,新建一个职工服务中心."""
        match = self._made_with.match(line.letters, place.here + 1, place.bounds[1])
        if match is None:
            return None
        first, last = match.span("object")
        if any(line.word(position) in self._payments for position in range(place.here + 1, first)):
            return None  # 拿出6万元奖励先进班组
        return None if self.types.of(line.phrase(first, last)) in ("person", "household") else self._shortened(line, first, last)

    def names(self, verb: str) -> bool:
        """Whether a verb alone can stand for what is counted: 受灾6300余人, but no 讲6场."""
        return len(verb) > 1 and verb not in self._no_name and verb not in self._changes

    def is_bare(self, text: str) -> bool:
        """Whether the noun names nothing by itself."""
        return text in self._bare

    def is_target(self, text: str, wanted: Wanted) -> bool:
        """Whether the noun says but that so many are to be done: 任务35家, where the measure word tells what is counted."""
        return wanted.type is not None and text.endswith(self._bare_ends)

    def _says_how(self, text: str, wanted: Wanted) -> bool:
        """Whether a noun behind a number says but how the number is meant: 每户500元的标准, 每村12场任务."""
        if wanted.type == "event":
            return text in self._standards or text.endswith(self._bare_ends)
        return text in self._standards or (wanted.type in COUNTED and text in self._bare_ends)

    def is_trade(self, text: str) -> bool:
        """Whether the noun names a trade: 电焊工."""
        return text.endswith(self._trades)

    def is_owner(self, text: str, wanted: Wanted) -> bool:
        """Whether the noun says but whose or where those counted are: 农村25个, 本科5000元, 石桥村61户, 清溪镇4家."""
        return self._owned.fullmatch(text) is not None or (wanted.type in NOT_PLACES and self._is_place(text))

    # ---------------------------------------------------------------- where a phrase behind a number ends

    def behind(self, line: Line, first: int, last: int, place: Place) -> tuple[int, int] | None:
        """The phrase behind a number without the predicate that follows it; across 的 where only the noun there fits."""
        threshold = self._class_end(line, first, last, place)
        if threshold is None and place.wanted.type in CUT_BEFORE_VERB and self.types.of(line.phrase(first, last)) != place.wanted.type:
            described = self._described(line, last, place)
            if described and not self._names_those(line, first, last, place):
                return described
        last = threshold or self._before_predicate(line, first, last, place)
        named_for_both = place.quantity.bound in THRESHOLDS and line.letters[place.here + 1] == "D"
        if threshold is None and not named_for_both and self._is_followed_by_number(line, last, place.right):
            governed = line.letters[place.here - 1] in "neao" and not self._is_amount(place)
            governed = governed and not self._is_unfit_for_next(line, first, last, place)
            if governed or line.letters[place.here + 1 : place.right].rpartition("q")[2].startswith("D"):
                return None
            if line.letters[last] != "h":
                cut = line.last_separator(first, last)
                last = cut if cut > first else (self._first_typed(line, first, last) or last)
        fit = self.types.fit(place.wanted, line.phrase(first, last))
        if fit < 0 or self._is_attribute(line, last):
            across = self._across(line, last + (line.letters[last] == "a"), place)
            if across:
                return across
        if fit == 0 and place.wanted.type == "event" and line.letters[last] == "D":
            across = self._across(line, last, place)
            if across and self.types.fit(place.wanted, line.phrase(*across)) > 0:
                return across  # 一场村民爱看的节目
        return self._shortened(line, first, self._first_of_list(line, first, last))

    def _first_of_list(self, line: Line, first: int, last: int) -> int:
        """6个村级工联会、市场工联会及活动室: of a long list, the first is what stands behind the number."""
        if line.length(first, last) <= MAX_CHARACTERS:
            return last
        end = next((p for p in range(first + 1, last) if line.letters[p] in "sc"), last)
        typed = self.types.of(line.phrase(first, end))
        return end if typed is not None and line.letters[end - 1] in "no" else last

    def _names_those(self, line: Line, first: int, last: int, place: Place) -> bool:
        """三位贫困学生结对的领导: whether those counted stand right behind the number, before what they do."""
        ends = (p for p in range(first, last - 1) if line.letters[p] in "no" and line.letters[p + 1] == "e")
        return any(self.types.of(line.phrase(first, p + 1)) == place.wanted.type for p in ends)

    def _is_unfit_for_next(self, line: Line, first: int, last: int, place: Place) -> bool:
        """竞赛9个班组117人: a noun that the next number cannot count belongs to this one."""
        unfit = place.following is not None and self.types.fit(place.following, line.phrase(first, last)) < 0
        return unfit and self.types.fit(place.wanted, line.phrase(first, last)) >= 0

    @staticmethod
    def _is_amount(place: Place) -> bool:
        """投资超亿元项目5宗: a hedged amount before a noun and its number is a threshold."""
        return place.wanted.type == "money" and place.quantity.bound != "="

    def _class_end(self, line: Line, first: int, last: int, place: Place) -> int | None:
        """8人以上企业工会组建率: a threshold picks out the first noun that can be a class."""
        if place.kind == "rate":
            return None
        if place.quantity.bound in THRESHOLDS:
            return self._first_typed(line, first, last)
        if place.quantity.bound == "=" or place.wanted.type not in HEDGED_CLASSES:
            return None
        ends = [p + 1 for p in range(first, last) if line.letters[p] in "no"]
        fitting = [end for end in ends if self.types.fit(place.wanted, line.phrase(first, end)) > 0]
        return next((end for end in fitting if end + 1 not in fitting), None)

    def _first_typed(self, line: Line, first: int, last: int) -> int | None:
        """End of the first noun that is a person, an organisation or the like."""
        ends = (p + 1 for p in range(first, last) if line.letters[p] in "no")
        return next((end for end in ends if self.types.of(line.phrase(first, end)) not in NO_CLASS), None)

    def _before_predicate(self, line: Line, first: int, last: int, place: Place) -> int:
        """5间企业检查, 12家厂商业务代表上台: the phrase ends with the noun that fits, where its own end does not."""
        if place.wanted.type is None:
            return self._before_name(line, first, last)
        if place.wanted.type in ("event", "money", "rate") or last == first:
            return self._before_those(line, first, last)
        whole = self.types.fit(place.wanted, line.phrase(first, last)) > 0
        position = line.after_quote(first, last)
        while position < last:
            ends = not whole or line.letters[position] == "e" or line.word(position) in _OPENING
            if ends and line.letters[position - 1] in "no" and self.types.fit(place.wanted, line.phrase(first, position)) > 0:
                return position
            position = line.after_quote(position, last)
        return last

    def _before_name(self, line: Line, first: int, last: int) -> int:
        """授予5个村“平安村”称号: the name that they got is no part of them."""
        for position in range(first + 1, last):
            if line.word(position) in _OPENING:
                return position if self.types.of(line.phrase(first, position)) in AGENTS else last
        return last

    def _before_those(self, line: Line, first: int, last: int) -> int:
        """150元的水果慰问老人: a verb and its people are no part of the noun before it."""
        if last - first < 3 or self.types.of(line.phrase(first, last)) not in ("person", "household"):
            return last
        verbs = (p for p in range(first + 1, last - 1) if line.letters[p] == "e" and line.letters[p - 1] in "no")
        return next(verbs, last)

    @staticmethod
    def _is_followed_by_number(line: Line, last: int, right: int) -> bool:
        """Whether the noun belongs to the next number: 培训3期学员120人."""
        position = last
        while position < right and line.letters[position] in "hd":
            position += 1
        return position < right and line.letters[position] == "q"

    def _is_of_next(self, line: Line, place: Place) -> bool:
        """一个面积为500平方米的职工活动中心: what is behind the number is counted by the next one."""
        match = self.phrase.match(line.letters, place.here + 1, place.right)
        return match is None or self._is_followed_by_number(line, match.end(), place.right)

    def _across(self, line: Line, last: int, place: Place) -> tuple[int, int] | None:
        if line.letters[last] == "D":
            match = self.phrase.match(line.letters, last + 1, place.right)
            if match and self.types.fit(place.wanted, line.phrase(*match.span())) >= 0:
                return self._shortened(line, *match.span())
        return None

    def _described(self, line: Line, last: int, place: Place) -> tuple[int, int] | None:
        """17名身患大病的职工, 60名家庭特别困难的妇女: the noun behind 的, where what stands before it only describes it."""
        while line.letters[last] in "da":
            last += 1
        span = self._across(line, last, place)
        return span if span and self.types.of(line.phrase(*span)) == place.wanted.type else None

    def _is_attribute(self, line: Line, last: int) -> bool:
        """影响力较大的, 副处级的: what only describes the noun behind 的."""
        return line.letters[last] == "a" or line.word(last - 1).endswith(self._attributes)

    # ---------------------------------------------------------------- where a phrase before a number begins and ends

    def trimmed(self, line: Line, first: int, last: int, wanted: Wanted, limit: int = MAX_CHARACTERS) -> tuple[int, int]:
        """The phrase before a number without the verb that governs it and the predicate that stands behind it."""
        last = self._without_predicate(line, first, last, wanted)
        if wanted.type == "person" and line.letters[last] == "z":
            last = self._before_names(line, first, last)
        if self._is_done_for(line, first, last, wanted):
            return last - 1, last
        if self._is_held_for(line, first, last, wanted):
            return first, first + 1
        text = line.phrase(first, last)
        found = None if self._is_compound(line, last, text) else self.types.of(text)
        for position in range(last - 2, first, -1):
            if position == last - 2 and line.word(last - 1) in self._compound:
                continue  # 职工监督小组
            if line.letters[position] == "e" and line.letters[position + 1] not in "sc" and self._governs(line, first, position, found):
                return self._shortened(line, position + 1, last)
        governed = (
            last - first > 1
            and line.letters[first] == "e"
            and line.word(first) not in self._closed
            and line.letters[first + 1] not in "sce"
        )
        if governed and self._is_verb(line, first, last, text, found):
            first += 1
        if self._is_entered(line, first, last):
            first = last - 1
        return self._shortened(line, first, last, limit)

    def _before_names(self, line: Line, first: int, last: int) -> int:
        """困难职工张三、李四等6人: names in a list are examples of the noun before them."""
        end = line.letters.find("s", first, last)
        if end < 0 or self.types.of(line.phrase(first, last)) == "person":
            return last
        ends = (p for p in range(end - 1, first, -1) if self.types.of(line.phrase(first, p)) == "person")
        return next(ends, last)

    def _is_done_for(self, line: Line, first: int, last: int, wanted: Wanted) -> bool:
        """企业捐助3万元, 为患病职工报销19例, 向灾区捐款6万元: those who did it, or for whom it was done, are no part of it."""
        if line.letters[last - 1] != "e" or last - first < 2:
            return False
        given = first > 0 and line.word(first - 1) in self._givers
        if not self._is_agent(line.phrase(first, last - 1)):
            return wanted.type == "money" and given
        return wanted.type == "money" or (wanted.type == "case" and given)

    def _is_held_for(self, line: Line, first: int, last: int, wanted: Wanted) -> bool:
        """培训班组长和检查员5期: what courses are counted of is the verb, and not those who were taught."""
        if wanted.type != "event" or last - first < 2 or line.word(first) not in self._teaching:
            return False
        return self._begins(line, first) and self.types.of(line.phrase(first + 1, last)) == "person"

    def _is_entered(self, line: Line, first: int, last: int) -> bool:
        """Whether a phrase is the object of a verb and those who did it: 新签|集体合同|企业."""
        if last - first < 2 or first == 0 or line.letters[last - 2] not in "no" or line.word(first - 1) not in self._entering:
            return False
        return self.types.of(line.phrase(first, last)) in AGENTS and self.types.of(line.phrase(first, last - 1)) not in AGENTS

    def _governs(self, line: Line, first: int, position: int, found: str | None) -> bool:
        """Whether the verb stands between the one who acts and what is counted: 志愿者清理河道, 协管员巡查用人单位."""
        return found in CUT_BEFORE_VERB or (found is None and self._is_agent(line.phrase(first, position)))

    def _is_verb(self, line: Line, first: int, last: int, text: str, found: str | None) -> bool:
        """Whether the word that begins a phrase is its verb: 改造道路5条 at the beginning of a clause, and no 宣传资料, 建成养殖小区."""
        begins = self._begins(line, first)
        if line.word(first) in self._leading and not self.is_bare(line.phrase(first + 1, last)):
            return True
        if found in CUT_BEFORE_VERB:
            return True
        return begins and (not self._is_compound(line, last, text) or self._has_object(line, first, last, text))

    @staticmethod
    def _begins(line: Line, first: int) -> bool:
        """Whether a phrase is the first of its clause, but for adverbs and the like."""
        return first == 0 or line.letters[first - 1] in ",;:|()dhwtlr" or line.measures.get(first - 1) == "money"

    def _has_object(self, line: Line, first: int, last: int, text: str) -> bool:
        """登记失业人员, 检查用工单位: a noun between the verb and the head shows that the verb is no part of the compound."""
        told = last - first > 2 or line.word(last - 1) not in self._compound
        return line.letters[first + 1] in "na" and told and self.types.of(text) in AGENTS

    def _is_compound(self, line: Line, last: int, text: str) -> bool:
        """Whether the head makes one noun with a verb before it: 调解委员会, 救助资金."""
        return line.word(last - 1) in self._compound or text.endswith(self._compound_ends)

    def _without_predicate(self, line: Line, first: int, last: int, wanted: Wanted) -> int:
        if wanted.type in (None, "event", "money", "rate"):
            return last
        end = last
        while end > first and line.letters[end - 1] == "e":
            end -= 1
        if first < end < last and line.letters[end - 1] in "no" and self.types.fit(wanted, line.phrase(first, end)) > 0:
            return end
        return last

    def _shortened(self, line: Line, first: int, last: int, limit: int = MAX_CHARACTERS) -> tuple[int, int]:
        """The end of a phrase that is too long, cut at a separator or before a word, never inside quotes."""
        if line.length(first, last) > limit:
            cut = line.last_separator(first, last)
            first = cut + 1 if first < cut + 1 < last else first
        while last - first > 1 and (line.length(first, last) > limit or line.is_stray(first)):
            following = line.after_quote(first, last)
            if following >= last:
                break
            first = following
        return first, last


def _frame(row: Mapping[str, Any], bricks: Mapping[str, str]) -> Frame:
    where = f"rules/objects.toml: {row.get('id')}"
    if unknown := set(row) - _KEYS:
        raise RuleError(f"{where}: unknown key {', '.join(sorted(unknown))}; a frame has {', '.join(sorted(_KEYS))}")
    pattern = row["pattern"]
    for name, brick in bricks.items():
        pattern = pattern.replace(f"{{{name}}}", brick)
    if row["side"] == "before":
        pattern = f"(?: {pattern} ) \\Z"
    try:
        compiled = regex.compile(bounded(pattern), regex.VERBOSE)
    except regex.error as error:
        raise RuleError(f"{where}: the pattern does not compile: {error}; see [bricks] in the same file") from error
    never = frozenset(row.get("never", "").split())
    kinds, types = (frozenset(row[key].split()) if key in row else None for key in ("kinds", "types"))
    last, topic, beside = row.get("last", True), row.get("topic", False), _beside(pattern, row["side"])
    return Frame(row["id"], row["side"], compiled, row["fits"], last, topic, kinds, types, never, beside)


def _beside(pattern: str, side: Side) -> re.Pattern[str] | None:
    """The letters of which one stands right beside the number where the pattern matches."""
    try:
        first, final = edges(pattern, {})
    except RelaxError:
        return None
    letters = {"before": final, "behind": first, "becomes": first, "clause": None}[side]
    return re.compile(f"[{''.join(letters)}]") if letters else None
