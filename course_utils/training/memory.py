"""Peak memory of a piece of work, counted tensor by tensor on a CPU and by PyTorch's own counter on a GPU.

    peak_bytes(lambda: loss_of(model, batch).backward())

On a CPU each operation that PyTorch runs, also in a backward pass, is looked at: the memory block of a new tensor is
added, a block that is freed is taken away, and the highest sum on the way is the peak. The count is the same on every
machine. It does not see what a compiled operation uses inside, nor what was there before the work began.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def peak_bytes(work: Callable[[], object], device: torch.device | str = "cpu") -> int:
    """The most bytes that new tensors held at one time while `work()` ran; its result counts, what it takes does not.

    device: where the tensors of `work` lie, "cpu" or "cuda".
    """
    if torch.device(device).type == "cuda":
        return _cuda_peak(work)
    with _Count() as count:
        result = work()
    del result  # kept until the count has ended, as on a GPU
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
    """`peak`: the most bytes of blocks made, and not yet freed, since the block began."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[int, int] = {}  # block -> bytes; 0 for a block that was there before
        self._now = self.peak = 0

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._note((args, kwargs), new=False)
        result = operation(*args, **(kwargs or {}))
        self._note(result, new=True)
        return result

    def _note(self, values: Any, new: bool) -> None:
        for tensor in tree_leaves(values):
            if isinstance(tensor, torch.Tensor):
                block = tensor.untyped_storage()
                if block._cdata not in self._held:  # a view has no block of its own
                    self._hold(block, block.nbytes() if new else 0)

    def _hold(self, block: torch.UntypedStorage, size: int) -> None:
        self._held[block._cdata] = size
        self._now += size
        self.peak = max(self.peak, self._now)
        weakref.finalize(block, self._forget, block._cdata)  # runs when the memory is freed

    def _forget(self, block: int) -> None:
        self._now -= self._held.pop(block)
