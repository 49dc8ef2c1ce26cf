"""Expected against got, in words: what the assertions of a lab's tests say when they fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import Repr
from typing import Any

import numpy as np
import torch

from course_utils.remote.client import RemoteObject
from course_utils.remote.kinds import kind
from course_utils.testing.tolerance import NUMBERS, agree, chosen, is_coarser

SHOWN_VALUES = 12
UNCHECKABLE = "a value that cannot be checked"
NO_RETURN = "None (what a function without `return` gives)"
_NONE = re.compile(r"^None(?=$|, from `)")
_TYPES = re.compile(
    r"\bitem\(\)|\b(tensors?|tuples?|lists?|dicts?|arrays?|floats?|ints?|bools?|scalar|d?types?|return)\b"
)


class _Short(Repr):
    """Tensors in a list or dict in one line, without autograd's own names."""

    def repr_Tensor(self, tensor: torch.Tensor, level: int) -> str:
        if tensor.numel() > SHOWN_VALUES:
            return f"tensor of shape {tuple(tensor.shape)}"
        return f"tensor({_numbers(tensor.tolist())})"

    repr_Parameter = repr_Tensor


# 200 characters are shown: of a list of a million tensors, no more need be written out.
_SHORT = _Short()
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxset = _SHORT.maxfrozenset = _SHORT.maxdict = 200
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 1000


class Difference(AssertionError):
    """Two values differ; the message has lines `expected:`, `got:` and, where it helps, `where:` and `hint:`."""

    def __init__(self, expected: str, got: str, where: str = "", hint: str | None = None):
        got = got if where.startswith("[") else _NONE.sub(NO_RETURN, got)
        where = f"item {where}" if where.startswith("[") else where  # of what was compared
        lines = [f"expected: {expected}", f"got:      {got}"]
        lines += [f"where:    {where}"] if where else []
        lines += [f"hint:     {hint}"] if hint else []
        super().__init__("\n".join(lines))


class WrongType(Difference):
    """A value that is not of the expected type, so that its values could not be compared."""

    @classmethod
    def saying(cls, message: str) -> WrongType:
        """With a whole message."""
        error = cls("", "")
        error.args = (message,)
        return error


def show(value: Any) -> str:
    """A value in one short line; a tensor by shape, dtype and, if it is small, its numbers.

    >>> show(torch.tensor([1, 2])), show([torch.ones(2, requires_grad=True), torch.ones(5, 5)])
    ('[1, 2] (tensor of shape (2,), int64)', '[tensor([1, 1]), tensor of shape (5, 5)]')
    """
    if isinstance(value, np.generic):
        return f"{_numbers(value.item())} (numpy {type(value).__name__})"
    if isinstance(value, np.ndarray):
        array = f"numpy array of shape {value.shape}, {value.dtype}"
        return array if value.size > SHOWN_VALUES else f"{_numbers(value.tolist())} ({array})"
    if isinstance(value, torch.Tensor):
        tensor = f"tensor of shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
        return tensor if value.numel() > SHOWN_VALUES else f"{_numbers(value.tolist())} ({tensor})"
    if isinstance(value, RemoteObject):
        return kind(value)
    text = _SHORT.repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({type(value).__name__})"


def described(value: Any) -> str:
    """A value that is not of the expected type, with its kind.

    >>> described([1, 2]), described({"a": 1}), described(None), described(torch.ones(1))
    ('a list of ints: [1, 2]', "a dict: {'a': 1}", 'None', '[1] (tensor of shape (1,), float32)')
    """
    shown, what = show(value), kind(value)
    if isinstance(value, dict):
        return f"a dict: {shown}"
    plain = shown == what or isinstance(value, torch.Tensor | np.ndarray | np.generic)
    return shown if plain else f"{what}: {shown}"


def show_types(expected: Any, got: Any) -> tuple[str, str]:
    """Two values of different types, each with the name of its type where that does not show: (1, 2) or [1, 2]."""
    if got is None or isinstance(got, RemoteObject | torch.Tensor | np.ndarray | np.generic):
        return show(expected), show(got)
    first, second = (f"{show(value)}, {_with_article(type(value).__name__)}" for value in (expected, got))
    return first, second


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "AEIOUaeiou" else f"a {noun}"


def _numbers(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(map(_numbers, values)) + "]"
    return f"{values:.6g}" if isinstance(values, float) else str(values)


def about_types(hint: str | None) -> str | None:
    """The hint, if it can help with a value of a wrong type: others would mislead.

    >>> about_types("add one product for each pair"), about_types("loss.item() gives a Python float")
    (None, 'loss.item() gives a Python float')
    """
    return hint if hint and _TYPES.search(hint) else None


def as_tensor(value: Any) -> torch.Tensor | None:
    """A tensor from a tensor, number or numpy array; None from anything else."""
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, bool | int | float):
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, np.ndarray | np.generic):
        return torch.as_tensor(value)
    return None


