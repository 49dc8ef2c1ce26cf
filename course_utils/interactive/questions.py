"""Ask several retrievers the same question and read their answers side by side."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from course_utils.interactive.tables import CELL, RIGHT, cell, ranking_table
from course_utils.widgets import live, show_controls, show_html

Search = Callable[[str], Any]
"""question -> indices of passages, best first: a list, an array or a tensor (k,) or (1, k)"""
LONGEST = 220  # characters of a question or a passage that are shown at once


def ask(
    questions: str | Sequence[str],
    retrievers: Mapping[str, Search],
    passages: Sequence[Mapping[str, str]],
    *,
    k: int = 3,
    gold: Mapping[str, Collection[int]] | None = None,
) -> None:
    """Show the first `k` passages that each retriever finds, one column for each.

    In an open notebook there is a field to type a question into, and the first of `questions` is asked at once.
    Elsewhere (exported pages, automatic runs, grading) each of `questions` gets a table. passages: {"title", "text"}
    for each index, perhaps with "signature". gold: the right passages of some questions; those found get a ✓.
    Raises ValueError without a question or a retriever, and for an index that no passage has.
    """
    fixed = [questions] if isinstance(questions, str) else list(questions)
    if not fixed or not retrievers:
        raise ValueError(f"ask needs a question and a retriever, got {len(fixed)} and {len(retrievers)}")

    def table(question: str) -> str:
        if not question.strip():
            return "<p>Type a question and press Enter.</p>"
        right = set((gold or {}).get(question, ()))
        return _table(
            question, {name: _found(search, question, k) for name, search in retrievers.items()}, passages, right
        )

    page, text = "".join(map(table, fixed)), "; ".join(fixed)
    if not live():
        show_html(page, f"[Table] Found by {_listed(list(retrievers))} for: {text}")
        return
    from ipywidgets import Layout, Text

    field = Text(
        value=fixed[0],
        description="Question",
        continuous_update=False,  # search on Enter, not at every letter
        layout=Layout(width="46em", max_width="100%"),
    )
    show_controls({"question": field}, table, page, f"[Field] Type a question for {_listed(list(retrievers))}.")


def _listed(names: Sequence[str]) -> str:
    """For example "untrained, BM25 and yours"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _found(search: Search, question: str, k: int) -> list[int]:
    indices = search(question)
    if hasattr(indices, "tolist"):
        indices = indices.reshape(-1).tolist()
    return [int(index) for index in indices][:k]


def _table(
    question: str, found: Mapping[str, Sequence[int]], passages: Sequence[Mapping[str, str]], right: set[int]
) -> str:
    columns = {name: [_cell(index, passages, right) for index in indices] for name, indices in found.items()}
    return ranking_table(_short(question), columns)


def _cell(index: int, passages: Sequence[Mapping[str, str]], right: set[int]) -> str:
    if not 0 <= index < len(passages):
        raise ValueError(f"a retriever found passage {index}; the indices of the passages are 0 to {len(passages) - 1}")
    passage = passages[index]
    code = [f"<code>{html.escape(_short(passage['signature']))}</code>"] if "signature" in passage else []
    mark, style = ("✓ ", RIGHT) if index in right else ("", CELL)
    return cell(passage["title"], *code, html.escape(_short(passage["text"])), mark=mark, style=style)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
