"""Which arguments a call has changed: a function that changes its input gives wrong values to whoever uses it next."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

MAX_COPIED = 1_000_000  # elements of all arguments; of tensors beyond that, only PyTorch's count of changes is compared


class Watch:
    """Remembers a call's arguments before it; `changed` names those that differ after it.

    Tensors, arrays, lists, dicts and sets are compared. Models, generators and the student's own objects are not: they
    are there to be changed.
    """

    def __init__(self, function: Callable, args: list, kwargs: Mapping[str, Any]):
        self._left = MAX_COPIED
        self._unchanged = {name: self._remember(value) for name, value in _named(function, args, kwargs).items()}

    def changed(self) -> list[str]:
        return [name for name, unchanged in self._unchanged.items() if not unchanged()]

    def _remember(self, value: Any) -> Callable[[], bool]:
        """A function that says whether `value` is as it was."""
        if isinstance(value, torch.Tensor):
            return self._remember_tensor(value)
        if isinstance(value, np.ndarray):
            return self._remember_tensor(torch.from_numpy(value))
        if isinstance(value, list | tuple | dict) and self._take(len(value)):
            return self._remember_items(value)
        if isinstance(value, set) and self._take(len(value)):
            before = set(value)
            return lambda: value == before
        return lambda: True

    def _remember_tensor(self, tensor: torch.Tensor) -> Callable[[], bool]:
        version, shape = tensor._version, tensor.shape
        if not self._take(tensor.numel()):
            return lambda: tensor._version == version and tensor.shape == shape
        before = tensor.detach().clone()
        return lambda: tensor.shape == shape and _same(tensor.detach(), before)

    def _remember_items(self, container: list | tuple | dict) -> Callable[[], bool]:
        before = _items(container)
        parts = [self._remember(part) for part in before]

        def unchanged() -> bool:
            now = _items(container)
            same = len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True))
            return same and all(part() for part in parts)

        return unchanged

    def _take(self, count: int) -> bool:
        """Whether that many elements may still be copied."""
        fits = count <= self._left
        self._left -= count if fits else 0
        return fits


def _items(container: list | tuple | dict) -> list:
    return [*container.keys(), *container.values()] if isinstance(container, dict) else list(container)


_equal = torch.equal  # as it was when this module was imported: a notebook may replace it


def _same(now: torch.Tensor, before: torch.Tensor) -> bool:
    """Equal, also in its NaN and its dtype."""
    if now.dtype != before.dtype:
        return False
    return _equal(now, before) or bool(((now == before) | ((now != now) & (before != before))).all())


def _named(function: Callable, args: list, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by the names of the function's parameters, or by their numbers where it gives none."""
    numbered = {f"argument {number}": value for number, value in enumerate(args, start=1)}
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {**numbered, **kwargs}
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return {**dict(zip(plain, args, strict=False)), **dict(list(numbered.items())[len(plain) :]), **kwargs}
