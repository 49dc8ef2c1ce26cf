"""Reads earlier results: the records in autograded/, and the points for written answers from the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbformat.v4 import reads

from course_grader.errors import CourseError
from course_grader.gradebook.connection import readable
from course_grader.gradebook.manual import all_manual_points
from course_grader.gradebook.reading import reading
from course_grader.grading.record import read_record
from course_grader.nbgrader_plugins import Course
from course_grader.results import GradedSubmission, ManualPoints


def saved_results(course: Course, lab: str) -> list[GradedSubmission]:
    """Every student's result, by name. CourseError if there is none, or if one cannot be read by this version."""
    paths = sorted(course.folder("autograded", lab, "*").parent.parent.glob(f"*/{lab}/{lab}.ipynb"))
    if not paths:
        raise CourseError(f"no submission of {lab} is graded yet in {course.root}: run course-grader grade {lab} first")
    with reading(course.db_url) as session:
        manual = {} if session is None else all_manual_points(session, lab)
    for path in paths:
        if path.parent.parent.name not in manual:
            raise CourseError(f"{path} is not in the gradebook at {readable(course.db_url)}: grade it again")
    return [saved_result(path, manual) for path in paths]


def saved_result(path: Path, manual: Mapping[str, ManualPoints]) -> GradedSubmission:
    """The result in one graded notebook, .../<student>/<lab>/<lab>.ipynb; CourseError if there is none to be read."""
    try:
        result = read_record(reads(path.read_text(encoding="utf-8")))  # nbformat.read validates it, which is slow
    except (OSError, ValueError, AttributeError) as error:
        raise CourseError(f"{path} cannot be read ({error}): grade it again") from None
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from None
    result.manual = manual[path.parent.parent.name]
    result.forget_notebook()
    return result
