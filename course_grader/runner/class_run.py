"""One run over a class: sanitize, grade in parallel, save one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbformat import NotebookNode

from course_grader.notebooks import CourseError
from course_grader.results import SubmissionResult
from course_grader.runner.interrupt import uninterrupted
from course_grader.runner.pool import Pool, local_pool
from course_grader.runner.progress import Report
from course_grader.runner.starting import Starting
from course_grader.runner.submissions import Submission
from course_grader.sandbox import SandboxUnavailable


class Writer(Protocol):
    """nbgrader's side, used by one thread only; `Desk` is it."""

    def sanitize(self, submission: Submission) -> NotebookNode | None: ...

    def save(self, submission: Submission, graded: Any | None) -> SubmissionResult: ...

    def give_up(self, submission: Submission, reason: str) -> SubmissionResult: ...


@dataclass
class Outcome:
    """What a run found, by student; `interrupted` after Ctrl-C, when only what is in `found` was saved."""

    submissions: Sequence[Submission]
    seed: int
    found: dict[str, SubmissionResult] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def results(self) -> list[SubmissionResult]:
        """In the order of the submissions."""
        return [self.found[entry.student] for entry in self.submissions if entry.student in self.found]


def run_class(
    submissions: Sequence[Submission], grader: Starting, desk: Writer, *, workers: int, seed: int, report: Report
) -> Outcome:
    """Grade every submission and save each as soon as it is ready. The grader may still be starting.

    CourseError where the lab itself cannot be graded; whatever a submission does wrong is in its own result.
    """
    run = _Run(Outcome(submissions, seed), desk, report)
    try:
        # The grader ends before the pool does, which would wait for kernels that nobody needs any more.
        with local_pool(grader.future, workers) as pool, grader:
            run.through(pool)
    except KeyboardInterrupt:
        run.outcome.interrupted = True
    return run.outcome


@dataclass
class _Run:
    outcome: Outcome
    desk: Writer
    report: Report
    waiting: dict[str, Submission] = field(default_factory=dict)

    def through(self, pool: Pool) -> None:
        for submission in self.outcome.submissions:
            self._hand_in(submission, pool)
            for student, graded in pool.ready():
                self._save(student, graded)
        for student, graded in pool.rest():
            self._save(student, graded)

    def _hand_in(self, submission: Submission, pool: Pool) -> None:
        notebook = self.desk.sanitize(submission)
        self.waiting[submission.student] = submission
        if notebook is None:
            self._save(submission.student, None)
        else:
            pool.submit(notebook, submission.student, self.outcome.seed)

    def _save(self, student: str, graded: Any) -> None:
        if isinstance(graded, CourseError | SandboxUnavailable):  # every submission's fate, so nobody's fault
            raise graded
        submission = self.waiting.pop(student)
        with uninterrupted():
            if isinstance(graded, Exception):
                reason = f"the grader itself failed: {type(graded).__name__}: {graded}"
                result = self.desk.give_up(submission, reason)
            else:
                result = self.desk.save(submission, graded)
            self.outcome.found[student] = result
            self.report(result)
