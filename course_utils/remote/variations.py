"""Other arguments for a call, derived from its own: the same everywhere, so that outcomes can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

Arguments = tuple[list[Any], dict[str, Any]]
MOST_NUMBERS = 20_000  # of tensors; larger inputs are not worth their time
_LISTS = (list, tuple)


def copied(arguments: Arguments) -> Arguments:
    """A copy of the data in them, since a test may change its own; other objects stay what they are."""
    return _mapped(arguments, lambda value: value.detach().clone() if isinstance(value, torch.Tensor) else value)


def variations(arguments: Arguments) -> Iterator[Arguments]:
    """Calls that differ in their numbers, in their size, or in a single argument."""
    if sum(value.numel() for value in _tensors(arguments)) > MOST_NUMBERS:
        return
    if any(value.is_floating_point() for value in _tensors(arguments)):
        yield _mapped(arguments, _Drawn())
        yield _mapped(arguments, _of_floats(lambda value: value * 300))
    for place, change in _single_changes(arguments):
        yield _changed(arguments, place, change)
    if any(True for _ in _tensors(arguments)):
        yield _mapped(arguments, _of_tensors(lambda value: value.flip(0) if value.dim() else value))
        yield _mapped(arguments, _of_floats(lambda value: value.round()))  # with ties
        yield _mapped(arguments, _of_floats(torch.zeros_like))
        yield _mapped(arguments, _of_floats(lambda value: value.double()))
        yield _mapped(
            arguments, _of_tensors(lambda value: torch.stack([value, value.flip(0)]) if value.dim() else value)
        )
        yield _mapped(arguments, _of_tensors(lambda value: value[:1] if value.dim() else value))


class _Drawn:
    """Other numbers of the same shape and scale; rows that sum to 1 still do."""

    def __init__(self) -> None:
        self._generator = torch.Generator().manual_seed(0)

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.is_floating_point() or not value.numel():
            return value
        drawn = torch.randn(value.shape, generator=self._generator, dtype=torch.float64)
        finite = value[torch.isfinite(value)].double()
        if len(finite) and bool((finite >= 0).all()):
            drawn = drawn.abs() + 0.1
            if value.dim() and bool(torch.isclose(value.sum(-1), torch.ones((), dtype=value.dtype)).all()):
                return (drawn / drawn.sum(-1, keepdim=True)).to(value.dtype)
        scale = float(finite.square().mean().sqrt()) if len(finite) else 1.0
        return (drawn * (scale or 1.0)).to(value.dtype)


def _of_tensors(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, torch.Tensor) else value


def _of_floats(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def _single_changes(arguments: Arguments) -> Iterator[tuple[int | str, Callable[[Any], Any]]]:
    """Changes of one argument: its place or name, and the change. The first change of each argument comes first."""
    args, kwargs = arguments
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    found = {place: list(_changes_of(value)) for place, value in places}
    for number in range(max(map(len, found.values()), default=0)):
        for place, changes in found.items():
            if number < len(changes):
                yield place, changes[number]


def _changes_of(value: Any) -> Iterator[Callable[[Any], Any]]:
    if isinstance(value, bool):
        yield lambda old: not old
    elif isinstance(value, int):
        yield lambda old: old + 1
        yield lambda old: old - 1
        yield lambda old: 2 * old + 3
        yield lambda _old: 1
        yield lambda _old: 0
    elif isinstance(value, float):
        yield lambda old: 2.5 * old
        yield lambda old: 0.3 * old
        yield lambda old: -old
        yield lambda _old: 0.0
    elif isinstance(value, torch.Tensor):
        if not value.is_floating_point() and value.numel() > 1 and value.dtype != torch.bool:
            yield lambda old: old.flatten().roll(1).reshape(old.shape)
            yield lambda old: old.flatten()[:1].expand(old.numel()).reshape(old.shape).clone()
        elif value.dtype == torch.bool:
            yield lambda old: ~old
            yield torch.ones_like
            yield torch.zeros_like
    elif isinstance(value, _LISTS) and len(value) > 1:
        yield lambda old: old[::-1]
        yield lambda old: old[:1] * len(old)
        yield lambda old: old[1:]
        yield lambda old: old + old[:1]
    elif isinstance(value, dict) and len(value) > 1:
        yield lambda old: dict(reversed(old.items()))
        yield _equal_values
        yield _drop_first
        yield _turn_values


def _equal_values(old: dict) -> dict:
    return dict.fromkeys(old, next(iter(old.values())))


def _drop_first(old: dict) -> dict:
    return dict(list(old.items())[1:])


def _turn_values(old: dict) -> dict:
    values = list(old.values())
    return dict(zip(old, values[1:] + values[:1], strict=True))


def _changed(arguments: Arguments, place: int | str, change: Callable[[Any], Any]) -> Arguments:
    args, kwargs = copied(arguments)
    if isinstance(place, int):
        args[place] = change(args[place])
    else:
        kwargs[place] = change(kwargs[place])
    return args, kwargs


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, _LISTS):
        for item in value:
            yield from _tensors(item)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with each part changed that is neither a list, a tuple nor a dict."""
    if type(value) is dict:
        return {key: _mapped(item, change) for key, item in value.items()}
    if type(value) in _LISTS:
        return type(value)(_mapped(item, change) for item in value)
    return change(value)
