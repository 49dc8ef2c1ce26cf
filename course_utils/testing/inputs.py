"""Seeded random inputs for tests: new ones in each grading, the same ones again from the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch

Item = TypeVar("Item")


class Inputs:
    """Makers of random inputs; `generator` is set anew before each test method."""

    generator: torch.Generator

    def randn(
        self, *shape: int, dtype: torch.dtype = torch.float32, scale: float = 1.0, requires_grad: bool = False
    ) -> torch.Tensor:
        """Normal values of standard deviation `scale`; drawn in float64, so a dtype changes rounding only."""
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale
        return values.to(dtype).requires_grad_(requires_grad)

    def randint(self, low: int, high: int, shape: Sequence[int] = ()) -> Any:
        """Integers from low to high - 1: an int, or an int64 tensor where a shape is given."""
        values = torch.randint(low, high, tuple(shape), generator=self.generator)
        return values if len(shape) else int(values)

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=self.generator, dtype=torch.float64))

    def odd_sizes(self, count: int, low: int = 3, high: int = 12) -> list[int]:
        """`count` distinct sizes from low to high: a transposed or mixed-up axis cannot hide."""
        if count > high - low + 1:
            raise ValueError(f"there are no {count} distinct sizes from {low} to {high}")
        return [low + int(i) for i in torch.randperm(high - low + 1, generator=self.generator)[:count]]

    def permutation(self, count: int) -> torch.Tensor:
        return torch.randperm(count, generator=self.generator)

    def choice(self, items: Sequence[Item]) -> Item:
        return items[self.randint(0, len(items))]
