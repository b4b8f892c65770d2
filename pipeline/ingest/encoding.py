"""Which encoding a file's bytes are in, told from all of them by how Chinese they read.

General detectors call `镇工会` in GB18030 Big5 or Korean: they know bytes, not what a report is made of. Here each possible reading is
weighed as a text: the sum of its characters' costs (minus log10 of how often they are met) is what the bytes cost in that encoding,
and the cheapest reading wins. Three characters are mostly enough.
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.ingest.payload import Payload
from pipeline.ingest.reasons import UnreadError
from pipeline.ingest.resync import resynchronize
from pipeline.ingest.rules import State, content, state
from pipeline.rule_files import RuleError

if TYPE_CHECKING:
    import numpy as np

MARKS = (
    # the marks of UTF-32 begin with those of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
CODECS = {
    # Big5 as standardized, as Hong Kong writes it, as Windows does: the first that reads every byte
    "utf-8": ("utf-8",),
    "gb18030": ("gb18030",),
    "big5": ("big5", "big5hkscs", "cp950"),
    "utf-16-le": ("utf-16-le",),
    "utf-16-be": ("utf-16-be",),
}
DOUBLE_BYTE = ("gb18030", "big5")
LOST = "\ufffd"
LOST_RUN = re.compile(LOST + "+")
FIRST_CJK = "\u2e80"
WEIGHED_AT_ONCE = 1 << 20
"""Characters; their codes and costs take twelve bytes each."""
MOST_CHARACTERS = 1 << 15
"""So many characters are remembered with what they are."""
MOST_BYTES = 4
"""Of one character, in every encoding that is tried."""
BLANK_CONTROLS = frozenset("\t\n\r\f\v\x1a")
"""Controls that texts do hold; \\x1a ends a DOS file."""
BAD_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, what that was chosen by, and in how many places bytes could not be read."""

    text: str
    encoding: str
    basis: str
    """`bom`, `strict`, `damaged` (UTF-8 but for few bytes), `reads` (the most Chinese reading), `replacement` or `option`"""
    damage: int = 0

    @property
    def note(self) -> str | None:
        """What `files` says of the damage, None where there is none."""
        if not self.damage:
            return None
        return f"damaged_bytes: In {self.damage} places bytes could not be read as {self.encoding}; U+FFFD stands there."


class Signs(NamedTuple):
    """How many characters of a text could not be decoded, how many others no text holds, and how many are Chinese or of that block."""

    lost: int
    bad: int
    chinese: int


class _Reading(NamedTuple):
    """A text in one encoding, and whether every byte could be read."""

    text: str
    encoding: str
    whole: bool

    def decoded(self) -> Decoded:
        # plain ASCII, and letters of other scripts, are UTF-8 with no need of a comparison's word for it
        basis = "strict" if self.whole and self.encoding == "utf-8" else "reads"
        return Decoded(self.text, self.encoding, basis, 0 if self.whole else _lost_places(self.text))


def _zeros() -> np.ndarray[Any, np.dtype[np.float64]]:
    import numpy as np

    return np.zeros(sys.maxunicode + 1)


def _falses() -> np.ndarray[Any, np.dtype[np.bool_]]:
    import numpy as np

    return np.zeros(sys.maxunicode + 1, bool)


@dataclass(frozen=True, slots=True)
class Model:
    """What a character costs, as `rules/encodings.toml` has it."""

    costs: Mapping[str, float]
    classes: Mapping[str, float]
    limits: Mapping[str, float]
    suspicious: re.Pattern[str]
    """A run of characters that are seldom met: what double-byte text that is out of step looks like."""
    _memory: np.ndarray[Any, np.dtype[np.float64]] = field(default_factory=_zeros)
    """By code point what it costs, 0 as long as nobody has asked."""
    _bad: np.ndarray[Any, np.dtype[np.bool_]] = field(default_factory=_falses)
    """By code point whether it `is_bad`, of those that somebody has asked for."""

    @classmethod
    def load(cls, folder: Path | None = None) -> Model:
        return _model(state("encodings.toml", folder))

    def cost(self, text: str) -> float:
        """Sum of the costs of the characters of `text`; lower reads more Chinese."""
        if len(text) == 1:
            return float(self._memory[ord(text)]) or self._look_up(text)
        return sum((float(self._memory[codes].sum()) for codes in self._codes(text)), 0.0)

    def signs(self, text: str) -> Signs:
        """What `text` is made of."""
        lost, bad, late = text.count(LOST), 0, 0
        for codes in self._codes(text):
            bad += int(self._bad[codes].sum())
            late += int((codes >= ord(FIRST_CJK)).sum())
        return Signs(lost, bad - lost, late - lost)  # the sign for what is lost is both

    def _codes(self, text: str) -> Iterator[np.ndarray[Any, np.dtype[np.uint32]]]:
        """The code points of `text`, so many at once, each looked up."""
        import numpy as np  # here, for importing the readers loads no library

        for start in range(0, len(text), WEIGHED_AT_ONCE):
            codes = np.frombuffer(text[start : start + WEIGHED_AT_ONCE].encode("utf-32-le", "surrogatepass"), np.uint32)
            if not (known := self._memory[codes]).all():
                for code in set(codes[known == 0].tolist()):
                    self._look_up(chr(code))
            yield codes

    def _look_up(self, character: str) -> float:
        self._bad[ord(character)] = is_bad(character)
        cost = self._memory[ord(character)] = self.costs.get(character) or self.classes[_class_of(character)]
        return cost


