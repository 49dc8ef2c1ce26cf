"""The `concurrent.futures.Executor` that grades submissions.

On one machine it is a pool of threads: the kernels and the judge do the work, in their own processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def local_executor(workers: int) -> Iterator[Executor]:
    """Threads for up to `workers` submissions at a time. On exit, waits for the running ones and cancels the others."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="grading")
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def default_workers() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
