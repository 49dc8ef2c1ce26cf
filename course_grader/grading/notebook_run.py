"""Runs one submission cell by cell, and restarts its kernel once if it dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from nbformat import NotebookNode

from course_grader.grading.lab_limits import DIAGNOSIS_SECONDS, MAX_KERNELS, longest_seconds
from course_grader.grading.needed_cells import unneeded_cells
from course_grader.grading.record import error_output, exercise_name, not_graded, write_record
from course_grader.judge.launcher import JudgeError, JudgeSession
from course_grader.kernel_client import CellEnd, StudentKernel
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import (
    is_autograded_cell,
    is_experiment,
    is_judged_cell,
    is_solution_cell,
    nbgrader_metadata,
)
from course_grader.results import Diagnosis, ExerciseResult, GradedSubmission, TestResult
from course_grader.sandbox import SandboxUnavailable
from course_grader.threads import keep_tracebacks_in_log, to_daemon_thread
from course_utils.remote.recorder import Traces
from course_utils.remote.student_errors import printable
from course_utils.testing.cell_runner import UNFINISHED

StartKernel = Callable[[NotebookNode, JudgeSession], Awaitable[tuple[StudentKernel, str]]]
CLOSE_SECONDS = 10.0
MAX_FAULT = 300  # characters


class Diagnoser(Protocol):
    """Says which misconceptions an answer behaves like, from the calls in its exercise's tests; thread-safe."""

    def prepare(self) -> None: ...

    def covers(self, exercise: str) -> bool: ...

    def __call__(self, exercise: str, traces: Traces) -> list[Diagnosis]: ...


