"""autograded/<student>/<lab>/: the graded notebook, the student's other files and the course's own beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import find_all_files, rmtree

from course_grader.nbgrader_plugins.course import Course
from course_grader.results import GradedSubmission


def write_autograded(course: Course, graded: GradedSubmission, notebook: NotebookNode, submitted: Path) -> None:
    """Made beside its place and swapped in, so that it is there whole or not at all. Raises OSError."""
    directory = course.directory(graded.lab, graded.student)
    target = course.folder("autograded", graded.lab, graded.student)
    draft = target.with_name(f".{target.name}.part")
    _remove(draft)
    draft.mkdir(parents=True)
    source = Path(directory.format_path(directory.source_directory, ".", graded.lab))
    kept = course.config.Autograde.get("exclude_overwriting", {}).get(graded.lab, [])
    for folder, skipped in ((submitted, []), (source, kept)):
        for name in _plain_files(folder, directory.ignore):
            if name not in skipped:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, draft / name)
    nbformat.write(notebook, draft / f"{graded.lab}.ipynb")
    _set_permissions(draft, 0o664 if directory.groupshared else 0o444)
    _remove(target)
    os.replace(draft, target)


def _plain_files(folder: Path, ignore: list[str]) -> Iterator[str]:
    """Files below `folder` that the course does not ignore, as paths within it; links and special files stay behind."""
    for path in map(Path, find_all_files(str(folder), [*ignore, "*.ipynb"])):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder))


def _set_permissions(folder: Path, mode: int) -> None:
    for place, _, files in os.walk(folder):
        for name in files:
            os.chmod(Path(place, name), mode)


def _remove(folder: Path) -> None:
    if folder.exists():
        rmtree(str(folder))  # nbgrader's own: graded files are read-only
