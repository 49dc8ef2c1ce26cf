"""Half precision where a device has it. Devices are FAKES here: a compute capability, or a CPU as a GPU."""

import pytest
import torch
import torch.nn as nn

from course_utils.training import precision
from course_utils.training.fine_tuning import make_optimiser, train_epoch, warmup_schedule
from course_utils.training.precision import half_dtype, half_precision_calls, loss_scaler

CPU, GPU = torch.device("cpu"), torch.device("cuda")
TINY = 1e-8  # float16's smallest number is 6e-8


@pytest.mark.parametrize(
    ("capability", "dtype"),
    [
        ((6, 1), torch.float32),  # GTX 1080
        ((7, 0), torch.float16),  # V100
        ((7, 5), torch.float16),  # T4
        ((8, 0), torch.bfloat16),  # A100
        ((9, 0), torch.bfloat16),  # H100
        ((12, 0), torch.bfloat16),
    ],
)
def test_a_gpu_computes_in_what_it_has_by_itself(monkeypatch, capability, dtype):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert half_dtype(GPU) is dtype
    assert half_dtype(CPU) is torch.float32


@pytest.fixture
def t4(monkeypatch):
    """The CPU stands for a GPU that has float16 and no bfloat16."""
    monkeypatch.setattr(precision, "half_dtype", lambda device: torch.float16)


class Seeing(nn.Module):
    """A linear layer that remembers the dtype in which it computes."""

    def __init__(self):
        super().__init__()
        self.layer, self.seen = nn.Linear(3, 1, bias=False), []

    def forward(self, x):
        out = self.layer(x)
        self.seen.append(out.dtype)
        return out


@pytest.mark.parametrize(("scaled", "dtype"), [(False, torch.float32), (True, torch.float16)])
def test_float16_is_for_training_with_a_scaled_loss_only(t4, scaled, dtype):
    model = Seeing()
    with half_precision_calls(model, scaled=scaled):
        assert model(torch.ones(2, 3)).dtype is torch.float32
    assert model.seen == [dtype]


def test_the_loss_is_scaled_for_float16_only(t4):
    assert loss_scaler(CPU).is_enabled()


def test_without_half_precision_nothing_is_scaled():
    assert not loss_scaler(CPU).is_enabled() and loss_scaler(CPU).get_scale() == 1.0


def change(scaler=None):
    """How far some steps move the weights, with a loss whose gradients are too small for float16."""
    torch.manual_seed(0)
    model, x = Seeing(), torch.randn(16, 3)
    before, optimiser = model.layer.weight.detach().clone(), make_optimiser(model, 0.1, weight_decay=0.0)
    train_epoch(
        model, [(x,)] * 5, lambda model, batch: (TINY * model(batch[0]).square().mean(), 0), optimiser,
        warmup_schedule(optimiser, 10), scaler=scaler,
    )  # fmt: skip
    assert set(model.seen) == {torch.float16}
    return float((model.layer.weight.detach() - before).abs().max())


def test_small_gradients_survive_in_float16(t4):
    assert change(torch.amp.GradScaler("cpu", enabled=False)) == 0.0
    assert change() > 1e-3


def test_a_step_that_overflows_is_left_out(t4):
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimiser = make_optimiser(model, 0.1)
    before = model.weight.detach().clone()
    scaler = loss_scaler(CPU)
    train_epoch(
        model, [(torch.full((2, 3), 300.0),)], lambda model, batch: (model(batch[0]).square().sum(), 0), optimiser,
        warmup_schedule(optimiser, 10, warmup=0.0), scaler=scaler,
    )  # fmt: skip
    assert torch.equal(model.weight, before) and scaler.get_scale() < 65536


def test_half_precision_calls_return_full_precision(monkeypatch):
    monkeypatch.setattr(precision, "half_dtype", lambda device: torch.bfloat16)
    seen = []

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 4)

        def forward(self, x, y=None):
            out = self.layer(x)
            seen.append(out.dtype)
            return out, y

    model, x = Two(), torch.ones(2, 3)
    with half_precision_calls(model):
        out, nothing = model(x)
        scores = out @ out.T
    assert seen == [torch.bfloat16]
    assert (out.dtype, scores.dtype, nothing) == (torch.float32, torch.float32, None)
    scores.sum().backward()
    assert model.layer.weight.grad.abs().sum() > 0
    assert model(x)[0].dtype is torch.float32
    assert seen[1] is torch.float32
