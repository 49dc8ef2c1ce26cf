"""Lab 09 in plain Python."""

from __future__ import annotations

import math
from typing import Annotated

from course_utils.random_check.input_kinds import Floats, Ids, OneOf

Matrix = list[list[float]]
NOT_ASKED = -100


def layer_norm(
    x: Annotated[Matrix, Floats("n", "D")],
    weight: Annotated[list[float], Floats("D")],
    bias: Annotated[list[float], Floats("D")],
    eps: Annotated[float, OneOf((1e-12, 0.5, 3.0))],
) -> Matrix:
    """Each feature's distance from its token's mean, in standard deviations; times weight, plus bias."""
    result = []
    for token in x:
        mean = sum(token) / len(token)
        variance = sum((feature - mean) ** 2 for feature in token) / len(token)
        root = math.sqrt(variance + eps)
        result.append([(f - mean) / root * w + b for f, w, b in zip(token, weight, bias, strict=True)])
    return result


def masked_lm_loss(
    logits: Annotated[list[Matrix], Floats("B", "n", "V")],
    labels: Annotated[list[list[int]], Ids(("B", "n"), below="V", often=NOT_ASKED)],
) -> float:
    """The mean of -log(the share of the right id) over all places that ask; 0 if none does."""
    losses = []
    for text, right_ids in zip(logits, labels, strict=True):
        for scores, right in zip(text, right_ids, strict=True):
            if right != NOT_ASKED:
                losses.append(math.log(sum(math.exp(score) for score in scores)) - scores[right])
    return sum(losses) / len(losses) if losses else 0.0
