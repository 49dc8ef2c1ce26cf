"""Writes autograded/<student>/<lab>/: the graded notebook, the student's other files and the course's files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, rmtree

from course_grader.nbgrader_plugins.course import Course
from course_grader.results import GradedSubmission


def write_autograded(course: Course, graded: GradedSubmission, notebook: NotebookNode) -> None:
    """Write the folder beside its place and then rename it, so that it is never incomplete. Raises OSError."""
    directory = course.directory(graded.lab, graded.student)
    target = course.folder("autograded", graded.lab, graded.student)
    draft = target.with_name(f".{target.name}.part")
    _remove(draft)
    draft.mkdir(parents=True)
    if graded.files is not None:
        _copy(graded.files.folder, graded.files.names, draft)
    _copy_course_files(course, directory, graded.lab, draft)
    if graded.timestamp is not None:
        (draft / "timestamp.txt").write_text(f"{graded.timestamp} UTC\n", encoding="ascii")
    nbformat.write(notebook, draft / f"{graded.lab}.ipynb")
    _set_permissions(draft, 0o664 if directory.groupshared else 0o444)
    _remove(target)
    os.replace(draft, target)


def _copy_course_files(course: Course, directory: CourseDirectory, lab: str, target: Path) -> None:
    """The lab's own files, in place of the student's versions, unless c.Autograde.exclude_overwriting names them."""
    source = Path(directory.format_path(directory.source_directory, ".", lab))
    kept = course.config.Autograde.get("exclude_overwriting", {}).get(lab, [])
    found = find_all_files(str(source), [*directory.ignore, "*.ipynb"])
    names = [str(Path(path).relative_to(source)) for path in found]
    _copy(source, [name for name in names if name not in kept], target)


def _copy(source: Path, names: Iterable[str], target: Path) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


def _set_permissions(folder: Path, mode: int) -> None:
    for place, _, files in os.walk(folder):
        for name in files:
            os.chmod(Path(place, name), mode)


def _remove(folder: Path) -> None:
    if folder.exists():
        rmtree(str(folder))  # nbgrader's function also removes read-only files
