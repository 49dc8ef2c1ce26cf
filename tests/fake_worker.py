"""Loaded by `dask worker --preload`: submissions get points by their students' names, without kernels.

For tests of what happens between the command and its workers.
"""

import time

from course_grader.runner.cluster import worker
from tests.course_grader.fake_grading import FakeEngine

OUTCOMES = {"ben": 0.25, "cem": 0.5}
SECONDS = 0.3  # so that a test can end a worker meanwhile


class SlowEngine(FakeEngine):
    """A fake: full points, except for OUTCOMES."""

    def __init__(self):
        super().__init__(OUTCOMES)

    def _run(self, graded, files):
        time.sleep(SECONDS)
        super()._run(graded, files)


def dask_setup(of_dask):
    worker.Engine = SlowEngine()