class NotebookRun:
    """Runs one repaired notebook: the student's cells in the sandboxed kernel, the test cells in the judge."""

    def __init__(
        self,
        graded: GradedSubmission,
        session: JudgeSession,
        start_kernel: StartKernel,
        settings: LabSettings,
        run_experiments: bool,
        diagnoser: Diagnoser | None = None,
        given: frozenset[str] = frozenset(),
    ):
        """given: sources of the lab's own cells, which run only if something graded needs them; see `given_sources`."""
        self._graded = graded
        self._diagnoser = diagnoser
        self._cells: list[NotebookNode] = graded.notebook.cells
        self._session = session
        self._start_kernel = start_kernel
        self._settings = settings
        self._longest_seconds = longest_seconds(settings)
        self._run_experiments = run_experiments
        self._unneeded = unneeded_cells(self._cells, given, run_experiments) if given else set()
        self._kernel: StudentKernel | None = None
        self._path = ""
        self._stopped = False  # by the limit on the whole run
        self._lost = ""  # why there is no kernel anymore; empty while there is one
        self._deaths = 0
        self._faults: dict[str, str] = {}  # what went wrong in each exercise's solution cell
        self._ran: list[int] = []  # indices of the cells that a new kernel must run again, in order

    async def run(self) -> None:
        """Fill `graded`. Never raises because of what the submission does.

        Raises SandboxUnavailable or OSError if the machine cannot start a kernel now.
        """
        keep_tracebacks_in_log()
        started = time.monotonic()
        fail_closed(self._graded)
        cells = asyncio.ensure_future(self._run_cells())
        try:
            await asyncio.wait({cells}, timeout=self._longest_seconds)
            if not cells.done():
                await self._stop(cells)
            else:
                cells.result()
                await self._try_to_diagnose()
        finally:
            cells.cancel()
            if self._kernel is not None:
                await asyncio.wait({asyncio.ensure_future(self._kernel.close())}, timeout=CLOSE_SECONDS)
        self._graded.seconds = time.monotonic() - started
        write_record(self._graded)

    async def _run_cells(self) -> None:
        await self._open_kernel()
        for index, cell in enumerate(self._cells):
            if cell.cell_type == "code" and not self._stopped:
                await self._handle_cell(index, cell)

    async def _try_to_diagnose(self) -> None:
        """After everything else and with a limit of its own, so that it can change no score."""
        diagnoses = asyncio.ensure_future(self._diagnose())
        await asyncio.wait({diagnoses}, timeout=DIAGNOSIS_SECONDS)
        if not diagnoses.done():
            self._session.close()
            diagnoses.cancel()
            await asyncio.wait({diagnoses}, timeout=CLOSE_SECONDS)
        elif (error := diagnoses.exception()) is not None and not isinstance(error, JudgeError):
            raise error

    async def _diagnose(self) -> None:
        """Compare the answers that failed tests with the lab's misconceptions."""
        for cell in filter(is_judged_cell, self._cells):
            exercise, kernel, diagnoser = exercise_name(cell), self._kernel, self._diagnoser
            if diagnoser is None or kernel is None or kernel.death:
                return
            result = self._graded.exercises[exercise]
            if _may_be_diagnosed(result) and diagnoser.covers(exercise):
                ask = partial(self._session.diagnose, cell.source, exercise)
                result.diagnoses = diagnoser(exercise, await kernel.serve_judge(self._path, ask))

    async def _stop(self, cells: asyncio.Future[None]) -> None:
        """End a run that takes too long: each of its steps has a limit of its own, so this is a net below them."""
        self._stopped = self._graded.needs_review = True
        self._session.close()
        cells.cancel()
        await asyncio.wait({cells}, timeout=CLOSE_SECONDS)
        limit = f"{self._longest_seconds:.0f} s"
        self._graded.messages.append(
            f"Grading took longer than {limit} in all and was stopped; the remaining tests score 0."
        )

    async def _open_kernel(self) -> None:
        try:
            self._kernel, self._path = await self._start_kernel(self._graded.notebook, self._session)
        except SandboxUnavailable:
            raise  # the machine's fault, as is an OSError: a full disk, no more processes
        except (RuntimeError, TimeoutError, JudgeError) as error:
            self._lose(f"no kernel could be started ({error})")
            self._graded.ran = bool(self._ran)

    async def _handle_cell(self, index: int, cell: NotebookNode) -> None:
        if is_judged_cell(cell):
            await self._judge(index, cell)
        elif index not in self._unneeded and (not is_experiment(cell) or self._run_experiments):
            await self._run(index, cell)
            if is_autograded_cell(cell) and not self._lost:
                self._graded.exercises[exercise_name(cell)].tests = [_ordinary_test(cell)]

    def _seconds_for(self, cell: NotebookNode) -> float:
        return self._settings.experiment_seconds if is_experiment(cell) else self._settings.cell_seconds

    async def _run(self, index: int, cell: NotebookNode) -> None:
        kernel = self._kernel
        if kernel is None:
            return
        end = await kernel.run(cell, index, self._seconds_for(cell))
        if end in (CellEnd.TIMEOUT, CellEnd.FLOOD) or kernel.cause:
            self._add_message(index, _one_line(kernel.fault))
        self._faults[nbgrader_metadata(cell).get("grade_id", "")] = _one_line(kernel.fault)
        if end is CellEnd.DEAD and kernel.stalled and self._ran:
            await self._restart(self._ran[-1], self._ran[-1], kernel.death)
            await self._run(index, cell)
        elif end is CellEnd.DEAD:
            cell.outputs.append(error_output("KernelDied", kernel.death))
            await self._restart(index, index, kernel.death)
        else:
            self._ran.append(index)

    async def _judge(self, index: int, cell: NotebookNode) -> None:
        exercise = exercise_name(cell)
        try:
            result = await self._result(cell, exercise)
        except JudgeError as error:
            self._graded.needs_review = True
            self._add_message(index, f"could not be judged: {error}")
        else:
            self._accept(index, result)
        if self._kernel is None or not self._kernel.death:
            return
        if self._kernel.stalled and self._ran:
            await self._restart(self._ran[-1], self._ran[-1], self._kernel.death)
            await self._judge(index, cell)
        else:
            await self._restart(index, self._solution_of(exercise), self._kernel.death)

    def _accept(self, index: int, result: ExerciseResult) -> None:
        self._graded.exercises[result.id] = result
        if result.error:
            self._graded.needs_review = True
            self._add_message(index, f"failed because of a mistake in the test, not in the submission: {result.error}")

    async def _result(self, cell: NotebookNode, exercise: str) -> ExerciseResult:
        maximum = self._graded.exercises[exercise].max

        def judge() -> ExerciseResult:
            fault = self._faults.get(exercise, "")
            return self._session.judge(cell.source, exercise, maximum, self._lost, fault)

        if self._kernel is None:
            return await to_daemon_thread(judge)
        return await self._kernel.serve_judge(self._path, judge)

    def _solution_of(self, exercise: str) -> int:
        cells = enumerate(self._cells)
        return next(
            (i for i, c in cells if is_solution_cell(c) and nbgrader_metadata(c).get("grade_id") == exercise), -1
        )

    async def _restart(self, index: int, culprit: int, death: str) -> None:
        """Start a new kernel and run the earlier cells in it again, except `culprit`, which killed the old kernel."""
        if self._stopped:
            return
        self._deaths += 1
        self._add_message(index, f"ended the kernel: {death}")
        if self._deaths == MAX_KERNELS or death.startswith("wall time"):
            self._lose(f"the kernel died ({death})")
            return
        self._ran = [number for number in self._ran if number != culprit]
        await self._open_kernel()
        again, self._ran = self._ran, []
        for number in again:
            if self._kernel is None or self._stopped:
                return
            copy = NotebookNode(self._cells[number] | {"outputs": []})  # the outputs of the first run are kept
            if await self._kernel.run(copy, number, self._seconds_for(copy)) is CellEnd.DEAD:
                self._lose(f"the kernel died again while the earlier cells were rerun ({self._kernel.death})")
            self._ran.append(number)

    def _lose(self, reason: str) -> None:
        """Go on without a kernel; the last one is dead, and so closed."""
        self._kernel, self._lost = None, reason
        self._graded.needs_review = True
        self._graded.messages.append(f"The remaining cells were not run: {reason}.")

    def _add_message(self, index: int, text: str) -> None:
        name = _name_of(self._cells[index])
        self._graded.messages.append(f"Cell {index + 1} ({name}) {text}.")


