"""Run the test cases of a cell: points per test, outcomes, and the report that a student reads."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import time
import traceback
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from course_utils.environment import in_sandbox, in_validation, misses_a_gpu, refuse_unprotected_grading
from course_utils.lines import KEEP, filled
from course_utils.remote.mistakes import advice, diagnose
from course_utils.remote.proxies import ReferenceUnavailable, student
from course_utils.remote.recorder import Recorder
from course_utils.remote.server import OWN_DEFAULTS
from course_utils.remote.student_errors import UNFINISHED, StudentError, StudentProtocolError, StudentTimeout
from course_utils.remote.traces import Traces
from course_utils.testing import failed_cells
from course_utils.testing.case import LabTestCase, is_untouched, session
from course_utils.testing.comparison import Difference
from course_utils.testing.known_answers import known_mistakes
from course_utils.testing.wrong_kind import uncheckable, unusable, wrong_kind, wrong_kind_of

Method = TypeVar("Method", bound=Callable[..., None])
MARKS = {"passed": "✓", "failed": "✗", "error": "✗", "timeout": "⏱"}
CLASS_NOTES = [  # patterns of PyTorch's and Python's own texts, which do not say what to do
    (
        r"before Module\.__init__\(\) call|no attribute '_(load_state_dict\w*|parameters|modules|buffers|\w*hooks)'",
        "note: `__init__` must call `super().__init__()` first",
    ),
    (
        r"\.__init__\(\) takes 1 positional argument",
        "note: does your class have an `__init__` (two underscores on each side) with these arguments?",
    ),
    (
        r"missing the required \"forward\" function",
        "note: does your class have a method `forward`, spelt like this, and inside the class?",
    ),
]
NO_GPU = "note: there is no GPU here; use the device of the inputs, such as `x.device`"
PATIENCE_SECONDS = 10.0  # tests that take longer do not run once more for a diagnosis
MAX_MESSAGE = 10_000  # characters: an assertion of unittest may write out a whole answer
last_outcomes: dict[str, list[Outcome]] = {}  # by exercise; read by the judge and by `before_you_hand_in`


def points(value: float) -> Callable[[Method], Method]:
    """Decorator: how many points a test method is worth, a positive multiple of 0.25 (else ValueError)."""
    if value <= 0 or value * 4 != int(value * 4):
        raise ValueError(f"expected points as a positive multiple of 0.25, got {value}")

    def decorate(method: Method) -> Method:
        vars(method)["points"] = float(value)
        return method

    return decorate


@dataclass
class Outcome:
    """The outcome of one test method. status: passed, failed, error or timeout."""

    name: str  # Class.method
    title: str
    max: float
    hidden: bool
    status: str = "error"
    message: str = "the test did not run"

    @property
    def points(self) -> float:
        """The points earned: all or none."""
        return self.max if self.status == "passed" else 0.0


def run_tests(exercise: str) -> float | None:
    """Run the calling cell's test cases, print a report, and return the points earned. Failing tests do not raise.

    Returns None while nbgrader validates a notebook: see `_show_to_validator`.
    """
    if not session.judged:
        refuse_unprotected_grading()
        if in_sandbox():
            print(f"{exercise}: the judge runs these tests, using the test cell of the released lab.")
            return 0.0
    cases = _cases_of_cell(sys._getframe(1).f_code.co_filename)
    start = time.monotonic()
    outcomes = [outcome for case in cases for outcome in _run(case)]
    seconds = time.monotonic() - start
    last_outcomes[exercise] = outcomes
    if in_validation():
        _show_to_validator(exercise, outcomes)
        return None
    if not session.judged and (warning := failed_cells.watch.warning(exercise)):
        print(warning)
    print(_render(exercise, outcomes))
    if not session.judged and seconds < PATIENCE_SECONDS:  # the judge diagnoses later, with hidden tests too
        _print_diagnosis(exercise, cases, outcomes)
    return float(sum(outcome.points for outcome in outcomes))


def _show_to_validator(exercise: str, outcomes: list[Outcome]) -> None:
    """Let nbgrader's Validate button tell the truth about the tests that a student has.

    It compares the points with the maximum, which includes the hidden tests, so it would call every right answer partly
    right. Without points, a cell passes unless it writes to stderr, and that text is what the student is shown.
    """
    passed = all(outcome.status == "passed" for outcome in outcomes)
    print(_render(exercise, outcomes), file=sys.stdout if passed else sys.stderr)


def _print_diagnosis(exercise: str, cases: list[type[LabTestCase]], outcomes: list[Outcome]) -> None:
    """Say which known mistake the answer behaves like, if it has started and fails a test."""
    failed = [outcome for outcome in outcomes if outcome.status != "passed"]
    if not failed or all(outcome.message.startswith(UNFINISHED) for outcome in failed):
        return
    if not (mistakes := known_mistakes(exercise)):
        return
    if found := diagnose(_recorded(exercise, cases), mistakes):
        print(advice([mistake.explanation for mistake in found]))


def _recorded(exercise: str, cases: list[type[LabTestCase]]) -> Traces:
    """The calls in these tests, which run once more for this: they go on after failed assertions, and say nothing."""
    recorder = Recorder(varied=True, exercise=exercise)
    student._record(recorder)
    session.goes_on = True
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for case in cases:
                _run(case)
    finally:
        session.goes_on = False
        student._record(None)
    return recorder.traces


def _cases_of_cell(filename: str) -> list[type[LabTestCase]]:
    latest = {case.__name__: case for case in LabTestCase.__subclasses__() if case._defined_in == filename}
    return list(latest.values())


def _run(case: type[LabTestCase]) -> list[Outcome]:
    names = unittest.TestLoader().getTestCaseNames(case)
    names = sorted(names, key=lambda name: getattr(case, name).__code__.co_firstlineno)
    outcomes = {name: _outcome(case, name) for name in names}
    result = _Recorder(outcomes, case._defined_in)
    unittest.TestSuite(case(name) for name in names).run(result)
    return list(outcomes.values())


def _outcome(case: type[LabTestCase], name: str) -> Outcome:
    method = getattr(case, name)
    title = " ".join((method.__doc__ or name.removeprefix("test_").replace("_", " ")).split())
    worth = getattr(method, "points", 0.0)
    return Outcome(f"{case.__name__}.{name}", title.rstrip("."), worth, case.__name__.startswith("Hidden"))


class _Recorder(unittest.TestResult):
    """Copies unittest's reports into outcomes, which start as errors: a test that never reports earns nothing."""

    def __init__(self, outcomes: dict[str, Outcome], cell: str):
        super().__init__()
        self._outcomes = outcomes
        self._cell = cell

    def addSuccess(self, test: unittest.TestCase) -> None:
        outcome = self._outcomes[test._testMethodName]
        if outcome.message == "the test did not run":
            outcome.status, outcome.message = "passed", ""

    def addFailure(self, test: unittest.TestCase, err: tuple) -> None:
        self._record(test, err[1])

    def addError(self, test: unittest.TestCase, err: tuple) -> None:
        self._record(test, err[1])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: tuple | None) -> None:
        if err is not None:
            self._record(test, err[1])

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._record(test, AssertionError(f"skipped: {reason}"))

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        outcome = self._outcomes[test._testMethodName]
        notes = [f"note: {function} changed its input `{name}`" for function, name in student._take_changes()]
        if outcome.status != "passed" and (changed := student._changed_defaults()):
            notes += [
                f"note: your notebook set the default {name} to {value}; expected {OWN_DEFAULTS[name]}"
                for name, value in changed.items()
            ]
            outcome.message = _without_hint(outcome.message)
        outcome.message = "\n".join(filter(None, [outcome.message, *notes]))

    def _record(self, test: unittest.TestCase, error: BaseException) -> None:
        targets = (
            [self._outcomes[test._testMethodName]] if hasattr(test, "_testMethodName") else self._outcomes.values()
        )
        for outcome in targets:  # if setUpClass fails, every method of the class fails
            outcome.status, outcome.message = _status(error), _message(error, self._cell)[:MAX_MESSAGE]


