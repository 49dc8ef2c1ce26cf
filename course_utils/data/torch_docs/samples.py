"""Training samples made from the documentation itself, and questions in everyday words, which measure a search.

Nobody has labelled questions for PyTorch's functions. So a sentence of a function's text serves as the question, and
the rest of its description as the passage: the inverse cloze task of Lee et al., "Latent Retrieval for Weakly
Supervised Open Domain Question Answering", 2019, https://arxiv.org/abs/1906.00300.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from importlib import resources

from course_utils.data.nq.knowledge_base import Sample
from course_utils.data.torch_docs.entries import DocEntry

LOST = 0.2  # share of a question's words that are left out, so that it does not repeat the passage
LENGTHS = range(4, 31)  # words in a sentence that can serve as a question
PER_ENTRY = 8


def training_samples(entries: Sequence[DocEntry], *, seed: int = 0) -> list[Sample]:
    """Samples {"question", "answers", "gold_context"}, as in `course_utils.data.nq`; the answer is the entry's name.

    Each entry gives its name and up to eight of its sentences as questions, with a fifth of their words left out.
    A sentence of the first paragraph is removed from the passage, so that the passage does not contain its question.
    """
    draw = random.Random(seed)
    return [
        {
            "question": " ".join([word for word in sentence.split() if draw.random() > LOST]) or sentence,
            "answers": [entry.name],
            "gold_context": _passage_without(entry, sentence),
        }
        for entry in entries
        for sentence in [entry.passage["title"], *list(_sentences(entry))[:PER_ENTRY]]
    ]


def held_out_questions(entries: Sequence[DocEntry]) -> tuple[list[str], list[set[int]]]:
    """Questions in everyday words, and for each the indices of all entries that answer it.

    They were written by hand before any search was tried. Questions whose functions the installed
    version does not have are left out.
    """
    place = {entry.name: index for index, entry in enumerate(entries)}
    file = resources.files(__package__).joinpath("questions.json")
    rows = [
        (question, {place[name] for name in names if name in place})
        for question, names in json.loads(file.read_text(encoding="utf-8"))
    ]
    return [question for question, gold in rows if gold], [gold for _, gold in rows if gold]


def _passage_without(entry: DocEntry, sentence: str) -> dict[str, str]:
    passage = entry.passage
    rest = passage["text"].replace(sentence, "").strip()
    return passage | {"text": rest or " ".join(entry.details[:1])}


def _sentences(entry: DocEntry) -> Iterator[str]:
    for paragraph in (entry.summary, *entry.details):
        for sentence in re.split(r"(?<=[.:;])\s+", paragraph):
            letters = sum(letter.isalpha() or letter == " " for letter in sentence)
            if len(sentence.split()) in LENGTHS and letters > 0.85 * len(sentence):  # not a formula, not code
                yield sentence
