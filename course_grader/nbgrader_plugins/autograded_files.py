"""Writes autograded/<student>/<lab>/: the graded notebook, the student's other files and the course's files.

The folder is complete on disk, under a hidden name, before the grades are saved, and takes its place afterwards. A
grader that is killed in between leaves it under the hidden name; `settle_drafts` puts it into place or removes it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, rmtree

from course_grader.nbgrader_plugins.course import Course
from course_grader.results import GradedSubmission


class Draft:
    """The new folder of one submission, which is not in its place yet. Raises OSError if it cannot be written.

    notebook_hash: of the graded notebook, as the gradebook records it.
    """

    def __init__(self, course: Course, graded: GradedSubmission, notebook: NotebookNode):
        self._target = course.folder("autograded", graded.lab, graded.student)
        self._ready = _ready(self._target)
        unfinished = _unfinished(self._target)
        self.discard()
        _remove(unfinished)
        try:
            unfinished.mkdir(parents=True)
            _fill(unfinished, course, graded, notebook)
            self.notebook_hash = _file_hash(unfinished / f"{graded.lab}.ipynb")
            unfinished.rename(self._ready)
        except BaseException:
            _remove(unfinished)
            raise

    def publish(self) -> None:
        """Take the place of the old folder."""
        _publish(self._ready, self._target)

    def discard(self) -> None:
        _remove(self._ready)


def settle_drafts(course: Course, lab: str, saved: Mapping[str, str]) -> None:
    """Deal with what a killed grader has left. saved: each student's notebook_hash, according to the gradebook."""
    target = course.folder("autograded", lab, "*")
    for folder in sorted(target.parents[1].glob(f"*/{_unfinished(target).name}")):
        _remove(folder)
    for folder in sorted(target.parents[1].glob(f"*/{_ready(target).name}")):
        if saved.get(folder.parent.name) == _file_hash(folder / f"{lab}.ipynb"):
            _publish(folder, folder.with_name(lab))  # its grades are saved
        else:
            _remove(folder)


def _fill(folder: Path, course: Course, graded: GradedSubmission, notebook: NotebookNode) -> None:
    directory = course.directory(graded.lab, graded.student)
    if graded.files is not None:
        _copy(graded.files.folder, graded.files.names, folder)
    _copy_course_files(course, directory, graded.lab, folder)
    if graded.timestamp is not None:
        (folder / "timestamp.txt").write_text(f"{graded.timestamp} UTC\n", encoding="ascii")
    nbformat.write(notebook, folder / f"{graded.lab}.ipynb")
    _set_permissions(folder, 0o664 if directory.groupshared else 0o444)
    for place, _, files in os.walk(folder):
        for name in [*files, "."]:
            _sync(Path(place, name))


def _ready(target: Path) -> Path:
    return target.with_name(f".{target.name}.ready")


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _publish(ready: Path, target: Path) -> None:
    _remove(target)
    ready.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Wait until a file or a folder's list of names is on the disk: the machine may lose power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _copy_course_files(course: Course, directory: CourseDirectory, lab: str, target: Path) -> None:
    """Copy the lab's own files over the student's, except those in c.Autograde.exclude_overwriting."""
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
