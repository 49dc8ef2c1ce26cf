"""A FAKE of a GPU: tensors stay on the CPU, some count as a GPU's, and operations refuse to mix them, as CUDA does.

For machines without one. Its source alone is enough, so that a sandboxed kernel can run it, too.
"""

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

from course_utils.remote.device import InputDevice

FAKE, CPU = torch.device("cuda", 0), torch.device("cpu")
MIXED = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
INDEXED = "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
NUMPY = "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
GETTERS = {torch.Tensor.device.__get__: lambda place: place, torch.Tensor.is_cuda.__get__: lambda place: place == FAKE}
FREE = {"copy_", "__get__", "__set__", "set_", "_has_compatible_shallow_copy_type"}  # tensors may be on both devices
_on_gpu = {}  # the storages that count as a GPU's, by address; kept, so that no other gets the address


class FakeCuda(TorchFunctionMode):
    """Within it, `tensor.to("cuda")` gives a copy that counts as a GPU's."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, name = kwargs or {}, getattr(function, "__name__", "")
        if function is torch.device or name == "_parse_to":
            return function(*args, **kwargs)
        if function in GETTERS:
            return GETTERS[function](place(args[0]))
        wanted = _wanted(name, args, kwargs)
        used = [each for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)]
        if wanted is None and name not in FREE:
            _refuse_what_cuda_refuses(name, used)
        args, kwargs = tree_map(_without_gpu, (args, kwargs))
        if name in ("cuda", "cpu"):
            return label(args[0].clone(), wanted)
        if wanted is not None and name == "to":
            return label(function(*args, **{**kwargs, "copy": True}), wanted)
        on_gpu = wanted == FAKE or (wanted is None and any(place(each) == FAKE for each in used))
        result = function(*args, **kwargs)
        return tree_map(lambda each: label(each, FAKE), result) if on_gpu and name not in FREE else result


def _refuse_what_cuda_refuses(name, used):
    places = {place(each) for each in used if each.dim()}
    if name in ("numpy", "__array__") and FAKE in places:
        raise TypeError(NUMPY)
    if name in ("__getitem__", "__setitem__"):
        if place(used[0]) == CPU and FAKE in places:
            raise RuntimeError(INDEXED)
    elif len(places) > 1:
        raise RuntimeError(MIXED)


def place(tensor):
    """The device on which a tensor counts as lying."""
    is_marked = vars(tensor).get("fake_gpu", False) or tensor.untyped_storage().data_ptr() in _on_gpu
    return FAKE if is_marked else CPU


def label(value, device):
    if isinstance(value, torch.Tensor) and device == FAKE:
        storage = value.untyped_storage()
        if storage.data_ptr():
            _on_gpu[storage.data_ptr()] = storage
        else:
            vars(value)["fake_gpu"] = True  # it has no elements
    return value


def _wanted(name, args, kwargs):
    """The device that a call asks for; None if it names none."""
    if name in ("cuda", "cpu"):
        return FAKE if name == "cuda" else CPU
    named = [kwargs["device"]] if kwargs.get("device") is not None else list(args[1:]) if name == "to" else []
    for each in named:
        if isinstance(each, torch.device | str):
            return FAKE if torch.device(each).type == "cuda" else CPU
        if isinstance(each, torch.Tensor):
            return place(each)
    return None


def _without_gpu(value):
    name = value.type if isinstance(value, torch.device) else value if isinstance(value, str) else ""
    return CPU if name.startswith("cuda") else value


def fake_device():
    return InputDevice(torch.device("cuda"), FakeCuda)
