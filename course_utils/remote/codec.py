"""The codec between a test and a student's code: plain data in, plain data out, never pickle.

A value becomes a JSON document beside one safetensors blob. What is checked on arrival: structure, depth, dtype, shape
and size. What is no plain data (a class, a module, a function) crosses as a handle, if the sender keeps a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from course_utils.remote import models
from course_utils.remote.framing import ProtocolError

MAX_DEPTH = 32
MAX_DRAINED = 10_000  # items taken from an iterator

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64),
    )
}


@dataclass
class Handle:
    """Stands for an object that stays where it is."""

    id: int
    type_name: str = ""
    bases: tuple[str, ...] = ()


class Encoder:
    """Turns values into JSON; tensors gather in `tensors`, each once however often it occurs.

    keep: called with an object that is no plain data, hands back the handle's number; without it such an object is an
    error.
    """

    def __init__(self, keep: Callable[[Any], int] | None = None):
        self.tensors: dict[str, torch.Tensor] = {}
        self.sources: dict[str, torch.Tensor] = {}  # the tensors themselves, before they were detached and copied
        self._names: dict[int, str] = {}
        self._keep = keep

    def encode(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise ProtocolError(f"the value is nested deeper than {MAX_DEPTH} levels")
        if value is None or type(value) in (bool, str):
            return value
        if isinstance(value, float) and not isinstance(value, np.floating):
            return float(value) if math.isfinite(value) else {"$": "float", "v": repr(float(value))}
        if type(value) is int:
            return value if abs(value) < 2**63 else {"$": "int", "v": hex(value)}
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        container = self._container(value, depth + 1)
        return container if container is not None else self._object(value, depth + 1)

    def blob(self) -> bytes:
        return save_tensors(self.tensors) if self.tensors else b""

    def _add(self, tensor: torch.Tensor) -> str:
        name = f"t{len(self.tensors)}"
        self.tensors[name] = tensor.detach().to("cpu", copy=True).contiguous()
        return name

    def _tensor(self, tensor: torch.Tensor) -> dict:
        if str(tensor.dtype).removeprefix("torch.") not in DTYPES or tensor.layout is not torch.strided:
            raise ProtocolError(f"a tensor of dtype {tensor.dtype} and layout {tensor.layout} cannot be sent")
        if id(tensor) not in self._names:
            name = self._add(tensor)
            self._names[id(tensor)], self.sources[name] = name, tensor
        name = self._names[id(tensor)]
        form = {"$": "tensor", "n": name, "shape": list(tensor.shape), "g": bool(tensor.requires_grad)}
        if tensor.is_leaf and isinstance(tensor.grad, torch.Tensor):
            form["grad"] = self._add(tensor.grad)
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
            raise ProtocolError(f"an object of type {type(value).__name__} cannot be sent: it is no plain data")
        bases = [base.__name__ for base in type(value).__mro__[:-1]][:16]
        return {"$": "handle", "id": self._keep(value), "type": type(value).__name__[:80], "bases": bases}


class Decoder:
    """Turns JSON and tensors back into values; anything unexpected is a ProtocolError.

    resolve: called with a Handle, hands back what stands for it on this side.
    """

    def __init__(self, tensors: dict[str, torch.Tensor], resolve: Callable[[Handle], Any] | None = None):
        self._tensors = tensors
        self._resolve = resolve

    def decode(self, form: Any) -> Any:
        try:
            return self._decode(form, 0)
        except ProtocolError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, RuntimeError) as error:
            raise ProtocolError(f"a value has a wrong form ({type(error).__name__})") from None

    def _decode(self, form: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ProtocolError(f"the value is nested deeper than {MAX_DEPTH} levels")
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

    def _items(self, form: dict, depth: int) -> list:
        return [self._decode(item, depth) for item in form["v"]]

    def _read_float(self, form: dict, depth: int) -> float:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[form["v"]]

    def _read_int(self, form: dict, depth: int) -> int:
        if len(form["v"]) > 4000:
            raise ProtocolError("an integer has more than 4000 digits")
        return int(form["v"], 16)

    def _read_tuple(self, form: dict, depth: int) -> tuple:
        return tuple(self._items(form, depth))

    def _read_set(self, form: dict, depth: int) -> set:
        return set(self._items(form, depth))

    def _read_frozenset(self, form: dict, depth: int) -> frozenset:
        return frozenset(self._items(form, depth))

    def _read_dict(self, form: dict, depth: int) -> dict:
        return {self._decode(key, depth): self._decode(value, depth) for key, value in form["v"]}

    def _read_range(self, form: dict, depth: int) -> range:
        return range(*self._items(form, depth))

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
            tensor.grad = self._tensors[form["grad"]]
        return tensor

    def _read_array(self, form: dict, depth: int) -> np.ndarray:
        return self._tensors[form["n"]].numpy().reshape(form["shape"])

    def _read_scalar(self, form: dict, depth: int) -> np.generic:
        return self._tensors[form["n"]].numpy()[0]

    def _read_handle(self, form: dict, depth: int) -> Any:
        type_name, bases = form.get("type", ""), form.get("bases", [])
        if self._resolve is None or type(form["id"]) is not int or type(type_name) is not str:
            raise ProtocolError("a handle has a wrong form")
        return self._resolve(Handle(form["id"], type_name[:80], tuple(str(base)[:80] for base in bases[:16])))

    def _read_model(self, form: dict, depth: int) -> torch.nn.Module:
        if self._resolve is None or isinstance(self, UntrustedDecoder):
            raise ProtocolError("a model may only come from the judge")
        model = models.build(form["builder"], **self._decode(form["arguments"], depth))
        own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        with torch.no_grad():
            for key, part in form["state"].items():
                own[key].copy_(self._shaped(part))
                own[key].requires_grad_(part["g"])
                self._tensors[part["n"]] = own[key]  # the leaf that gradients gather in
        return model.train(form["training"])

    def _shaped(self, form: dict) -> torch.Tensor:
        tensor = self._tensors[form["n"]]
        if list(tensor.shape) != form["shape"] or str(tensor.dtype).removeprefix("torch.") not in DTYPES:
            raise ProtocolError("a tensor is not of the shape or dtype that was announced")
        return tensor


class UntrustedDecoder(Decoder):
    """For what a student's process sends: it may name no builder."""


def read_blob(blob: bytes) -> dict[str, torch.Tensor]:
    """Tensors by name from a safetensors blob."""
    if not blob:
        return {}
    try:
        tensors = load_tensors(bytes(blob))
        return {name: tensors[name] for name in sorted(tensors, key=lambda name: int(name[1:]))}  # as they were added
    except (SafetensorError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ProtocolError(f"the tensors cannot be read ({type(error).__name__})") from None


def _drain(iterator: Iterator) -> list:
    items = []
    for item in iterator:
        if len(items) == MAX_DRAINED:
            raise ProtocolError(f"an iterator gave more than {MAX_DRAINED:,} items; it may have no end")
        items.append(item)
    return items
