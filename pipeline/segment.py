"""What lies between the mentions → tokens. jieba cuts only there, so that it never glues a numeral to a word (`余万元`).

A mention is one token. The tokens of the sentences that hold a number form one spaCy Doc with the tags of jieba's dictionary, so that
spaCy's matchers can speak of words and mentions alike. spaCy objects stay inside this stage and `interpret`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import jieba

from pipeline import surrogates
from pipeline.model import QUANTITIES, Mention, Report, Tokens
from pipeline.rulebook import Rulebook

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

jieba.setLogLevel(logging.WARNING)
MENTION_TAG = "num"
UNKNOWN_TAG = "x"
OWN_TAG = "n"
"""Of the project's own words."""

SegmenterName = Literal["jieba", "rjieba"]
SEGMENTERS: tuple[SegmenterName, ...] = ("jieba", "rjieba")
"""jieba, and a binding of its Rust port, which is faster and differs in a few words of a thousand."""

_KEPT = 1 << 16
"""So many pieces of text are kept with their words: set phrases come again and again, between the numbers more than elsewhere."""
_LONGEST_KEPT = 40

Cut = Callable[[str], Sequence[str]]


def dictionary() -> tuple[list[str], list[int], list[str]]:
    """jieba's dictionary: its words, how often each was seen, and its part of speech."""
    with jieba.get_dict_file() as lines:
        columns = lines.read().decode("utf-8").split()
    return columns[::3], list(map(int, columns[1::3])), columns[2::3]


