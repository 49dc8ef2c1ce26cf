"""Checks before nbgrader's Autograde changes the gradebook."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application
from traitlets.log import get_logger

from course_grader.audit.own_tests import OwnTests
from course_grader.errors import CourseError
from course_grader.nbgrader_plugins.course import Course
from course_grader.notebooks import find_lab
from course_grader.sandbox import SandboxUnavailable, check


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre_convert_hook: ends the command, with the reason, if grading is not possible.

    nbgrader catches every other exception from a hook and would go on. Called in the course folder, for each student.
    """
    try:
        check()
        find_lab(assignment, Path.cwd())
        _expect_in_gradebook(assignment)
        _take_current_reference(assignment)
    except (SandboxUnavailable, CourseError) as error:
        sys.exit(f"Nothing was graded: {error}")
    expect_lab_notebook(assignment, student, notebooks)


def _command_directory() -> CourseDirectory | None:
    """The folders and gradebook of nbgrader's own command; None in the formgrader, which has the course's settings."""
    app = Application.instance() if Application.initialized() else None
    return app.coursedir if isinstance(app, NbGrader) else None


def _expect_in_gradebook(assignment: str) -> None:
    """If the lab is missing, nbgrader's own command prints a traceback for each student and no advice.

    Not checked for the formgrader, which shows no submissions of such a lab.
    """
    directory = _command_directory()
    if directory is None:
        return
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        try:
            gradebook.find_assignment(assignment)
        except MissingEntry:
            raise CourseError(
                f"{assignment} is not in nbgrader's gradebook yet; add it with: "
                f"nbgrader generate_assignment {assignment} --force"
            ) from None


def _take_current_reference(assignment: str) -> None:
    """Submissions are graded with the gradebook's copy of the tests: bring it up to date with solutions/."""
    directory = _command_directory()
    course = Course(Path.cwd(), db_url=directory.db_url if directory else None)
    if course.is_registered(assignment):
        return
    with OwnTests(find_lab(assignment, course.root)) as own_tests:
        own_tests.expect_passed()
    course.register_lab(assignment)
    get_logger().warning(
        "solutions/%s has changed since the gradebook learned the lab, so the gradebook now has its current tests. "
        "Submissions that were graded earlier keep their scores until they are graded again.", assignment
    )  # fmt: skip


def expect_lab_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """Make nbgrader convert the notebook named after the lab, even if the submission has none of that name."""
    notebooks[:] = [os.path.join(os.path.dirname(notebooks[0]), f"{assignment}.ipynb")]
