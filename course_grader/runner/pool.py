"""Many submissions at once: an in-process Dask cluster, whose threads each drive one submission's kernel.

Processes would cost seconds to start and bring nothing here: the work is done by the kernels and the judge.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Protocol

from nbformat import NotebookNode


class Grader(Protocol):
    """What grades one submission; `grading.Engine` does."""

    def grade(self, notebook: NotebookNode, student: str, seed: int) -> Any: ...


# A task carries a number, as what holds kernels and sockets cannot be sent. A worker waits for a grader to start.
_GRADERS: dict[int, Future[Grader]] = {}


_NOWHERE = "127.0.0.1:0"


class Pool:
    """Submissions under way: `submit` hands one in; each comes back with what grading gave or raised."""

    def __init__(self, client: Any, number: int):
        from distributed import as_completed

        self._client = client
        self._number = number
        self._students: dict[str, str] = {}
        self._running = as_completed()

    def submit(self, notebook: NotebookNode, student: str, seed: int) -> None:
        future = self._client.submit(_grade, self._number, notebook, student, seed, pure=False)
        self._students[future.key] = student
        self._running.add(future)

    def ready(self) -> Iterator[tuple[str, Any]]:
        """(student, result) of each that has ended; does not wait."""
        while self._running.has_ready():
            yield self._next()

    def rest(self) -> Iterator[tuple[str, Any]]:
        """(student, result) of all others, as they end."""
        while not self._running.is_empty():
            yield self._next()

    def _next(self) -> tuple[str, Any]:
        future = next(self._running)
        return self._students.pop(future.key), future.result()


@contextmanager
def local_pool(grader: Future[Grader], workers: int) -> Iterator[Pool]:
    """Up to `workers` submissions at a time. Leaving waits for those under way: end the grader first."""
    import dask
    from distributed import Client, LocalCluster

    number = id(grader)
    _GRADERS[number] = grader
    try:
        # Dask always opens its status pages: without content, and for this machine alone.
        with (
            dask.config.set({"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}),
            LocalCluster(
                n_workers=1,
                threads_per_worker=workers,
                processes=False,
                dashboard_address=_NOWHERE,
                worker_dashboard_address=_NOWHERE,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield Pool(client, number)
    finally:
        del _GRADERS[number]


def default_workers() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _grade(number: int, notebook: NotebookNode, student: str, seed: int) -> Any:
    try:
        return _GRADERS[number].result().grade(notebook, student, seed)
    except Exception as error:  # for the writer to judge: Dask would log it and try to send it
        return error
