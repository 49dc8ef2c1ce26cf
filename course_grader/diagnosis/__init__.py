"""Which misconception an answer behaves like: compares calls in the tests with those of misconceptions."""

from course_grader.diagnosis.diagnoses import Diagnoses

__all__ = ["Diagnoses"]
