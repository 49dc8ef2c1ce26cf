"""The reference notebook, executed: its setup, fixtures and solutions, as a namespace."""

from __future__ import annotations

import contextlib
import io
import linecache
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_grader.errors import CourseError
from course_grader.notebooks import is_given_cell, is_solution_cell, setup_imports

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from course_grader.notebooks import Lab


@dataclass(frozen=True)
class ReferenceSource:
    """What the judge needs of a reference notebook: its imports, and the cells to run, by number."""

    imports: str
    cells: list[tuple[int, str]]

    @classmethod
    def of(cls, notebook: NotebookNode) -> ReferenceSource:
        """The setup, fixture and solution cells of a notebook."""
        cells = [
            (number, cell.source)
            for number, cell in enumerate(notebook.cells, start=1)
            if cell.cell_type == "code" and (is_given_cell(cell) or is_solution_cell(cell))
        ]
        return cls(setup_imports(notebook), cells)


def run_reference(lab: Lab) -> dict[str, Any]:
    """The variables of a lab's reference notebook, run in this process."""
    return execute_reference(ReferenceSource.of(lab.reference()))


def execute_reference(source: ReferenceSource) -> dict[str, Any]:
    """The variables after the reference's cells; CourseError names a cell that fails."""
    variables: dict[str, Any] = {"__name__": "reference"}
    for number, text in source.cells:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                execute_source(text, f"<reference cell {number}>", variables)
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
