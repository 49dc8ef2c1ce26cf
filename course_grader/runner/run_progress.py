"""The progress of a run: a bar with an estimate on a terminal, plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from course_grader.report.table import STATUS, remark, score
from course_grader.report.text import one_line
from course_grader.results import GradedSubmission
from course_grader.terminal import say

Report = Callable[[GradedSubmission], None]


@contextmanager
def progress(console: Console, title: str, total: int) -> Iterator[Report]:
    """A function to call with each result. On a terminal, only submissions that need review or failed leave a line."""
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(title, total=total)
            yield lambda result: _advance(bar, task, result)
    else:
        lines = _Lines(console, title, total)
        yield lines.report


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("· left"),
        TimeRemainingColumn(), console=console, transient=True,
    )  # fmt: skip


def _advance(bar: Progress, task: TaskID, result: GradedSubmission) -> None:
    if result.status != "graded" and result.messages:
        bar.console.print(remark(result))
    bar.advance(task)


class _Lines:
    """Prints one line per submission."""

    def __init__(self, console: Console, title: str, total: int):
        self._console, self._title, self._total, self._done = console, title, total, 0

    def report(self, result: GradedSubmission) -> None:
        self._done += 1
        place = f"{self._title} {self._done}/{self._total}"
        say(self._console, f"{place} {one_line(result.student, 40)} {STATUS[result.status][0]} {score(result)}")
