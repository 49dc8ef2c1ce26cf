"""Seeded random inputs for tests: new ones for each grading run, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch

Item = TypeVar("Item")


class Inputs:
    """Random inputs for a test; `generator` is seeded again before each test method.

    >>> inputs = Inputs()
    >>> inputs.generator = torch.Generator().manual_seed(0)
    >>> inputs.randn(2, 3).shape
    torch.Size([2, 3])
    >>> sorted(inputs.permutation(4).tolist())
    [0, 1, 2, 3]
    """

    generator: torch.Generator

    def randn(
        self, *shape: int, dtype: torch.dtype = torch.float32, scale: float = 1.0, requires_grad: bool = False
    ) -> torch.Tensor:
        """A tensor of this shape with normal values of mean 0 and standard deviation `scale`.

        Values are drawn in float64 and then converted, so `dtype` changes only the rounding.

        >>> inputs = Inputs()
        >>> inputs.generator = torch.Generator().manual_seed(0)
        >>> x = inputs.randn(4, dtype=torch.float16, requires_grad=True)
        >>> x.dtype, x.requires_grad
        (torch.float16, True)
        """
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale
        return values.to(dtype).requires_grad_(requires_grad)

    def randint(self, low: int, high: int, shape: Sequence[int] = ()) -> Any:
        """Integers from low to high - 1: an int64 tensor if a shape is given, else an int.

        >>> inputs = Inputs()
        >>> inputs.generator = torch.Generator().manual_seed(0)
        >>> inputs.randint(0, 2, (3, 5)).shape
        torch.Size([3, 5])
        >>> inputs.randint(7, 8)
        7
        """
        values = torch.randint(low, high, tuple(shape), generator=self.generator)
        return values if len(shape) else int(values)

    def uniform(self, low: float, high: float) -> float:
        """A float drawn uniformly from [low, high).

        >>> inputs = Inputs()
        >>> inputs.generator = torch.Generator().manual_seed(0)
        >>> 2.0 <= inputs.uniform(2.0, 3.0) < 3.0
        True
        """
        return low + (high - low) * float(torch.rand((), generator=self.generator, dtype=torch.float64))

    def odd_sizes(self, count: int, low: int = 3, high: int = 12) -> list[int]:
        """`count` distinct sizes from low to high (inclusive), so that swapped axes change a result's shape.

        Raises ValueError if there are fewer than `count` sizes to choose from.

        >>> inputs = Inputs()
        >>> inputs.generator = torch.Generator().manual_seed(0)
        >>> sorted(inputs.odd_sizes(3, low=4, high=6))
        [4, 5, 6]
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
        """One of `items`, each equally likely; there must be at least one.

        >>> inputs = Inputs()
        >>> inputs.generator = torch.Generator().manual_seed(0)
        >>> inputs.choice(["mean", "sum"]) in ("mean", "sum")
        True
        """
        return items[self.randint(0, len(items))]