def require_close(
    got: Any, expected: Any, rtol: float | None, atol: float | None, hint: str | None, dtype: bool, path: str = ""
) -> None:
    """Raise Difference unless got is expected, up to rounding; containers are compared item by item.

    >>> require_close([1.000001, 2.0], [1.0, 2.0], rtol=1e-5, atol=None, hint=None, dtype=False)
    >>> require_close([1.0, 2.0], [1.0], rtol=None, atol=None, hint=None, dtype=False)
    Traceback (most recent call last):
    ...
    course_utils.testing.comparison.WrongType: expected: 1 value
    got:      2 values: [1.0, 2.0]
    """
    if isinstance(expected, Mapping):
        _require_keys(got, expected, hint, path)
        for key in expected:
            require_close(got[key], expected[key], rtol, atol, hint, dtype, f"{path}[{key!r}]")
    elif isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple):
            raise WrongType(kind(expected), show(got), path, about_types(hint))
        if len(got) != len(expected):
            raise WrongType(_values(len(expected)), f"{_values(len(got))}: {show(got)}", path, hint)
        for index, (mine, right) in enumerate(zip(got, expected, strict=True)):
            require_close(mine, right, rtol, atol, hint, dtype, f"{path}[{index}]")
    elif isinstance(expected, torch.Tensor):
        _require_tensor(got, expected, rtol, atol, hint, dtype, path)
    else:
        _require_number(got, expected, rtol, atol, hint, path)


def _values(count: int) -> str:
    return f"{count} value{'' if count == 1 else 's'}"


def _require_keys(got: Any, expected: Mapping, hint: str | None, path: str) -> None:
    if not isinstance(got, Mapping):
        raise WrongType(f"a dict with keys {_listed(expected)}", show(got), path, about_types(hint))
    if set(got) != set(expected):
        raise Difference(f"keys {_listed(expected)}", f"keys {_listed(got)}", path, hint)


def _listed(keys: Mapping) -> str:
    return show(list(keys)).removeprefix("[").removesuffix("]")


def _require_number(
    got: Any, expected: Any, rtol: float | None, atol: float | None, hint: str | None, path: str
) -> None:
    value = as_tensor(got)
    if value is None or value.numel() != 1:
        raise WrongType(f"the number {expected:.8g}", show(got), path, about_types(hint))
    require_precision(value, torch.float32, hint, path)
    right = torch.as_tensor(expected, dtype=torch.float64).reshape(())
    if not agree(value.reshape(()), right, *chosen(rtol, atol, NUMBERS)):
        raise Difference(f"{expected:.8g}", str(got) if isinstance(got, bool) else f"{value.item():.8g}", path, hint)


def _require_tensor(
    got: Any, expected: torch.Tensor, rtol: float | None, atol: float | None, hint: str | None, dtype: bool, path: str
) -> None:
    if not isinstance(got, torch.Tensor):
        raise WrongType(f"a tensor of shape {tuple(expected.shape)}", show(got), path, about_types(hint))
    if got.shape != expected.shape:
        raise Difference(f"shape {tuple(expected.shape)}", f"shape {tuple(got.shape)}", path, hint)
    if dtype and got.dtype != expected.dtype:
        raise Difference(f"dtype {expected.dtype}", f"dtype {got.dtype}", path, about_types(hint))
    # Where a test states its tolerance, a float64 reference is there to be exact, not to ask for float64.
    exact = rtol is not None and expected.dtype == torch.float64
    require_precision(got, torch.float32 if exact else expected.dtype, hint, path)
    if not bool(agree(got, expected, rtol, atol).all()):
        raise _first_difference(got.detach(), expected.detach(), rtol, atol, hint, path)


def require_precision(got: torch.Tensor, least: torch.dtype, hint: str | None, path: str = "") -> None:
    """Raise Difference where got's dtype rounds more coarsely than `least`."""
    if is_coarser(got.dtype, than=least):
        coarse = f"dtype {got.dtype}, which is less precise"
        raise Difference(f"dtype {least}, or one as precise", coarse, path, about_types(hint))


def _first_difference(
    got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None, hint: str | None, path: str
) -> Difference:
    bad = ~agree(got, expected, rtol, atol)
    first = tuple(int(i) for i in bad.nonzero()[0])
    share = f"{int(bad.sum())} of {bad.numel()} values differ" if bad.numel() > 1 else ""
    if share and got.is_floating_point() and not bool(torch.isfinite(got).all()):
        share += f", {int((~torch.isfinite(got)).sum())} are NaN or infinite"
    place = f"{path}[{', '.join(map(str, first))}]" if first else path
    if got.numel() <= SHOWN_VALUES:
        return Difference(show(expected), show(got), f"{share}, the first at {place}" if share else path, hint)
    return Difference(
        f"{_numbers(expected[first].item())} at {place}", f"{_numbers(got[first].item())} at {place}", share, hint
    )
