"""One submission's way through its notebook, cell by cell, and what is done when its kernel dies on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_grader.judge.server import JudgeError, JudgeSession, Verdict
from course_grader.kernel_client import CellEnd, StudentKernel
from course_grader.notebooks import (
    LabSettings,
    has_tag,
    is_autograded_cell,
    is_judged_cell,
    is_solution_cell,
    nbgrader_metadata,
    tested_exercise,
)
from course_grader.results import ExerciseResult

StartKernel = Callable[[NotebookNode, JudgeSession], Awaitable[tuple[StudentKernel, str]]]
MAX_DEATHS = 2  # a kernel is started again once
MAX_FAULT = 300  # characters


@dataclass
class GradedNotebook:
    """A submission after grading. `messages` are plain words; `ran` is False where nothing could be run.

    `seed` is the run's: with it and the student's name, grading gives the same inputs again.
    """

    notebook: NotebookNode
    seed: int
    exercises: dict[str, ExerciseResult] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    needs_person: bool = False
    ran: bool = True
    seconds: float = 0.0


class Marker:
    """Runs one sanitized notebook: its cells in the student's kernel, its test cells in the judge."""

    def __init__(
        self,
        notebook: NotebookNode,
        session: JudgeSession,
        seed: int,
        start_kernel: StartKernel,
        settings: LabSettings,
        run_experiments: bool,
    ):
        self._graded = GradedNotebook(notebook, seed)
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

    async def mark(self) -> GradedNotebook:
        started = time.monotonic()
        self._fail_closed()
        try:
            await self._open_kernel()
            for index, cell in enumerate(self._graded.notebook.cells):
                if cell.cell_type == "code":
                    await self._mark_cell(index, cell)
        finally:
            if self._kernel is not None:
                await self._kernel.close()
        self._graded.seconds = time.monotonic() - started
        self._write_record()
        return self._graded

    def _fail_closed(self) -> None:
        """nbgrader gives full points to a test cell without output: each starts with an error."""
        for cell in self._graded.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if is_autograded_cell(cell):
                cell.outputs = [_error("NotGraded", "this test has not been run")]

    async def _open_kernel(self) -> None:
        try:
            self._kernel, self._path = await self._start_kernel(self._graded.notebook, self._session)
        except (RuntimeError, TimeoutError, OSError) as error:
            self._lose(f"no kernel could be started for it ({error})")
            self._graded.ran = bool(self._ran)

    async def _mark_cell(self, index: int, cell: NotebookNode) -> None:
        if is_judged_cell(cell):
            await self._judge(index, cell)
        elif not has_tag(cell, "experiment") or self._run_experiments:
            await self._run(index, cell)

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
            cell.outputs.append(_error("KernelDied", self._kernel.death))
            await self._revive(index, index)
        else:
            self._ran.append(index)

    async def _judge(self, index: int, cell: NotebookNode) -> None:
        exercise = tested_exercise(cell.source)
        try:
            verdict = await self._verdict(cell.source, exercise)
        except JudgeError as error:
            self._graded.needs_person = True
            self._say(index, f"could not be judged: {error}")
            return
        maximum = float(nbgrader_metadata(cell).get("points", 0))
        self._graded.exercises[exercise] = verdict.result(maximum)
        _write_verdict(cell, verdict, maximum)
        if verdict.error:
            self._graded.needs_person = True
            self._say(index, f"the test cell itself failed: {verdict.error}")
        if self._kernel is not None and self._kernel.death and not self._lost:
            await self._revive(index, self._solution_of(exercise))

    async def _verdict(self, source: str, exercise: str) -> Verdict:
        def judge() -> Verdict:
            return self._session.judge(source, exercise, self._lost, self._faults.get(exercise, ""))

        if self._lost:
            return await asyncio.to_thread(judge)
        return await self._kernel.serve_judge(self._path, judge)

    def _solution_of(self, exercise: str) -> int:
        cells = enumerate(self._graded.notebook.cells)
        return next(
            (i for i, c in cells if is_solution_cell(c) and nbgrader_metadata(c).get("grade_id") == exercise), -1
        )

    async def _revive(self, index: int, culprit: int) -> None:
        """After a death: a new kernel, and in it the cells that ran before, without the one that killed the old."""
        self._deaths += 1
        death = self._kernel.death
        self._say(index, f"ended the kernel: {death}")
        if self._deaths == MAX_DEATHS or death.startswith("wall time"):
            self._lose(f"its kernel is gone ({death})")
            return
        self._ran = [number for number in self._ran if number != culprit]
        await self._open_kernel()
        again, self._ran = self._ran, []
        for number in again:
            if self._lost:
                return
            copy = NotebookNode(self._graded.notebook.cells[number] | {"outputs": []})  # what it showed stays
            if await self._kernel.run(copy, number, self._seconds_for(copy)) is CellEnd.DEAD:
                self._lose(f"its kernel died again while it was brought back ({self._kernel.death})")
            self._ran.append(number)

    def _lose(self, reason: str) -> None:
        self._lost = reason
        self._graded.needs_person = True
        self._graded.messages.append(f"The rest of the notebook was not run: {reason}.")

    def _say(self, index: int, text: str) -> None:
        name = _name_of(self._graded.notebook.cells[index])
        self._graded.messages.append(f"Cell {index + 1} ({name}) {text}.")

    def _write_record(self) -> None:
        """The seed and what was found, into the notebook itself: any result can be had again."""
        exercises = {name: asdict(result) for name, result in self._graded.exercises.items()}
        self._graded.notebook.metadata["course_grader"] = {
            "seed": self._graded.seed,
            "messages": self._graded.messages,
            "exercises": exercises,
        }


def _name_of(cell: NotebookNode) -> str:
    """What a student knows a cell by: its mark, else how it begins (cells bear no numbers on the page)."""
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    return nbgrader_metadata(cell).get("grade_id") or "".join(lines[:1])[:60] or "empty"


def _one_line(text: str) -> str:
    """A student's own text, where it must not take more room than ours."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_FAULT else f"{line[:MAX_FAULT]} ..."


def _write_verdict(cell: NotebookNode, verdict: Verdict, maximum: float) -> None:
    text = new_output("stream", name="stdout", text=verdict.text)
    if verdict.error:
        cell.outputs = [text, _error("TestCellFailed", verdict.error)]
        return
    earned = verdict.result(maximum).points
    value = new_output("execute_result", data={"text/plain": repr(earned)}, execution_count=None)
    cell.outputs = [text, value]


def _error(name: str, reason: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=reason, traceback=[f"{name}: {reason}"])
