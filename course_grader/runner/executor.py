"""The threads of a run: each follows one submission, from repair to its result.

The work is done elsewhere: in the processes of the kernels and the judge, or on a cluster's workers.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress

_M_ARENA_MAX = -8  # of glibc's mallopt


@contextmanager
def grading_threads(workers: int) -> Iterator[Executor]:
    """Threads for up to `workers` submissions at a time. On exit, waits for the running ones and cancels the others."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="grading")
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def share_one_arena() -> None:
    """For threads that start later: with an arena of its own, each would keep what its largest notebook needed."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def default_workers() -> int:
    """A few more than the processors: each submission waits now and then, for a process or for the disk."""
    processors = _processors()
    return processors + max(1, processors // 8)


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