def _without_hint(message: str) -> str:
    """The hint looks for the cause in the answer, where it is not."""
    return "\n".join(line for line in message.splitlines() if not line.startswith("hint:"))


def _status(error: BaseException) -> str:
    if isinstance(error, StudentTimeout):
        return "timeout"
    if isinstance(error, StudentError):
        return "error"
    return "failed" if isinstance(error, AssertionError) else "error"


def _message(error: BaseException, cell: str) -> str:
    """The message a student reads; `cell` is the file name that Python gives the test cell."""
    if isinstance(error, StudentTimeout):
        return f"your code did not answer in time: {error.student_text}"
    if is_untouched(error):
        return f"{UNFINISHED}: {error.student_text or 'finish this exercise first'}"
    if isinstance(error, StudentError):
        wrong = wrong_kind(error.got, error.called) if error.by_test else ""
        if error.cannot_be_sent:
            return wrong or uncheckable(error.called, error.student_text)
        if isinstance(error, StudentProtocolError):
            return f"your code gave no valid answer: {error.student_text}"
        raised = "the test could not use your answer: " if error.by_test else "your code raised "
        return wrong or f"{raised}{error.what}{_details(error)}"
    if isinstance(error, Difference | ReferenceUnavailable):
        return str(error)
    if isinstance(error, AssertionError):  # in the test's own words: they may not reckon with a forgotten `return`
        return wrong_kind_of(None) or str(error)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == cell]
    where = f", line {lines[-1]} of the test cell" if lines else ""
    probed = student._probed()
    return wrong_kind(*probed) or unusable(f"{type(error).__name__}: {error}{where}", *probed)


def _details(error: StudentError) -> str:
    where = f"\nwhere:    {error.where}" if error.where else ""
    notes = [NO_GPU] if misses_a_gpu(error.student_text) else []
    notes += [note for pattern, note in CLASS_NOTES if re.search(pattern, error.student_text)]
    return "\n".join([where, *notes])


def _render(exercise: str, outcomes: list[Outcome]) -> str:
    if not outcomes:
        return f"{exercise}: expected a LabTestCase with test methods in this cell, found none."
    passed = sum(outcome.status == "passed" for outcome in outcomes)
    earned, most = sum(o.points for o in outcomes), sum(o.max for o in outcomes)
    lines = [f"{exercise}: {passed} of {len(outcomes)} tests passed, {earned:g} of {most:g} points"]
    for outcome in outcomes:
        title = f"{MARKS[outcome.status]} {outcome.title}{KEEP * 2}({outcome.points:g}/{outcome.max:g})"
        lines.append(filled(title, first="  ", rest="    "))
        lines += [filled(line, first=" " * 6) for line in outcome.message.splitlines() if line.strip()]
    if not any(outcome.hidden for outcome in outcomes):
        lines.append("  More tests, with other inputs, give the other points when your notebook is graded.")
    return "\n".join(lines)
