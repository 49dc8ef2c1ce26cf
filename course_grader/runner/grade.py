"""`course-grader grade`: takes a lab's submissions from their folder to nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from rich.console import Console
from rich.text import Text

from course_grader.audit.own_tests import OwnTests
from course_grader.errors import CourseError
from course_grader.grading import Engine
from course_grader.grading.lab_limits import REPAIR_SECONDS, outer_seconds
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import Lab
from course_grader.repair import LabCells, Notes, Repaired, Submission, repair_submission
from course_grader.repair.student_name import unusable_name
from course_grader.results import GradedSubmission, OtherFiles
from course_grader.runner.class_run import ClassRun, grade_class
from course_grader.runner.cluster.connection import prepare
from course_grader.runner.cluster.options import IN_FLIGHT, ClusterOptions
from course_grader.runner.deadline import Deadline, why_not_graded
from course_grader.runner.executor import default_workers, local_executor
from course_grader.runner.in_background import InBackground
from course_grader.runner.run_progress import progress
from course_grader.runner.submissions import find_submissions
from course_grader.sandbox import SandboxUnavailable


class Grader(Protocol):
    """Grades repaired submissions; thread-safe. `Engine` does it on this machine, `RemoteEngine` on a cluster."""

    def grade(
        self, notebook: NotebookNode, student: str, seed: int, notes: Notes | None = None,
        files: OtherFiles | None = None,
    ) -> GradedSubmission: ...  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to grade and how. None means the course's own folders and gradebook, and this machine."""

    seed: int
    submissions: Path | None = None
    student: str | None = None
    workers: int | None = None
    sandbox: bool = True
    run_experiments: bool = False
    db_url: str | None = None
    autograded: Path | None = None
    log_file: Path | None = None
    cluster: ClusterOptions | None = None
    run_all: bool = False
    gpu: bool = False


def grade_lab(lab: Lab, request: Request, console: Console) -> ClassRun:
    """Grade and save. Raises CourseError for wrong usage, SandboxUnavailable if untrusted code cannot be isolated."""
    if request.submissions is not None:
        find_submissions(request.submissions, lab.name, request.student)  # report wrong usage at once
    if request.cluster is not None:
        prepare(request.cluster)
    with InBackground(lambda: make_engine(lab, request, console)) as engine:
        return _grade(lab, request, console, engine)


def make_engine(lab: Lab, request: Request, console: Console) -> AbstractContextManager[Grader]:
    """What grades: an engine on this machine, or the workers of a cluster."""
    options = {
        "sandbox": request.sandbox, "run_experiments": request.run_experiments, "run_all": request.run_all,
        "gpu": request.gpu,
    }  # fmt: skip
    if request.cluster is None:
        return Engine(lab, **options)
    from course_grader.runner.cluster.remote_engine import RemoteEngine  # an extra

    return RemoteEngine(lab, request.cluster, console, **options)


def _grade(lab: Lab, request: Request, console: Console, engine: InBackground[Grader]) -> ClassRun:
    from course_grader.nbgrader_plugins import Course, GradebookWriter  # takes a second, while the sandbox starts

    course = Course(lab.root, db_url=request.db_url, autograded=request.autograded, log_file=request.log_file)
    if not course.is_registered(lab.name):
        with OwnTests(lab) as own_tests:
            own_tests.expect_passed()  # a test that the reference fails would cost every student points
    source = request.submissions or course.folder("submitted", lab.name, "*").parents[1]
    run = ClassRun(find_submissions(source, lab.name, request.student), request.seed)
    default = IN_FLIGHT if request.cluster else default_workers()
    workers = min(request.workers or default, len(run.submissions))
    announce_unusable_names(run.submissions, console)
    with (
        GradebookWriter(course, lab.name) as writer,
        progress(console, lab.name, len(run.submissions)) as report,
        local_executor(workers) as executor,
        engine,  # closed before the executor, which would wait for kernels that are no longer needed
    ):
        seconds = REPAIR_SECONDS if request.cluster else outer_seconds(lab.settings, request.run_experiments)
        cells = LabCells.of(lab, writer.lab_cells)
        grading = Grading(engine.future, cells, request.seed, seconds, elsewhere=request.cluster is not None)
        grade_class(run, grading, executor, writer, report)
    return run


def announce_unusable_names(submissions: Sequence[Submission], console: Console) -> None:
    """Say which folders will not be graded, before the others are: an instructor can still rename them."""
    for submission in submissions:
        if problem := unusable_name(submission.student):
            console.print(Text(f"Not graded: {problem}."), soft_wrap=True)


def _capitalized(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}."


@dataclass(frozen=True)
class Grading:
    """Grades one submission per call; thread-safe. The engine may still be starting.

    seconds: for one submission in all, without the time that the engine takes to start.
    elsewhere: the engine is a cluster's; `seconds` is then the limit on repairing.
    """

    engine: Future[Grader]
    lab: LabCells
    seed: int
    seconds: float = outer_seconds(LabSettings())
    elsewhere: bool = False

    def __call__(self, submission: Submission) -> GradedSubmission:
        """Raises only errors that concern all submissions: CourseError, SandboxUnavailable."""
        if problem := unusable_name(submission.student):
            return self._not_graded(submission, new_notebook(), _capitalized(problem))
        repaired, deadline = Repaired(new_notebook()), Deadline(self.seconds)
        try:
            repaired = deadline.run(repair_submission, submission, self.lab)
            engine = self.engine.result()
            arguments = (repaired.notebook, submission.student, self.seed, repaired.notes, repaired.files)
            # A cluster's engine has limits of its own; here, the time in its queue would count.
            graded = engine.grade(*arguments) if self.elsewhere else deadline.run(engine.grade, *arguments)
        except (CourseError, SandboxUnavailable):
            raise
        except Exception as error:
            graded = self._not_graded(submission, repaired.notebook, why_not_graded(error))
        graded.timestamp, graded.files = repaired.timestamp, repaired.files
        return graded

    def _not_graded(self, submission: Submission, notebook: NotebookNode, reason: str) -> GradedSubmission:
        """A result that is not saved, so that earlier grades are kept."""
        graded = GradedSubmission(submission.student, submission.lab, self.seed, notebook, ran=False)
        graded.saved = False
        graded.messages.append(reason)
        return graded
