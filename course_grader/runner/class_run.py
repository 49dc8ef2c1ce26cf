"""One run over a class: submissions are graded side by side, and saved one by one as they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from course_grader.errors import one_sentence
from course_grader.repair import Submission
from course_grader.results import GradedSubmission
from course_grader.runner.interrupt import uninterrupted
from course_grader.runner.run_progress import Report

Grade = Callable[[Submission], GradedSubmission]


class Writer(Protocol):
    """Used by one thread only; `GradebookWriter` is the real one."""

    def save(self, graded: GradedSubmission, submitted: Path) -> None: ...


@dataclass
class ClassRun:
    """What a run found; `interrupted` after Ctrl-C, when only what is in `graded` was saved."""

    submissions: Sequence[Submission]
    seed: int
    graded: dict[str, GradedSubmission] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def results(self) -> list[GradedSubmission]:
        """In the order of the submissions."""
        return [self.graded[entry.student] for entry in self.submissions if entry.student in self.graded]


def grade_class(run: ClassRun, grade: Grade, executor: Executor, writer: Writer, report: Report) -> None:
    """Grade every submission of `run` and save each as soon as it is ready.

    Whatever `grade` raises concerns every submission and ends the run: what one submission does is in its own result.
    """
    try:
        waiting = {executor.submit(grade, submission): submission for submission in run.submissions}
        for future in as_completed(waiting):
            graded = future.result()
            with uninterrupted():
                _save(graded, waiting[future], writer)
                graded.forget_notebook()
                run.graded[graded.student] = graded
                report(graded)
            del waiting[future]
    except KeyboardInterrupt:
        run.interrupted = True


def _save(graded: GradedSubmission, submission: Submission, writer: Writer) -> None:
    """What the writer cannot save is told in the result, and does not end the run."""
    if not graded.saved:
        return
    try:
        writer.save(graded, submission.folder)
    except Exception as error:
        graded.saved = False
        graded.messages.append(f"The grades could not be saved: {one_sentence(error)}")
