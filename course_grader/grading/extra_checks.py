"""After everything that gives points: which misconceptions answers behave like, and whether they work on a GPU."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from nbformat import NotebookNode

from course_grader.grading.lab_limits import DEVICE_SECONDS, DIAGNOSIS_SECONDS
from course_grader.grading.record import exercise_name
from course_grader.judge.launcher import JudgeError, JudgeSession
from course_grader.kernel_client import StudentKernel
from course_grader.notebooks import is_judged_cell
from course_grader.results import Diagnosis, ExerciseResult, GradedSubmission
from course_utils.remote.student_errors import UNFINISHED
from course_utils.remote.traces import Traces

CLOSE_SECONDS = 10.0


class Diagnoser(Protocol):
    """Says which misconceptions an answer behaves like, from the calls in its exercise's tests; thread-safe."""

    def prepare(self) -> None: ...

    def covers(self, exercise: str) -> bool: ...

    def __call__(self, exercise: str, traces: Traces) -> list[Diagnosis]: ...


@dataclass
class ExtraChecks:
    """Runs test cells of one submission again. Each kind of check has its own limit and cannot change a score."""

    graded: GradedSubmission
    session: JudgeSession
    kernel: StudentKernel
    path: str
    diagnoser: Diagnoser | None

    async def run(self, gpu_exercises: Collection[str] = ()) -> None:
        with self.graded.phases.during("diagnosis"):
            await self._within(DIAGNOSIS_SECONDS, self._diagnose())
        if gpu_exercises:
            with self.graded.phases.during("tests on the GPU"):
                await self._within(DEVICE_SECONDS, self._check_device(gpu_exercises))

    async def _within(self, seconds: float, checks: Coroutine[Any, Any, None]) -> None:
        running = asyncio.ensure_future(checks)
        await asyncio.wait({running}, timeout=seconds)
        if not running.done():
            self.session.close()
            running.cancel()
            await asyncio.wait({running}, timeout=CLOSE_SECONDS)
        elif (error := running.exception()) is not None and not isinstance(error, JudgeError):
            raise error

    def _cells(self) -> Iterator[tuple[NotebookNode, ExerciseResult]]:
        """The test cells, while there is a kernel."""
        for cell in filter(is_judged_cell, self.graded.notebook.cells):
            if self.kernel.death:
                return
            yield cell, self.graded.exercises[exercise_name(cell)]

    async def _diagnose(self) -> None:
        """Compare the answers that failed tests with the lab's misconceptions."""
        if self.diagnoser is None:
            return
        for cell, result in self._cells():
            if _may_be_diagnosed(result) and self.diagnoser.covers(result.id):
                ask = partial(self.session.diagnose, cell.source, result.id)
                result.diagnoses = self.diagnoser(result.id, await self.kernel.serve_judge(self.path, ask))

    async def _check_device(self, exercises: Collection[str]) -> None:
        """Run tests that passed once more, with inputs on the kernel's GPU."""
        for cell, result in self._cells():
            passed = [test.name for test in result.tests if test.status == "passed"]
            if passed and result.id in exercises:
                ask = partial(self.session.check_device, cell.source, result.id, passed)
                result.device_problem = await self.kernel.serve_judge(self.path, ask)


def _may_be_diagnosed(result: ExerciseResult) -> bool:
    """Whether some test failed, and none because the answer is slow (to wait again would tell nothing) or missing."""
    failed = [test for test in result.tests if test.status != "passed"]
    slow = any(test.status == "timeout" for test in failed)
    unfinished = all(test.message.startswith(UNFINISHED) for test in failed)
    return bool(failed) and not slow and not unfinished and not result.error
