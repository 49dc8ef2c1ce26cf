"""The audit of one lab: the reference, the release, and for each exercise right and wrong answers."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

from course_grader.audit.check import InProcess
from course_grader.audit.exercise_audit import ExerciseAuditor, Scope
from course_grader.audit.in_child import ChildEnded, in_child, in_child_with_imports
from course_grader.audit.lab_hashes import solutions_hash
from course_grader.audit.marked_answers import EQUIVALENT_FILE, REFUSED_FILE, equivalent_mutants, refused_rewrites
from course_grader.audit.result import ExerciseAudit, LabAudit, processor_time
from course_grader.audit.variants import load_variants
from course_grader.in_sandbox.shared_imports import shared_imports
from course_grader.judge import LATE_IMPORTS
from course_grader.notebooks import Lab, is_solution_cell, nbgrader_metadata
from course_utils.testing import Outcome

LIMIT_SECONDS = 120.0  # for all tests of a lab


def audit_lab(lab: Lab, quick: bool = False, report: Callable[[str], None] = lambda _step: None) -> LabAudit:
    """Audit a lab; with `quick`, without mutants and rewrites. report: told each step.

    Raises CourseError for a broken file.
    """
    start, notebook = processor_time(), lab.reference()
    sources, judge = _solutions(notebook), InProcess(notebook)
    with shared_imports():
        for name in LATE_IMPORTS:
            importlib.import_module(name)
    exercises = {name: ExerciseAudit(name) for name in judge.tests if name in sources}
    result = LabAudit(lab.name, solutions_hash(lab), quick, list(exercises.values()))
    report("reference")
    result.problems += _own_failures(judge)
    if not result.passed:
        return result
    result.problems += _release_problems(lab, judge)
    names = list(sources)
    scope = Scope(judge, sources, load_variants(lab), equivalent_mutants(lab.source_folder, names),
                  refused_rewrites(lab.source_folder, names), result)  # fmt: skip
    for variant in scope.variants:
        result.expect(variant.exercise in exercises, f"{variant.label}: the exercise has no tests")
    for name, exercise in exercises.items():
        report(name)
        ExerciseAuditor(scope, exercise).run(quick)
    if not quick:
        _expect_marks_in_use(scope)
    result.expect_the_aims()
    seconds = processor_time() - start
    result.processor_seconds, result.quick_seconds = round(seconds), round(seconds - scope.more_seconds)
    return result


def reference_failures(judge: InProcess) -> list[str]:
    """The tests that the reference itself fails, hidden ones too: they would cost every student points."""

    def judged() -> list[list[str]]:
        return [_failures(name, tests) for name, tests in judge.outcomes({}).items()]

    return [failure for failures in in_child_with_imports(judged, LIMIT_SECONDS) for failure in failures]


def _failures(exercise: str, outcomes: list[Outcome]) -> list[str]:
    failed = [outcome for outcome in outcomes if outcome.status != "passed"]
    return [
        f"{exercise}: the reference fails its own test {outcome.name} ({outcome.title}): {_line(outcome.message)}"
        for outcome in failed
    ]


def _own_failures(judge: InProcess) -> list[str]:
    try:
        return reference_failures(judge)
    except ChildEnded as end:
        return [f"the reference's tests: {end}"]


def _release_problems(lab: Lab, judge: InProcess) -> list[str]:
    if not lab.release_path.is_file():
        return [f"{lab.release_path} does not exist; make it with `course-grader labs`"]
    stubs = _solutions(nbformat.read(lab.release_path, as_version=4))

    def earned() -> dict[str, float]:
        return {name: sum(test.points for test in tests) for name, tests in judge.outcomes(stubs).items()}

    try:
        points = in_child(earned, LIMIT_SECONDS)
    except ChildEnded as end:
        return [f"the untouched release: {end}"]
    return [f"{name}: the untouched release gets {each:g} points" for name, each in points.items() if each]


def _expect_marks_in_use(scope: Scope) -> None:
    unused = [(name, "mutant", line, "survives", EQUIVALENT_FILE) for name, line in scope.equivalent]
    unused += [(name, "rewrite", line, "is refused", REFUSED_FILE) for name, line in scope.refused]
    for name, kind, line, what, file in unused:
        if (file, name, line) not in scope.marks_in_use:
            scope.result.problems.append(f"{name}: no {kind} {line!r} {what}; remove it from {file}")


def _solutions(notebook: NotebookNode) -> dict[str, str]:
    """The sources of the solution cells, by exercise."""
    return {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in filter(is_solution_cell, notebook.cells)}


def _line(message: str) -> str:
    return " ".join(message.split())[:200]
