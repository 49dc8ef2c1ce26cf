"""What the tests of an exercise ask of answers, what they get, and which tests fail: each answer runs once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import results_in_child
from course_grader.judge.session import DIAGNOSIS_SEED
from course_utils.remote.recorder import Recorder
from course_utils.remote.traces import Traces, traces_from_json, traces_to_json
from course_utils.testing import Outcome
from course_utils.testing.case import session

LIMIT_SECONDS = 60.0  # of processor time, for the tests of one exercise


@dataclass(frozen=True)
class TestResult:
    """Whether an answer passed a test (Class.method), and the points that the test is worth."""

    __test__ = False  # it is not one of pytest's

    name: str
    worth: float
    hidden: bool
    passed: bool


@dataclass
class JudgedAnswer:
    """The calls in an exercise's tests, which go on after failed assertions, and the tests' results.

    ended: whether there is a result; an answer that never ends has none. seconds: how long the tests took.
    """

    traces: Traces = field(default_factory=dict)
    tests: list[TestResult] = field(default_factory=list)
    seconds: float = 0.0
    ended: bool = False

    @property
    def notebook(self) -> Traces:
        """The calls of visible tests only, as in a student's notebook."""
        return {test: calls for test, calls in self.traces.items() if not test.startswith("Hidden")}

    @property
    def points(self) -> float:
        """What the answer earns; 0 for one that does not end."""
        return sum(test.worth for test in self.tests if test.passed)

    @property
    def lost(self) -> float:
        """The points of the tests that fail."""
        return sum(test.worth for test in self.tests if not test.passed)

    @property
    def seen(self) -> bool:
        """Whether a visible test fails."""
        return any(not test.hidden and not test.passed for test in self.tests)


def judge_answers(
    judge: InProcess,
    exercise: str,
    answers: Sequence[dict[str, str]],
    seed: int = DIAGNOSIS_SEED,
    limit: float = LIMIT_SECONDS,
) -> list[JudgedAnswer]:
    """What the tests of an exercise find out about each of these answers.

    answers: the sources of some solution cells, by exercise. limit: for each answer, in seconds of processor time. They
    run in a child process; after an answer that ends it, the next ones run in another.
    """
    found: list[JudgedAnswer] = []
    while left := answers[len(found) :]:
        results, _ = results_in_child([partial(_judge, judge, exercise, answer, seed) for answer in left], limit)
        found += map(_from_json, results) if results else [JudgedAnswer()]
    return found


def _judge(judge: InProcess, exercise: str, answer: dict[str, str], seed: int) -> list[Any]:
    session.seed, session.goes_on = seed, True
    recorder, start = Recorder(varied=True, exercise=exercise), time.monotonic()
    tests = judge.outcomes(answer, [exercise], recorder)[exercise]
    results = [[test.name, test.max, test.hidden, _passed(test, recorder)] for test in tests]
    return [traces_to_json(recorder.traces), results, time.monotonic() - start]


def _passed(test: Outcome, recorder: Recorder) -> bool:
    """A test that went on after a failed assertion may end as if it had passed."""
    return test.status == "passed" and test.name not in recorder.failed


def _from_json(data: list[Any]) -> JudgedAnswer:
    traces, tests, seconds = data
    return JudgedAnswer(traces_from_json(traces), [TestResult(*test) for test in tests], seconds, ended=True)
