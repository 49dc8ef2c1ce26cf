"""Diagnoses of answers that ignore their input: an effect that they share with a mistake is not enough."""

import contextlib

import pytest

from course_utils.remote.client import RemoteClient
from course_utils.remote.mistakes import Mistake, diagnose
from course_utils.remote.proxies import local_transport
from course_utils.remote.recorder import Recorder
from course_utils.remote.signs import signs_of
from course_utils.remote.student_errors import StudentError

START = [0.1, 0.2, 0.3]


class Right:
    """An exercise `f` that moves a state and returns a loss; tests read the state, and the log of earlier calls."""

    def __init__(self):
        self.state, self.log = START, ["earlier"]

    def f(self, x):
        self.state, self.log = [value + x for value in self.state], []
        return 10 * x


class NoMove(Right):
    def f(self, x):
        self.log = []
        return 10 * x


class ReturnsNothing(Right):
    def f(self, x):
        super().f(x)


class NoMoveReturnsNothing(NoMove):
    def f(self, x):
        super().f(x)


class Nothing(Right):
    def f(self, x):
        return None


class Refuses(Right):
    def f(self, x):
        raise ValueError("no")


def traces(answer):
    recorder, made = Recorder(exercise="f"), answer()
    functions = {"f": made.f, "state": lambda: made.state, "log": lambda: made.log, "same": lambda number: number}
    client = RemoteClient(local_transport(functions))
    client.recorder = recorder
    recorder.start("Case.test")
    for x in (1.5, 2.5, 3.5):
        for number in range(20):  # most calls of a test only prepare something
            client.call("same", (number,), {})
        with contextlib.suppress(StudentError):
            client.call("f", (x,), {})
        for _ in range(5):
            client.call("state", (), {})
    client.call("log", (), {})
    return {"Case.test": recorder.traces["Case.test"]}


def mistake(right, wrong):
    return Mistake("no move", "An explanation.", signs_of([traces(right)], traces(wrong)))


def test_only_calls_of_the_exercise_are_its_own():
    own = [call for call in traces(Right)["Case.test"] if call.own]
    assert len(own) == 3 and len({call.outcome.form for call in own}) == 1


@pytest.mark.parametrize(
    ("right", "wrong", "diagnosed"),
    [(Right, NoMove, NoMove), (ReturnsNothing, NoMoveReturnsNothing, NoMoveReturnsNothing)],
)
def test_the_mistake_itself(right, wrong, diagnosed):
    known = mistake(right, wrong)
    assert diagnose(traces(diagnosed), [known]) == [known]


@pytest.mark.parametrize("ignoring", [Nothing, Refuses])
def test_another_result_than_the_mistake_has(ignoring):
    assert diagnose(traces(ignoring), [mistake(Right, NoMove)]) == []


def test_a_part_of_what_the_mistake_does():
    """Both return None and move nothing; only the mistake clears the log, which one call shows."""
    assert diagnose(traces(Nothing), [mistake(ReturnsNothing, NoMoveReturnsNothing)]) == []
