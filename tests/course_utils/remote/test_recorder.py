"""Fingerprints of calls: equal up to rounding, different for everything that a test could notice."""

import contextlib

import numpy as np
import pytest
import torch

from course_utils.remote.client import RemoteClient
from course_utils.remote.proxies import local_transport
from course_utils.remote.recorder import Recorder
from course_utils.remote.student_errors import StudentError
from course_utils.remote.traces import traces_from_json, traces_to_json


def recorded(function, *args):
    """The one call of function(*args)."""
    recorder, client = Recorder(), RemoteClient(local_transport({"f": function}))
    client.recorder = recorder
    recorder.start("Case.test")
    with contextlib.suppress(StudentError):
        client.call("f", args, {})
    [call] = recorder.traces["Case.test"]
    return call


def returned(value):
    return recorded(lambda: value)


def alike(one, other):
    """Whether the same request had the same outcome, and of the same types."""
    return one.request.agrees(other.request) and one.outcome.agrees(other.outcome) and one.types == other.types


LONG = torch.arange(1.0, 50.0)
SWAPPED = LONG.flip(0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LONG, LONG * (1 + 1e-6)),
        (0.1 + 0.2, 0.3),
        ([1.0, 2.0], [1.0, 2.0 + 1e-9]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
        (torch.zeros(3), torch.full((3,), 1e-9)),
        (np.float32(0.5), np.float32(0.5)),
    ],
)
def test_the_same_up_to_rounding(one, other):
    assert alike(returned(one), returned(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LONG, SWAPPED),
        (LONG, LONG.double()),
        (LONG, LONG[None]),
        (LONG, LONG.clone().requires_grad_()),
        (LONG, torch.where(LONG == 7, 0.0, LONG)),
        (LONG, torch.where(LONG == 7, float("nan"), LONG)),
        (torch.tensor([1, 2]), torch.tensor([2, 1])),
        (torch.tensor([True]), torch.tensor([1])),
        (2, 2.0),
        ((1, 2), [1, 2]),
        (0.5, 0.5002),
        (None, 0),
        ("a", "b"),
    ],
)
def test_a_difference(one, other):
    assert not alike(returned(one), returned(other))


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (LONG, LONG.double(), True),
        (LONG, LONG[None], False),
        (LONG, LONG.clone().requires_grad_(), False),
        (torch.tensor([True]), torch.tensor([1]), False),
        (torch.tensor([1]), torch.tensor([1], dtype=torch.int32), True),
        (torch.tensor(0.5), 0.5, False),
        ([torch.tensor(0.5), torch.tensor(1.5)], [0.5, 1.5], False),
        ([0.5, 1.5], torch.tensor([0.5, 1.5]), False),
        ((1, "a"), [1, "a"], False),
    ],
)
def test_equal_values_of_other_types(one, other, kinds):
    one, other = returned(one), returned(other)
    assert one.outcome.agrees(other.outcome) and one.types != other.types
    assert (one.kinds == other.kinds) is kinds


def test_inputs_are_compared_too():
    assert not alike(recorded(len, [1, 2]), recorded(len, [2, 1]))
    assert alike(recorded(len, [1, 2]), recorded(len, [1, 2]))


def test_a_changed_input_is_part_of_the_outcome():
    changing = recorded(lambda x: x.add_(1), torch.zeros(3))
    other = recorded(lambda x: x + 1, torch.zeros(3))
    assert not changing.outcome.agrees(other.outcome)


@pytest.mark.parametrize("number", [7_000_310_003, [16_777_217], torch.tensor([16_777_217, 1])])
def test_a_float_equals_an_integer_only_if_it_is_that_integer(number):
    as_tensor = torch.as_tensor(number)
    exact, rounded = as_tensor.double(), as_tensor.float()
    assert returned(number).outcome.agrees(returned(exact).outcome)
    assert not returned(number).outcome.agrees(returned(rounded).outcome)
    assert returned(exact).outcome.agrees(returned(rounded).outcome)  # floats are equal up to rounding


def test_errors_agree_by_their_type_and_have_a_text():
    def refuse(text):
        raise ValueError(text)

    one, other = recorded(refuse, "a"), recorded(refuse, "b")
    assert one.outcome.agrees(other.outcome) and one.text != other.text
    assert not recorded(lambda: {}["a"]).outcome.agrees(one.outcome)


def test_evidence_counts_different_numbers():
    values = [None, True, 3, (3, 4), torch.zeros(5), torch.tensor([1.0, 2.0]), LONG, float("nan")]
    assert [recorded(lambda value=value: value).evidence for value in values] == [1, 1, 2, 4, 1, 4, 8, 2]
    assert recorded(lambda: print).evidence == 0  # an object that stays with the student says nothing


def test_an_object_is_the_same_whatever_its_number():
    class Net:
        def double(self, x):
            return 2 * x

    calls = []
    for _ in range(2):
        recorder, client = Recorder(), RemoteClient(local_transport({"Net": Net}))
        client.recorder = recorder
        recorder.start("Case.test")
        client.call("Net", (), {}).double(3)
        calls.append(recorder.traces["Case.test"])
    assert len(calls[0]) == len(calls[1]) == 3 and all(map(alike, *calls))


def test_what_has_no_valid_form_agrees_with_nothing():
    recorder = Recorder()
    recorder.start("Case.test")
    for reply in ({"ok": {"$": "tensor", "n": "t9", "shape": [1]}}, {"error": {}}, {"ok": {"$": "float", "v": "x"}}):
        recorder.note({"op": "call", "target": "f", "args": [], "kwargs": {}}, {}, reply, {})
    calls = recorder.traces["Case.test"]
    assert len(calls) == 3 and not any(alike(call, call) for call in calls)


def test_traces_survive_json():
    traces = {"Case.test": [recorded(lambda x: x, LONG), recorded(lambda: {}["a"])]}
    assert traces_from_json(traces_to_json(traces)) == traces


def varied_calls(*args, **kwargs):
    """The calls that follow a test which has called a function with these arguments."""
    recorder, client = Recorder(varied=True), RemoteClient(local_transport({"f": lambda *args, **kwargs: None}))
    client.recorder = recorder
    recorder.start("Case.test")
    client.call("f", args, kwargs)
    return [arguments for _, arguments in recorder.other_calls()]


def test_a_test_is_varied_in_one_argument_after_the_other():
    drawn, large, *others = varied_calls(torch.tensor([1.0, 2.0]), 3, temperature=0.5)
    assert drawn[0][1:] == large[0][1:] == [3] and not torch.equal(drawn[0][0], torch.tensor([1.0, 2.0]))
    assert large[0][0].tolist() == [300.0, 600.0]
    assert [kwargs["temperature"] for _, kwargs in others if kwargs["temperature"] != 0.5] == [1.25, 0.15, -0.5, 0.0]
    assert {args[1] for args, _ in others} == {3, 4, 2, 9, 1, 0}


def test_variations_are_the_same_again():
    [first, *_], [again, *_] = varied_calls(torch.ones(3)), varied_calls(torch.ones(3))
    assert torch.equal(first[0][0], again[0][0])


def test_rows_that_sum_to_1_still_do():
    drawn, *_ = varied_calls(torch.tensor([[0.25, 0.75], [0.5, 0.5]]))
    assert torch.allclose(drawn[0][0].sum(dim=-1), torch.ones(2))


def test_without_data_there_is_nothing_to_vary():
    assert varied_calls("a", None) == []
    recorder = Recorder()
    recorder.start("Case.test")
    assert recorder.other_calls() == []
