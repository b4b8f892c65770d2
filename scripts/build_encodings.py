"""Writes the generated half of rules/encodings.toml: how common each Chinese character is, from the word frequencies that jieba ships.

Simplified counts are jieba's own; traditional ones come from the same words converted with OpenCC, and a character takes the larger
share. Run it after an upgrade of jieba: `python scripts/build_encodings.py`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import Path

import jieba
import opencc

TARGET = Path(__file__).resolve().parent.parent / "rules" / "encodings.toml"
MARK = "# --- made by scripts/build_encodings.py; edit above this line only"
RAREST = 6.0
"""Minus log10 of the share below which a character counts as rare."""


def main() -> None:
    head = TARGET.read_text(encoding="utf-8").split(MARK)[0]
    TARGET.write_text(head + MARK + "\n" + table(shares()), encoding="utf-8")


def shares() -> dict[str, float]:
    """Each Chinese character's share of all characters of running text, the larger of its simplified and traditional one."""
    with jieba.get_dict_file() as file:
        lines = [line.decode("utf-8").split(" ") for line in file]
    words = [line[0] for line in lines]
    counts = [int(line[1]) for line in lines]
    traditional = opencc.OpenCC("s2t").convert("\n".join(words)).split("\n")
    totals = [count_characters(words, counts), count_characters(traditional, counts)]
    whole = sum(totals[0].values())
    return {char: max(total[char] for total in totals) / whole for char in totals[0] | totals[1] if char >= "\u2e80"}


def count_characters(words: list[str], counts: list[int]) -> Counter[str]:
    total: Counter[str] = Counter()
    for word, count in zip(words, counts, strict=True):
        for char in word:
            total[char] += count
    return total


def table(share: dict[str, float]) -> str:
    """The characters by half decades of their share, as TOML: `"3.5" = "…"` are those met once in 10^3.5 characters."""
    levels: dict[float, list[str]] = defaultdict(list)
    for char, value in share.items():
        level = -round(2 * math.log10(value)) / 2
        if level <= RAREST:
            levels[level].append(char)
    rows = [f'"{level}" = "{"".join(sorted(levels[level]))}"' for level in sorted(levels)]
    return "\n[characters]\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
