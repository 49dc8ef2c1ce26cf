"""A limit on the time that one submission takes, whatever the grader is waiting for."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import Any, TypeVar

from course_grader.errors import one_sentence
from course_grader.threads import in_daemon_thread

T = TypeVar("T")


class OutOfTime(Exception):
    """A step did not end within the limit."""


class NotGraded(Exception):
    """Why one submission could not be graded, in a sentence."""


def why_not_graded(error: Exception) -> str:
    """The sentence for a submission whose grading raised `error`."""
    match error:
        case NotGraded():
            return str(error)
        case OutOfTime():
            return f"Grading took longer than {error} in all and was stopped; earlier grades are kept."
        case _:
            return f"The grader itself failed: {one_sentence(error)}"


class Deadline:
    """Runs steps one after another that may take `seconds` in all; what happens between them does not count."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._left = seconds

    def run(self, step: Callable[..., T], *args: Any) -> T:
        """The result of `step(*args)`; raises what it raises, or OutOfTime.

        Python cannot end a thread: the one that takes too long is left behind, and ends with this process.
        """
        started = time.monotonic()
        outcome = in_daemon_thread(step, *args)
        try:
            wait([outcome], timeout=max(0.0, self._left))
        finally:
            self._left -= time.monotonic() - started
        if not outcome.done():
            raise OutOfTime(f"{self.seconds:.0f} s")
        return outcome.result()
