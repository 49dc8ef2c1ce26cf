"""One run over a class: submissions are graded in parallel and saved one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field
from typing import Protocol

from course_grader.errors import one_sentence
from course_grader.repair import Submission
from course_grader.results import GradedSubmission
from course_grader.runner.interrupt import uninterrupted
from course_grader.runner.run_progress import Report
from course_grader.runner.terminal import terminal_may_be_gone

Grade = Callable[[Submission], GradedSubmission]


class Writer(Protocol):
    """Saves results; used by one thread only. `GradebookWriter` implements it."""

    def save(self, graded: GradedSubmission) -> None: ...


@dataclass
class ClassRun:
    """The results of a run. interrupted: it was stopped by Ctrl-C; only the submissions in `graded` are saved."""

    submissions: Sequence[Submission]
    seed: int
    graded: dict[str, GradedSubmission] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def results(self) -> list[GradedSubmission]:
        """The results in the order of the submissions."""
        return [self.graded[entry.student] for entry in self.submissions if entry.student in self.graded]


def grade_class(run: ClassRun, grade: Grade, executor: Executor, writer: Writer, report: Report) -> None:
    """Grade every submission of `run` and save each result as soon as it is ready.

    An exception from `grade` concerns all submissions and ends the run; problems of one submission are in its result.
    """
    try:
        waiting = {executor.submit(grade, submission): submission for submission in run.submissions}
        for future in as_completed(waiting):
            graded = future.result()
            with uninterrupted():
                _save(graded, writer)
                graded.forget_notebook()
                run.graded[graded.student] = graded
                with terminal_may_be_gone():
                    report(graded)
            del waiting[future]
    except KeyboardInterrupt:
        run.interrupted = True


def _save(graded: GradedSubmission, writer: Writer) -> None:
    """Save a result. A failure is noted in the result and does not end the run."""
    if not graded.saved:
        return
    try:
        writer.save(graded)
    except Exception as error:
        graded.saved = False
        graded.messages.append(f"The grades could not be saved: {one_sentence(error)}")
