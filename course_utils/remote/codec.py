"""The codec between a test and a student's code: plain data in, plain data out, never pickle.

A value becomes a JSON document beside one safetensors blob: `encoder` writes both, `decoder` reads both. Checked on
arrival: structure, depth, dtype, shape, and size over all references. What is not plain data (a class, a module, a
function) crosses as a handle, if the sender keeps a table. Tensors arrive on the CPU; `place_of` says where they were.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from course_utils.remote.framing import ProtocolError

MAX_DEPTH = 32
MAX_ITEMS = 10_000  # of an iterator or a range: it takes a few bytes, and may have no end
MAX_INT_BITS = 4096

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64),
    )
}


_PLACE = "_course_place"
PLACES = frozenset({"cpu", "cuda", "hpu", "meta", "mps", "xla", "xpu"})  # PyTorch's types of devices


def place_of(tensor: torch.Tensor) -> str:
    """The type of device on which the sender had this tensor: "cpu", "cuda", ..."""
    return vars(tensor).get(_PLACE, tensor.device.type)


def note_place(tensor: torch.Tensor, place: str) -> None:
    if place not in PLACES:
        raise ProtocolError("a tensor is on a device of an unknown type")
    vars(tensor)[_PLACE] = place


@dataclass
class Handle:
    """Stands for an object that stays where it is."""

    id: int
    type_name: str = ""
    bases: tuple[str, ...] = ()


def require_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ProtocolError(f"the value is nested deeper than {MAX_DEPTH} levels")


def require_short(values: range) -> None:
    try:
        length = len(values)
    except OverflowError:
        length = sys.maxsize
    if length > MAX_ITEMS:
        raise ProtocolError(f"{values} has more than {MAX_ITEMS:,} items")


def write_blob(tensors: dict[str, torch.Tensor]) -> bytes:
    return save_tensors(tensors) if tensors else b""


def read_blob(blob: bytes) -> dict[str, torch.Tensor]:
    """Tensors by name from a safetensors blob."""
    if not blob:
        return {}
    try:
        tensors = load_tensors(bytes(blob))
        return {name: tensors[name] for name in sorted(tensors, key=lambda name: int(name[1:]))}  # as they were added
    except (SafetensorError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ProtocolError(f"the tensors cannot be read ({type(error).__name__})") from None
