"""Samples to batches of tensors, and texts to embeddings, with the tokenizing off the GPU's critical path.

How samples become tensors is an argument everywhere: it comes from the notebook.
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
from course_utils.training.threads import steady_threads

Tensors = tuple[torch.Tensor, ...]


def device_of(model: nn.Module) -> torch.device:
    """Where the model's parameters lie."""
    return next(model.parameters()).device


def half_precision(device: torch.device) -> torch.autocast:
    """A context in which CUDA calculates in bfloat16 where that is safe; on a CPU it changes nothing."""
    return torch.autocast("cuda", dtype=torch.bfloat16, enabled=device.type == "cuda")


@contextlib.contextmanager
def half_precision_calls(model: nn.Module) -> Iterator[None]:
    """In the block each call of `model` computes in `half_precision`, and hands back float32.

    What is done with its results keeps full precision: dot products of long vectors run to hundreds, where numbers of
    bfloat16 lie a whole one apart.
    """
    forward, device = model.forward, device_of(model)

    def call(*args: Any, **kwargs: Any) -> Any:
        with half_precision(device):
            result = forward(*args, **kwargs)
        return tuple(map(_widened, result)) if isinstance(result, tuple) else _widened(result)

    model.forward = call
    try:
        yield
    finally:
        del model.forward


def _widened(value: Any) -> Any:
    return value.float() if isinstance(value, torch.Tensor) and value.dtype is torch.bfloat16 else value


def made_ahead(make: Callable[[Any], Any], items: Iterable[Any], ahead: int = 4) -> Iterator[Any]:
    """map(make, items), in order, by a thread that is up to `ahead` results in front; errors arrive in their place."""
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
    """tensorize(batch) for every batch of `items`, on `device`; the last batch holds what is left.

    generator: shuffles; without it items come in their order. On CUDA a thread tensorizes the next batches, into pinned
    memory, while the GPU works (a fast tokenizer lets other threads run); on a CPU there is nothing to gain by that.
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
    """Without dropout and without gradients; the model is left in the mode it was in."""
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
    """The embeddings of N items, in their order: (N, D), float32, on the encoder's device and without a graph.

    encoder: (ids (B, L), mask (B, L)) -> (B, D); it runs without dropout.
    tensorize: a list of items -> (ids, mask). items: at least one. label: shown with a progress bar; without it there
    is none.
    """
    if not items:
        raise ValueError("there is nothing to embed: the list of items is empty")
    # Texts of like length together, or most of a batch is padding.
    order = sorted(range(len(items)), key=lambda i: len(str(items[i])))
    batches = tensor_batches([items[i] for i in order], batch_size, tensorize, device_of(encoder))
    steps, embeddings = math.ceil(len(items) / batch_size), None
    bar = progress(steps, label) if label else contextlib.nullcontext()
    with evaluating(encoder), steady_threads(encoder), bar as advance:
        for place, (ids, mask) in enumerate(batches):
            with half_precision(ids.device):
                vectors = encoder(ids, mask)  # (B, D)
            if embeddings is None:
                embeddings = vectors.new_empty(len(items), vectors.shape[1], dtype=torch.float32)
            embeddings[order[place * batch_size : (place + 1) * batch_size]] = vectors.float()
            if advance:
                advance()
    return embeddings
