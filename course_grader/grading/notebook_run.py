"""Runs one submission cell by cell, and restarts its kernel once if it dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

from nbformat import NotebookNode

from course_grader.grading.extra_checks import CLOSE_SECONDS, Diagnoser, ExtraChecks
from course_grader.grading.lab_limits import MAX_DEATHS, longest_seconds
from course_grader.grading.needed_cells import unneeded_cells
from course_grader.grading.record import error_output, exercise_name, not_graded, write_record
from course_grader.grading.suspects import Suspects, Suspicion
from course_grader.judge.launcher import JudgeError, JudgeSession
from course_grader.kernel_client import CellEnd, StudentKernel
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import (
    is_autograded_cell,
    is_experiment,
    is_given_cell,
    is_judged_cell,
    is_solution_cell,
    nbgrader_metadata,
)
from course_grader.results import ExerciseResult, GradedSubmission, TestResult
from course_grader.sandbox import SandboxUnavailable
from course_grader.threads import keep_tracebacks_in_log, to_daemon_thread
from course_utils.remote.student_errors import printable

StartKernel = Callable[[NotebookNode, JudgeSession], Awaitable[tuple[StudentKernel, str]]]
MAX_FAULT = 300  # characters
LEFT_RUNNING = "probably by what this cell left running (a thread, a timer or a process)"


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
        gpu_exercises: Collection[str] = (),
    ):
        """given: sources of the lab's own cells, which run only if something graded needs them; see `given_sources`.

        gpu_exercises: those whose tests also run with inputs on the kernel's GPU.
        """
        self._graded = graded
        self._phases = graded.phases
        self._diagnoser, self._gpu_exercises = diagnoser, gpu_exercises
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
        self._suspects = Suspects()
        self._suspicion: Suspicion | None = None
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
                if self._kernel is not None:
                    checks = ExtraChecks(self._graded, self._session, self._kernel, self._path, self._diagnoser)
                    await checks.run(self._gpu_exercises)
        finally:
            cells.cancel()
            if self._kernel is not None:
                with self._phases.during("ending the kernel"):
                    await asyncio.wait({asyncio.ensure_future(self._kernel.close())}, timeout=CLOSE_SECONDS)
        self._graded.seconds = time.monotonic() - started
        write_record(self._graded)

    async def _run_cells(self) -> None:
        await self._open_kernel()
        for index, cell in enumerate(self._cells):
            if cell.cell_type == "code" and not self._stopped:
                await self._handle_cell(index, cell)

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
            with self._phases.during("starting a kernel"):
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
        with self._phases.during("cells", _name_of(cell)):
            end = await kernel.run(cell, index, self._seconds_for(cell))
        self._suspects.starts(index, kernel.left_running)
        if end in (CellEnd.TIMEOUT, CellEnd.FLOOD) or kernel.cause:
            self._add_message(index, _one_line(kernel.fault))
        self._faults[nbgrader_metadata(cell).get("grade_id", "")] = _one_line(kernel.fault)
        if end is not CellEnd.DEAD:
            self._ran.append(index)
            await self._end_suspicion(index, index, better=not kernel.fault)
        elif await self._restart_without_earlier(kernel, index, {index}):
            await self._run(index, cell)
        else:
            cell.outputs.append(error_output("KernelDied", kernel.death))
            await self._restart(index, index, kernel.death)

    async def _judge(self, index: int, cell: NotebookNode) -> None:
        exercise = exercise_name(cell)
        try:
            with self._phases.during("tests", exercise):
                result = await self._result(cell, exercise)
        except JudgeError as error:
            self._graded.needs_review = True
            self._add_message(index, f"could not be judged: {error}")
        else:
            self._accept(index, result)
        kernel = self._kernel
        if kernel is None:
            return
        answer = self._solution_of(exercise)
        self._suspects.starts(answer, kernel.left_running)
        result = self._graded.exercises[exercise]
        if not kernel.death:
            before = self._suspicion.result if self._suspicion else None
            await self._end_suspicion(index, answer, better=before is None or result.points > before.points)
        elif await self._restart_without_earlier(kernel, index, set(), result):
            await self._judge(index, cell)
        else:
            await self._restart(index, answer, kernel.death)

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

    async def _restart_without_earlier(
        self, kernel: StudentKernel, index: int, own: set[int], result: ExerciseResult | None = None
    ) -> bool:
        """Restart without the earlier cells that may have ended the kernel; False if cell `index` is to blame.

        own: cells that are no suspects here. result: of the test, if cell `index` is one.
        """
        suspects = sorted(cell for cell in self._suspects.cells - own if not is_given_cell(self._cells[cell]))
        if self._suspicion is not None and self._suspicion.during == index:
            self._acquit(self._suspicion)  # without them, it is no better
        elif kernel.sudden and suspects and not self._deaths:
            await self._leave_out(suspects, kernel, index, result)
            return True
        if kernel.stalled and self._ran:
            await self._restart(self._ran[-1], self._ran[-1], kernel.death)
            return True
        return False

    async def _leave_out(
        self, suspects: list[int], kernel: StudentKernel, index: int, result: ExerciseResult | None
    ) -> None:
        """Start again without the suspects, and see whether cell `index` goes better."""
        known = len(self._graded.messages)
        for number in suspects:
            why = kernel.death if kernel.stalled else f"{kernel.death}, {LEFT_RUNNING}"
            self._add_message(number, f"ended the kernel: {why}")
        before = None if kernel.stalled else result  # what had not started can say nothing about its points
        self._suspicion = Suspicion(index, suspects, kernel.death, self._graded.messages[known:], before)
        await self._start_again(set(suspects), kernel.death)

    async def _end_suspicion(self, index: int, culprit: int, better: bool) -> None:
        """After another try at cell `index`, without the suspects: if it went no better, `culprit` ended the kernel."""
        suspicion = self._suspicion
        if suspicion is None or suspicion.during != index:
            return
        self._suspicion = None
        if not better:
            self._acquit(suspicion)
            await self._restart(index, culprit, suspicion.death)

    def _acquit(self, suspicion: Suspicion) -> None:
        self._suspicion = None
        self._deaths -= 1
        self._ran = sorted({*self._ran, *suspicion.cells})
        for message in suspicion.messages:
            self._graded.messages.remove(message)
        if suspicion.result is not None:
            self._graded.exercises[suspicion.result.id] = suspicion.result

    async def _restart(self, index: int, culprit: int, death: str) -> None:
        """Start a new kernel without `culprit`, which killed the old one, and say so of cell `index`."""
        if not self._stopped:
            self._add_message(index, f"ended the kernel: {death}")
            await self._start_again({culprit}, death)

    async def _start_again(self, without: set[int], death: str) -> None:
        """Start a new kernel and run the earlier cells in it again, except those that killed the old one."""
        if self._stopped:
            return
        self._deaths += 1
        if self._deaths == MAX_DEATHS or death.startswith("wall time"):
            self._lose(f"the kernel died ({death})")
            return
        self._ran = [number for number in self._ran if number not in without]
        await self._open_kernel()
        self._suspects = Suspects()
        again, self._ran = self._ran, []
        for number in again:
            if self._kernel is None or self._stopped:
                return
            copy = NotebookNode(self._cells[number] | {"outputs": []})  # the outputs of the first run are kept
            end = await self._kernel.run(copy, number, self._seconds_for(copy))
            self._suspects.starts(number, self._kernel.left_running)
            if end is CellEnd.DEAD:
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
