"""Reads submissions and repairs them, so that each contains the lab's own tests and the student's answers."""

from course_grader.repair.content import clean_content
from course_grader.repair.lab import LabCells
from course_grader.repair.notes import METADATA_KEY, Notes
from course_grader.repair.submission import Repaired, Submission, repair_submission
from course_grader.repair.submission_hash import submission_hash

__all__ = [
    "METADATA_KEY", "LabCells", "Notes", "Repaired", "Submission", "clean_content", "repair_submission",
    "submission_hash",
]  # fmt: skip
