"""The peak memory of a computation: counted tensor by tensor on a CPU, by PyTorch's own counter on a GPU.

    peak_bytes(lambda: loss_of(model, batch).backward())

On a CPU every operation that PyTorch runs is counted, including those of a backward pass: the memory block of a new
tensor is added, a freed block is subtracted, and the highest total is the peak. The count is the same on every machine.
It does not include the temporary memory inside a compiled operation, or tensors that existed before.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


def peak_bytes(work: Callable[[], object], device: torch.device | str = "cpu") -> int:
    """The most bytes that new tensors occupied at one time while `work()` ran, including its result.

    device: the device of the tensors in `work`, "cpu" or "cuda".

    >>> x = torch.zeros(1000)  # float32: 4 bytes each
    >>> peak_bytes(lambda: x + x), peak_bytes(lambda: x.view(10, 100))
    (4000, 0)

    See also: `course_utils.runtime.free_gpu_memory`.
    """
    if torch.device(device).type == "cuda":
        return _cuda_peak(work)
    with _Count() as count:
        result = work()
    del result  # kept alive until the count has ended, as on a GPU
    return count.peak


def _cuda_peak(work: Callable[[], object]) -> int:
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    result = work()
    torch.cuda.synchronize()
    peak = torch.cuda.max_memory_allocated() - before
    del result
    return peak


class _Count(TorchDispatchMode):
    """`peak`: the most bytes that new memory blocks occupied at one time inside the `with` block."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[int, int] = {}  # block -> bytes; 0 for a block that existed before
        self._now = self.peak = 0

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._note((args, kwargs), new=False)
        result = operation(*args, **(kwargs or {}))
        self._note(result, new=True)
        return result

    def _note(self, values: Any, new: bool) -> None:
        if isinstance(values, torch.Tensor):
            block = values.untyped_storage()
            if block._cdata not in self._held:  # a view shares the block of its base
                self._hold(block, block.nbytes() if new else 0)
        elif isinstance(values, list | tuple | dict):
            for value in values.values() if isinstance(values, dict) else values:
                self._note(value, new)

    def _hold(self, block: torch.UntypedStorage, size: int) -> None:
        self._held[block._cdata] = size
        self._now += size
        self.peak = max(self.peak, self._now)
        weakref.finalize(block, self._forget, block._cdata)  # runs when the memory is freed

    def _forget(self, block: int) -> None:
        self._now -= self._held.pop(block)
