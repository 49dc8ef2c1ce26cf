"""Checks before nbgrader's Autograde changes the gradebook."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from traitlets.config import Application

from course_grader.errors import CourseError
from course_grader.notebooks import find_lab
from course_grader.sandbox import SandboxUnavailable, check


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre_convert_hook: ends the command, with the reason, if grading is not possible.

    nbgrader catches every other exception from a hook and would go on. Called in the course folder.
    """
    try:
        check()
        find_lab(assignment, Path.cwd())
        _expect_in_gradebook(assignment)
    except (SandboxUnavailable, CourseError) as error:
        sys.exit(f"Nothing was graded: {error}")
    expect_lab_notebook(assignment, student, notebooks)


def _expect_in_gradebook(assignment: str) -> None:
    """If the lab is missing, nbgrader's own command prints a traceback for each student and no advice.

    Not checked for the formgrader, which shows no submissions of such a lab.
    """
    app = Application.instance() if Application.initialized() else None
    course = app.coursedir if isinstance(app, NbGrader) else None
    if course is None:
        return
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            gradebook.find_assignment(assignment)
        except MissingEntry:
            raise CourseError(
                f"{assignment} is not in nbgrader's gradebook yet; add it with: "
                f"nbgrader generate_assignment {assignment} --force"
            ) from None


def expect_lab_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """Make nbgrader convert the notebook named after the lab, even if the submission has none of that name."""
    notebooks[:] = [os.path.join(os.path.dirname(notebooks[0]), f"{assignment}.ipynb")]
