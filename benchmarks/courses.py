"""Courses with the same submissions for the course's own grader and for plain nbgrader."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_grader.notebooks import find_lab, has_tag, is_solution_cell

# Plain nbgrader runs hidden tests in the student's kernel, so the reference must be there, too, unprotected.
CONNECT = """\
import contextlib, io, json, os
os.environ.pop("NBGRADER_EXECUTION", None)  # course_utils refuses unprotected grading
_reference = {{"__name__": "reference"}}
with open({path!r}) as _file, contextlib.redirect_stdout(io.StringIO()):
    for _source in json.load(_file):
        exec(_source, _reference)
reference._connect(_reference)
"""
STOCK_CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
c.Execute.timeout = 120
"""


def our_course(folder: Path, root: Path, lab: str, submissions: dict[str, NotebookNode]) -> Path:
    """The lab with the course's own configuration, already in the gradebook."""
    _copy_lab(folder, root, lab)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(root / name, folder)
    _hand_in(folder, lab, submissions)
    add_to_gradebook(folder, lab)
    return folder


def stock_course(folder: Path, root: Path, lab: str, submissions: dict[str, NotebookNode]) -> Path:
    """The same lab with nbgrader's defaults; each submission loads the reference after its setup cell."""
    _copy_lab(folder, root, lab)
    (folder / "nbgrader_config.py").write_text(STOCK_CONFIG)
    cells = find_lab(lab, root).reference().cells
    needed = [c.source for c in cells if has_tag(c, "setup") or has_tag(c, "fixture") or is_solution_cell(c)]
    path = folder / "reference.json"
    path.write_text(json.dumps(needed))
    _hand_in(folder, lab, {name: connected(notebook, path) for name, notebook in submissions.items()})
    add_to_gradebook(folder, lab)
    return folder


def scores(course: Path) -> dict[str, float]:
    """Each student's score in the gradebook, without written answers."""
    query = """
        SELECT submitted_assignment.student_id, sum(grade.auto_score) FROM grade
        JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
        GROUP BY submitted_assignment.student_id"""
    with sqlite3.connect(course / "gradebook.db") as database:
        return dict(database.execute(query).fetchall())


def _copy_lab(folder: Path, root: Path, lab: str) -> None:
    shutil.copytree(root / "solutions" / lab, folder / "solutions" / lab)


def _hand_in(folder: Path, lab: str, submissions: dict[str, NotebookNode]) -> None:
    for student, notebook in submissions.items():
        place = folder / "submitted" / student / lab
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{lab}.ipynb")


def connected(notebook: NotebookNode, reference: Path) -> NotebookNode:
    copy = nbformat.from_dict(notebook)
    setup = next(index for index, cell in enumerate(copy.cells) if has_tag(cell, "setup"))
    copy.cells.insert(setup + 1, new_code_cell(CONNECT.format(path=str(reference)), id="connect-reference"))
    return copy


def add_to_gradebook(folder: Path, lab: str) -> None:
    done = subprocess.run(["nbgrader", "generate_assignment", lab], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"nbgrader generate_assignment failed in {folder}:\n{done.stderr}")
