"""What a process of the judge may use: a test cell that never ends, or fills memory, ends its own submission alone."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Iterator

from course_grader.in_sandbox.confine import die_with_parent

START_SECONDS = 120.0
MEMORY_MB = 2048  # beyond what the reference holds
SPARE_SECONDS = 1.0  # the controller stops waiting first, and says so


def end_with(parent: int) -> None:
    """End this process as soon as its parent, the process `parent`, has ended; where the system can do that."""
    if sys.platform == "linux":
        die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def limit_memory() -> None:
    """Let this process take MEMORY_MB more than it has; beyond that, an allocation fails."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:  # not there outside Linux
        held_kb = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, ((held_kb << 10) + (MEMORY_MB << 20), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def deadline(seconds: float, by_clock: float | None = None) -> Iterator[None]:
    """The system ends this process where the block takes longer, in processor time or by the clock.

    by_clock: the limit by the clock, if it is another one.
    """
    used, hard = sum(os.times()[:2]), resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, by_clock or seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
