"""What lies between the mentions → tokens. jieba cuts only there, so that it never glues a numeral to a word (`余万元`).

A mention is one token. The tokens of the sentences that hold a number form one spaCy Doc with the tags of jieba's dictionary, so that
spaCy's matchers can speak of words and mentions alike. spaCy objects stay inside this stage and `interpret`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import jieba

from pipeline.model import QUANTITIES, Mention, Report, Tokens
from pipeline.rulebook import Rulebook

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

jieba.setLogLevel(logging.WARNING)
MENTION_TAG = "num"
UNKNOWN_TAG = "x"


class Segmenter:
    """Cuts reports with jieba's default tokenizer and the project's lexicon. Loading takes about a second and happens at first use."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._lexicon = rulebook.folder / "words" / "lexicon.txt"

    @cached_property
    def _tokenizer(self) -> jieba.Tokenizer:
        tokenizer = jieba.Tokenizer()
        tokenizer.initialize()
        for word in self._own_words:
            tokenizer.add_word(word)
        return tokenizer

    @cached_property
    def _own_words(self) -> tuple[str, ...]:
        return tuple(self._lexicon.read_text(encoding="utf-8").split())

    @cached_property
    def _tags(self) -> dict[str, str]:
        """Part of speech of each dictionary word; the project's own words are nouns."""
        with jieba.get_dict_file() as lines:
            tags = {word: tag for word, _, tag in (line.decode("utf-8").split() for line in lines)}
        return tags | dict.fromkeys(self._own_words, "n")

    def segment(self, report: Report, mentions: Sequence[Mention]) -> Tokens:
        """Tokens of every sentence of the report that holds a count, an amount or a rate."""
        return self.segment_spans(report.text, [(s.start, s.end) for s in report.sentences], mentions)

    def segment_spans(self, text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> Tokens:
        """As `segment`, for a bare text and the spans of its sentences."""
        tokens = Tokens(text, [], [], [], [], [], {})
        first = 0
        for index, (start, end) in enumerate(sentences):
            while first < len(mentions) and mentions[first].start < start:
                first += 1
            last = first
            while last < len(mentions) and mentions[last].start < end:
                last += 1
            inside = range(first, last)
            if any(mentions[i].kind in QUANTITIES for i in inside):
                self._sentence(tokens, index, start, end, [(i, mentions[i]) for i in inside])
        return tokens

    def _sentence(self, tokens: Tokens, sentence: int, start: int, end: int, inside: Iterable[tuple[int, Mention]]) -> None:
        position = start
        for index, mention in inside:
            self._words(tokens, sentence, position, mention.start)
            tokens.at_mention[index] = len(tokens)
            self._add(tokens, sentence, mention.start, mention.end, MENTION_TAG, index)
            position = mention.end
        self._words(tokens, sentence, position, end)

    def _words(self, tokens: Tokens, sentence: int, start: int, end: int) -> None:
        position = start
        for word in self._tokenizer.lcut(tokens.text[start:end]) if end > start else ():
            self._add(tokens, sentence, position, position + len(word), self._tags.get(word, UNKNOWN_TAG), -1)
            position += len(word)

    @staticmethod
    def _add(tokens: Tokens, sentence: int, start: int, end: int, tag: str, mention: int) -> None:
        tokens.starts.append(start)  # type: ignore[attr-defined]
        tokens.ends.append(end)  # type: ignore[attr-defined]
        tokens.tags.append(tag)  # type: ignore[attr-defined]
        tokens.mentions.append(mention)  # type: ignore[attr-defined]
        tokens.sentences.append(sentence)  # type: ignore[attr-defined]


def to_doc(tokens: Tokens, vocab: Vocab) -> Doc:
    """The tokens as a spaCy Doc: words without spaces between them, `tag_` as in the dictionary, mentions tagged `num`."""
    from spacy.tokens import Doc

    words = [tokens.word(i) for i in range(len(tokens))]
    return Doc(vocab, words=words, spaces=[False] * len(words), tags=list(tokens.tags))
