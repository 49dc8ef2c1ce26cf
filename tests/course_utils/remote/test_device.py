"""Where an answer's tensors were, and answers called with inputs on a GPU. The GPU is a FAKE (tests/fake_cuda.py)."""

import pytest
import torch
from torch import nn

from course_utils.remote import device as devices
from course_utils.remote.client import RemoteClient
from course_utils.remote.codec import place_of
from course_utils.remote.decoder import Decoder
from course_utils.remote.device import DeviceNotes
from course_utils.remote.framing import ProtocolError
from course_utils.remote.proxies import local_transport
from course_utils.remote.student_errors import StudentError
from course_utils.testing import LabTestCase
from tests.fake_cuda import MIXED, fake_device

X = torch.arange(6.0).reshape(2, 3)
TEST = "Hidden.test_it"


@pytest.fixture(autouse=True)
def fake_gpu(monkeypatch):
    monkeypatch.setattr(devices, "find_device", fake_device)


def connected(answer, notes=None):
    client = RemoteClient(local_transport({"f": answer}))
    client.device_notes = notes
    if notes is not None:
        assert client.request("find_device") == "cuda"
        notes.start(TEST)
    return client


def problem(answer, *inputs, status="passed", expected=(TEST,)):
    """What the check finds when a test calls `answer` once and ends with this status."""
    notes = DeviceNotes(expected)
    client = connected(answer, notes)
    try:
        client.call("f", inputs or (X,), {})
    except StudentError:
        status = "error" if status == "passed" else status
    notes.finish({TEST: status})
    return notes.problem


class TestPlace:
    def test_a_tensor_from_a_gpu_comes_to_the_cpu_and_tells_where_it_was(self):
        result = connected(lambda x: (x + 1, x.cpu()), DeviceNotes([])).call("f", (X,), {})
        assert [place_of(each) for each in result] == ["cuda", "cpu"]
        assert all(each.device.type == "cpu" and each.numel() == 6 for each in result)
        assert torch.equal(result[0], X + 1)

    def test_without_a_gpu_everything_is_on_the_cpu(self):
        assert place_of(connected(lambda x: x + 1).call("f", (X,), {})) == "cpu"
        assert place_of(X) == LabTestCase.device_of(X) == "cpu"

    @pytest.mark.parametrize("place", ["tpu in a cupboard", 3, None, ["cuda"]])
    def test_a_place_that_does_not_exist_is_no_valid_answer(self, place):
        form = {"$": "tensor", "n": "t0", "shape": [2, 3], "g": False, "device": place}
        with pytest.raises(ProtocolError):
            Decoder({"t0": X}).decode(form)

    def test_a_process_without_a_gpu_has_none_to_offer(self, monkeypatch):
        monkeypatch.undo()
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        assert connected(None).request("find_device") == ""


class Net(nn.Module):
    def __init__(self, where=None):
        super().__init__()
        self.linear, self.where = nn.Linear(3, 2), where

    def forward(self, x):
        return self.linear(x) + torch.ones(2, device=x.device if self.where is None else self.where)


class TestProblems:
    @pytest.mark.parametrize(
        "answer",
        [
            lambda x: x + torch.ones(3, device=x.device),
            lambda x: x + x.new_ones(3),
            lambda x: 2 * x + torch.tensor(1.0),  # numbers may be anywhere
            lambda x: x.sum().item(),
            lambda x: list(torch.zeros_like(x)),
        ],
    )
    def test_none(self, answer):
        assert problem(answer) == ""

    def test_a_tensor_made_on_the_cpu_in_the_middle(self):
        found = problem(lambda x: x + torch.ones(3))
        assert f"your code raised RuntimeError: {MIXED}" in found and "torch.zeros(n, device=x.device)" in found

    def test_an_index_into_a_tensor_on_the_cpu(self):
        assert "indices should be either on cpu" in problem(lambda x: torch.eye(6)[x.long()])

    def test_a_result_on_the_cpu(self):
        assert "the result is on the CPU" in problem(lambda x: torch.ones(3))
        assert "can't convert cuda:0" in problem(lambda x: torch.from_numpy(x.numpy() + 1))

    def test_a_tensor_in_a_list_is_moved(self):
        assert problem(lambda x: x[0] + torch.ones(3), [X]) and not problem(lambda x: x["a"] + 1, {"a": X})

    def test_a_model_that_the_answer_makes_is_moved(self):
        def finds(where):
            notes = DeviceNotes([TEST])
            model = connected(lambda: Net(where), notes).call("f", (), {})
            try:
                assert place_of(model(X)) == "cuda"
                notes.finish({TEST: "passed"})
            except StudentError:
                notes.finish({TEST: "error"})
            return notes.problem

        assert finds(None) == "" and MIXED in finds("cpu")

    def test_gradients_flow_back(self):
        client, x = connected(lambda x: x * x, DeviceNotes([TEST])), X.clone().requires_grad_()
        client.call("f", (x,), {}).sum().backward()
        assert torch.equal(x.grad, 2 * X)

    def test_an_error_that_the_test_expects_does_not_count(self):
        def refuses(x):
            raise ValueError("a negative number")

        assert problem(refuses, status="failed") == "" and "ValueError" in problem(refuses, status="error")

    def test_an_error_of_the_device_in_place_of_the_expected_one_counts(self):
        def asserts(x):
            raise RuntimeError("CUDA error: device-side assert triggered")

        assert "device-side assert" in problem(asserts, status="failed")

    def test_a_test_that_fails_on_the_cpu_says_nothing_about_devices(self):
        assert problem(lambda x: x + torch.ones(3), expected=()) == ""
        assert problem(lambda x: torch.ones(3), expected=()) == ""
