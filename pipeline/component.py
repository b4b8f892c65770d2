"""The facts on a spaCy Doc: `nlp.add_pipe("taizhang")` on a blank `zh` pipeline."""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.library import extract

NAME = "taizhang"


@Language.factory(NAME)
def create_component(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001  the signature of spaCy's factories
    """The factory that the entry point `spacy_factories` names.

    `doc.spans["taizhang"]` gets a span per numeral or date word, its label the kind and `span._.fact` the Fact; `doc._.facts` the facts,
    with offsets in `doc.text`. A span reaches to the ends of the tokens that it touches, so segment by characters (spaCy's default for
    `zh`) where spans must be exact.

    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> component = nlp.add_pipe("taizhang")
    >>> doc = nlp("慰问困难职工75名")
    >>> [(span.text, span.label_) for span in doc.spans["taizhang"]]
    [('75名', 'count')]
    """
    if not Doc.has_extension("facts"):
        Doc.set_extension("facts", default=None)
        Span.set_extension("fact", default=None)
    return add_facts


def add_facts(doc: Doc) -> Doc:
    """Put the facts of `doc.text` on `doc`."""
    facts = extract(doc.text)
    spans = []
    for fact in facts:
        span = doc.char_span(fact.start, fact.end, label=fact.kind, alignment_mode="expand")
        if span is not None:
            span._.fact = fact
            spans.append(span)
    doc.spans[NAME] = spans
    doc._.facts = facts
    return doc
