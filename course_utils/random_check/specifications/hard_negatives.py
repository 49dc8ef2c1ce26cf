"""Lab 06 in plain Python."""

from __future__ import annotations

import math
from typing import Annotated, Any

from course_utils.random_check.input_kinds import Floats, Ids, OneOf

Matrix = list[list[float]]


def filter_false_negatives(
    scores: Annotated[Matrix, Floats("N", "K")],
    positive_scores: Annotated[list[float], Floats("N")],
    margin: Annotated[float, OneOf((0.0, 1.0, -1.0))],
) -> list[list[bool]]:
    """True where the negative stays below the score of the question's own passage by the margin."""
    limits = [positive - margin for positive in positive_scores]
    return [[score <= limit for score in row] for row, limit in zip(scores, limits, strict=True)]


def hard_negative_loss(
    query_embeddings: Annotated[Matrix, Floats("B", "D")],
    passage_embeddings: Annotated[Matrix, Floats("B", "D")],
    labels: Annotated[list[int], Ids(("B",), below="B")],
) -> tuple[float, Any]:
    """The mean of log(sum of exp over all passages) minus the score of the right passage; the count is open in ties."""
    losses = []
    for query, label in zip(query_embeddings, labels, strict=True):
        scores = [sum(q * p for q, p in zip(query, passage, strict=True)) for passage in passage_embeddings]
        highest = max(scores)
        losses.append(highest + math.log(sum(math.exp(score - highest) for score in scores)) - scores[label])
    return sum(losses) / len(losses), ...
