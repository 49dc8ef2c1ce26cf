"""When an answer behaves like a known mistake: what both do must agree, in its type and its effects, too."""

import contextlib

import pytest
import torch

from course_utils.remote.client import RemoteClient
from course_utils.remote.mistakes import Mistake, diagnose
from course_utils.remote.proxies import local_transport
from course_utils.remote.recorder import Recorder
from course_utils.remote.signs import signs_of
from course_utils.remote.student_errors import StudentError
from course_utils.remote.traces import VARIED

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


def calls_of(function, *inputs):
    """What the exercise `f` does with each of these inputs in a test, and again with other arguments."""
    recorder = Recorder(exercise="f")
    client = RemoteClient(local_transport({"f": function}))
    client.recorder = recorder
    recorder.start("Case.test")
    for value in inputs:
        with contextlib.suppress(StudentError):
            client.call("f", (value,), {})
    return dict.fromkeys(("Case.test", f"Case.test{VARIED}"), recorder.traces["Case.test"])


def diagnosed(right, wrong, answer, *inputs):
    right, wrong = calls_of(right, *inputs), calls_of(wrong, *inputs)
    known = Mistake("wrong", "An explanation.", signs_of([right], wrong))
    assert diagnose(wrong, [known]) == [known]
    return bool(diagnose(calls_of(answer, *inputs), [known]))


LARGE = (7_000_310_003, 7_000_310_019, 3, 5, 6)


@pytest.mark.parametrize(("answer", "expected"), [(float, False), (lambda n: int(torch.tensor(n).float()), True)])
def test_a_float_is_not_taken_for_an_integer_that_was_rounded(answer, expected):
    assert diagnosed(lambda n: n, lambda n: int(torch.tensor(float(n))), answer, *LARGE) is expected


def test_half_precision_is_not_taken_for_a_mistake_in_the_third_digit():
    inputs = [torch.tensor([1.23, 4.56, 7.89]) * number for number in (1, 2, 3)]
    assert not diagnosed(lambda x: x, lambda x: 1.002 * x, lambda x: x.half(), *inputs)


def test_a_mistake_that_types_show_has_them_in_all_calls():
    """The mistake cuts the graph of large inputs; the answer cuts all."""
    inputs = [torch.full((3,), float(number), requires_grad=True) for number in (1, 2, 3, 30, 40, 50)]
    answers = lambda x: 2 * x, lambda x: (2 * x).detach() if x[0] > 10 else 2 * x, lambda x: (2 * x).detach()
    assert not diagnosed(*answers, *inputs)


def test_an_answer_that_changes_its_input_makes_another_mistake():
    def changes(x):
        return x.mul_(3)

    inputs = [torch.arange(4.0) + number for number in (1, 2, 3)]
    assert not diagnosed(lambda x: 2 * x, lambda x: 3 * x, changes, *inputs)


@pytest.mark.parametrize(("instead", "expected"), [(lambda n: None, True), (lambda n: 10 * n, False)])
def test_what_an_answer_does_instead_of_an_error_counts(instead, expected):
    def right(n):
        if n < 0:
            raise ValueError("below 0")
        return n

    inputs = (-1, -2, -3, 5, 6)
    assert diagnosed(right, lambda n: None if n < 0 else n, lambda n: instead(n) if n < 0 else n, *inputs) is expected
