"""Fits the weights of rules/redact.toml to marked sentences and writes them there: `python scripts/fit_redaction.py`.

A candidate that is marked as a name is a case for its evidence, every other candidate a case against it. The weights are those of a
logistic regression, drawn towards those in PRIOR (0 for all others), so that evidence which the sentences hardly show keeps the sign
that it must have. Every sentence comes with its own names and again with drawn ones, for the names of such sentences are odder than
those of reports; the reports of data/gold show what is no name. The sentences kept aside (tests/marked_persons.py) are not read.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from marked_persons import Marked, kind_of, seen  # noqa: E402

from pipeline import rulebook  # noqa: E402
from pipeline.name_lexicon import NameLexicon  # noqa: E402
from pipeline.persons import Cut, Evidence, PersonFinder  # noqa: E402

RULES = ROOT / "rules" / "redact.toml"
PULL = 2.0
"""How strongly a weight is drawn towards its prior: the inverse of the variance."""
PRIOR = {"place_end": -4.0, "function_end": -4.0, "behind.places": -5.0, "behind.place": -3.0, "behind.place_list": -3.0,
         "before.place_list": -3.0, "place_word": -2.0, "word_inside": -3.0, "two_words": -2.0, "word_with_one_sign": -1.0}  # fmt: skip
DRAWN = 3
"""So many times every sentence comes with drawn names."""
COMMON = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
FOREIGN = """
阿卜杜拉 古丽仙 麦麦提江 帕尔哈提 阿孜古丽 热合曼 卓玛才让 扎西多吉 丹增罗布 次仁德吉 央金拉姆 洛桑平措 尼玛次仁
巴雅尔 其其格 乌兰图雅 哈斯高娃 那木拉 阿牛木呷 吉克尔哈 沙马阿依 木拉提 加尔恒别克 努尔江 吐尔洪 阿依努尔 依明江 斯琴高娃 巴图苏和 格桑旺堆
""".split()  # noqa: SIM905

PERSONS_IN_GOLD = "吴巧珍 顾建明 刘铁山 汤建国 沈亚琴 虞立平 鲁国丰 侯桂兰 徐海根 褚立强".split()  # noqa: SIM905

Case = tuple[Evidence, bool]
Vector = NDArray[np.float64]


class Names:
    """Draws names as they are common."""

    def __init__(self, lexicon: NameLexicon, compound: Iterable[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._first, *self._given = lexicon.counts()
        self._compound = list(compound)

    def draw(self) -> str:
        """A name of another people, or a surname with one or two characters."""
        chance = self._random.random
        if chance() < 0.06:
            return self._random.choice(FOREIGN)
        surname = self._random.choice(self._compound) if chance() < 0.05 else self._surname(chance())
        places = (1,) if chance() < 0.3 else (0, 1)
        return surname + "".join(self._pick(self._given[place]) for place in places)

    def _surname(self, chance: float) -> str:
        return self._random.choice(COMMON) if chance < 0.4 else self._pick(self._first)

    def _pick(self, counts: dict[str, int]) -> str:
        return self._random.choices(list(counts), list(counts.values()))[0]


def with_other_names(text: Marked, names: Names) -> Marked:
    """The text with every whole name replaced, the same by the same."""
    drawn: dict[str, str] = {}

    def other(mark: re.Match[str]) -> str:
        name = mark[1]
        if kind_of(name) != "name" or len(name) < 2 or re.search("[某×*X·]", name):
            return mark[0]
        return f"«{drawn.setdefault(name, names.draw())}»"

    return Marked.read(re.sub("«(.+?)»", other, text.written))


def whole_reports() -> list[Marked]:
    """The annotated reports of data/gold, with the few names that they hold marked: what stands in reports and is no name."""
    texts = []
    for path in sorted((ROOT / "data" / "gold" / "marked").glob("*.marked")):
        text = re.sub(r"<[^<>]+>", "", path.read_text(encoding="utf-8"))
        texts.append(Marked.read(re.sub("|".join(PERSONS_IN_GOLD), r"«\g<0>»", text)))
    return texts


def cases(texts: Iterable[Marked], finder: PersonFinder) -> Iterator[Case]:
    """The evidence for every candidate, and whether it is a name."""
    for text in texts:
        around = Cut(text.bare, finder.lexicon)
        marked = {*text.wanted, *text.allowed}
        surnames = {start for start, end in text.wanted if end - start == 1}
        for candidate in finder.candidates(text.bare):
            right = (candidate.start, candidate.end) in marked
            if right or candidate.start not in surnames:
                yield finder.evidence(text.bare, candidate, around)[0], right


def fitted(found: list[Case]) -> dict[str, float]:
    """The weights: Newton's method, with shorter steps where a whole one would not lead down."""
    names = sorted({name for evidence, _ in found for name in evidence})
    column = {name: place for place, name in enumerate(names)}
    x, y = np.zeros((len(found), len(names))), np.array([right for _, right in found], float)
    for row, (evidence, _) in enumerate(found):
        for name, value in evidence.items():
            x[row, column[name]] = value
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    pull = np.array([0.01 if name == "bias" else PULL for name in names])

    def loss(weights: Vector) -> float:
        z = x @ weights
        return float(np.logaddexp(0, z).sum() - y @ z + 0.5 * pull @ (weights - prior) ** 2)

    weights, step = prior.copy(), np.ones_like(prior)
    while np.abs(step).max() > 1e-4:
        share = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (share - y) + pull * (weights - prior)
        step = np.linalg.solve((x.T * (share * (1 - share))) @ x + np.diag(pull), slope)
        while loss(weights - step) > loss(weights) + 1e-9:
            step /= 2
        weights = weights - step
    return dict(zip(names, weights.tolist(), strict=True))


def main() -> None:
    """Fit, and write the block [weights]."""
    finder = PersonFinder(rulebook.load().table("redact"))
    names = Names(finder.lexicon, finder.compound, 5)
    texts = seen()
    texts += [with_other_names(text, names) for text in texts for _ in range(DRAWN)]
    texts += whole_reports()
    weights = fitted(list(cases(texts, finder)))
    block = "".join(f"{name if name.isidentifier() else f'{chr(34)}{name}{chr(34)}'} = {value:.2f}\n" for name, value in weights.items())
    rules = RULES.read_text(encoding="utf-8")
    RULES.write_text(re.sub(r"(?s)(?<=\n\[weights\]\n).*?\n(?=\n\[)", lambda _: block, rules), encoding="utf-8")
    print(f"{len(weights)} weights from {len(texts)} texts")


if __name__ == "__main__":
    main()
