"""Lab 04 in plain Python."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Annotated

from course_utils.random_check.input_kinds import Floats, Ids, Inapplicable, OneOf, Size

Matrix = list[list[float]]
TEMPERATURES = OneOf((0.5, 1.0, 2.0))


def in_batch_loss(
    queries: Annotated[Matrix, Floats("B", "D")],
    passages: Annotated[Matrix, Floats("B", "D")],
    temperature: Annotated[float, TEMPERATURES],
) -> float:
    """The mean, over the queries, of -log(the share of the query's own passage among all passages)."""
    return masked_in_batch_loss(queries, passages, list(range(len(passages))), temperature)


def masked_in_batch_loss(
    queries: Annotated[Matrix, Floats("B", "D")],
    passages: Annotated[Matrix, Floats("B", "D")],
    group_ids: Annotated[list[int], Ids(("B",), below=3)],
    temperature: Annotated[float, TEMPERATURES],
) -> float:
    """As in_batch_loss, but the other passages of a query's group are left out of its sum."""
    losses = []
    for i, query in enumerate(queries):
        scores = [sum(q * p for q, p in zip(query, passage, strict=True)) / temperature for passage in passages]
        counted = [score for j, score in enumerate(scores) if j == i or group_ids[j] != group_ids[i]]
        highest = max(counted)
        losses.append(highest + math.log(sum(math.exp(score - highest) for score in counted)) - scores[i])
    return sum(losses) / len(losses)


def expected_false_negatives(
    group_counts: Annotated[list[int], OneOf(([1], [2], [1, 1], [3, 1], [2, 2], [1, 2, 3], [4, 1, 1]))],
    batch_size: Annotated[int, Size("batch", up_to=True)],
) -> float:
    """Write out every batch that can be drawn, take each of its items as the anchor, and count."""
    groups = [group for group, count in enumerate(group_counts) for _ in range(count)]
    if batch_size > len(groups):
        raise Inapplicable("there are not so many items")
    counts = []
    for batch in combinations(groups, batch_size):
        counts += [batch.count(anchor) - 1 for anchor in batch]
    return sum(counts) / len(counts)
