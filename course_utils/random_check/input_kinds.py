"""Kinds of random input. A specification's arguments name theirs: `a: Annotated[list, Floats("n", "i", "j")]`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch

Sizes = Mapping[str, int]  # by name: axes of the same name have the same size in all arguments


class Inapplicable(Exception):
    """Raised by a specification: the exercise is not defined on this input, so another one is drawn."""


class Kind(Protocol):
    """Draws values of one kind."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the sizes that must be known before a value is drawn."""
        ...

    def draw(self, sizes: Sizes, rng: random.Random) -> Any: ...


@dataclass(frozen=True, init=False)
class Shaped:
    """A tensor with these axes."""

    axes: tuple[str, ...]

    def __init__(self, *axes: str):
        object.__setattr__(self, "axes", axes)

    def _filled(self, sizes: Sizes, value: Callable[[], float], dtype: torch.dtype) -> torch.Tensor:
        return _tensor([sizes[axis] for axis in self.axes], value, dtype)


class Floats(Shaped):
    """A float32 tensor of small numbers, easy to check by hand: whole ones, or quarters, which are exact."""

    def draw(self, sizes: Sizes, rng: random.Random) -> torch.Tensor:
        whole = rng.random() < 0.5
        return self._filled(sizes, lambda: _number(rng, whole), torch.float32)


@dataclass(frozen=True)
class Ids:
    """An int64 tensor of numbers from 0 to below - 1; `below` is an axis or a number. stray: sometimes one outside.

    often: a number that is drawn in place of every second id.
    """

    shape: tuple[str, ...]
    below: str | int
    stray: bool = False
    often: int | None = None

    @property
    def axes(self) -> tuple[str, ...]:
        return self.shape + ((self.below,) if isinstance(self.below, str) else ())

    def draw(self, sizes: Sizes, rng: random.Random) -> torch.Tensor:
        below = sizes[self.below] if isinstance(self.below, str) else self.below
        spread = self.stray and rng.random() < 0.25
        low, high = (-1, below) if spread else (0, below - 1)
        return _tensor([sizes[axis] for axis in self.shape], lambda: self._id(low, high, rng), torch.int64)

    def _id(self, low: int, high: int, rng: random.Random) -> int:
        return self.often if self.often is not None and rng.random() < 0.5 else rng.randint(low, high)


class Bools(Shaped):
    """A bool tensor."""

    def draw(self, sizes: Sizes, rng: random.Random) -> torch.Tensor:
        return self._filled(sizes, lambda: rng.random() < 0.6, torch.bool)


@dataclass(frozen=True)
class OneOf:
    """One of some values."""

    values: tuple[Any, ...]
    axes: tuple[str, ...] = ()

    def draw(self, sizes: Sizes, rng: random.Random) -> Any:
        return rng.choice(self.values)


@dataclass(frozen=True)
class Size:
    """The size of an axis, or a number from 1 up to it."""

    axis: str
    up_to: bool = False

    @property
    def axes(self) -> tuple[str, ...]:
        return (self.axis,)

    def draw(self, sizes: Sizes, rng: random.Random) -> int:
        return rng.randint(1, sizes[self.axis]) if self.up_to else sizes[self.axis]


def _number(rng: random.Random, whole: bool) -> float:
    return float(rng.randint(-3, 3)) if whole else rng.randint(-12, 12) / 4


def _tensor(shape: list[int], value: Callable[[], float], dtype: torch.dtype) -> torch.Tensor:
    return torch.tensor([value() for _ in range(math.prod(shape))], dtype=dtype).reshape(shape)
