"""JSON and tensors to values: the receiver's half of the codec. Whatever arrives is a value or a ProtocolError."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.remote import models
from course_utils.remote.codec import DTYPES, MAX_INT_BITS, Handle, note_place, require_depth, require_short
from course_utils.remote.framing import ProtocolError

# A message may name a tensor more than once, and a test may copy what each name stands for: the elements over all names
# are at most SPARE_ELEMENTS + MAX_REPEATS times those that arrived.
SPARE_ELEMENTS = 1_000_000
MAX_REPEATS = 4
MAX_SAME_HASH = 32  # keys with one hash are compared pair by pair: many thousands take minutes


class Decoder:
    """Turns JSON and tensors back into values, also of a sender who means harm.

    resolve: called with a Handle, returns what stands for it on this side. places: the types of devices on which the
    sender had the tensors that were decoded.
    """

    def __init__(self, tensors: dict[str, torch.Tensor], resolve: Callable[[Handle], Any] | None = None):
        self._tensors = tensors
        self._resolve = resolve
        self.places: set[str] = set()
        self._allowed = SPARE_ELEMENTS + MAX_REPEATS * sum(tensor.numel() for tensor in tensors.values())

    def decode(self, form: Any) -> Any:
        try:
            return self._decode(form, 0)
        except ProtocolError:
            raise
        except Exception as error:  # of whatever kind: a test must not take it for an error of the student's function
            raise ProtocolError(f"a value has a wrong form ({type(error).__name__})") from None

    def _decode(self, form: Any, depth: int) -> Any:
        require_depth(depth)
        if form is None or type(form) in (bool, int, float, str):
            return form
        if type(form) is list:
            return [self._decode(item, depth + 1) for item in form]
        if type(form) is not dict or type(form.get("$")) is not str:
            raise ProtocolError("a value has no kind")
        reader = getattr(self, f"_read_{form['$']}", None)
        if reader is None:
            raise ProtocolError("a value is of an unknown kind")
        return reader(form, depth + 1)

    def _named(self, name: Any) -> torch.Tensor:
        """The tensor of that name; each time it is named, its elements count."""
        tensor = self._tensors[name]
        self._allowed -= tensor.numel()
        if self._allowed < 0:
            raise ProtocolError("the value names the same tensors too often: it would grow too large")
        return tensor

    def _items(self, form: dict, depth: int) -> list:
        return [self._decode(item, depth) for item in _listed(form)]

    def _read_float(self, form: dict, depth: int) -> float:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[form["v"]]

    def _read_int(self, form: dict, depth: int) -> int:
        if len(form["v"]) > MAX_INT_BITS // 4 + len("-0x"):
            raise ProtocolError(f"an integer has more than {MAX_INT_BITS} bits")
        return int(form["v"], 16)

    def _read_tuple(self, form: dict, depth: int) -> tuple:
        return tuple(self._items(form, depth))

    def _read_set(self, form: dict, depth: int) -> set:
        return set(_keys(self._items(form, depth)))

    def _read_frozenset(self, form: dict, depth: int) -> frozenset:
        return frozenset(_keys(self._items(form, depth)))

    def _read_dict(self, form: dict, depth: int) -> dict:
        pairs = [(self._decode(key, depth), self._decode(value, depth)) for key, value in _listed(form)]
        _keys([key for key, _ in pairs])
        return dict(pairs)

    def _read_range(self, form: dict, depth: int) -> range:
        values = range(*self._items(form, depth))
        require_short(values)
        return values

    def _read_slice(self, form: dict, depth: int) -> slice:
        return slice(*self._items(form, depth))

    def _read_ellipsis(self, form: dict, depth: int) -> Any:
        return Ellipsis

    def _read_dtype(self, form: dict, depth: int) -> torch.dtype:
        return DTYPES[form["v"]]

    def _read_generator(self, form: dict, depth: int) -> torch.Generator:
        generator = torch.Generator()
        generator.set_state(self._decode(form["v"], depth))
        return generator

    def _read_tensor(self, form: dict, depth: int) -> torch.Tensor:
        tensor = self._shaped(form)
        if form.get("g") and not tensor.requires_grad and tensor.is_floating_point():
            tensor.requires_grad_(True)
        if "grad" in form and tensor.is_leaf:
            tensor.grad = self._named(form["grad"])
        note_place(tensor, form.get("device", "cpu"))
        self.places.add(form.get("device", "cpu"))
        return tensor

    def _read_array(self, form: dict, depth: int) -> np.ndarray:
        return self._named(form["n"]).numpy().reshape(form["shape"])

    def _read_scalar(self, form: dict, depth: int) -> np.generic:
        (value,) = self._named(form["n"]).numpy()
        return value

    def _read_handle(self, form: dict, depth: int) -> Any:
        type_name, bases = form.get("type", ""), form.get("bases", [])
        if self._resolve is None or type(form["id"]) is not int or type(type_name) is not str:
            raise ProtocolError("a handle has a wrong form")
        return self._resolve(Handle(form["id"], _name(type_name), tuple(_name(str(base)) for base in bases[:16])))

    def _shaped(self, form: dict) -> torch.Tensor:
        tensor = self._named(form["n"])
        if list(tensor.shape) != form["shape"] or str(tensor.dtype).removeprefix("torch.") not in DTYPES:
            raise ProtocolError("a tensor is not of the shape or dtype that was announced")
        return tensor


class RequestDecoder(Decoder):
    """For what a test sends: it may also name a builder of models. An answer never may: `Decoder` knows no models."""

    def _read_model(self, form: dict, depth: int) -> torch.nn.Module:
        model = models.build(form["builder"], **self._decode(form["arguments"], depth))
        own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        with torch.no_grad():
            for key, part in form["state"].items():
                own[key].copy_(self._shaped(part))
                own[key].requires_grad_(part["g"])
                self._tensors[part["n"]] = own[key]  # the leaf that gradients gather in
        return model.train(form["training"])


def _listed(form: dict) -> list:
    if type(form["v"]) is not list:
        raise ProtocolError("a container has no list of items")
    return form["v"]


def _keys(values: list) -> list:
    """The values, if a dict or set may have them as keys."""
    if max(Counter(map(hash, values)).values(), default=0) > MAX_SAME_HASH:
        raise ProtocolError("too many keys have the same hash")
    return values


def _name(text: str) -> str:
    """A type's name: it is shown in messages, so without control characters."""
    return "".join(filter(str.isprintable, text[:80]))
