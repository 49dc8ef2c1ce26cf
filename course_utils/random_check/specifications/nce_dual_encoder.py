"""Lab 05 in plain Python."""

from __future__ import annotations

from typing import Annotated, Any

from course_utils.random_check.input_kinds import Floats, Ids, OneOf

Matrix = list[list[float]]


def recall_at_k(
    indices: Annotated[list[list[int]], Ids(("N", "K"), below=5)],
    gold: Annotated[list[int], Ids(("N",), below=5)],
    ks: Annotated[list[int], OneOf(([1], [2, 1], [1, 3]))],
) -> dict[int, float]:
    """For each k, the percentage of the questions whose gold passage is one of the first k."""
    if max(ks) > len(indices[0]):
        raise ValueError(f"a ranking has {len(indices[0])} passages, and k is {max(ks)}")
    recalls = {}
    for k in ks:
        found = sum(passage in ranking[:k] for ranking, passage in zip(indices, gold, strict=True))
        recalls[k] = 100 * found / len(gold)
    return recalls


def top_k_passages(
    question_embeddings: Annotated[Matrix, Floats("N", "D")],
    passage_embeddings: Annotated[Matrix, Floats("M", "D")],
    k: Annotated[int, OneOf((1, 2, 3))],
) -> tuple[Matrix, Any]:
    """For each question, its k highest dot products, highest first; which of two equal passages comes first is open."""
    if k > len(passage_embeddings):
        raise ValueError(f"there are {len(passage_embeddings)} passages, and k is {k}")
    scores = []
    for question in question_embeddings:
        products = [sum(q * p for q, p in zip(question, passage, strict=True)) for passage in passage_embeddings]
        scores.append(sorted(products, reverse=True)[:k])
    return scores, ...