@lru_cache(maxsize=4)
def _model(of: State) -> Model:
    table = content(of)
    try:
        costs = {character: float(level) for part in ("characters", "marks") for level, text in table[part].items() for character in text}
    except ValueError as error:
        raise RuleError(f"rules/encodings.toml: {error}; levels of [characters] and [marks] are numbers, as in the shipped file") from error
    limits = table["limits"]
    common = "".join(character for character, cost in costs.items() if cost < limits["seldom"])
    suspicious = re.compile(f"[^{re.escape(common)}\\x20-\\x7e]{{{limits['seldom_run']}}}")
    return Model(costs, table["classes"], limits, suspicious)


def _class_of(character: str) -> str:
    """Key of [classes] for a character that is not listed by itself."""
    if character.isascii() and character.isprintable():
        return "lower" if character.islower() else "ascii"
    if is_bad(character):
        return "bad"
    return "rare" if "CJK" in unicodedata.name(character, "") else "foreign"


@lru_cache(maxsize=MOST_CHARACTERS)
def is_bad(character: str) -> bool:
    """Whether texts do not hold this character: a control, unassigned, private, or the sign for what could not be decoded."""
    return character == LOST or (character not in BLANK_CONTROLS and unicodedata.category(character) in BAD_CATEGORIES)


def decode(data: bytes, forced: str | None = None, rules: Path | None = None) -> Decoded:
    """Text of `data` without a byte-order mark, newlines untouched, in the encoding `forced` or in the one that its bytes tell.

    Raises UnreadError where the bytes are no text in any of the encodings.
    """
    if forced:
        return _forced(data, forced)
    if known := _marked(data) or _ascii(data):
        return known
    model = Model.load(rules)
    return _utf8(data, model) or _most_chinese(data, model)


def decode_payload(payload: Payload) -> Decoded:
    """`decode` for a file that is a text, with what the caller's options say of it."""
    return decode_within(payload.data, payload, payload.options.max_chars)


def decode_within(data: bytes, payload: Payload, most: int, forced: str | None = None) -> Decoded:
    """`decode` for what lies in a file. Raises UnreadError (`too_long`) before any work where no encoding makes it `most` characters."""
    if len(data) > most * MOST_BYTES:
        raise UnreadError("too_long", f"at least {len(data) // MOST_BYTES}")
    return decode(data, payload.forced_encoding or forced, payload.options.rules)


def _forced(data: bytes, name: str) -> Decoded:
    for mark, _ in MARKS:
        if data.startswith(mark) and data[: len(mark)].decode(name, "replace") == "\ufeff":
            data = data[len(mark) :]
    return _decoded(data, name, "option")


def _marked(data: bytes) -> Decoded | None:
    for mark, name in MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name, "bom")
    return None


def _ascii(data: bytes) -> Decoded | None:
    """Plain ASCII is UTF-8 without a comparison, which takes the time and memory of all encodings.

    Controls go to it: `慰问` in UTF-16 has some, as each text has in which there is a line end, a digit or a full stop.
    """
    if not data.isascii() or any(is_bad(chr(byte)) for byte in set(data)):
        return None
    return Decoded(data.decode("ascii"), "utf-8", "strict")


def _utf8(data: bytes, model: Model) -> Decoded | None:
    """UTF-8 where it reads every byte, or nearly, and holds Chinese and no controls.

    All else goes to the comparison, UTF-8 among the others: `慰问` in UTF-16 is `pa` with controls, and no byte of it breaks UTF-8.
    """
    text = data.decode("utf-8", "replace")
    if text.count(LOST) * 10 > len(text):
        return None
    signs = model.signs(text)
    if not signs.chinese or signs.bad:
        return None
    if not signs.lost:
        return Decoded(text, "utf-8", "strict")
    places = _lost_places(text)
    if places < len(data) * model.limits["utf8_damage"] and signs.lost * 10 < signs.chinese:
        return Decoded(text, "utf-8", "damaged", places)
    return None


def _most_chinese(data: bytes, model: Model) -> Decoded:
    """The cheapest of all readings. Where that is a damaged one, or no text, double-byte readings that are put in step join in."""
    best = min((_reading(data, name) for name in CODECS), key=lambda reading: model.cost(reading.text)).decoded()
    damaged = best.encoding in DOUBLE_BYTE and (best.damage or model.suspicious.search(best.text))
    if damaged or not is_text(best.text, model):
        mended = [_in_step(data, name, model) for name in DOUBLE_BYTE]
        best = min(*mended, best, key=lambda reading: model.cost(reading.text))
    if not is_text(best.text, model):
        raise UnreadError("not_text")
    return best


def _in_step(data: bytes, name: str, model: Model) -> Decoded:
    text = resynchronize(data, CODECS[name][-1], model.cost, model.suspicious)
    places = _lost_places(text)
    return Decoded(text, name, "replacement" if places else "reads", places)


def _reading(data: bytes, name: str) -> _Reading:
    for codec in CODECS[name]:
        try:
            return _Reading(data.decode(codec), name, whole=True)
        except UnicodeDecodeError:
            continue
    return _Reading(data.decode(CODECS[name][-1], "replace"), name, whole=False)


def _decoded(data: bytes, name: str, basis: str) -> Decoded:
    text = data.decode(CODECS.get(name, (name,))[-1], "replace")
    return Decoded(text, name, basis, _lost_places(text))


def _lost_places(text: str) -> int:
    """Runs of what could not be decoded. One at a time: a list of them would be many times the text."""
    return sum(1 for _ in LOST_RUN.finditer(text)) if LOST in text else 0


def is_text(text: str, model: Model) -> bool:
    """Whether a reading is one: not so for compressed or encrypted bytes and a program's own data."""
    bad = _lost_places(text) + model.signs(text).bad
    cost = model.cost(text) - model.classes["bad"]  # a short text may have a damaged byte or two
    return bad <= 2 + len(text) * model.limits["bad_share"] and cost <= len(text) * model.limits["mean_cost"]
