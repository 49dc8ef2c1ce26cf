"""How many threads PyTorch uses: one for small models, so that the number of cores changes no result."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
import torch.nn as nn

SMALL_MODEL = 10_000_000  # parameters


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Matrices this small gain nothing from threads, and on a busy machine threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def steady_threads(model: nn.Module) -> contextlib.AbstractContextManager[None]:
    """One thread for a small model, so that the number of cores changes no result; a large one takes what there is.

    To be used as `with steady_threads(model):`.
    """
    small = sum(parameter.numel() for parameter in model.parameters()) < SMALL_MODEL
    return one_thread() if small else contextlib.nullcontext()
