"""Expected against got, in words: what the assertions of a lab's tests say when they fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from course_utils.remote.client import RemoteObject

SHOWN_VALUES = 12


class Difference(AssertionError):
    """Two values differ; the message has lines `expected:`, `got:` and, where it helps, `where:` and `hint:`."""

    def __init__(self, expected: str, got: str, where: str = "", hint: str | None = None):
        got = f"{got} (what a function without `return` gives)" if got == "None" else got
        lines = [f"expected: {expected}", f"got:      {got}"]
        lines += [f"where:    {where}"] if where else []
        lines += [f"hint:     {hint}"] if hint else []
        super().__init__("\n".join(lines))


def show(value: Any) -> str:
    """A value in one short line; a tensor by shape, dtype and, if it is small, its numbers."""
    if isinstance(value, np.ndarray | np.generic):
        return f"a numpy {type(value).__name__} {np.array2string(value, threshold=SHOWN_VALUES)}"
    if isinstance(value, torch.Tensor):
        kind = f"tensor of shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
        if value.numel() > SHOWN_VALUES:
            return kind
        return f"{_numbers(value.tolist())} ({kind})"
    if isinstance(value, RemoteObject):
        return _with_article(value.type_name or "object")
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({type(value).__name__})"


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


def as_tensor(value: Any, dtype: torch.dtype | None = None) -> torch.Tensor | None:
    """A tensor from a tensor, number or nested list of numbers; None from anything else."""
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, bool | int | float | np.ndarray | np.generic):
        return torch.as_tensor(value, dtype=dtype)
    return None


def require_close(
    got: Any, expected: Any, rtol: float | None, atol: float | None, hint: str | None, dtype: bool, path: str = ""
) -> None:
    """Raise Difference unless got is expected, up to rounding; containers are compared item by item."""
    if isinstance(expected, Mapping):
        _require_keys(got, expected, hint, path)
        for key in expected:
            require_close(got[key], expected[key], rtol, atol, hint, dtype, f"{path}[{key!r}]")
    elif isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            raise Difference(f"{len(expected)} values", show(got), path, hint)
        for index, (mine, right) in enumerate(zip(got, expected, strict=True)):
            require_close(mine, right, rtol, atol, hint, dtype, f"{path}[{index}]")
    elif isinstance(expected, torch.Tensor):
        _require_tensor(got, expected, rtol, atol, hint, dtype, path)
    else:
        _require_number(got, expected, rtol, atol, hint, path)


def _require_keys(got: Any, expected: Mapping, hint: str | None, path: str) -> None:
    if not isinstance(got, Mapping):
        raise Difference(f"a dict with keys {', '.join(map(repr, expected))}", show(got), path, hint)
    if set(got) != set(expected):
        raise Difference(f"keys {', '.join(map(repr, expected))}", f"keys {', '.join(map(repr, got))}", path, hint)


def _require_number(
    got: Any, expected: Any, rtol: float | None, atol: float | None, hint: str | None, path: str
) -> None:
    number = as_tensor(got, torch.float64)
    if number is None or number.numel() != 1:
        raise Difference(show(expected), show(got), path, hint)
    right = torch.as_tensor(expected, dtype=torch.float64).reshape(())
    if not _close(number.to(torch.float64).reshape(()), right, rtol or 1e-5, 1e-7 if atol is None else atol):
        raise Difference(f"{expected:.8g}", f"{number.item():.8g}", path, hint)


def _require_tensor(
    got: Any, expected: torch.Tensor, rtol: float | None, atol: float | None, hint: str | None, dtype: bool, path: str
) -> None:
    if not isinstance(got, torch.Tensor):
        raise Difference(f"a tensor of shape {tuple(expected.shape)}", show(got), path, hint)
    if got.shape != expected.shape:
        raise Difference(f"shape {tuple(expected.shape)}", f"shape {tuple(got.shape)}", path, hint)
    if dtype and got.dtype != expected.dtype:
        raise Difference(f"dtype {expected.dtype}", f"dtype {got.dtype}", path, hint)
    if got.numel() and not _close(got, expected, rtol, atol):
        raise _first_difference(got.detach(), expected.detach(), rtol, atol, hint, path)


def _tolerances(got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None) -> tuple:
    coarse = torch.float64
    for tensor in (got, expected):
        if tensor.dtype in (torch.float16, torch.bfloat16, torch.float32) and coarse is not torch.float16:
            coarse = tensor.dtype
    default_r, default_a = {torch.float64: (1e-7, 1e-9), torch.float32: (1e-4, 1e-5)}.get(coarse, (2e-2, 1e-2))
    if not (got.is_floating_point() or expected.is_floating_point()):
        default_r, default_a = 0.0, 0.0
    return default_r if rtol is None else rtol, default_a if atol is None else atol


def _close(got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None) -> bool:
    return bool(_agree(got, expected, rtol, atol).all())


def _agree(got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None) -> torch.Tensor:
    rtol, atol = _tolerances(got, expected, rtol, atol)
    if got.is_complex() or expected.is_complex():
        return torch.isclose(got.to(torch.complex128), expected.to(torch.complex128), rtol=rtol, atol=atol)
    return torch.isclose(got.to(torch.float64), expected.to(torch.float64), rtol=rtol, atol=atol, equal_nan=False)


def _first_difference(
    got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None, hint: str | None, path: str
) -> Difference:
    bad = ~_agree(got, expected, rtol, atol)
    first = tuple(int(i) for i in bad.nonzero()[0])
    share = f"{int(bad.sum())} of {bad.numel()} values differ"
    if got.is_floating_point() and not bool(torch.isfinite(got).all()):
        share += f", {int((~torch.isfinite(got)).sum())} are NaN or infinite"
    place = f"{path}[{', '.join(map(str, first))}]" if first else path
    if got.numel() <= SHOWN_VALUES:
        return Difference(show(expected), show(got), f"{share}, the first at {place}" if first else path, hint)
    return Difference(
        f"{_numbers(expected[first].item())} at {place}", f"{_numbers(got[first].item())} at {place}", share, hint
    )
