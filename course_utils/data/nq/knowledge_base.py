"""The passages that a retriever searches, and the index of the passage that answers each question.

    knowledge_base = make_knowledge_base(train, validation)
    knowledge_base.passages[knowledge_base.train_gold[3]] == train[3]["gold_context"]

Recall compares these indices, because titles repeat: a passage with the right title may be the wrong one.
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
    """The distinct gold passages of all questions, and the index of each question's gold passage."""

    passages: list[Passage]
    """P distinct passages"""
    train_gold: torch.Tensor
    """(N,) int64: passages[train_gold[i]] answers training question i"""
    validation_gold: torch.Tensor
    """(M,) int64: passages[validation_gold[i]] answers validation question i"""

    def __len__(self) -> int:
        return len(self.passages)


def make_knowledge_base(train: Sequence[Sample], validation: Sequence[Sample]) -> KnowledgeBase:
    """The gold passages of N training and M validation samples, in order of first appearance.

    Passages with the same title and the same text are merged; different passages may still share a title. Raises
    ValueError for a sample without a gold passage.

    >>> passage, other = {"title": "Owl", "text": "Owls hunt at night."}, {"title": "Owl", "text": "Owls are birds."}
    >>> base = make_knowledge_base([{"gold_context": passage}, {"gold_context": other}], [{"gold_context": passage}])
    >>> len(base), base.train_gold, base.validation_gold
    (2, tensor([0, 1]), tensor([0]))
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
                f"{part} sample {number} must have a gold_context with title and text, got {str(sample)[:200]}"
            ) from error
