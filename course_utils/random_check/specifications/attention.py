"""Lab 02 in plain Python."""

from __future__ import annotations

import math
from typing import Annotated

from course_utils.random_check.input_kinds import Bools, Floats, Size

Matrix = list[list[float]]


def project(
    x: Annotated[Matrix, Floats("n", "d")],
    Wq: Annotated[Matrix, Floats("d", "k")],
    Wk: Annotated[Matrix, Floats("d", "k")],
) -> tuple[Matrix, Matrix]:
    """A word's query sums its features, each times a row of Wq; its key likewise with Wk."""
    return _product(x, Wq), _product(x, Wk)


def _product(x: Matrix, weights: Matrix) -> Matrix:
    columns = range(len(weights[0]))
    return [[sum(value * weights[i][column] for i, value in enumerate(row)) for column in columns] for row in x]


def scaled_scores(Q: Annotated[Matrix, Floats("n", "d_k")], K: Annotated[Matrix, Floats("n", "d_k")]) -> Matrix:
    """Entry (i, j): the dot product of word i's query and word j's key, divided by the root of their length."""
    scale = math.sqrt(len(K[0]))
    return [[sum(q * k for q, k in zip(query, key, strict=True)) / scale for key in K] for query in Q]


def attention_weights(
    scores: Annotated[Matrix, Floats("n", "m")], mask: Annotated[list[list[bool]], Bools("n", "m")]
) -> Matrix:
    """In each row, softmax over the places where the mask is True; 0 elsewhere."""
    result = []
    for row, seen in zip(scores, mask, strict=True):
        powers = [math.exp(score) if visible else 0.0 for score, visible in zip(row, seen, strict=True)]
        total = sum(powers)
        result.append([power / total if total else 0.0 for power in powers])
    return result


def causal_mask(n: Annotated[int, Size("n")]) -> list[list[bool]]:
    """Word `row` may attend to itself and to all words before it."""
    return [[column <= row for column in range(n)] for row in range(n)]
