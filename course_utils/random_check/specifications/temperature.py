"""Lab 03 in plain Python."""

from __future__ import annotations

import math
from typing import Annotated

from course_utils.random_check.input_kinds import Floats, Ids, Inapplicable, OneOf

Matrix = list[list[float]]
TEMPERATURES = OneOf((0.1, 0.5, 1.0, 2.0))


def temperature_softmax(
    logits: Annotated[Matrix, Floats("n", "m")], temperature: Annotated[float, OneOf((0.1, 0.5, 1.0, 2.0, 0.0, -1.0))]
) -> Matrix:
    """In each row, every logit's share of the sum of exp(logit / temperature)."""
    if temperature <= 0:
        raise ValueError(f"the temperature is {temperature}")
    return [_softmax([logit / temperature for logit in row]) for row in logits]


def _softmax(row: list[float]) -> list[float]:
    powers = [math.exp(value - max(row)) for value in row]
    return [power / sum(powers) for power in powers]


def info_nce(
    queries: Annotated[Matrix, Floats("B", "D")],
    items: Annotated[Matrix, Floats("B", "D")],
    temperature: Annotated[float, TEMPERATURES],
) -> float:
    """The mean, over the queries, of -log(the share of the query's own item)."""
    losses = []
    for place, query in enumerate(queries):
        shares = _softmax([_cosine(query, item) / temperature for item in items])
        losses.append(-math.log(shares[place]))
    return sum(losses) / len(losses)


def _cosine(x: list[float], y: list[float]) -> float:
    lengths = math.hypot(*x) * math.hypot(*y)
    if lengths == 0:
        raise Inapplicable("a row of zeros has no direction")
    return sum(p * q for p, q in zip(x, y, strict=True)) / lengths


def negative_gradient_share(
    similarities: Annotated[Matrix, Floats("B", "N")],
    positive: Annotated[list[int], Ids(("B",), below="N")],
    temperature: Annotated[float, TEMPERATURES],
) -> Matrix:
    """exp(similarity / temperature) of each negative, divided by the sum over the negatives of its row."""
    if len(similarities[0]) == 1:
        raise Inapplicable("there is no negative")
    result = []
    for row, own in zip(similarities, positive, strict=True):
        powers = [0.0 if j == own else math.exp(value / temperature) for j, value in enumerate(row)]
        result.append([power / sum(powers) for power in powers])
    return result
