"""How far an answer may be off: the tolerance follows the dtype of what is expected, never that of the answer."""

from __future__ import annotations

import torch

# (rtol, atol) where a test names none. A Python number is held to less than float64: a float32 answer is good enough.
NUMBERS = (1e-5, 1e-7)
EXACT = (0.0, 0.0)  # integers and booleans
HALF = (2e-2, 1e-2)  # float16 and bfloat16
BY_DTYPE = {torch.float64: (1e-7, 1e-9), torch.float32: (1e-4, 1e-5)}


def is_inexact(dtype: torch.dtype) -> bool:
    """Whether values of this dtype are rounded."""
    return dtype.is_floating_point or dtype.is_complex


def is_coarser(dtype: torch.dtype, than: torch.dtype) -> bool:
    """Whether `dtype` rounds more coarsely; integers and booleans do not round.

    >>> is_coarser(torch.bfloat16, than=torch.float16), is_coarser(torch.float64, than=torch.float32)
    (True, False)
    """
    return is_inexact(dtype) and is_inexact(than) and torch.finfo(dtype).eps > torch.finfo(than).eps


def chosen(rtol: float | None, atol: float | None, default: tuple[float, float]) -> tuple[float, float]:
    """The test's own tolerances, 0 included; the default in place of None."""
    return default[0] if rtol is None else rtol, default[1] if atol is None else atol


def agree(got: torch.Tensor, expected: torch.Tensor, rtol: float | None, atol: float | None) -> torch.Tensor:
    """Where two tensors of one shape agree, value by value; NaN agrees with nothing.

    >>> agree(torch.tensor([1.0, 1.01]).half(), torch.ones(2), rtol=None, atol=None).tolist()
    [True, False]
    """
    default = BY_DTYPE.get(expected.dtype.to_real(), HALF) if is_inexact(expected.dtype) else EXACT
    rtol, atol = chosen(rtol, atol, default)
    if rtol == atol == 0 and not (is_inexact(got.dtype) or is_inexact(expected.dtype)):
        return got.long() == expected.long()  # float64 would round large ones
    common = torch.complex128 if got.is_complex() or expected.is_complex() else torch.float64
    return torch.isclose(got.to(common), expected.to(common), rtol=rtol, atol=atol)
