"""Makes `rules/words/ordinary.txt`: ordinary words with a numeral character in them, which the extractor must not read as numbers.

Source: the dictionary of jieba (MIT licence), words with their part of speech. A word is taken where its part of speech says that it is no
number, date or measure, and where it is not simply a numeral with a measure word (`四期`). What the reading of reports added or took away
stands by hand in `rules/lookalikes.toml`. Run: `python scripts/build_wordlist.py`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import jieba

RULES = Path(__file__).parent.parent / "rules"
NO_NUMBERS = frozenset(
    ["i", "l", "d", "n", "v", "vn", "vd", "a", "ad", "an", "z", "r", "c", "ns", "nz", "nt", "s", "o", "u", "uv", "ud", "y", "f", "j"]
)
MEASURED = set("人名户家个次件场期起份节句条张道颗辆封本套支只位台间层座月日天年等级号成分岁倍元块角毛亩里斤米吨公多余几来大杯瓶行")
"""A word that begins with a numeral and one of these is a number with its measure word (`两条线`), whatever its part of speech."""
RARE = 3
"""Words of a lower frequency than this are left out unless they are set phrases."""


def main() -> None:
    numerals = tomllib.loads((RULES / "numerals.toml").read_text(encoding="utf-8"))
    digits = {c for part in ("digits", "small", "large") for c in numerals[part]}
    units = tomllib.loads((RULES / "units.toml").read_text(encoding="utf-8"))
    measures = {word for row in units["class"] for word in row["words"].split()}
    words = sorted({word for word, count, tag in _dictionary() if _taken(word, count, tag, digits, measures)})
    (RULES / "words").mkdir(exist_ok=True)
    (RULES / "words" / "ordinary.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    print(len(words), "words")


def _dictionary() -> list[tuple[str, int, str]]:
    with jieba.get_dict_file() as lines:
        rows = (line.decode("utf-8").split() for line in lines)
        return [(row[0], int(row[1]), row[2]) for row in rows]


def _taken(word: str, count: int, tag: str, digits: set[str], measures: set[str]) -> bool:
    if len(word) < 2 or not digits & set(word) or tag not in NO_NUMBERS:
        return False
    rest = word.lstrip("第").lstrip("".join(digits))
    if word.startswith("另一") or (word[0] in "近约上几数" and word[1] in digits):  # 近百人, 上千户 are hedged numbers
        return False
    if word[-1] in digits and tag not in ("i", "l"):  # 中三, 国一: the numeral begins what follows; 统一 and its like are listed by hand
        return False
    starts_with_numeral = len(rest) < len(word)
    if not rest or rest in measures or (starts_with_numeral and rest[0] in MEASURED):
        return False
    return count >= RARE or (tag in ("i", "l") and len(word) >= 4)


if __name__ == "__main__":
    main()
