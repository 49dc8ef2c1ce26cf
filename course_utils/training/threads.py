"""How many threads PyTorch uses: one for small models, so that results do not depend on the number of cores."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
import torch.nn as nn

SMALL_MODEL = 10_000_000  # parameters


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread in the block: small matrices gain nothing from more, and on a busy machine they lose time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def steady_threads(model: nn.Module) -> contextlib.AbstractContextManager[None]:
    """A context with one thread for a small model, so that results do not depend on the number of cores.

    A model of 10 million parameters or more uses all threads. Use as `with steady_threads(model):`.
    """
    small = sum(parameter.numel() for parameter in model.parameters()) < SMALL_MODEL
    return one_thread() if small else contextlib.nullcontext()
