"""Training runs as published for labs 05 and 06, epoch by epoch: what a run in the profile "full" is compared with.

DistilBERT, untied, 500 training and 1,000 validation questions of Natural Questions, one run each. Recall is counted by
title in a knowledge base of the 1,500 gold passages.
"""

from __future__ import annotations

from dataclasses import dataclass

KS = (1, 5, 10, 20, 100)


@dataclass(frozen=True)
class Epoch:
    """One epoch of a published run: the mean loss of its batches, and the recall after it, {k: percent}."""

    loss: float
    recall: dict[int, float]


def _recall(*percent: float) -> dict[int, float]:
    return dict(zip(KS, percent, strict=True))


UNTRAINED = _recall(6.2, 11.3, 14.5, 19.2, 37.2)

NCE = (  # batches of 128
    Epoch(10.1849, _recall(26.1, 49.2, 56.7, 63.4, 81.5)),
    Epoch(2.2911, _recall(40.2, 65.8, 71.8, 79.1, 92.4)),
    Epoch(1.1167, _recall(53.4, 75.7, 82.4, 86.1, 95.1)),
    Epoch(0.6704, _recall(60.4, 82.3, 86.3, 90.5, 96.9)),
    Epoch(0.4350, _recall(62.6, 83.1, 87.6, 91.4, 97.7)),
)

NCE_WITH_HARD_NEGATIVES = (  # batches of 64, each question with one hard negative
    Epoch(8.0642, _recall(31.6, 54.2, 62.6, 69.5, 85.8)),
    Epoch(1.8812, _recall(51.5, 74.2, 80.2, 85.5, 94.9)),
    Epoch(0.7474, _recall(62.4, 84.2, 88.5, 91.6, 98.0)),
    Epoch(0.3230, _recall(65.5, 85.9, 90.2, 93.1, 98.3)),
    Epoch(0.1838, _recall(65.7, 86.5, 90.2, 93.7, 98.3)),
)
