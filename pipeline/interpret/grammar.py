"""Puts the words of a report's number-bearing sentences into classes, one letter each, as `rules/objects.toml` has them.

A dictionary's tags are one a word and often wrong for the language of reports, so that the lists of the rules go before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import regex

from pipeline.interpret.phrases import CLOSING, MOST_KNOWN, Line, Types
from pipeline.model import QUANTITIES, Mention, Tokens
from pipeline.rulebook import RuleError

_MARKS = (
    dict.fromkeys(",\n\r", ",")
    | dict.fromkeys(";。!?", ";")
    | dict.fromkeys(CLOSING, '"')
    | {"\t": "|", ":": ":", "(": "(", ")": ")", "、": "s"}
)
_OUTSIDE = ";"
"""Stands between two sentences, so that no pattern crosses it."""
MOST_QUOTED = 14
"""Words inside quotes; what is longer is speech and no name."""
MOST_BRACKETED = 5
_FROM = regex.compile("pt?l?f?D?r{0,2}q")
"""What a change from a number begins with: 由去年底的73个."""
LONGEST_FROM = 8
_DATES = frozenset({"date", "duration"})


class Grammar:
    """Puts words into classes."""

    def __init__(self, table: Mapping[str, Any], types: Types) -> None:
        words = table["words"]
        self._types = types
        self._classes = _by_word(table["classes"])
        self._tags: dict[str, str] = {tag: letter for letter, tags in words["tags"].items() for tag in tags.split()}
        self._first: dict[str, str] = {first: letter for letter, characters in words["first"].items() for first in characters.split()}
        self.rate: str = words["rate"]
        self._suffixes = frozenset(words["suffixes"].split())
        self._light = frozenset(words["light"].split())
        self._tails = tuple(words["tails"].split())
        self._noun_ends = frozenset(words["noun_ends"].split())
        self._result_ends = frozenset(words["result_ends"].split())
        self._directions = tuple(words["directions"].split())
        self._time_ends = tuple(words["time_ends"].split())
        self._of_rates = frozenset(words["of_rates"].split())
        self._homographs = frozenset(words["homographs"].split())
        self._regroup = frozenset(words["regroup"])
        self._aspects = frozenset(words["aspects"].split())
        self._noun_adverbs = frozenset(words["noun_adverbs"].split())
        self._particles = frozenset(words["particles"].split())
        self._attribute_adverbs = frozenset(words["attribute_adverbs"].split())
        self._attribute_verbs = frozenset(words["attribute_verbs"].split())
        self._intents = frozenset(words["intents"].split())
        self._bodies = frozenset(words["bodies"].split())
        self._places = frozenset(words["places"].split())
        self._leading = frozenset(words["leading_verbs"].split())
        self._passive = frozenset(words["passive"].split())
        self._rest = frozenset(words["rest"].split())
        self._each = frozenset(words["each"].split())
        self._per = frozenset(words["per"].split())
        self._counted_heads = frozenset(words["counted_heads"].split())
        self._known: dict[str, tuple[tuple[int, int, str], ...]] = {}

    def read(self, tokens: Tokens, mentions: Sequence[Mention]) -> Line:
        """The words of `tokens` with their classes."""
        return _Writer(self, tokens, mentions).write()

    # ---------------------------------------------------------------- words by themselves

    def pieces(self, word: str, tag: str) -> tuple[tuple[int, int, str], ...]:
        """The pieces of a word: where each begins and ends, and its class. Most words are one piece."""
        try:
            return self._known[word]
        except KeyError:
            pass
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[word] = self._pieces(word, tag)
        return self._known[word]

    def _pieces(self, word: str, tag: str) -> tuple[tuple[int, int, str], ...]:
        if len(word) == 4 and word not in self._classes and self._classes.get(word[:2]) == "v":
            return (0, 2, "v"), (2, 4, self._letter(word[2:], "n") or "n")
        if len(word) == 4 and word not in self._classes and self._classes.get(word[2:]) == "v":
            return (0, 2, self._letter(word[:2], "n") or "n"), (2, 4, "v")
        if word[-1] in self._result_ends and (len(word) > 2 or (tag == "x" and len(word) == 2)):
            return ((0, len(word), self._classes.get(word, "h")),)
        if tag == "x" and word[0] == self.rate and word not in self._classes:
            return (0, 1, "n"), (1, len(word), self._classes.get(word[1:], "d"))  # 到账|率仅
        letter = self._letter(word, tag)
        if letter is None:
            cut = len(word) - 1
            return (0, cut, self._letter(word[:cut], "n") or "n"), (cut, len(word), "h")
        return ((0, len(word), letter),)

    def _letter(self, word: str, tag: str) -> str | None:
        """Class of a word; None for an unknown one that ends with a light verb (率达) and is split."""
        letter: str | None = self._classes.get(word) or _MARKS.get(word)
        if letter is not None:
            return letter
        if tag == "x":
            return self._unknown(word)
        if tag == "nr" and len(word) > 2 and word.endswith(self._directions):
            return "v"  # 拉进来
        if word.endswith(self._time_ends):
            return "t"
        letter = self._tags.get(tag, "n")
        if letter == "v" and self._types.is_one_who_acts(word):
            return "n"  # 组长
        if len(word) > 1 and ((letter == "v" and word[-1] in self._noun_ends) or (letter in "da" and self._types.of(word))):
            return "n"
        return letter

    def _unknown(self, word: str) -> str | None:
        if not word[0].isalnum():
            return "i"
        if len(word) == 2 and word[1] in self._aspects:
            return "v"
        if word.endswith(self._directions):
            return "v"
        if len(word) > 1 and word[-1] not in self._noun_ends:
            return None if word.endswith(self._tails) else self._first.get(word[0], "n")
        return "n"

    # ---------------------------------------------------------------- words beside others

    def joined(self, first: str, second: str) -> str | None:
        """Class of the listed word that two single characters make: 年|审."""
        return self._classes.get(first + second)

    def is_noun_with(self, verb: str, noun: str) -> bool:
        """Whether a verb is a part of the noun behind it: 要约书, 签订覆盖率."""
        if noun in self._places and verb in self._leading:
            return False  # 完成区总任务
        if noun in self._suffixes and (noun == self.rate or len(verb) > 1):
            return True
        if noun in self._counted_heads and len(verb) > 1:
            return True
        return verb in self._of_rates and self._types.of(noun) == "rate"

    def is_light(self, preposition: str) -> bool:
        """Whether a preposition right before a number is a light verb: 成功率为95%."""
        return preposition in self._light

    def is_noun_too(self, verb: str) -> bool:
        """Whether a verb right behind a number may be a noun: 两家组织."""
        return verb in self._homographs

    def shows_verb(self, word: str, following: str) -> bool:
        """Whether a word called a noun is a verb by what follows it: 赛了一场."""
        return following in self._aspects and (len(word) == 1 or self._types.of(word) is None)

    def describes(self, verb: str) -> bool:
        """Whether a verb between a number and a noun is the noun's attribute: 9家新建企业."""
        return verb in self._attribute_verbs

    def is_intent(self, noun: str) -> bool:
        """Whether a noun before a verb only says that it is meant to be done: 计划推广."""
        return noun in self._intents

    def closes_noun(self, adverb: str) -> bool:
        """Whether an adverb may be the head of a noun: 部署会."""
        return adverb in self._noun_adverbs

    def is_particle(self, before: str, noun: str) -> bool:
        """Whether a word behind a noun adds nothing to it: 模范工友者, but 享受者."""
        return noun in self._particles and self._classes.get(before) != "v"

    def may_describe(self, word: str) -> bool:
        """Whether an adverb or a verb between a number and a noun may describe it: one that only the dictionary calls so, or 主要."""
        return word in self._attribute_adverbs or word not in self._classes

    def is_passive(self, preposition: str) -> bool:
        """Whether a preposition makes a passive: 被结对单位."""
        return preposition in self._passive

    def is_rest(self, pronoun: str) -> bool:
        """Whether a pronoun right before a number stands for the rest of what is counted: 其他8件."""
        return pronoun in self._rest

    def deals_each(self, pronoun: str) -> bool:
        """Whether a pronoun says that each of the nouns before it has the number: 面粉、食油各一桶."""
        return pronoun in self._each

    def is_denominator(self, before: str) -> bool:
        """Whether a noun between this word and a number is what the number is told for each of: 每学年600元."""
        return before in self._per

    def is_body(self, verb: str) -> bool:
        """Whether a verb behind a noun may be its head: 基层工会组织."""
        return verb in self._bodies

    def is_cut_wrong(self, first: str, second: str) -> bool:
        """Whether the dictionary cuts two words at the wrong place: 建工|会."""
        return f"{first} {second}" in self._regroup


