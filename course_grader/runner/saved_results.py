"""Reads earlier results: the records in autograded/, and the points for written answers from the gradebook."""

from __future__ import annotations

import nbformat
from nbgrader.api import MissingEntry

from course_grader.errors import CourseError
from course_grader.gradebook.manual import manual_points
from course_grader.grading.record import read_record
from course_grader.nbgrader_plugins import Course
from course_grader.results import GradedSubmission


def saved_results(course: Course, lab: str) -> list[GradedSubmission]:
    """Every student's result, by name. CourseError if there is none, or if one cannot be read by this version."""
    paths = sorted(course.folder("autograded", lab, "*").parent.parent.glob(f"*/{lab}/{lab}.ipynb"))
    if not paths:
        raise CourseError(f"no submission of {lab} is graded yet in {course.root}: run course-grader grade {lab} first")
    with course.gradebook() as gradebook:
        results = []
        for path in paths:
            student = path.parent.parent.name
            try:
                result = read_record(nbformat.read(path, as_version=4))
                result.manual = manual_points(gradebook.find_submission_notebook(lab, lab, student))
            except MissingEntry:
                raise CourseError(f"{path} is not in the gradebook at {course.db_url}: grade it again") from None
            except CourseError as error:
                raise CourseError(f"{path}: {error}") from None
            result.forget_notebook()
            results.append(result)
    return results
