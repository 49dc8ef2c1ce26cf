"""The course's own cells without points, setup and fixtures: their released versions are always run."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from nbformat import NotebookNode

from course_grader.notebooks import has_tag, is_given_cell, nbgrader_metadata
from course_grader.repair.notes import Notes


def restore_given_cells(notebook: NotebookNode, release: Sequence[NotebookNode], notes: Notes) -> None:
    """Add the released version of each setup or fixture cell that was changed, deleted or moved below what needs it.

    A changed cell stays: its imports may be needed. The released setup is run before it, as its first line may fail;
    a released fixture is run after it, so that the tests meet the data that they expect.
    """
    for position, given in enumerate(release):
        if not is_given_cell(given):
            continue
        place = _find(notebook, given)
        if place is None:
            _insert(notebook, _next_known(notebook, release[position + 1 :]), given)
            notes.add(f"The course's cell `{_name(given)}` was missing and has been restored.", needs_review=False)
        elif notebook.cells[place].source.strip() != given.source.strip():
            _insert(notebook, place if has_tag(given, "setup") else place + 1, given)
            notes.add(
                f"The course's cell `{_name(given)}` was changed; its own version was run too.", needs_review=False
            )
        elif place > (first := _first_marked(notebook, release[position + 1 :])):
            _insert(notebook, first, given)
            notes.add(
                f"The course's cell `{_name(given)}` was below cells that may need it; it was run before them, too.",
                needs_review=False,
            )


def _find(notebook: NotebookNode, given: NotebookNode) -> int | None:
    """Where a given cell is, by its id or its first line."""
    for place, cell in enumerate(notebook.cells):
        same = cell.id == given.id or _first_line(cell) == _first_line(given)
        if same and cell.cell_type == "code" and not nbgrader_metadata(cell):
            return place
    return None


def _next_known(notebook: NotebookNode, later: Sequence[NotebookNode]) -> int:
    """The place of the first cell of `later` that the notebook has, by id; its end where it has none."""
    places = {cell.id: place for place, cell in enumerate(notebook.cells)}
    places |= {name: place for place, cell in enumerate(notebook.cells) if (name := _grade_id(cell))}
    for cell in later:
        if (place := places.get(_grade_id(cell) or cell.id)) is not None:
            return place
    return len(notebook.cells)


def _first_marked(notebook: NotebookNode, later: Sequence[NotebookNode]) -> int:
    """The place of the first of the notebook's cells that are answers or tests of `later`; its end if it has none."""
    names = {name for cell in later if (name := _grade_id(cell))}
    places = (place for place, cell in enumerate(notebook.cells) if _grade_id(cell) in names)
    return next(places, len(notebook.cells))


def _insert(notebook: NotebookNode, place: int, given: NotebookNode) -> None:
    cell = copy.deepcopy(given)
    cell.id, cell.outputs, cell.execution_count = f"given-{given.id}"[:64], [], None
    notebook.cells.insert(place, cell)


def _grade_id(cell: NotebookNode) -> str | None:
    return nbgrader_metadata(cell).get("grade_id")


def _first_line(cell: NotebookNode) -> str:
    lines = [line for line in cell.source.splitlines() if line.strip()]
    return lines[0].strip() if lines else ""


def _name(given: NotebookNode) -> str:
    return "setup" if has_tag(given, "setup") else given.id
