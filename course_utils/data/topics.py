"""Queries and items with hidden topics: a data set for contrastive learning, generated in milliseconds.

    data = topics.make_topics()
    data.train.queries[5], data.train.items[5]      # a pair: the item matches the query
    data.train.topics == data.train.topics[5]       # all pairs of that topic: their items match too

Each pair has a hidden vector: the centre of its topic plus a random offset. The query and the item are two views of
that vector, each through its own fixed non-linear map and with its own noise, as a question and a passage are two texts
about one subject. A raw query thus cannot be compared with a raw item: two encoders have to be learned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

HIDDEN_DIM, MIDDLE_DIM = 16, 64
TANH_SIZE = 0.8  # standard deviation of tanh(2 z) for a standard normal z


@dataclass(frozen=True)
class Pairs:
    """N pairs in random order: item i is the positive of query i; every item of the same topic is relevant to it."""

    queries: torch.Tensor
    """(N, F) float32"""
    items: torch.Tensor
    """(N, F) float32"""
    topics: torch.Tensor
    """(N,) int64, 0 to T - 1"""

    def __len__(self) -> int:
        return len(self.topics)


@dataclass(frozen=True)
class TopicData:
    """Training and validation pairs, with the same topics and the same two views but no pair in common."""

    train: Pairs
    validation: Pairs


def make_topics(
    num_topics: int = 100,
    train_per_topic: int = 20,
    validation_per_topic: int = 10,
    *,
    features: int = 32,
    spread: float = 0.5,
    noise: float = 0.5,
    seed: int = 0,
) -> TopicData:
    """Pairs of T = num_topics topics, equally many of each; `features` is F, the width of raw queries and items.

    spread: how far a pair is from its topic's centre, in standard deviations of the centres; at 0 the pairs of a topic
    differ only by noise. noise: the standard deviation of the noise on each raw feature; that of the signal is about 1.
    The same arguments give the same data. Raises ValueError for a count below 1 or a negative spread or noise.

    >>> data = make_topics(num_topics=3, train_per_topic=4, validation_per_topic=2, features=5)
    >>> data.train.queries.shape, data.train.topics.bincount().tolist(), len(data.validation)
    (torch.Size([12, 5]), [4, 4, 4], 6)

    See also: `course_utils.training.TwoTower`, `course_utils.training.topic_recall`.
    """
    counts = {"num_topics": num_topics, "train_per_topic": train_per_topic, "features": features}
    for name, count in (counts | {"validation_per_topic": validation_per_topic}).items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
    if spread < 0 or noise < 0:
        raise ValueError(f"spread and noise must not be negative, got {spread} and {noise}")
    generator = torch.Generator().manual_seed(seed)
    world = _World(num_topics, features, spread, noise, generator)
    return TopicData(world.pairs(train_per_topic), world.pairs(validation_per_topic))


class _World:
    """The topics' centres and the two views, used to draw pairs."""

    def __init__(self, num_topics: int, features: int, spread: float, noise: float, generator: torch.Generator):
        self.spread, self.noise, self.generator = spread, noise, generator
        self.centres = self._randn(num_topics, HIDDEN_DIM)  # (T, H)
        self.query_view, self.item_view = (
            (self._randn(HIDDEN_DIM, MIDDLE_DIM), self._randn(MIDDLE_DIM, features)) for _ in range(2)
        )

    def pairs(self, per_topic: int) -> Pairs:
        num_topics = len(self.centres)
        order = torch.randperm(num_topics * per_topic, generator=self.generator)
        topics = torch.arange(num_topics).repeat(per_topic)[order]  # (N,)
        hidden = self.centres[topics] + self.spread * self._randn(len(topics), HIDDEN_DIM)  # (N, H)
        return Pairs(self._seen(hidden, self.query_view), self._seen(hidden, self.item_view), topics)

    def _seen(self, hidden: torch.Tensor, view: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """(N, H) -> (N, F): a fixed two-layer map, scaled to about unit variance, plus noise."""
        inner, outer = view
        bent = torch.tanh(2 * hidden @ inner / math.sqrt(HIDDEN_DIM))  # (N, M)
        signal = bent @ outer / math.sqrt(MIDDLE_DIM)  # (N, F)
        return signal / TANH_SIZE + self.noise * self._randn(*signal.shape)

    def _randn(self, *shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=self.generator)
