"""A small two-tower model, and what it takes to train it on pairs and to measure it.

The loss is an argument everywhere: it comes from the notebook.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import BatchSampler, RandomSampler

from course_utils.data.topics import Pairs
from course_utils.progress import progress
from course_utils.training.threads import one_thread

LossFunction = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


class TwoTower(nn.Module):
    """Two encoders of one form, `query_encoder` and `item_encoder`: raw features (N, F) -> embeddings (N, D).

    With normalise=True embeddings have length 1, so that a dot product is a cosine. Weights come from `seed` alone.
    """

    def __init__(self, features: int, hidden: int = 64, dim: int = 32, *, normalise: bool = True, seed: int = 0):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.query_encoder, self.item_encoder = (_tower(features, hidden, dim, normalise) for _ in range(2))

    def forward(self, queries: torch.Tensor, items: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Embeddings of queries (N, F) and items (M, F): (N, D) and (M, D)."""
        return self.query_encoder(queries), self.item_encoder(items)


def _tower(features: int, hidden: int, dim: int, normalise: bool) -> nn.Sequential:
    layers = [nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, dim)]
    return nn.Sequential(*layers, *([_Normalise()] if normalise else []))


class _Normalise(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.normalize(x, dim=-1)


@one_thread()
def train(
    model: nn.Module,
    pairs: Pairs,
    loss_function: LossFunction,
    *,
    steps: int,
    batch_size: int = 128,
    learning_rate: float = 3e-3,
    seed: int = 0,
    label: str = "",
) -> list[float]:
    """Train `model` in place by Adam; the loss of each step, (steps,), comes back.

    loss_function: (query embeddings (B, D), item embeddings (B, D), topics (B,)) -> scalar. When it is a module, its
    own parameters are trained too. A model is called as model(queries (B, F), items (B, F)).
    batch_size: B, at most the number of pairs. Batches are shuffled anew each epoch, from `seed`, and what does not
    fill the last batch is left out. label: shown with a progress bar; without it there is none. Runs on one thread, so
    that the number of cores changes no result.
    """
    modules = [model, *([loss_function] if isinstance(loss_function, nn.Module) else [])]
    optimiser = torch.optim.Adam(chain.from_iterable(m.parameters() for m in modules), lr=learning_rate)
    losses = []
    with progress(steps, label) if label else contextlib.nullcontext() as advance:
        for _, chosen in zip(range(steps), _batches(len(pairs), batch_size, seed), strict=False):
            queries, items = model(pairs.queries[chosen], pairs.items[chosen])  # (B, D) both
            loss = loss_function(queries, items, pairs.topics[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            if advance:
                advance()
    return losses


def _batches(count: int, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Batches of ids without end, one shuffled epoch after the other."""
    if not 1 <= batch_size <= count:
        raise ValueError(f"batch_size must lie in 1 to {count}, the number of pairs; got {batch_size}")
    sampler = RandomSampler(range(count), generator=torch.Generator().manual_seed(seed))
    return chain.from_iterable(repeat(BatchSampler(sampler, batch_size, drop_last=True)))


@torch.no_grad()
def topic_recall(model: nn.Module, pairs: Pairs, k: int = 10) -> float:
    """Recall@k: the share of a query's relevant items (its topic's) among its k best, mean over the queries; 0 to 1.

    All items of `pairs` are searched, by dot product. With k below the number of relevant items 1 is out of reach.
    """
    queries, items = model(pairs.queries, pairs.items)  # (N, D) both
    best = (queries @ items.T).topk(k, dim=1).indices  # (N, k)
    relevant = pairs.topics[best] == pairs.topics[:, None]  # (N, k)
    topic_sizes = torch.bincount(pairs.topics)[pairs.topics]  # (N,)
    return (relevant.sum(dim=1) / topic_sizes).mean().item()
