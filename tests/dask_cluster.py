"""A Dask scheduler and its workers as processes of this machine, for tests."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.paths import ROOT

DASK = str(Path(sys.executable).with_name("dask"))
START_SECONDS = 60


class Cluster:
    """`file` is the scheduler file; `workers` are processes with one thread each, started in `course`.

    preload: a module that each worker loads first.
    """

    def __init__(self, folder, course, stack, preload=None):
        self._folder, self._course, self._stack = folder, course, stack
        self._preload = ["--preload", preload] if preload else []
        self.file = folder / "scheduler.json"
        self.workers = []
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", self.file, "--no-dashboard")
        wait_until(self.file.is_file)

    def add_worker(self, course=None):
        local = self._folder / f"worker{len(self.workers)}"
        options = ["--scheduler-file", self.file, "--no-nanny", "--nthreads", "1", "--local-directory", local]
        self.workers.append(self._start("worker", *options, *self._preload, "--no-dashboard", course=course))

    def _start(self, kind, *options, course=None):
        with open(self._folder / "cluster.log", "a") as log:
            process = subprocess.Popen(
                [DASK, kind, *map(str, options)],
                cwd=course or self._course,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def cluster(folder, course, workers=2, preload=None):
    with ExitStack() as stack:
        started = Cluster(folder, course, stack, preload)
        for _ in range(workers):
            started.add_worker()
        yield started


def wait_until(condition, seconds=START_SECONDS):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{condition} did not become true within {seconds} s"
        time.sleep(0.05)
