"""Labs and their notebooks: where they are, and what kinds of cells they have."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from course_grader.errors import CourseError
from course_grader.lab_settings import LabSettings, read_settings
from course_grader.python_source import parse

if TYPE_CHECKING:
    from nbformat import NotebookNode

EXPERIMENT = "experiment"  # the tag of cells that do not run while grading
_RUN_TESTS = re.compile(r"^run_tests\(\s*[\"'](?P<id>\w+)[\"']\s*\)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Lab:
    """One lab of a course folder."""

    name: str
    root: Path
    settings: LabSettings = field(default_factory=LabSettings)

    @property
    def source_folder(self) -> Path:
        return self.root / "solutions" / self.name

    @property
    def reference_path(self) -> Path:
        return self.source_folder / f"{self.name}.ipynb"

    @property
    def release_path(self) -> Path:
        return self.root / "labs" / self.name / f"{self.name}.ipynb"

    def reference(self) -> NotebookNode:
        import nbformat  # slow, and the judge does not need it

        return nbformat.read(self.reference_path, as_version=4)


def find_lab(name: str, root: Path) -> Lab:
    """The lab of this name in the course at `root`; CourseError lists the labs that exist."""
    folder = root / "solutions" / name
    if not (folder / f"{name}.ipynb").is_file():
        known = ", ".join(lab_names(root)) or "none"
        raise CourseError(f"no lab named {name!r} in {root / 'solutions'}; available: {known}")
    return Lab(name, root, read_settings(folder / "lab.toml"))


def lab_names(root: Path) -> list[str]:
    return sorted(path.parent.name for path in root.glob("solutions/*/*.ipynb") if path.stem == path.parent.name)


def nbgrader_metadata(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def is_solution_cell(cell: NotebookNode) -> bool:
    """A code cell for the answer to an exercise."""
    return cell.cell_type == "code" and bool(nbgrader_metadata(cell).get("solution"))


def is_graded_cell(cell: NotebookNode) -> bool:
    """A cell with points: a test cell or a written answer."""
    return bool(nbgrader_metadata(cell).get("grade"))


def is_autograded_cell(cell: NotebookNode) -> bool:
    """A test cell in nbgrader's sense: code that is graded and not written by the student."""
    metadata = nbgrader_metadata(cell)
    return cell.cell_type == "code" and bool(metadata.get("grade")) and not metadata.get("solution")


def is_written_answer(cell: NotebookNode) -> bool:
    metadata = nbgrader_metadata(cell)
    return bool(metadata.get("grade")) and bool(metadata.get("solution"))


def tested_exercise(source: str) -> str | None:
    """The exercise named in the `run_tests("...")` that ends a test cell; None for an ordinary nbgrader test cell."""
    found = list(_RUN_TESTS.finditer(source))
    return found[-1]["id"] if found else None


def with_tested_exercise(source: str, exercise: str) -> str:
    """A test cell's source, with another name in its closing `run_tests("...")`."""
    return _RUN_TESTS.sub(f'run_tests("{exercise}")', source)


def is_judged_cell(cell: NotebookNode) -> bool:
    """A test cell that the judge runs. Other autograded cells run in the student's kernel, as in nbgrader itself."""
    return is_autograded_cell(cell) and tested_exercise(cell.source) is not None


def has_tag(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def is_given_cell(cell: NotebookNode) -> bool:
    """A setup or fixture cell: the course's own, which answers and tests may need."""
    return has_tag(cell, "setup") or has_tag(cell, "fixture")


def is_experiment(cell: NotebookNode) -> bool:
    """A long-running cell that grading skips by default; never an exercise or a test, whatever its tags say."""
    return has_tag(cell, EXPERIMENT) and not nbgrader_metadata(cell)


def setup_imports(notebook: NotebookNode) -> str:
    """The import statements of the setup cell, as source; they define the names that a test cell may use."""
    setup = next((cell for cell in notebook.cells if has_tag(cell, "setup")), None)
    if setup is None:
        raise CourseError("the notebook has no cell tagged `setup`; tag its first code cell")
    body = parse(setup.source).body
    return "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom))
