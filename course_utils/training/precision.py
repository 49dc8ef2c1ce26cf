"""Which precision a GPU computes in: bfloat16 where it has it, float16 with a scaled loss or float32 where not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn as nn

_HALF = (torch.bfloat16, torch.float16)


def device_of(model: nn.Module) -> torch.device:
    """The device of the model's parameters."""
    return next(model.parameters()).device


def half_dtype(device: torch.device) -> torch.dtype:
    """The fastest dtype that `device` computes in by itself: bfloat16, float16, or float32 on a CPU and old GPUs.

    A T4 (compute capability 7.5) only emulates bfloat16, slower than float32, but has fast float16.
    """
    if device.type != "cuda":
        return torch.float32
    generation, _ = torch.cuda.get_device_capability(device)
    return torch.bfloat16 if generation >= 8 else torch.float16 if generation == 7 else torch.float32


def half_precision(device: torch.device) -> torch.autocast:
    """A context in which a GPU computes in `half_dtype` where that is safe; on a CPU it changes nothing.

    Not for training in float16, whose small gradients become 0: see `half_precision_calls`, which also returns float32.
    """
    return _autocast(device, half_dtype(device))


@contextlib.contextmanager
def half_precision_calls(model: nn.Module, *, scaled: bool = False) -> Iterator[None]:
    """In the block each call of `model` computes in half precision and returns float32.

    The loss thus keeps full precision: dot products of long vectors reach the hundreds, where adjacent bfloat16 numbers
    are 1 apart. scaled: the caller scales the loss (`loss_scaler`), so that float16 may be used where there is no
    bfloat16; without it the model computes in float32 there.
    """
    forward, device = model.forward, device_of(model)
    dtype = half_dtype(device)
    if dtype is torch.float16 and not scaled:
        dtype = torch.float32

    def call(*args: Any, **kwargs: Any) -> Any:
        with _autocast(device, dtype):
            result = forward(*args, **kwargs)
        return tuple(map(_widened, result)) if isinstance(result, tuple) else _widened(result)

    model.forward = call
    try:
        yield
    finally:
        del model.forward


def loss_scaler(device: torch.device) -> torch.amp.GradScaler:
    """Scales the loss before `backward`, so that float16 gradients do not vanish; for other dtypes it does nothing."""
    return torch.amp.GradScaler(device.type, enabled=half_dtype(device) is torch.float16)


def _autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    if dtype not in _HALF:
        return torch.autocast("cpu", enabled=False)
    return torch.autocast(device.type, dtype=dtype)


def _widened(value: Any) -> Any:
    return value.float() if isinstance(value, torch.Tensor) and value.dtype in _HALF else value
