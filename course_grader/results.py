"""What grading one submission found, and its form as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["graded", "needs_person", "failed"]


@dataclass
class TestResult:
    """One test method. status: passed, failed, error or timeout."""

    __test__ = False  # for pytest: no test class

    name: str
    title: str
    status: str
    points: float
    max: float
    hidden: bool = False
    message: str = ""


@dataclass
class ExerciseResult:
    """One exercise: `points` of `max`, by its test methods."""

    id: str
    max: float
    tests: list[TestResult] = field(default_factory=list)

    @property
    def points(self) -> float:
        return float(min(self.max, sum(test.points for test in self.tests)))


@dataclass
class SubmissionResult:
    """One submission. `status` is failed only where nothing could be run."""

    student: str
    lab: str
    seed: int
    status: Status = "failed"
    exercises: dict[str, ExerciseResult] = field(default_factory=dict)
    max_score: float = 0.0
    manual: dict[str, float] = field(default_factory=lambda: {"max": 0.0, "pending": 0.0})
    repairs: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def score(self) -> float:
        return float(sum(exercise.points for exercise in self.exercises.values()))

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
            "manual": self.manual,
            "repairs": self.repairs,
            "messages": self.messages,
            "seconds": round(self.seconds, 3),
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything, for the store; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SubmissionResult:
        exercises = {
            name: ExerciseResult(e["id"], e["max"], [TestResult(**test) for test in e["tests"]])
            for name, e in data["exercises"].items()
        }
        return cls(**{**data, "exercises": exercises})
