"""A graded submission: the one record that travels from grading to the gradebook, the report and the JSON file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

# The words of the JSON file, which other programs read. "failed": nothing of the submission could be run, or nothing
# of it could be saved.
Status = Literal["graded", "needs_person", "failed"]


@dataclass
class TestResult:
    """One test method. status: passed, failed, error or timeout."""

    __test__ = False  # pytest must not collect it

    name: str
    title: str
    status: str
    points: float
    max: float
    hidden: bool = False
    message: str = ""


@dataclass
class ExerciseResult:
    """One exercise: `points` of `max`, by its test methods.

    text: what its test cell printed. error: a fault of the test cell itself, which is not the student's.
    """

    id: str
    max: float
    tests: list[TestResult] = field(default_factory=list)
    text: str = ""
    error: str = ""

    @property
    def points(self) -> float:
        return float(min(self.max, sum(test.points for test in self.tests)))


@dataclass
class ManualPoints:
    """Points for written answers: in all, and those that are still to be given by hand."""

    max: float = 0.0
    pending: float = 0.0


@dataclass
class GradedSubmission:
    """One submission of one lab after grading, with its notebook as it ran.

    seed: the run's. With it and the student's name, grading draws the same inputs again.
    exercises: every exercise of the lab, also those without a verdict (0 points).
    messages: plain words for student and instructor. ran: False where nothing could be run. saved: False where the
    gradebook did not take the scores.
    timestamp: when it was handed in, in UTC without a zone; None where that is not known.
    """

    student: str
    lab: str
    seed: int
    notebook: NotebookNode
    exercises: dict[str, ExerciseResult] = field(default_factory=dict)
    manual: ManualPoints = field(default_factory=ManualPoints)
    messages: list[str] = field(default_factory=list)
    needs_review: bool = False
    ran: bool = True
    saved: bool = True
    seconds: float = 0.0
    timestamp: datetime | None = None

    @property
    def status(self) -> Status:
        if not (self.ran and self.saved):
            return "failed"
        return "needs_person" if self.needs_review else "graded"

    @property
    def score(self) -> float:
        return float(sum(exercise.points for exercise in self.exercises.values()))

    @property
    def max_score(self) -> float:
        return float(sum(exercise.max for exercise in self.exercises.values()))

    def forget_notebook(self) -> None:
        """Free the memory: the notebook is in autograded/, and a class has hundreds."""
        self.notebook = new_notebook()

    def public(self) -> dict[str, Any]:
        """The submission's entry in the file that `--json` writes."""
        exercises = {
            name: {"points": e.points, "max": e.max, "tests": {test.name: test.status for test in e.tests}}
            for name, e in self.exercises.items()
        }
        return {
            "student": self.student,
            "status": self.status,
            "score": self.score,
            "max_score": self.max_score,
            "exercises": exercises,
            "manual": {"max": self.manual.max, "pending": self.manual.pending},
            "messages": self.messages,
            "seconds": round(self.seconds, 3),
        }
