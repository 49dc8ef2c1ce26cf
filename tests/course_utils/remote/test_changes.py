"""A function that changes its input: which ways are seen, which are not meant, and what it costs."""

import numpy as np
import pytest
import torch

from course_utils.remote import changes
from course_utils.remote.changes import Watch
from course_utils.remote.client import RemoteClient
from course_utils.remote.models import build
from course_utils.remote.proxies import Student, local_transport


def changed(function, *args, **kwargs):
    watch = Watch(function, list(args), kwargs)
    function(*args, **kwargs)
    return watch.changed()


def add_one(first, second=None):
    first += 1


def row(first, second=None):
    first[0] = 7


def by_data(first, second=None):
    first.data.mul_(3)


def retype(first, second=None):
    first.data = first.data.double()


def by_numpy(first, second=None):
    first.numpy()[0] = 7


def turn(first, second=None):
    first.t_()


def inside(first, second=None):
    first["a"][0].add_(1)


def grow(first, second=None):
    first.append(3)


def update(first, second=None):
    first["b"] = 1


def exchange(first, second=None):
    first[0] = torch.ones(2)


CHANGES = {
    "in place": (add_one, torch.ones(2)),
    "in part": (row, torch.ones(2)),
    "through .data": (by_data, torch.ones(2)),
    "in its dtype": (retype, torch.ones(2)),
    "through numpy": (by_numpy, torch.ones(2)),
    "its shape": (turn, torch.ones(2, 3)),
    "in a container": (inside, {"a": [torch.ones(2)]}),
    "a list": (grow, [1, 2]),
    "a dict": (update, {"a": 1}),
    "an item by an equal one": (exchange, [torch.ones(2)]),
    "a set": (set.pop, {1, 2}),
    "an array": (row, np.ones(3)),
}


@pytest.mark.parametrize(("function", "value"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(function, value):
    assert len(changed(function, value)) == 1


@pytest.mark.parametrize(
    "value",
    [torch.tensor([1.0, float("nan")]), torch.ones(2, requires_grad=True), [1, [torch.ones(2)]], {"a": {1, 2}}, "text"],
    ids=str,
)
def test_a_value_that_is_only_read_is_unchanged(value):
    assert changed(lambda x: [x, str(x)], value) == []


def test_what_is_there_to_be_changed_does_not_count():
    def train(model, generator):
        model.train(not model.training)
        torch.rand(2, generator=generator)
        with torch.no_grad():
            model[0].weight.add_(1)

    assert changed(train, build("mlp", sizes=(2, 2)), torch.Generator()) == []


@pytest.mark.parametrize("most", [9, 10])
def test_a_tensor_too_large_to_copy_is_still_watched(monkeypatch, most):
    monkeypatch.setattr(changes, "MAX_COPIED", most)
    assert changed(add_one, torch.ones(10)) == ["first"]
    assert changed(turn, torch.ones(2, 5)) == ["first"]
    assert changed(lambda x: x + 1, torch.ones(10)) == []


def test_no_more_is_copied_than_the_limit(monkeypatch):
    monkeypatch.setattr(changes, "MAX_COPIED", 25)
    copied, clone = [], torch.Tensor.clone
    monkeypatch.setattr(torch.Tensor, "clone", lambda tensor: copied.append(tensor.numel()) or clone(tensor))
    Watch(lambda *args: None, [torch.ones(10), [torch.ones(10), torch.ones(10)], torch.ones(100)], {})
    assert sum(copied) <= 25


def test_arguments_are_named_by_position_keyword_and_number():
    def both(one, two, *rest, three):
        for value in (one, two, *rest, three):
            value.add_(1)

    ones = [torch.ones(1) for _ in range(4)]
    assert changed(both, *ones, three=torch.ones(1)) == ["one", "two", "argument 3", "argument 4", "three"]


class TestThroughTheClient:
    def student(self, **variables):
        proxy = Student()
        proxy._connect(RemoteClient(local_transport(variables)))
        return proxy

    def test_the_function_and_the_argument_are_told_once(self):
        student = self.student(add_one=add_one)
        student.add_one(torch.ones(2))
        student.add_one(torch.ones(2))
        student.add_one(1)
        assert student._take_changes() == [("your function `add_one`", "first")]
        assert student._take_changes() == []

    def test_an_iterator_that_changes_its_input_while_it_runs(self):
        def doubled(items):
            while items:
                yield 2 * items.pop()

        student = self.student(doubled=doubled)
        assert student.doubled([1, 2]) == [4, 2]
        assert student._take_changes() == [("your function `doubled`", "items")]

    def test_a_probe_may_look_at_changes_without_a_note(self):
        def after(student, x):
            student.add_one(x)
            return x

        student = self.student(add_one=add_one)
        assert student.run(after, torch.ones(1)) == 2
        assert student._take_changes() == []

    @pytest.mark.parametrize(
        "claim", [7, {"a": 1}, [["x"] * 9999], ["\x1b[2J"] * 9999], ids=["int", "dict", "list", "esc"]
    )
    def test_a_wild_claim_is_cut(self, claim):
        proxy = Student()
        proxy._connect(RemoteClient(lambda request, _: ({"id": request["id"], "ok": 1, "changed": claim}, b"")))
        assert proxy.f() == 1
        notes = proxy._take_changes()
        assert len(notes) <= 8
        assert all(len(name) <= 80 and name.isprintable() for _, name in notes)


def test_inference_mode_left_over_from_a_cell_is_no_obstacle():
    """In it, tensors have no count of changes, and no gradients."""
    student = Student()
    student._connect(RemoteClient(local_transport({"double": lambda x: 2 * x})))
    with torch.inference_mode():
        result = student.double(torch.ones(2))
    assert result.tolist() == [2.0, 2.0]