def fail_closed(graded: GradedSubmission) -> None:
    """Clear the submission's own outputs; until it is judged, each test cell shows an error and scores 0 points."""
    for cell in graded.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_autograded_cell(cell):
            cell.outputs = [not_graded()]
            name = exercise_name(cell)
            graded.exercises[name] = ExerciseResult(name, float(nbgrader_metadata(cell)["points"]))


def _may_be_diagnosed(result: ExerciseResult) -> bool:
    """Whether some test failed, and none because the answer is slow (to wait again would tell nothing) or missing."""
    failed = [test for test in result.tests if test.status != "passed"]
    slow = any(test.status == "timeout" for test in failed)
    unfinished = all(test.message.startswith(UNFINISHED) for test in failed)
    return bool(failed) and not slow and not unfinished and not result.error


def _ordinary_test(cell: NotebookNode) -> TestResult:
    """The result of a test cell without `run_tests`, which ran in the student's kernel, by nbgrader's own rules."""
    from nbgrader.utils import determine_grade

    points, maximum = determine_grade(cell)
    name = nbgrader_metadata(cell)["grade_id"]
    status = "passed" if points >= maximum else "failed"
    return TestResult(name, "nbgrader test cell", status, float(points), float(maximum))


def _name_of(cell: NotebookNode) -> str:
    """How students recognise a cell: its id, or else its first line (Jupyter shows no cell numbers)."""
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    return nbgrader_metadata(cell).get("grade_id") or printable("".join(lines[:1])[:60]) or "empty"


def _one_line(text: str) -> str:
    """Text from the student's code on one line, without control characters and shortened to MAX_FAULT characters."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= MAX_FAULT else f"{line[:MAX_FAULT]} ..."
