"""Calls with inputs on a GPU: where they are moved, and what an answer does that makes a tensor on the CPU."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from course_utils.remote.student_errors import StudentError, StudentTimeout

CPU = "cpu"
# What PyTorch says of tensors on two devices, or of a device that has failed.
_OF_DEVICES = re.compile(r"same device|device type|device-side|CUDA|cuda")
ADVICE = "A tensor that you make is on the CPU unless you say otherwise: torch.zeros(n, device=x.device)."


@dataclass(frozen=True)
class InputDevice:
    """Where a call's tensors are moved. active: entered for each call; a test's fake needs it."""

    device: torch.device
    active: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext

    def moved(self, value: Any) -> Any:
        """The value with its tensors there: those in lists, tuples and dicts, too. Models are moved in place."""
        if isinstance(value, torch.Tensor | nn.Module):
            return value.to(self.device)
        if type(value) in (list, tuple):
            return type(value)(map(self.moved, value))
        return {key: self.moved(part) for key, part in value.items()} if type(value) is dict else value


def find_device() -> InputDevice | None:
    """The GPU of this process, in use from now on, so that no call has to wait for it; None if there is none."""
    if not torch.cuda.is_available():
        return None
    torch.zeros(1, device="cuda")
    return InputDevice(torch.device("cuda"))


@dataclass
class DeviceNotes:
    """What the calls of one test cell did with inputs on a device.

    expected: the tests in which a problem counts, since they passed with inputs on the CPU. Only the first is kept.
    """

    expected: Collection[str]
    problem: str = ""
    _test: str = ""
    _errors: dict[str, StudentError] = field(default_factory=dict)  # the last one of each test

    def start(self, test: str) -> None:
        self._test = test

    def note_error(self, error: StudentError) -> None:
        if not isinstance(error, StudentTimeout):
            self._errors[self._test] = error

    def note_places(self, places: Collection[str]) -> None:
        """A call with tensors as inputs returned tensors in these places."""
        if CPU in places and self._test in self.expected and not self.problem:
            self.problem = f"the inputs were on a GPU, and the result is on the CPU. {ADVICE}"

    def finish(self, statuses: dict[str, str]) -> None:
        """statuses: how each test ended. An error counts if its test expects none, or if it is about devices."""
        for test, error in self._errors.items():
            ended = statuses.get(test, "")
            counts = ended == "error" or (ended == "failed" and _OF_DEVICES.search(error.student_text))
            if test in self.expected and counts and not self.problem:
                where = f" ({error.where})" if error.where else ""
                self.problem = f"with inputs on a GPU, your code raised {error.what}{where}. {ADVICE}"
