"""Interrupts a call that takes too long."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from course_utils.remote.client import WALL_FACTOR
from course_utils.remote.server import CallTimeout

REPEAT_SECONDS = 0.5  # a bare `except:` in a loop swallows the first alarm


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Interrupt the block with CallTimeout after `seconds` of processor time, or WALL_FACTOR times that in wall time.

    Processor time, so that no test fails because the machine is busy. 0 sets no alarm. Main thread only.
    """

    def raise_timeout(signum: int, frame: FrameType | None) -> None:
        raise CallTimeout

    clocks = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, seconds * WALL_FACTOR),
    )
    previous = [signal.signal(number, raise_timeout) for number, _, _ in clocks]
    for _, timer, limit in clocks:
        signal.setitimer(timer, limit, REPEAT_SECONDS)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(clocks, previous, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def can_interrupt() -> bool:
    """Whether there are alarms here: not on Windows, and only in the main thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
