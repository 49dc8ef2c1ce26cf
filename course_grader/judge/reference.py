"""The reference notebook, executed: its setup, fixtures and solutions, as a namespace."""

from __future__ import annotations

import contextlib
import io
import linecache
from typing import Any

from nbformat import NotebookNode

from course_grader.notebooks import CourseError, has_tag, is_solution_cell


def execute_reference(notebook: NotebookNode) -> dict[str, Any]:
    """The variables after the reference's setup, fixture and solution cells; CourseError names a cell that fails."""
    variables: dict[str, Any] = {"__name__": "reference"}
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and (has_tag(cell, "setup") or has_tag(cell, "fixture") or is_solution_cell(cell)):
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    execute_source(cell.source, f"<reference cell {number}>", variables)
            except Exception as error:
                raise CourseError(
                    f"cell {number} of the reference notebook fails in the judge: {type(error).__name__}: {error}. "
                    "The judge runs the cells tagged `setup` or `fixture` and the solution cells, as plain Python."
                ) from error
    return variables


def execute_source(source: str, filename: str, variables: dict[str, Any]) -> None:
    """exec, with the source kept where `inspect.getsource` finds it: a probe's source goes to the student's side."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), variables)
