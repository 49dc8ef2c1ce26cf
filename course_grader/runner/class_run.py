"""One run over a class: submissions are graded in parallel and saved one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from course_grader.errors import one_sentence
from course_grader.repair import Submission
from course_grader.results import GradedSubmission, Phase, Phases
from course_grader.runner.interrupt import uninterrupted
from course_grader.runner.patience import OutOfPatience, Patience, Say
from course_grader.runner.run_progress import Report
from course_grader.terminal import terminal_may_be_gone

Grade = Callable[[Submission], GradedSubmission]

AHEAD = 2  # submissions for each worker: one is in work while another waits, for the worker or for the writer


class Writer(Protocol):
    """Saves results; used by one thread only. `GradebookWriter` implements it."""

    def save(self, graded: GradedSubmission, wait: Callable[[str], None]) -> None: ...


@dataclass
class ClassRun:
    """The results of a run.

    to_grade: the submissions that it grades; None for all. earlier: results of earlier runs, by student. interrupted:
    it was stopped by Ctrl-C. stopped: why it ended early by itself; empty if it did not. In both cases, only the
    submissions in `graded` are saved.
    """

    submissions: Sequence[Submission]
    seed: int
    to_grade: Sequence[Submission] | None = None
    earlier: Mapping[str, GradedSubmission] = field(default_factory=dict)
    name: str = ""
    graded: dict[str, GradedSubmission] = field(default_factory=dict)
    interrupted: bool = False
    stopped: str = ""

    @property
    def results(self) -> list[GradedSubmission]:
        """All results, those of earlier runs included, in the order of the submissions."""
        found = {**self.earlier, **self.graded}
        return [found[entry.student] for entry in self.submissions if entry.student in found]

    @property
    def common_seed(self) -> int | None:
        """The seed of all results; None if they come from runs with different seeds."""
        seeds = {result.seed for result in self.results if result.saved} or {self.seed}
        return seeds.pop() if len(seeds) == 1 else None


def grade_class(
    run: ClassRun,
    grade: Grade,
    executor: Executor,
    workers: int,
    writer: Writer,
    report: Report,
    say: Say = lambda text: None,
    note: Report = lambda graded: None,
) -> None:
    """Grade the submissions of `run` and save each result as soon as it is ready.

    workers: of the executor. note: is told each result with all its phases, which are forgotten afterwards.
    An exception from `grade` concerns all submissions and ends the run; problems of one submission are in its result.
    """
    to_grade = run.submissions if run.to_grade is None else run.to_grade
    try:
        began = time.time()
        for graded in _graded(grade, to_grade, executor, AHEAD * workers):
            with uninterrupted() as is_interrupted:
                _wait_phases(graded.phases, began)
                with graded.phases.during("saving"):
                    _save(graded, writer, Patience(say, is_interrupted))
                note(graded)
                graded.forget_notebook()
                run.graded[graded.student] = graded
                with terminal_may_be_gone():
                    report(graded)
    except KeyboardInterrupt:
        run.interrupted = True
    except OutOfPatience as problem:
        run.stopped = str(problem)


def _graded(
    grade: Grade, submissions: Sequence[Submission], executor: Executor, ahead: int
) -> Iterator[GradedSubmission]:
    """Results as they come. No more than `ahead` are in work or wait for the writer, with their notebooks."""
    left = iter(submissions)
    waiting = {executor.submit(grade, submission) for submission in islice(left, ahead)}
    while waiting:
        future = wait(waiting, return_when=FIRST_COMPLETED).done.pop()
        waiting.remove(future)
        yield future.result()
        waiting |= {executor.submit(grade, submission) for submission in islice(left, 1)}


def _wait_phases(phases: Phases, began: float) -> None:
    """Add the waits before the first phase and after the last. began: when the run began."""
    if phases:
        first, last = min(phase.began for phase in phases), max(phase.ended for phase in phases)
        phases += [Phase("waiting for a slot", began, first), Phase("waiting for the writer", last, time.time())]


def _save(graded: GradedSubmission, writer: Writer, patience: Patience) -> None:
    """Save a result. A failure that concerns it alone is noted in it and does not end the run."""
    if not graded.saved:
        return
    try:
        writer.save(graded, patience.wait)
    except OutOfPatience:
        raise
    except Exception as error:
        graded.saved = False
        graded.messages.append(f"The grades could not be saved: {one_sentence(error)}")
