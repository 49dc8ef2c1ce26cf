"""Grades one submission, whole: the student's cells in a sandboxed kernel, the test cells in the judge."""

from course_grader.grading.engine import Engine
from course_grader.grading.record import write_record

__all__ = ["Engine", "write_record"]
