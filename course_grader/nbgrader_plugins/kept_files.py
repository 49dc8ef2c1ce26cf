"""Keeps a student's earlier graded files if nbgrader's Autograde does not grade again: it deletes them first.

They are copied to a hidden folder beside them, and come back unless the gradebook has newer grades by then.
"""

from __future__ import annotations

import os
import shutil
from functools import wraps
from pathlib import Path

from nbformat import read
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree

from course_grader.errors import CourseError
from course_grader.fingerprint import answer_hashes
from course_grader.gradebook.provenance import all_provenance
from course_grader.gradebook.reading import reading
from course_grader.grading.record import read_record

_convert, _init_destination = Autograde.convert_notebooks, Autograde.init_destination


@wraps(_init_destination)
def _init_or_keep(self: Autograde, assignment_id: str, student_id: str) -> bool:
    target = Path(os.path.normpath(self._format_dest(assignment_id, student_id)))
    if target.is_dir():
        _remove(_kept(target))
        shutil.copytree(target, _kept(target), symlinks=True)
    return _init_destination(self, assignment_id, student_id)


@wraps(_convert)
def _convert_or_keep(self: Autograde) -> None:
    _settle(self)  # what a killed process has left
    try:
        _convert(self)
    finally:
        _settle(self)


def _settle(converter: Autograde) -> None:
    """Put kept files back where nothing newer has been graded, and remove the others."""
    lab, student = converter.coursedir.assignment_id, converter.coursedir.student_id
    targets = Path(os.path.normpath(converter._format_dest(lab, "*")))
    for kept in sorted(targets.parents[1].glob(f"{student}/{_kept(targets).name}")):
        target = kept.with_name(lab)
        if not _is_graded(target, lab) and _is_current(converter, kept, lab):
            _remove(target)
            kept.rename(target)
            converter.log.warning("%s was not graded again; the earlier graded files stay.", target)
        else:
            _remove(kept)


def _is_graded(folder: Path, lab: str) -> bool:
    """Whether there is a graded notebook; a first stage alone leaves one without a record."""
    try:
        read_record(read(folder / f"{lab}.ipynb", as_version=4))
    except (CourseError, OSError, ValueError):
        return False
    return True


def _is_current(converter: Autograde, kept: Path, lab: str) -> bool:
    """Whether the gradebook's grades are those of the kept notebook."""
    try:
        notebook = read(kept / f"{lab}.ipynb", as_version=4)
        record = read_record(notebook)
    except (CourseError, OSError, ValueError):
        return True  # an older grader's file: nothing shows that it is out of date
    try:
        with reading(converter.coursedir.db_url) as session:
            saved = None if session is None else all_provenance(session, lab).get(kept.parent.name)
    except CourseError:  # it is locked, so nothing has been saved
        return True
    return saved is None or (saved.seed, saved.answers) == (record.seed, answer_hashes(notebook.cells))


def _kept(target: Path) -> Path:
    return target.with_name(f".{target.name}.kept")


def _remove(folder: Path) -> None:
    if folder.exists():
        rmtree(str(folder))  # nbgrader's function also removes read-only files


def keep_graded_files() -> None:
    """From now on, an Autograde in this process that does not grade a student leaves the earlier files as they were."""
    Autograde.convert_notebooks, Autograde.init_destination = _convert_or_keep, _init_or_keep
