"""Lab 07 in plain Python."""

from __future__ import annotations

from typing import Annotated

from course_utils.random_check.input_kinds import Floats, OneOf

Matrix = list[list[float]]
Anchors = Annotated[Matrix, Floats("A", "D")]
Negatives = Annotated[Matrix, Floats("N", "D")]
MARGINS = OneOf((0.5, 1.0, 5.0))


def squared_l2(x1: Annotated[Matrix, Floats("rows", "n")], x2: Annotated[Matrix, Floats("rows", "n")]) -> list[float]:
    """For each pair of rows, the sum of the squared differences."""
    return [_distance(x, y) for x, y in zip(x1, x2, strict=True)]


def _distance(x: list[float], y: list[float]) -> float:
    return sum((p - q) ** 2 for p, q in zip(x, y, strict=True))


def anchor_negative_distances(anchors: Anchors, negatives: Negatives) -> Matrix:
    """Row j: the distances of negative j to all anchors."""
    return [[_distance(negative, anchor) for anchor in anchors] for negative in negatives]


def fast_distances(anchors: Anchors, negatives: Negatives) -> Matrix:
    """The same table."""
    return anchor_negative_distances(anchors, negatives)


def triplet_margins(anchors: Anchors, positives: Anchors, negatives: Negatives) -> Matrix:
    """Row j, column k: the distance of negative j to anchor k, minus that of positive k to anchor k."""
    to_positive = squared_l2(anchors, positives)
    table = anchor_negative_distances(anchors, negatives)
    return [[distance - own for distance, own in zip(row, to_positive, strict=True)] for row in table]


def semi_hard_mask(
    d_ap: Annotated[list[float], Floats("A")],
    d_an: Annotated[Matrix, Floats("N", "A")],
    margin: Annotated[float, MARGINS],
) -> list[list[bool]]:
    """True where the negative is farther away than the positive, by less than the margin."""
    return [[own < other < own + margin for own, other in zip(d_ap, row, strict=True)] for row in d_an]


def triplet_loss(
    anchors: Anchors, positives: Anchors, negatives: Negatives, margin: Annotated[float, MARGINS]
) -> float:
    """The mean of those margin - (d_an - d_ap) that are above 0; 0 if there are none."""
    hinges = [margin - gap for row in triplet_margins(anchors, positives, negatives) for gap in row]
    above = [hinge for hinge in hinges if hinge > 0]
    return sum(above) / len(above) if above else 0.0
