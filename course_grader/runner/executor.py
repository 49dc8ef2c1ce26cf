"""Where submissions are graded: a `concurrent.futures.Executor`.

On one machine that is a pool of threads: the work is done by the kernels and the judge, in processes of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def local_executor(workers: int) -> Iterator[Executor]:
    """Threads for up to `workers` submissions at a time. Leaving waits for those that run and drops the others."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="grading")
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def default_workers() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
