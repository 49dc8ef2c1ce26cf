"""The record of a graded submission, which grading fills and the gradebook, the reports and the JSON file use."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

# The values in the JSON file, which other programs read. "needs_person": needs review. "failed": the submission could
# not be run, or its scores could not be saved.
Status = Literal["graded", "needs_person", "failed"]


_FORGOTTEN = new_notebook()  # one for all results: nothing changes a result's notebook after it is saved


@dataclass(slots=True)
class TestResult:
    """One test method. status: passed, failed, error or timeout. A class of hundreds shares equal texts."""

    __test__ = False  # pytest must not collect it

    name: str
    title: str
    status: str
    points: float
    max: float
    hidden: bool = False
    message: str = ""

    def __post_init__(self) -> None:
        self.name, self.title, self.status = sys.intern(self.name), sys.intern(self.title), sys.intern(self.status)
        self.message = sys.intern(self.message)


@dataclass(frozen=True)
class Diagnosis:
    """A misconception that an answer behaves like: the variant's name, and the explanation that students read."""

    name: str
    explanation: str


@dataclass(slots=True)
class ExerciseResult:
    """One exercise: `points` of `max`, from its test methods.

    text: what its test cell printed. error: a mistake in the test cell itself, not in the submission.
    diagnoses: usually one or none; two misconceptions if the tests cannot tell them apart.
    device_problem: what an answer that passed its tests does wrong with inputs on a GPU; it takes no points.
    """

    id: str
    max: float
    tests: list[TestResult] = field(default_factory=list)
    text: str = ""
    error: str = ""
    diagnoses: list[Diagnosis] = field(default_factory=list)
    device_problem: str = ""

    @property
    def points(self) -> float:
        return float(min(self.max, sum(test.points for test in self.tests)))


@dataclass
class ManualPoints:
    """Points for written answers: the total, and those still to be graded by hand."""

    max: float = 0.0
    pending: float = 0.0


@dataclass(frozen=True)
class Fingerprint:
    """What a result depends on, as hashes; if one of them differs, the submission must be graded again.

    submission: cells, other files and time of handing in. lab: reference, release and lab.toml. grader: its code and
    data, Python and PyTorch. options: those of the run that can change a result, in words.
    """

    submission: str
    lab: str
    grader: str
    options: str


@dataclass(frozen=True)
class OtherFiles:
    """Other files of a submission, as paths within `folder`: regular files that the lab allows."""

    folder: Path
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    """A phase in which a submission spent time. began, ended: seconds since 1970. detail: a cell or an exercise."""

    name: str
    began: float
    ended: float
    detail: str = ""


class Phases(list[Phase]):
    """The phases of one submission, in the order of their ends."""

    @contextmanager
    def during(self, name: str, detail: str = "") -> Iterator[None]:
        """Adds the block as a phase, however it ends."""
        began = time.time()
        try:
            yield
        finally:
            self.append(Phase(name, began, time.time(), detail))


@dataclass
class GradedSubmission:
    """One submission of one lab after grading, with its executed notebook.

    seed: the run's seed; with the same seed, grading draws the same inputs for this student again.
    exercises: every exercise of the lab; those that were not judged have 0 points.
    messages: in plain words, for student and instructor.
    ran: False if the submission could not be run. saved: False if its scores could not be saved.
    timestamp: when it was handed in; UTC, without a time zone. None if that is not known.
    files: the other files of the submission that its cells could read.
    run: the name of the run that graded it. fingerprint: what the result depends on; None if that is not known.
    phases: what its time went to; forgotten when it is saved.
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
    files: OtherFiles | None = None
    run: str = ""
    fingerprint: Fingerprint | None = None
    phases: Phases = field(default_factory=Phases)

    @classmethod
    def not_graded(cls, student: str, lab: str, seed: int, reason: str) -> Self:
        """A result that is not saved, so that earlier grades are kept."""
        return cls(student, lab, seed, new_notebook(), messages=[reason], ran=False, saved=False)

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
        """Free memory: the notebook is saved in autograded/, and a class has hundreds."""
        self.notebook, self.phases = _FORGOTTEN, Phases()

    def public(self) -> dict[str, Any]:
        """The submission's entry in the file that `--json` writes."""
        exercises = {
            name: {
                "points": e.points,
                "max": e.max,
                "tests": {test.name: test.status for test in e.tests},
                "diagnoses": [asdict(diagnosis) for diagnosis in e.diagnoses],
                "device_problem": e.device_problem,
            }
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
