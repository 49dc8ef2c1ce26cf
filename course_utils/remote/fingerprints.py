"""Fingerprints of values: equal up to rounding. From one, only a few rounded numbers can be read."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from course_utils.remote.traces import KINDS, TYPES, VALUES, Numbers, ValueFingerprint, hash_of, text_of

FEW, DIGITS = 3, 6  # up to FEW numbers are kept as they are; of more, only projections
_WAVES = (1.0, math.sqrt(2.0), (1 + math.sqrt(5.0)) / 2)  # of the weights that a projection gives to the numbers
# Decimal digits that must agree: of integers, of float32 and float64, and of 16-bit floats.
_WHOLE, _FINE, _COARSE = 9, 4, 2
_HALF = (torch.float16, torch.bfloat16)
_MOST_EVIDENCE = 8
_MOST_LEAVES = 10_000
_TRIVIAL: tuple[set, ...] = (set(), {0}, {1})


@dataclass
class Seen:
    """What was read of a value. kinds: a hash of what a test may notice besides the values: containers, int or float,
    graphs. types: of all of that, and of dtypes. evidence: how much the value tells (see `traces.Call`).
    """

    values: ValueFingerprint
    kinds: str
    types: str
    evidence: int


class Reader:
    """Makes the fingerprint of one encoded value (see `codec`).

    handles: numbers of the student's objects, by their own; an object keeps its number from value to value.
    """

    def __init__(self, tensors: dict[str, torch.Tensor], handles: dict[int, int]):
        self._tensors, self._handles = tensors, handles
        self._numbers: Numbers = []
        self._seen: set[Any] = set()
        self._plain = False  # whether there is anything but handles

    def fingerprint(self, form: Any) -> ValueFingerprint:
        """The values alone."""
        structure = [self._read(form), ()]
        return ValueFingerprint(hash_of(structure, VALUES), self._numbers)

    def read(self, form: Any, aside: Any = ()) -> Seen:
        """aside: what else the call did, such as the names of the arguments that it changed; one of the values, too."""
        self._seen |= set(map(str, aside))
        structure = [self._read(form), aside]
        evidence = int(self._plain) if self._seen in _TRIVIAL else min(_MOST_EVIDENCE, 2 * len(self._seen))
        kinds, types = hash_of(structure, KINDS), hash_of(structure, TYPES)
        return Seen(ValueFingerprint(hash_of(structure, VALUES), self._numbers), kinds, types, evidence)

    def _read(self, form: Any) -> Any:
        if isinstance(form, int | float):
            dtype = torch.float64 if isinstance(form, float) else torch.int64
            return self._leaf(torch.tensor(form, dtype=dtype), _Detail(None, type(form).__name__, type(form).__name__))
        if isinstance(form, list):
            return self._list(form, "list")
        if not isinstance(form, dict):
            self._plain = True
            if form is not None:
                self._seen.add(form)
            return form
        return self._special(form)

    def _list(self, items: list, name: str) -> Any:
        numbers = [self._number(item) for item in items]
        if items and None not in numbers:  # as much as a tensor with one axis
            values = [number[0] for number in numbers if number is not None]
            whole = all(isinstance(value, int) and abs(value) < 2**63 for value in values)
            tensor = torch.tensor(values, dtype=torch.int64 if whole else torch.float64)
            kinds, types = (
                [name, *sorted({str(number[place]) for number in numbers if number is not None})] for place in (1, 2)
            )
            return self._leaf(tensor, _Detail(None, kinds, types))
        return [_Detail("items", name, name), *(self._read(item) for item in items)]

    def _number(self, item: Any) -> tuple[float, str, str] | None:
        """An int, a float or a tensor without axes: its value, its kind and its type; None for anything else."""
        if isinstance(item, int | float):
            return item, type(item).__name__, type(item).__name__
        if not isinstance(item, dict) or item.get("$") != "tensor" or item.get("shape") != [] or "grad" in item:
            return None
        tensor = self._tensors[item["n"]]
        return tensor.item(), f"tensor {_class_of(tensor)}", f"{tensor.dtype} {item.get('g')}"

    def _special(self, form: dict) -> Any:
        kind = form.get("$")
        if "n" in form and "shape" in form:  # a tensor, an array, a scalar, a part of a model's state
            return self._tensor(form)
        if kind == "handle":
            number = self._handles.setdefault(form["id"], len(self._handles))
            return ["handle", _Detail(None, None, form.get("type")), number]
        if kind == "float":
            return self._leaf(torch.tensor(float(form["v"]), dtype=torch.float64), _Detail(None, "float", "float"))
        if kind == "tuple":
            return self._list(form["v"], "tuple")
        if kind in ("set", "frozenset", "dict"):  # in no order
            return [kind, *(self._read(item) for item in sorted(form["v"], key=text_of))]
        return {key: self._read(value) if key != "$" else value for key, value in form.items()}

    def _tensor(self, form: dict) -> Any:
        tensor = self._tensors[form["n"]]
        what = f"{form.get('$')} {_class_of(tensor)}"
        detail = _Detail(None, [what, form.get("g")], [what, form.get("g"), str(tensor.dtype)])
        leaf = self._leaf(tensor.reshape(form["shape"]), detail)
        return [leaf, self._leaf(self._tensors[form["grad"]], None)] if "grad" in form else leaf

    def _leaf(self, tensor: torch.Tensor, detail: Any) -> Any:
        self._plain = True
        if tensor.is_complex():
            tensor = torch.view_as_real(tensor)
        leaf = _leaf_of(tensor.detach())
        self._seen |= leaf.seen
        self._numbers.append(leaf.numbers)
        shape = list(tensor.shape)
        return ["numbers", _Detail([size for size in shape if size != 1], shape, shape), leaf.missing, detail]


@dataclass(frozen=True)
class _Detail:
    """A part of a structure that depends on how closely it is compared."""

    values: Any
    kinds: Any
    types: Any


@dataclass(frozen=True)
class _Leaf:
    """What is read of a tensor's numbers. missing: the places of those that are not finite. seen: the first numbers."""

    numbers: list[float]
    missing: list[int]
    seen: frozenset[Any]