class Tokenizer(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """jieba with this dictionary and nothing else; the words of a character are made ready when a text first holds it.

    jieba's `initialize` believes whatever lies in the system's folder for temporary files as jieba.cache. It also keeps what words begin
    with, so that it knows when to stop looking, half a million strings in all; a report needs a tenth of them.
    """

    def __init__(self, words: Sequence[str], counts: Sequence[int], tags: Sequence[str]) -> None:
        super().__init__()
        self.FREQ: dict[str, int] = {}
        self.total = sum(counts)
        self.initialized = True
        self.tags: dict[str, str] = {}
        """By word its part of speech; words that no text was seen to need yet are missing."""
        self._words, self._counts, self._tags = words, counts, tags
        self._runs: dict[str, list[tuple[int, int]]] = {}
        """By character the stretches of `words` that begin with it."""
        start = 0
        for first, run in groupby(map(itemgetter(0), words)):
            end = start + sum(1 for _ in run)
            self._runs.setdefault(first, []).append((start, end))
            start = end
        self._met: set[str] = set()

    def get_DAG(self, sentence: str) -> dict[int, list[int]]:  # noqa: N802  jieba's name
        """By place the last characters of the words that begin there."""
        if not self._met.issuperset(sentence):
            self._meet(set(sentence) - self._met)
        graph: dict[int, list[int]] = super().get_DAG(sentence)
        return graph

    def _meet(self, characters: Iterable[str]) -> None:
        """Take in the words that begin with these characters: how often each was seen, and 0 for what words begin with and is none."""
        self._met.update(characters)
        for start, end in chain.from_iterable(self._runs.get(character, ()) for character in characters):
            words = self._words[start:end]
            beginnings = {word[:length] for word in words for length in range(1, len(word))}
            self.FREQ.update(dict.fromkeys(beginnings.difference(self.FREQ), 0))
            self.FREQ.update(zip(words, self._counts[start:end], strict=True))
            self.tags.update(zip(words, self._tags[start:end], strict=True))


def tokenizer_of_dictionary() -> Tokenizer:
    """jieba with its own dictionary."""
    return Tokenizer(*dictionary())


class Segmenter:
    """Cuts reports with jieba's dictionary and the project's lexicon. Loading takes about half a second and happens at first use."""

    def __init__(self, rulebook: Rulebook, name: SegmenterName = "jieba") -> None:
        self._lexicon = rulebook.folder / "words" / "lexicon.txt"
        self._name = name

    @cached_property
    def _loaded(self) -> tuple[Cut, Mapping[str, str]]:
        """What cuts a text, and the part of speech of each dictionary word that it cuts; the project's own words are nouns."""
        return self._rjieba() if self._name == "rjieba" else self._jieba()

    def _jieba(self) -> tuple[Cut, Mapping[str, str]]:
        tokenizer = tokenizer_of_dictionary()
        for word in self._own_words:
            tokenizer.add_word(word)
            tokenizer.tags[word] = OWN_TAG
        return tokenizer.lcut, tokenizer.tags

    def _rjieba(self) -> tuple[Cut, Mapping[str, str]]:
        import rjieba

        tokenizer = rjieba.Jieba()
        for word in self._own_words:
            tokenizer.add_word(word, None, None)

        def cut(piece: str) -> Sequence[str]:
            words: Sequence[str] = tokenizer.cut(surrogates.replaced(piece))
            return words

        words, _, tags = dictionary()
        return cut, dict(zip(words, tags, strict=True)) | dict.fromkeys(self._own_words, OWN_TAG)

    @cached_property
    def _own_words(self) -> tuple[str, ...]:
        return tuple(self._lexicon.read_text(encoding="utf-8").split())

    @cached_property
    def _pieces(self) -> Callable[[str], tuple[list[int], list[str]]]:
        return lru_cache(_KEPT)(self._cut_piece)

    def _cut_piece(self, piece: str) -> tuple[list[int], list[str]]:
        """Where the words of a piece of text end in it, and their tags."""
        ends, tags, end = [], [], 0
        cut, tag_of = self._loaded
        for word in cut(piece):
            end += len(word)
            ends.append(end)
            tags.append(tag_of.get(word, UNKNOWN_TAG))
        return ends, tags

    def segment(self, report: Report, mentions: Sequence[Mention]) -> Tokens:
        """Tokens of every sentence of the report that holds a count, an amount or a rate."""
        return self.segment_spans(report.text, [(s.start, s.end) for s in report.sentences], mentions)

    def segment_spans(self, text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> Tokens:
        """As `segment`, for a bare text and the spans of its sentences."""
        draft = _Draft(text)
        first = 0
        for index, (start, end) in enumerate(sentences):
            while first < len(mentions) and mentions[first].start < start:
                first += 1
            last = first
            while last < len(mentions) and mentions[last].start < end:
                last += 1
            inside = range(first, last)
            if any(mentions[i].kind in QUANTITIES for i in inside):
                self._sentence(draft, index, start, end, [(i, mentions[i]) for i in inside])
            first = last
        return draft.tokens()

    def _sentence(self, draft: _Draft, sentence: int, start: int, end: int, inside: Iterable[tuple[int, Mention]]) -> None:
        first, position = len(draft.ends), start
        for index, mention in inside:
            self._words(draft, position, mention.start)
            draft.add_mention(index, mention)
            position = mention.end
        self._words(draft, position, end)
        draft.sentences += [sentence] * (len(draft.ends) - first)

    def _words(self, draft: _Draft, start: int, end: int) -> None:
        if end > start:
            piece = draft.text[start:end]
            draft.add_words(start, *(self._pieces(piece) if len(piece) <= _LONGEST_KEPT else self._cut_piece(piece)))


class _Draft:
    """Tokens while they are gathered."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.tags: list[str] = []
        self.mentions: list[int] = []
        self.sentences: list[int] = []
        self.at_mention: dict[int, int] = {}

    def add_words(self, start: int, ends: Sequence[int], tags: Sequence[str]) -> None:
        """Words one behind the other from `start`; `ends` count from there."""
        absolute = [start + end for end in ends]
        self.starts.append(start)
        self.starts += absolute[:-1]
        self.ends += absolute
        self.tags += tags
        self.mentions += [-1] * len(absolute)

    def add_mention(self, index: int, mention: Mention) -> None:
        self.at_mention[index] = len(self.ends)
        self.starts.append(mention.start)
        self.ends.append(mention.end)
        self.tags.append(MENTION_TAG)
        self.mentions.append(index)

    def tokens(self) -> Tokens:
        return Tokens(self.text, self.starts, self.ends, self.tags, self.mentions, self.sentences, self.at_mention)


def to_doc(tokens: Tokens, vocab: Vocab) -> Doc:
    """The tokens as a spaCy Doc: words without spaces between them, `tag_` as in the dictionary, mentions tagged `num`."""
    from spacy.tokens import Doc

    words = [tokens.word(i) for i in range(len(tokens))]
    return Doc(vocab, words=words, spaces=[False] * len(words), tags=list(tokens.tags))
