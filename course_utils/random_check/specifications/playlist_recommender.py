"""Lab 08 in plain Python."""

from __future__ import annotations

import math
from itertools import product
from typing import Annotated

from course_utils.random_check.input_kinds import Floats, Ids, OneOf, Size

Matrix = list[list[float]]


def expected_collisions(num_ids: Annotated[int, Size("ids")], num_buckets: Annotated[int, Size("buckets")]) -> float:
    """Write out every way to put the ids into buckets, and count the ids that are not alone."""
    counts = []
    for buckets in product(range(num_buckets), repeat=num_ids):
        counts.append(sum(buckets.count(bucket) > 1 for bucket in buckets))
    return sum(counts) / len(counts)


def affinity(
    candidates: Annotated[Matrix, Floats("n", "F")],
    context: Annotated[Matrix, Floats("C", "F")],
    candidate_album: Annotated[list[int], Ids(("n",), below=3)],
    context_album: Annotated[list[int], Ids(("C",), below=3)],
    candidate_artist: Annotated[list[int], Ids(("n",), below=3)],
    context_artist: Annotated[list[int], Ids(("C",), below=3)],
    pool: Annotated[str, OneOf(("max", "mean", "sum"))],
) -> list[float]:
    """The largest or the mean dot product with the context, and 0.1 for a known album and for a known artist."""
    if pool not in ("max", "mean"):
        raise ValueError(f"pool is {pool!r}")
    result = []
    for track, album, artist in zip(candidates, candidate_album, candidate_artist, strict=True):
        products = [sum(p * q for p, q in zip(track, other, strict=True)) for other in context]
        pooled = max(products) if pool == "max" else sum(products) / len(products)
        result.append(pooled + 0.1 * (album in context_album) + 0.1 * (artist in context_artist))
    return result


def norm_penalty(
    embeddings: Annotated[Matrix, Floats("N", "D")], max_norm: Annotated[float, OneOf((0.5, 1.0, 3.0))]
) -> float:
    """What the rows' lengths have above max_norm, in all."""
    return sum(max(0.0, math.hypot(*row) - max_norm) for row in embeddings)


def self_affinity_loss(
    context: Annotated[Matrix, Floats("C", "D")],
    next_tracks: Annotated[Matrix, Floats("P", "D")],
    negatives: Annotated[Matrix, Floats("N", "D")],
) -> float:
    """Products of the context below 0.5, of the next tracks below 0.5, and of the negatives above 0: three means."""
    together = sum(_mean([max(0.0, 0.5 - value) for value in _products(group)]) for group in (context, next_tracks))
    return together + _mean([max(0.0, value) for value in _products(negatives)])


def _products(rows: Matrix) -> list[float]:
    return [sum(p * q for p, q in zip(x, y, strict=True)) for x in rows for y in rows]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