_leaves: dict[tuple[str, bytes], _Leaf] = {}  # read before: tests send the same tensors again and again


def _leaf_of(tensor: torch.Tensor) -> _Leaf:
    content = tensor.contiguous().flatten().view(torch.uint8).numpy()
    key = str(tensor.dtype), hashlib.sha256(content.tobytes()).digest()
    if key not in _leaves:
        if len(_leaves) >= _MOST_LEAVES:
            _leaves.clear()
        _leaves[key] = _read_leaf(tensor)
    return _leaves[key]


def _read_leaf(tensor: torch.Tensor) -> _Leaf:
    values = tensor.double().flatten()
    finite = torch.isfinite(values)
    missing = (~finite).nonzero().flatten().tolist()
    values = torch.where(finite, values, 0.0)
    seen: set[Any] = {_rounded(value) for value in values[finite][:100].tolist()}
    digits = _digits(tensor)
    whole = bool((values == values.round()).all())  # exact in every type, and compared with integers
    most = 2 * DIGITS if whole else DIGITS
    numbers = [digits, *(_rounded(value, most) for value in _digest(values))]
    return _Leaf(numbers, missing, frozenset(seen | {"not finite"} if missing else seen))


def _class_of(tensor: torch.Tensor) -> str:
    if tensor.dtype == torch.bool:
        return "bool"
    return "float" if tensor.is_floating_point() or tensor.is_complex() else "int"


def _digits(tensor: torch.Tensor) -> int:
    if not tensor.is_floating_point():
        return _WHOLE
    return _COARSE if tensor.dtype in _HALF else _FINE


def _digest(values: torch.Tensor) -> list[float]:
    """A few numbers that stand for all: themselves, or their norm and projections on fixed directions."""
    if len(values) <= FEW:
        return values.tolist()
    return [float(values.norm()), *(float(values @ wave) for wave in _waves(len(values)))]


@lru_cache(maxsize=64)
def _waves(length: int) -> list[torch.Tensor]:
    places = torch.arange(1, length + 1, dtype=torch.float64)
    return [torch.cos(places * wave) for wave in _WAVES]


def _rounded(value: float, digits: int = DIGITS) -> float:
    return float(f"{value:.{digits}g}")
