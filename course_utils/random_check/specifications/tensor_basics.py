"""Lab 01 in plain Python."""

from __future__ import annotations

from typing import Annotated

from course_utils.random_check.input_kinds import Floats, Ids

Batch = list[list[list[float]]]


def chain_bmm(
    a: Annotated[Batch, Floats("n", "i", "j")],
    b: Annotated[Batch, Floats("n", "j", "k")],
    d: Annotated[Batch, Floats("n", "k", "m")],
) -> Batch:
    """Entry (row, column) sums over all ways from the row through a, b and d to the column."""
    result = []
    for left, middle, right in zip(a, b, d, strict=True):
        matrix = []
        for row in left:
            entries = [0.0] * len(right[0])
            for j, first in enumerate(row):
                for k, second in enumerate(middle[j]):
                    for column, third in enumerate(right[k]):
                        entries[column] += first * second * third
            matrix.append(entries)
        result.append(matrix)
    return result


def embed_tokens(
    table: Annotated[list[list[float]], Floats("V", "D")],
    token_ids: Annotated[list[int], Ids(("n",), below="V", stray=True)],
) -> list[list[float]]:
    """For each id, the row of the table with that number."""
    for token_id in token_ids:
        if not 0 <= token_id < len(table):
            raise IndexError(f"there is no row {token_id} in a table of {len(table)} rows")
    return [table[token_id] for token_id in token_ids]


def one_hot_embed(
    table: Annotated[list[list[float]], Floats("V", "D")],
    token_ids: Annotated[list[int], Ids(("n",), below="V", stray=True)],
) -> list[list[float]]:
    """The same rows as by `embed_tokens`."""
    return embed_tokens(table, token_ids)
