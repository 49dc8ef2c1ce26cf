"""The passages that a retriever searches, and where in them each question's answer is.

    knowledge_base = make_knowledge_base(train, validation)
    knowledge_base.passages[knowledge_base.train_gold[3]] == train[3]["gold_context"]

Recall is counted by these indices: titles repeat, so that a passage with the right title may be the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

Passage = dict[str, str]
"""{"title": str, "text": str}"""
Sample = dict[str, Any]
"""{"question": str, "answers": list[str], "gold_context": Passage}"""


@dataclass(frozen=True)
class KnowledgeBase:
    """The gold passages of all questions, each once, and every question's gold passage by its index."""

    passages: list[Passage]
    """P distinct passages"""
    train_gold: torch.Tensor
    """(N,) int64: train question i is answered by passages[train_gold[i]]"""
    validation_gold: torch.Tensor
    """(M,) int64"""

    def __len__(self) -> int:
        return len(self.passages)


def make_knowledge_base(train: Sequence[Sample], validation: Sequence[Sample]) -> KnowledgeBase:
    """The gold passages of N train and M validation samples, in order of first sight.

    Passages with the same title and the same text become one, so that an index names one text; several passages may
    still share a title. Raises ValueError for a sample without a gold passage.
    """
    places: dict[tuple[str, str], int] = {}
    train_gold, validation_gold = (
        torch.tensor([places.setdefault(key, len(places)) for key in _keys(samples, part)], dtype=torch.int64)
        for samples, part in ((train, "train"), (validation, "validation"))
    )
    passages = [{"title": title, "text": text} for title, text in places]
    return KnowledgeBase(passages, train_gold, validation_gold)


def _keys(samples: Sequence[Sample], part: str) -> Iterable[tuple[str, str]]:
    for number, sample in enumerate(samples):
        try:
            gold = sample["gold_context"]
            yield gold["title"], gold["text"]
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"{part} sample {number} must have a gold_context with title and text; it is {str(sample)[:200]}"
            ) from error
