"""Values to JSON and tensors: the sender's half of the codec."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from course_utils.remote import models
from course_utils.remote.codec import DTYPES, MAX_INT_BITS, MAX_ITEMS, Handle, require_depth, require_short, write_blob
from course_utils.remote.framing import MAX_JSON_BYTES, ProtocolError

MAX_PARTS = MAX_JSON_BYTES // 2  # what fits into a message: lists that hold one another many times have no end


class Encoder:
    """Turns values into JSON; tensors gather in `tensors`, each once however often it occurs.

    >>> encoder = Encoder()
    >>> encoder.encode((1, torch.zeros(2)))
    {'$': 'tuple', 'v': [1, {'$': 'tensor', 'n': 't0', 'shape': [2], 'g': False}]}
    >>> list(encoder.tensors)
    ['t0']

    keep: called with an object that is not plain data, returns the handle's number; without it such an object is an
    error.
    """

    def __init__(self, keep: Callable[[Any], int] | None = None):
        self.tensors: dict[str, torch.Tensor] = {}
        self.sources: dict[str, torch.Tensor] = {}  # the tensors themselves, before they were detached and copied
        self._names: dict[int, str] = {}
        self._keep = keep
        self._parts = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        require_depth(depth)
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ProtocolError(f"the value has more than {MAX_PARTS:,} parts")
        if value is None or type(value) in (bool, str):
            return value
        if isinstance(value, float) and not isinstance(value, np.floating):
            return float(value) if math.isfinite(value) else {"$": "float", "v": repr(float(value))}
        if type(value) is int:
            return value if abs(value) < 2**63 else _large_int(value)
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        container = self._container(value, depth + 1)
        return container if container is not None else self._object(value, depth + 1)

    def blob(self) -> bytes:
        return write_blob(self.tensors)

    def _add(self, tensor: torch.Tensor) -> str:
        name = f"t{len(self.tensors)}"
        self.tensors[name] = tensor.detach().to("cpu", copy=True).contiguous()
        return name

    def _tensor(self, tensor: torch.Tensor) -> dict:
        _require_plain(tensor)
        if id(tensor) not in self._names:
            name = self._add(tensor)
            self._names[id(tensor)], self.sources[name] = name, tensor
        name = self._names[id(tensor)]
        form = {"$": "tensor", "n": name, "shape": list(tensor.shape), "g": bool(tensor.requires_grad)}
        if (place := tensor.device.type) != "cpu":
            form["device"] = place
        if tensor.is_leaf and isinstance(tensor.grad, torch.Tensor):
            form["grad"] = self._add(tensor.grad.to_dense())  # that of a table may be sparse
        return form

    def _array(self, value: np.ndarray | np.generic) -> dict:
        try:
            tensor = torch.from_numpy(np.array(value, order="C", ndmin=1, copy=True))
        except TypeError:
            raise ProtocolError(f"a numpy array of dtype {value.dtype} cannot be sent") from None
        return {
            "$": "array" if isinstance(value, np.ndarray) else "scalar",
            "n": self._add(tensor),
            "shape": list(value.shape),
        }

    def _container(self, value: Any, depth: int) -> Any:
        if type(value) is list:
            return [self.encode(item, depth) for item in value]
        if isinstance(value, torch.Size):
            return {"$": "tuple", "v": [int(size) for size in value]}
        for kind, name in ((tuple, "tuple"), (set, "set"), (frozenset, "frozenset")):
            if isinstance(value, kind):
                return {"$": name, "v": [self.encode(item, depth) for item in value]}
        if isinstance(value, list):
            return [self.encode(item, depth) for item in value]
        if isinstance(value, Mapping):
            return {"$": "dict", "v": [[self.encode(k, depth), self.encode(v, depth)] for k, v in value.items()]}
        if isinstance(value, range):
            require_short(value)
        if isinstance(value, range | slice):
            return {
                "$": type(value).__name__,
                "v": [self.encode(part, depth) for part in (value.start, value.stop, value.step)],
            }
        if isinstance(value, Iterator):
            return self.encode(_drain(value), depth)
        return None

    def _model(self, model: torch.nn.Module, name: str, arguments: dict, depth: int) -> dict:
        state = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        return {
            "$": "model",
            "builder": name,
            "arguments": self.encode(arguments, depth),
            "state": {key: self._tensor(tensor) for key, tensor in state.items()},
            "training": model.training,
        }

    def _object(self, value: Any, depth: int) -> Any:
        if value is Ellipsis:
            return {"$": "ellipsis"}
        if isinstance(value, torch.dtype):
            return {"$": "dtype", "v": str(value).removeprefix("torch.")}
        if isinstance(value, torch.Generator):
            return {"$": "generator", "v": self.encode(value.get_state(), depth)}
        if isinstance(value, Handle):
            return {"$": "handle", "id": value.id}
        recipe = models.recipe(value)
        if recipe is not None and self._keep is None:
            return self._model(value, *recipe, depth)
        if isinstance(value, int):  # bool and int subclasses such as IntEnum
            return int(value)
        if isinstance(value, str):
            return str.__str__(value)
        if self._keep is None:
            raise ProtocolError(f"an object of type {type(value).__name__} cannot be sent: it is not plain data")
        bases = [base.__name__ for base in type(value).__mro__[:-1]][:16]
        return {"$": "handle", "id": self._keep(value), "type": type(value).__name__[:80], "bases": bases}


def _require_plain(tensor: torch.Tensor) -> None:
    if tensor.layout is not torch.strided or tensor.is_nested:
        layout = "torch.nested" if tensor.is_nested else tensor.layout
        raise ProtocolError(f"a tensor of layout {layout} cannot be sent; see `to_dense()`")
    if tensor.is_meta:
        raise ProtocolError('a tensor on the device "meta" has no values')
    if str(tensor.dtype).removeprefix("torch.") not in DTYPES:
        raise ProtocolError(f"a tensor of dtype {tensor.dtype} cannot be sent")


def _drain(iterator: Iterator) -> list:
    items: list[Any] = []
    for item in iterator:
        if len(items) == MAX_ITEMS:
            raise ProtocolError(f"an iterator gave more than {MAX_ITEMS:,} items; it may have no end")
        items.append(item)
    return items


def _large_int(value: int) -> dict:
    if value.bit_length() > MAX_INT_BITS:
        raise ProtocolError(f"an integer has more than {MAX_INT_BITS} bits")
    return {"$": "int", "v": hex(value)}
