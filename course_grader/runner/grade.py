"""`course-grader grade`: takes a lab's submissions from their folder to nbgrader's gradebook."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from nbformat.v4 import new_notebook
from rich.console import Console

from course_grader.audit.own_tests import OwnTests
from course_grader.errors import CourseError, one_sentence
from course_grader.grading import Engine
from course_grader.notebooks import Lab
from course_grader.repair import LabCells, Repaired, Submission, repair_submission
from course_grader.results import GradedSubmission
from course_grader.runner.class_run import ClassRun, grade_class
from course_grader.runner.executor import default_workers, local_executor
from course_grader.runner.in_background import InBackground
from course_grader.runner.run_progress import progress
from course_grader.runner.submissions import find_submissions
from course_grader.sandbox import SandboxUnavailable


@dataclass(frozen=True)
class Request:
    """What to grade and how. None means the course's own folders and gradebook."""

    seed: int
    submissions: Path | None = None
    student: str | None = None
    workers: int | None = None
    sandbox: bool = True
    run_experiments: bool = False
    db_url: str | None = None
    autograded: Path | None = None
    log_file: Path | None = None


def grade_lab(lab: Lab, request: Request, console: Console) -> ClassRun:
    """Grade and save. Raises CourseError for wrong usage, SandboxUnavailable if untrusted code cannot be isolated."""
    if request.submissions is not None:
        find_submissions(request.submissions, lab.name, request.student)  # report wrong usage at once
    with OwnTests(lab) as own_tests, InBackground(lambda: make_engine(lab, request)) as engine:
        own_tests.expect_passed()  # a test that the reference fails would cost every student points
        return _grade(lab, request, console, engine)


def make_engine(lab: Lab, request: Request) -> AbstractContextManager[Engine]:
    return Engine(lab, sandbox=request.sandbox, run_experiments=request.run_experiments)


def _grade(lab: Lab, request: Request, console: Console, engine: InBackground[Engine]) -> ClassRun:
    from course_grader.nbgrader_plugins import Course, GradebookWriter  # takes a second, while the sandbox starts

    course = Course(lab.root, db_url=request.db_url, autograded=request.autograded, log_file=request.log_file)
    source = request.submissions or course.folder("submitted", lab.name, "*").parents[1]
    run = ClassRun(find_submissions(source, lab.name, request.student), request.seed)
    workers = min(request.workers or default_workers(), len(run.submissions))
    with (
        GradebookWriter(course, lab.name) as writer,
        progress(console, lab.name, len(run.submissions)) as report,
        local_executor(workers) as executor,
        engine,  # closed before the executor, which would wait for kernels that are no longer needed
    ):
        grading = Grading(engine.future, LabCells.of(lab, writer.lab_cells), request.seed)
        grade_class(run, grading, executor, writer, report)
    return run


@dataclass(frozen=True)
class Grading:
    """Grades one submission per call; thread-safe. The engine may still be starting."""

    engine: Future[Engine]
    lab: LabCells
    seed: int

    def __call__(self, submission: Submission) -> GradedSubmission:
        """Raises only errors that concern all submissions: CourseError, SandboxUnavailable."""
        repaired = Repaired(new_notebook())
        try:
            repaired = repair_submission(submission, self.lab)
            graded = self.engine.result().grade(
                repaired.notebook, submission.student, self.seed, repaired.notes, repaired.files
            )
        except (CourseError, SandboxUnavailable):
            raise
        except Exception as error:
            graded = GradedSubmission(submission.student, submission.lab, self.seed, repaired.notebook, ran=False)
            graded.saved = False  # its earlier grades are kept
            graded.messages.append(f"The grader itself failed: {one_sentence(error)}")
        graded.timestamp, graded.files = repaired.timestamp, repaired.files
        return graded
