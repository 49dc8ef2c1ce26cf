"""A lab's graded, solution and locked cells, as recorded in the gradebook."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook


def lab_cells(gradebook: Gradebook, lab: str) -> dict[str, NotebookNode]:
    """The cells by grade_id, in the lab's order, each with complete nbgrader metadata."""
    notebook = gradebook.find_notebook(lab, lab)
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = {}
    for saved in notebook.source_cells:
        name = saved.name
        metadata = {
            "grade_id": name, "grade": name in points and name not in tasks, "solution": name in solutions,
            "task": name in tasks, "locked": saved.locked, "cell_type": saved.cell_type,
            "checksum": saved.checksum, "schema_version": 3,
        }  # fmt: skip
        if name in points:
            metadata["points"] = points[name]
        new_cell = new_code_cell if saved.cell_type == "code" else new_markdown_cell
        cells[name] = new_cell(saved.source, metadata={"nbgrader": metadata})
    return cells
