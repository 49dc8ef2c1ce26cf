"""Grades one submission: the student's cells run in a sandboxed kernel, the test cells in the judge."""

from course_grader.grading.engine import Engine
from course_grader.grading.record import write_record

__all__ = ["Engine", "write_record"]
