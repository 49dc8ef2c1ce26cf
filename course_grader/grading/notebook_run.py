"""One submission's way through its notebook, cell by cell, and what is done when its kernel dies on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from nbformat import NotebookNode

from course_grader.grading.record import error_output, exercise_name, not_graded, write_record
from course_grader.judge.server import JudgeError, JudgeSession
from course_grader.kernel_client import CellEnd, StudentKernel
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import has_tag, is_autograded_cell, is_judged_cell, is_solution_cell, nbgrader_metadata
from course_grader.results import ExerciseResult, GradedSubmission, TestResult

StartKernel = Callable[[NotebookNode, JudgeSession], Awaitable[tuple[StudentKernel, str]]]
MAX_DEATHS = 2  # a kernel is started again once
MAX_FAULT = 300  # characters


class NotebookRun:
    """Runs one repaired notebook: its cells in the student's kernel, its test cells in the judge."""

    def __init__(
        self,
        graded: GradedSubmission,
        session: JudgeSession,
        start_kernel: StartKernel,
        settings: LabSettings,
        run_experiments: bool,
    ):
        self._graded = graded
        self._cells: list[NotebookNode] = graded.notebook.cells
        self._session = session
        self._start_kernel = start_kernel
        self._settings = settings
        self._run_experiments = run_experiments
        self._kernel: StudentKernel | None = None
        self._path = ""
        self._lost = ""  # why there is no kernel any more
        self._deaths = 0
        self._faults: dict[str, str] = {}  # what went wrong in a solution cell, by exercise
        self._ran: list[int] = []  # cells that a new kernel must run again, in order

    async def run(self) -> None:
        """Fill `graded`; never raises for what the submission does."""
        started = time.monotonic()
        fail_closed(self._graded)
        try:
            await self._open_kernel()
            for index, cell in enumerate(self._cells):
                if cell.cell_type == "code":
                    await self._handle_cell(index, cell)
        finally:
            if self._kernel is not None:
                await self._kernel.close()
        self._graded.seconds = time.monotonic() - started
        write_record(self._graded)

    async def _open_kernel(self) -> None:
        try:
            self._kernel, self._path = await self._start_kernel(self._graded.notebook, self._session)
        except (RuntimeError, TimeoutError, OSError, JudgeError) as error:
            self._lose(f"no kernel could be started ({error})")
            self._graded.ran = bool(self._ran)

    async def _handle_cell(self, index: int, cell: NotebookNode) -> None:
        if is_judged_cell(cell):
            await self._judge(index, cell)
        elif not has_tag(cell, "experiment") or self._run_experiments:
            await self._run(index, cell)
            if is_autograded_cell(cell) and not self._lost:
                self._graded.exercises[exercise_name(cell)].tests = [_ordinary_test(cell)]

    def _seconds_for(self, cell: NotebookNode) -> float:
        return self._settings.experiment_seconds if has_tag(cell, "experiment") else self._settings.cell_seconds

    async def _run(self, index: int, cell: NotebookNode) -> None:
        if self._lost:
            return
        end = await self._kernel.run(cell, index, self._seconds_for(cell))
        if end in (CellEnd.TIMEOUT, CellEnd.FLOOD):
            self._say(index, self._kernel.fault)
        self._faults[nbgrader_metadata(cell).get("grade_id", "")] = _one_line(self._kernel.fault)
        if end is CellEnd.DEAD:
            cell.outputs.append(error_output("KernelDied", self._kernel.death))
            await self._revive(index, index)
        else:
            self._ran.append(index)

    async def _judge(self, index: int, cell: NotebookNode) -> None:
        exercise = exercise_name(cell)
        try:
            result = await self._result(cell, exercise)
        except JudgeError as error:
            self._graded.needs_review = True
            self._say(index, f"could not be judged: {error}")
        else:
            self._take(index, result)
        if self._kernel is not None and self._kernel.death and not self._lost:
            await self._revive(index, self._solution_of(exercise))

    def _take(self, index: int, result: ExerciseResult) -> None:
        self._graded.exercises[result.id] = result
        if result.error:
            self._graded.needs_review = True
            self._say(index, f"has a fault of its own, which is not the student's: {result.error}")

    async def _result(self, cell: NotebookNode, exercise: str) -> ExerciseResult:
        maximum = self._graded.exercises[exercise].max

        def judge() -> ExerciseResult:
            fault = self._faults.get(exercise, "")
            return self._session.judge(cell.source, exercise, maximum, self._lost, fault)

        if self._lost:
            return await asyncio.to_thread(judge)
        return await self._kernel.serve_judge(self._path, judge)

    def _solution_of(self, exercise: str) -> int:
        cells = enumerate(self._cells)
        return next(
            (i for i, c in cells if is_solution_cell(c) and nbgrader_metadata(c).get("grade_id") == exercise), -1
        )

    async def _revive(self, index: int, culprit: int) -> None:
        """After a death: a new kernel, and in it the cells that ran before, without the one that killed the old."""
        self._deaths += 1
        death = self._kernel.death
        self._say(index, f"ended the kernel: {death}")
        if self._deaths == MAX_DEATHS or death.startswith("wall time"):
            self._lose(f"the kernel died ({death})")
            return
        self._ran = [number for number in self._ran if number != culprit]
        await self._open_kernel()
        again, self._ran = self._ran, []
        for number in again:
            if self._lost:
                return
            copy = NotebookNode(self._cells[number] | {"outputs": []})  # what it showed stays
            if await self._kernel.run(copy, number, self._seconds_for(copy)) is CellEnd.DEAD:
                self._lose(f"the kernel died again while it was restored ({self._kernel.death})")
            self._ran.append(number)

    def _lose(self, reason: str) -> None:
        self._lost = reason
        self._graded.needs_review = True
        self._graded.messages.append(f"The remaining cells were not run: {reason}.")

    def _say(self, index: int, text: str) -> None:
        name = _name_of(self._cells[index])
        self._graded.messages.append(f"Cell {index + 1} ({name}) {text}.")


def fail_closed(graded: GradedSubmission) -> None:
    """No output of the submission's own, an error in each test cell, and 0 points for each exercise, until judged."""
    for cell in graded.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_autograded_cell(cell):
            cell.outputs = [not_graded()]
            name = exercise_name(cell)
            graded.exercises[name] = ExerciseResult(name, float(nbgrader_metadata(cell)["points"]))


def _ordinary_test(cell: NotebookNode) -> TestResult:
    """An nbgrader test cell without `run_tests`, which ran beside the student's code, by nbgrader's own rules."""
    from nbgrader.utils import determine_grade

    points, maximum = determine_grade(cell)
    name = nbgrader_metadata(cell)["grade_id"]
    status = "passed" if points >= maximum else "failed"
    return TestResult(name, "nbgrader test cell", status, float(points), float(maximum))


def _name_of(cell: NotebookNode) -> str:
    """What a student knows a cell by: its id, else how it begins (cells have no numbers on the page)."""
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    return nbgrader_metadata(cell).get("grade_id") or "".join(lines[:1])[:60] or "empty"


def _one_line(text: str) -> str:
    """A student's own text, cut so that it does not take more room than ours."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_FAULT else f"{line[:MAX_FAULT]} ..."
