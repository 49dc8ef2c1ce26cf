"""Waits while nothing can be saved: the gradebook is locked, its server cannot be reached, or the disk is full."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
MAX_SECONDS = 30 * 60.0
PAUSE = 1.0  # seconds between two attempts


class OutOfPatience(Exception):
    """Nothing could be saved for too long; the message says why, and what to do."""


@dataclass
class Patience:
    """For saving one result. is_interrupted: whether Ctrl-C was pressed, which ends the waiting."""

    say: Say
    is_interrupted: Callable[[], bool]
    seconds: float = MAX_SECONDS
    _started: float | None = None

    def wait(self, problem: str) -> None:
        """Called after each attempt that failed; returns when it is time for the next one.

        Raises OutOfPatience, or KeyboardInterrupt after Ctrl-C.
        """
        now = time.monotonic()
        if self._started is None:
            self._started = now
            self.say(f"Waiting, since {problem}. Grading then goes on by itself.")
        if now - self._started > self.seconds:
            raise OutOfPatience(f"nothing could be saved for {self.seconds / 60:.0f} minutes, since {problem}")
        if self.is_interrupted():
            raise KeyboardInterrupt
        time.sleep(PAUSE)