class _Writer:
    """Writes one line."""

    def __init__(self, grammar: Grammar, tokens: Tokens, mentions: Sequence[Mention]) -> None:
        self._grammar = grammar
        self._tokens = tokens
        self._mentions = mentions
        self._line = Line(tokens.text)
        self._letters: list[str] = []

    def write(self) -> Line:
        tokens, line = self._tokens, self._line
        sentence = -1
        for index, (start, end, mention, place) in enumerate(
            zip(tokens.starts, tokens.ends, tokens.mentions, tokens.sentences, strict=True)
        ):
            if place != sentence:
                self._close(sentence, start)
                sentence = place
                line.bounds[sentence] = (len(self._letters), len(self._letters))
            if mention >= 0:
                self._add_mention(mention, start, end)
            else:
                self._add(start, end, tokens.tags[index])
        self._close(sentence, len(tokens.text))
        line.letters = "".join(self._letters)
        return line

    def _put(self, start: int, end: int, letter: str) -> None:
        self._letters.append(letter)
        self._line.starts.append(start)
        self._line.ends.append(end)

    def _add(self, start: int, end: int, tag: str) -> None:
        line, letters = self._line, self._letters
        word = line.text[start:end]
        if end - start == 1 and self._joins(start, word):
            return
        pieces = self._grammar.pieces(word, tag)
        for begin, stop, letter in pieces:
            if letter in "ng" and letters and letters[-1] in "veda":
                self._make_noun(word[begin:stop])
            letters.append(letter)
            line.starts.append(start + begin)
            line.ends.append(start + stop)

    def _joins(self, start: int, word: str) -> bool:
        """Whether a single character was joined to the one before it."""
        line = self._line
        if not self._letters or line.ends[-1] != start or start - line.starts[-1] != 1 or self._letters[-1] in "qto":
            return False
        letter = self._grammar.joined(line.text[start - 1 : start], word)
        if letter is None:
            return False
        line.ends[-1] = start + 1
        self._letters[-1] = letter
        return True

    def _make_noun(self, noun: str) -> None:
        if (self._letters[-1] != "d" or noun == self._grammar.rate) and self._grammar.is_noun_with(
            self._line.word(len(self._letters) - 1), noun
        ):
            self._letters[-1] = "n"

    def _add_mention(self, index: int, start: int, end: int) -> None:
        here, kind, line = len(self._letters), self._mentions[index].kind, self._line
        if kind in QUANTITIES:
            letter = "q"
            line.measures[here] = kind
            if here and self._letters[-1] == "," and line.word(here - 1).isspace():
                self._letters[-1] = "d"  # a line that is broken between a noun and its number
            if here and self._letters[-1] == "p" and self._grammar.is_light(line.word(here - 1)):
                self._letters[-1] = "h"
        elif kind in _DATES:
            letter = "t"
        else:
            letter = "," if kind == "marker" else "o"
        line.at[index] = here
        line.mention_at[here] = index
        self._put(start, end, letter)

    # ---------------------------------------------------------------- a sentence as a whole

    def _close(self, sentence: int, position: int) -> None:
        if sentence < 0:
            return
        first = self._line.bounds[sentence][0]
        self._names(first)
        self._by_neighbours(first)
        self._line.bounds[sentence] = (first, len(self._letters))
        self._put(position, position, _OUTSIDE)

    def _names(self, first: int) -> None:
        """What stands in quotes is a name (“送清凉”活动), a short bracket belongs to its noun (村(社区)) or is passed over."""
        position, letters = first, self._letters
        own = letters[first:]
        if '"' not in own and "(" not in own:
            return
        while position < len(letters):
            if letters[position] == '"':
                position = self._quoted(position)
            elif letters[position] == "(":
                position = self._bracketed(position)
            position += 1

    def _quoted(self, opening: int) -> int:
        """Make nouns of the words up to the closing mark; position of the last one, or of the opening mark where it is no name."""
        letters = self._letters
        closing = CLOSING[self._line.word(opening)]
        for position in range(opening + 1, min(opening + MOST_QUOTED + 2, len(letters))):
            if letters[position] == "q":
                break
            if letters[position] == "i" and self._line.word(position) == closing:
                letters[opening : position + 1] = "n" * (position + 1 - opening)
                return position
        letters[opening] = "i"
        return opening

    def _bracketed(self, opening: int) -> int:
        letters = self._letters
        for position in range(opening + 1, min(opening + MOST_BRACKETED + 2, len(letters))):
            if letters[position] in "q:":
                break
            if letters[position] == ")":
                nouns = position > opening + 1 and all(letter in "naeos" for letter in letters[opening + 1 : position])
                short = position - opening <= 3 and opening > 0 and letters[opening - 1] in "naeo"
                letters[opening : position + 1] = ("n" if nouns and short else "i") * (position + 1 - opening)
                return position
        return opening

    def _by_neighbours(self, first: int) -> None:
        """What only the words around it tell: a verb among nouns (生产、使用、监管), a noun behind a number, a wrong cut."""
        letters = self._letters
        for here in range(first + 1, len(letters) - 1):
            letter = letters[here]
            if letter == "v":
                self._verb_by_neighbours(here)
            elif letter == "n" and letters[here + 1] in "uhq":
                self._noun_by_neighbours(here)
            elif letter == "e" and letters[here + 1] in "ev" and self._grammar.is_intent(self._line.word(here)):
                letters[here] = "d"
            elif letter == "d":
                self._adverb_by_neighbours(here)
            elif letter == "r" and letters[here + 1] == "q":
                self._pronoun_by_neighbours(here)
            elif letter == "p" and letters[here - 1 : here + 3] == list("qpen"):
                self._passive_by_neighbours(here)
            elif letter == "b" and letters[here - 1] in "ne" and letters[here + 1] in "hp":
                letters[here] = "n"  # 医护比为1:0.85

    def _verb_by_neighbours(self, here: int) -> None:
        letters = self._letters
        before, behind = letters[here - 1], letters[here + 1]
        if before == "s" and behind == "s":
            letters[here] = "e"
        elif behind == "n" and letters[here - 2 : here] == ["q", "a"] and self._grammar.may_describe(self._line.word(here)):
            letters[here] = "a"  # 20多个高效低毒品种
        elif behind == "n" and self._is_behind_number(here) and self._grammar.describes(self._line.word(here)):
            letters[here] = "a"
        elif self._is_noun(here, before, behind):
            letters[here] = "n"

    def _is_behind_number(self, here: int) -> bool:
        """9家新建企业, 26家已投产企业."""
        return self._letters[here - 1] == "q" or self._letters[here - 2 : here] == ["q", "d"]

    def _is_noun(self, here: int, before: str, behind: str) -> bool:
        word = self._line.word(here)
        if before == "q":
            return behind not in "naeoq," and self._grammar.is_noun_too(word)
        return before in "ne" and self._grammar.is_body(word) and self._ends_statement(here + 1)

    def _ends_statement(self, here: int) -> bool:
        """Whether its clause ends, or a word of having follows, or a number that closes it or is changed: 组织已达58个, 组织由58个增加."""
        letters = self._letters
        while here < len(letters) and letters[here] == "d":
            here += 1
        following = letters[here : here + 2]
        if following[:1] in ([","], [";"]):
            return True
        if following[:1] == ["p"]:
            return _FROM.match("".join(letters[here : here + LONGEST_FROM])) is not None
        return following[:1] == ["h"] or (following[:1] == ["q"] and (len(following) < 2 or following[1] in ",;sc:()"))

    def _noun_by_neighbours(self, here: int) -> None:
        letters, word = self._letters, self._line.word(here)
        if letters[here + 1] == "u" and self._grammar.shows_verb(word, self._line.word(here + 1)):
            letters[here] = "v"
        elif letters[here + 1] == "q" and letters[here - 1] == "r" and self._grammar.is_denominator(self._line.word(here - 1)):
            letters[here] = "r"
        elif letters[here - 1] == "n" and letters[here + 1] in "hq" and self._grammar.is_particle(self._line.word(here - 1), word):
            letters[here] = "u"

    def _pronoun_by_neighbours(self, here: int) -> None:
        """面粉各一袋 is told like 面粉有一袋; 工伤19件、其他8件: the rest stands for its noun."""
        word = self._line.word(here)
        if self._grammar.is_rest(word):
            self._letters[here] = "n"
        elif self._grammar.deals_each(word) and self._line.measures[here + 1] == "count":
            self._letters[here] = "h"

    def _passive_by_neighbours(self, here: int) -> None:
        """248家被结对单位: the passive describes the noun behind it."""
        if self._grammar.is_passive(self._line.word(here)):
            self._letters[here : here + 2] = "aa"

    def _adverb_by_neighbours(self, here: int) -> None:
        letters = self._letters
        if self._grammar.is_cut_wrong(self._line.word(here - 1), self._line.word(here)):
            letters[here - 1], letters[here] = "v", "n"
            self._line.ends[here - 1] -= 1
            self._line.starts[here] -= 1
        elif letters[here - 1] == "q" and letters[here + 1] in "na" and self._grammar.may_describe(self._line.word(here)):
            letters[here] = "a"  # 10多个优良品种, 五个主要短板
        elif letters[here - 1] in "nev" and letters[here + 1] in "q,;s:)(hvu" and self._grammar.closes_noun(self._line.word(here)):
            letters[here - 1], letters[here] = "e" if letters[here - 1] == "v" else letters[here - 1], "n"


def _by_word(classes: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for letter, words in classes.items():
        for word in words.split():
            if found.setdefault(word, letter) != letter:
                raise RuleError(f"rules/objects.toml: {word} stands in the classes {found[word]} and {letter}; leave it in one")
    return found
