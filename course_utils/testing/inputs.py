"""Seeded random inputs for tests: new ones for each grading run, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, overload

import torch

Item = TypeVar("Item")


class Inputs:
    """Random inputs for a test; `generator` is seeded again before each test method.

    >>> inputs = Inputs()
    >>> inputs.generator = torch.Generator().manual_seed(0)
    >>> x = inputs.randn(2, 3, dtype=torch.float16, requires_grad=True)
    >>> x.shape, x.dtype, x.requires_grad
    (torch.Size([2, 3]), torch.float16, True)
    >>> inputs.randint(0, 10, (4, 5)).shape, inputs.randint(7, 8)
    (torch.Size([4, 5]), 7)
    >>> sorted(inputs.odd_sizes(3, low=4, high=6)), sorted(inputs.permutation(4).tolist())
    ([4, 5, 6], [0, 1, 2, 3])
    >>> 2.0 <= inputs.uniform(2.0, 3.0) < 3.0, inputs.choice(["mean", "sum"]) in ("mean", "sum")
    (True, True)
    """

    generator: torch.Generator

    def randn(
        self, *shape: int, dtype: torch.dtype = torch.float32, scale: float = 1.0, requires_grad: bool = False
    ) -> torch.Tensor:
        """A tensor of this shape with normal values of mean 0 and standard deviation `scale`.

        Values are drawn in float64 and then converted, so `dtype` changes only the rounding.
        """
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale
        return values.to(dtype).requires_grad_(requires_grad)

    @overload
    def randint(self, low: int, high: int) -> int: ...

    @overload
    def randint(self, low: int, high: int, shape: Sequence[int]) -> torch.Tensor: ...

    def randint(self, low: int, high: int, shape: Sequence[int] = ()) -> int | torch.Tensor:
        """Integers from low to high - 1: an int64 tensor if a shape is given, else an int."""
        values = torch.randint(low, high, tuple(shape), generator=self.generator)
        return values if len(shape) else int(values)

    def uniform(self, low: float, high: float) -> float:
        """A float drawn uniformly from [low, high)."""
        return low + (high - low) * float(torch.rand((), generator=self.generator, dtype=torch.float64))

    def odd_sizes(self, count: int, low: int = 3, high: int = 12) -> list[int]:
        """`count` distinct sizes from low to high (inclusive), so that swapped axes change a result's shape.

        Raises ValueError if there are fewer than `count` sizes to choose from.
        """
        if count > high - low + 1:
            raise ValueError(
                f"expected at most {max(0, high - low + 1)} distinct sizes from {low} to {high}, got count={count}"
            )
        return [low + int(i) for i in torch.randperm(high - low + 1, generator=self.generator)[:count]]

    def permutation(self, count: int) -> torch.Tensor:
        """The integers from 0 to count - 1 in random order: (count,) int64."""
        return torch.randperm(count, generator=self.generator)

    def choice(self, items: Sequence[Item]) -> Item:
        """One of `items`, each equally likely; there must be at least one."""
        return items[self.randint(0, len(items))]
