"""Judges variants of a reference: right answers get full points, misconceptions lose points on their own exercise."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from course_grader.audit.variants import Kind, Variant
from course_grader.judge.reference import ReferenceSource, execute_reference, execute_source
from course_grader.judge.session import run_test_cell
from course_grader.notebooks import (
    has_tag,
    is_judged_cell,
    is_solution_cell,
    nbgrader_metadata,
    tested_exercise,
    with_tested_exercise,
)
from course_grader.python_source import parse
from course_utils import testing
from course_utils.remote.client import RemoteClient
from course_utils.remote.proxies import local_transport, reference, student
from course_utils.remote.recorder import Recorder
from course_utils.testing import Outcome
from course_utils.testing.case import session


@dataclass(frozen=True)
class Finding:
    """The points that a variant lost, by exercise, and whether the tests judged it as they should.

    seen: whether a visible test of its own exercise fails, so that a student can notice the mistake before handing in.
    """

    variant: Variant
    lost: dict[str, float]
    seen: bool = False

    @property
    def problem(self) -> str:
        """Empty when the tests judge the variant as they should."""
        own = self.variant.exercise
        if self.variant.kind is Kind.ALTERNATIVE:
            return f"a right answer lost points: {self.lost}" if self.lost else ""
        if own not in self.lost:
            return "a wrong answer lost no points"
        others = sorted(set(self.lost) - {own, *self.variant.also_affects})
        return f"it also lost points on other exercises: {', '.join(others)}" if others else ""

    @property
    def unexplained(self) -> bool:
        """Whether only hidden tests notice the misconception, and its header does not say why."""
        misconception = self.variant.kind is Kind.MISCONCEPTION
        return misconception and not self.seen and not self.variant.hidden_because


def with_answers(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The reference with other sources for the solution cells of some exercises."""
    changed = copy.deepcopy(notebook)
    for cell in filter(is_solution_cell, changed.cells):
        cell.source = answers.get(nbgrader_metadata(cell)["grade_id"], cell.source)
    return changed


class InProcess:
    """Judges as a student's own notebook does, in this process: only for code we trust, such as the variants."""

    def __init__(self, notebook: NotebookNode):
        self._notebook = notebook
        source = ReferenceSource.of(notebook)
        self._imports = source.imports
        self._reference = execute_reference(source)
        cells = {name: cell for cell in notebook.cells if (name := _judged_exercise(cell))}
        self.tests = {name: cell.source for name, cell in cells.items()}
        self._points = {name: nbgrader_metadata(cell)["points"] for name, cell in cells.items()}

    def outcomes(
        self, answers: dict[str, str], exercises: Collection[str] | None = None, recorder: Recorder | None = None
    ) -> dict[str, list[Outcome]]:
        """What the tests of these exercises (default: all) find when some solution cells have other sources.

        As in a student's kernel, a cell that fails does not keep the next ones from running.
        """
        variables = _execute(ReferenceSource.of(with_answers(self._notebook, answers)))
        chosen = [name for name in self.tests if exercises is None or name in exercises]
        with _connected(variables, self._reference):
            student._record(recorder)
            return {name: self._judge(name) for name in chosen}

    def answer(self, exercise: str) -> Any:
        """The reference's function or class."""
        return self._reference[exercise]

    def _judge(self, exercise: str) -> list[Outcome]:
        try:
            with _quiet():
                run_test_cell(self._imports, self.tests[exercise], exercise)
        except Exception as error:
            return [Outcome(exercise, "the test cell", self._points[exercise], False, "error", repr(error))]
        return testing.last_outcomes[exercise]

    def affected(self, variant: Variant) -> set[str]:
        """The exercises whose tests can notice the variant: they, or what they call, mention a name that it defines."""
        names = {variant.exercise, *_defined_names(variant.code)}
        cells = [cell for cell in self._notebook.cells if is_solution_cell(cell) or has_tag(cell, "fixture")]
        found = True
        while found:
            mentioning = [cell for cell in cells if _mentions(cell.source, names)]
            found = bool(new := set().union(*(_defined_names(cell.source) for cell in mentioning)) - names)
            names |= new
        return {exercise for exercise, tests in self.tests.items() if _mentions(tests, names)}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield


def _execute(source: ReferenceSource) -> dict[str, Any]:
    """The variables after the cells, as a student's kernel has them: it goes on after a cell that fails."""
    variables: dict[str, Any] = {"__name__": "student"}
    for number, text in source.cells:
        with contextlib.suppress(Exception), _quiet():
            execute_source(text, f"<cell {number}>", variables)
    return variables


def _defined_names(source: str) -> set[str]:
    """Names that a cell's top level defines or assigns."""
    names: set[str] = set()
    for node in parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            stored = (part for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
            names |= {part.id for part in stored}
    return names


def _mentions(source: str, names: set[str]) -> bool:
    return not names.isdisjoint(re.findall(r"\w+", source))


def _judged_exercise(cell: NotebookNode) -> str | None:
    return tested_exercise(cell.source) if is_judged_cell(cell) else None


@contextlib.contextmanager
def _connected(variables: dict[str, Any], reference_variables: dict[str, Any]) -> Iterator[None]:
    student._connect(RemoteClient(local_transport(variables)))
    reference._connect(reference_variables)
    session.judged = True
    try:
        yield
    finally:
        student._connect(None)
        reference._connect(None)
        session.judged = False


def one_notebook_of(notebook: NotebookNode, variants: list[Variant]) -> NotebookNode:
    """The reference, then each variant followed by the tests of its exercise, so that one kernel judges them all.

    After its tests, each variant is replaced by the reference's answer again. Results are kept by exercise, so each
    copy of a test cell names one of its own: the exercise and the variant's number.
    """
    combined = copy.deepcopy(notebook)
    by_id = {nbgrader_metadata(cell).get("grade_id"): cell for cell in combined.cells}
    combined.cells = [cell for cell in combined.cells if not is_judged_cell(cell)]
    for number, variant in enumerate(variants):
        answer = copy.deepcopy(by_id[variant.exercise])
        tests = copy.deepcopy(by_id[f"test_{variant.exercise}"])
        answer.source, answer.id, tests.id = variant.code, f"variant-{number}", f"tests-{number}"
        tests.source = with_tested_exercise(tests.source, f"{variant.exercise}_{number}")
        back = copy.deepcopy(by_id[variant.exercise])
        back.id = f"back-{number}"
        combined.cells += [answer, tests, back]
    return combined
