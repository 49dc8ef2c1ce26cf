"""What nbgrader's Autograde takes from students' folders: the same as `course-grader grade` does.

nbgrader itself skips a folder without a notebook, follows links, copies every file, and ends the whole command at a
name that it cannot match or a timestamp that it cannot read.
"""

from __future__ import annotations

import glob
import os
import re
from datetime import datetime
from functools import wraps
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from course_grader.notebooks import find_lab
from course_grader.repair import Notes
from course_grader.repair.other_files import find_other_files
from course_grader.repair.plain_files import NotPlain, expect_plain_folder, open_plain
from course_grader.repair.student_name import unusable_name
from course_grader.repair.timestamp import read_timestamp

_init_notebooks, _init_assignment = Autograde.init_notebooks, BaseConverter.init_assignment


@wraps(_init_notebooks)
def _every_folder(self: Autograde) -> None:
    """Each folder gets a grade, with a reason if it contains no notebook."""
    lab = self.coursedir.assignment_id
    folders = glob.glob(self._format_source(lab, self.coursedir.student_id))
    found = [folder for folder in folders if os.path.isdir(folder)]
    if not found:
        _init_notebooks(self)  # says so
        return
    self.assignments = {folder: [os.path.join(folder, f"{lab}.ipynb")] for folder in found if _is_usable(self, folder)}
    self.notebooks = []


def _is_usable(converter: Autograde, folder: str) -> bool:
    pattern = converter._format_source(r"(?P<assignment_id>.*)", r"(?P<student_id>.*)", escape=True)
    matched = re.fullmatch(pattern, folder, re.DOTALL)
    problem = unusable_name(matched["student_id"]) if matched else "its path does not match nbgrader's settings"
    if problem:
        converter.log.error("%r is not graded: %s", folder, problem)
    return not problem


@wraps(_init_assignment)
def _copy_allowed_files(self: BaseConverter, assignment_id: str, student_id: str) -> None:
    if not isinstance(self, Autograde):
        _init_assignment(self, assignment_id, student_id)
        return
    source, target = (Path(place(assignment_id, student_id)) for place in (self._format_source, self._format_dest))
    settings = find_lab(assignment_id, Path(self.coursedir.root)).settings
    try:
        expect_plain_folder(source)
        names = find_other_files(source / f"{assignment_id}.ipynb", settings.files, settings.files_mb, Notes()).names
    except (NotPlain, OSError):  # the first stage says why
        return
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).unlink(missing_ok=True)
        with open_plain(source / name) as file:
            (target / name).write_bytes(file.read())
    if (timestamp := read_timestamp(source, Notes())) is not None:
        target.mkdir(parents=True, exist_ok=True)
        (target / "timestamp.txt").write_text(f"{timestamp} UTC\n", encoding="ascii")


@wraps(CourseDirectory.get_existing_timestamp)
def _timestamp_if_valid(self: CourseDirectory, dest_path: str) -> datetime | None:
    return read_timestamp(Path(dest_path), Notes())


def take_allowed_files() -> None:
    """From now on, an Autograde in this process reads students' folders as `course-grader grade` does."""
    Autograde.init_notebooks, BaseConverter.init_assignment = _every_folder, _copy_allowed_files
    CourseDirectory.get_existing_timestamp = _timestamp_if_valid
