"""Turn samples into batches of tensors, and texts into embeddings, without making a GPU wait for the tokenizer.

The notebook passes in `tensorize`, the function that turns samples into tensors.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
import torch.nn as nn
from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

from course_utils.progress import progress
from course_utils.training.precision import device_of, half_precision
from course_utils.training.threads import steady_threads

Tensors = tuple[torch.Tensor, ...]


def made_ahead(make: Callable[[Any], Any], items: Iterable[Any], ahead: int = 4) -> Iterator[Any]:
    """map(make, items), computed in a thread up to `ahead` results in advance; errors are raised in their turn."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting: deque = deque()
        for item in items:
            waiting.append(pool.submit(make, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def tensor_batches(
    items: Sequence[Any],
    batch_size: int,
    tensorize: Callable[[list], Tensors],
    device: torch.device,
    generator: torch.Generator | None = None,
) -> Iterator[Tensors]:
    """tensorize(batch) for every batch of `items`, moved to `device`; the last batch may be smaller.

    generator: shuffles the items; without it their order is kept. On CUDA a thread tensorizes the next batches into
    pinned memory while the GPU works; on a CPU this would gain nothing.

    >>> batches = tensor_batches([1, 2, 3], 2, lambda batch: (torch.tensor(batch),), torch.device("cpu"))
    >>> list(batches)
    [(tensor([1, 2]),), (tensor([3]),)]
    """
    sampler = SequentialSampler(items) if generator is None else RandomSampler(items, generator=generator)
    batches = ([items[i] for i in chosen] for chosen in BatchSampler(sampler, batch_size, drop_last=False))
    if device.type != "cuda":
        yield from map(tensorize, batches)
        return
    for tensors in made_ahead(lambda batch: tuple(tensor.pin_memory() for tensor in tensorize(batch)), batches):
        yield tuple(tensor.to(device, non_blocking=True) for tensor in tensors)


@contextlib.contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """In the block `model` is in eval mode and no gradients are recorded; afterwards its mode is restored."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)


def embed(
    encoder: nn.Module,
    items: Sequence[Any],
    tensorize: Callable[[list], Tensors],
    *,
    batch_size: int = 128,
    label: str = "",
) -> torch.Tensor:
    """The embeddings of N items, in their order: (N, D), float32, on the encoder's device, without a graph.

    encoder: (ids (B, L), mask (B, L)) -> (B, D), run in eval mode. tensorize: a list of items -> (ids, mask).
    label: the label of a progress bar; without it no bar is shown. Raises ValueError if `items` is empty.

    See also: `tensor_batches`.
    """
    if not items:
        raise ValueError("expected at least one item to embed, got none")
    # Batches of texts of similar length need the least padding.
    order = sorted(range(len(items)), key=lambda i: len(str(items[i])))
    batches = tensor_batches([items[i] for i in order], batch_size, tensorize, device_of(encoder))
    steps, embeddings = math.ceil(len(items) / batch_size), torch.empty(0)
    bar = progress(steps, label) if label else contextlib.nullcontext()
    with evaluating(encoder), steady_threads(encoder), bar as advance:
        for place, (ids, mask) in enumerate(batches):
            with half_precision(ids.device):
                vectors = encoder(ids, mask)  # (B, D)
            if place == 0:
                embeddings = vectors.new_empty(len(items), vectors.shape[1], dtype=torch.float32)
            embeddings[order[place * batch_size : (place + 1) * batch_size]] = vectors.float()
            if advance:
                advance()
    return embeddings
