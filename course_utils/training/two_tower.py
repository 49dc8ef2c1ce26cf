"""A small two-tower model, its training on pairs, and recall to measure it.

The notebook passes in the loss, for example InfoNCE over in-batch negatives (van den Oord et al., "Representation
Learning with Contrastive Predictive Coding", 2018, https://arxiv.org/abs/1807.03748). For two-tower recommenders see Yi
et al., "Sampling-Bias-Corrected Neural Modeling", 2019, https://doi.org/10.1145/3298689.3346996.
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
    """Two encoders with the same layers, `query_encoder` and `item_encoder`: raw features (N, F) -> embeddings (N, D).

    features: F. hidden: the width of the hidden layer. dim: D. normalise: scale embeddings to length 1, so that a dot
    product is a cosine. The weights depend only on `seed`.

    >>> model = TwoTower(features=8, dim=4)
    >>> queries, items = model(torch.zeros(3, 8), torch.zeros(5, 8))
    >>> queries.shape, items.shape
    (torch.Size([3, 4]), torch.Size([5, 4]))
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
    """Train `model` in place with Adam and return the loss of each step.

    loss_function: (query embeddings (B, D), item embeddings (B, D), topics (B,)) -> scalar. If it is a module, its
    parameters are trained too. The model is called as model(queries (B, F), items (B, F)).
    batch_size: B, from 1 to the number of pairs (else ValueError). Each epoch is shuffled, with `seed`, and an
    incomplete last batch is dropped. label: the label of a progress bar; without it no bar is shown. Runs on one
    thread, so that results do not depend on the number of cores.

    See also: `topic_recall`, which measures the model, and `fine_tune` for text encoders.
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
    """Endless batches of indices, one shuffled epoch after another."""
    if not 1 <= batch_size <= count:
        raise ValueError(f"expected batch_size from 1 to {count}, the number of pairs; got {batch_size}")
    sampler = RandomSampler(range(count), generator=torch.Generator().manual_seed(seed))
    return chain.from_iterable(repeat(BatchSampler(sampler, batch_size, drop_last=True)))


@torch.no_grad()
def topic_recall(model: nn.Module, pairs: Pairs, k: int = 10) -> float:
    """Recall@k from 0 to 1: the fraction of a query's relevant items among its k best, averaged over the queries.

    All items of `pairs` are ranked by dot product; those of the query's topic are relevant. If a query has more than k
    relevant items, its recall is less than 1.

    >>> points = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> pairs = Pairs(points, points, topics=torch.tensor([0, 0, 1]))
    >>> recall = topic_recall(lambda queries, items: (queries, items), pairs, k=1)
    >>> round(recall, 3)  # the two queries of topic 0 find one of two relevant items, the last query finds its only one
    0.667
    """
    queries, items = model(pairs.queries, pairs.items)  # (N, D) both
    best = (queries @ items.T).topk(k, dim=1).indices  # (N, k)
    relevant = pairs.topics[best] == pairs.topics[:, None]  # (N, k)
    topic_sizes = torch.bincount(pairs.topics)[pairs.topics]  # (N,)
    return (relevant.sum(dim=1) / topic_sizes).mean().item()
