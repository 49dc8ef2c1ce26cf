"""The student's side of a test: takes requests, runs them on the student's functions, answers with plain data.

The same server answers inside a student's own notebook (in the same process) and in grading (in the sandbox), so a
test's verdict is the same in both.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import math
import traceback
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import torch
from torch import nn

from course_utils.remote import device as devices
from course_utils.remote.changes import Watch
from course_utils.remote.codec import Handle, read_blob
from course_utils.remote.decoder import RequestDecoder
from course_utils.remote.encoder import Encoder
from course_utils.remote.framing import ProtocolError
from course_utils.remote.kinds import kind

MAX_TEXT = 2000
PROBE = "<probe>"  # the file name that a probe's code gets
OWN_DEFAULTS = {"dtype": "torch.float32", "device": "cpu"}  # PyTorch's own
PROBE_GLOBALS = {"torch": torch, "math": math, "nn": nn, "F": nn.functional}

Timer = Callable[[float], contextlib.AbstractContextManager]


class CallTimeout(BaseException):
    """A call took longer than it may. A BaseException: `except Exception` in a student's code lets it through."""


class StudentNamespace:
    """Attribute access to a notebook's variables, for probes. note: told what each function returns."""

    def __init__(self, variables: Mapping[str, Any], note: Callable[[str, Any], None] = lambda *_: None):
        self._variables = variables
        self._note = note

    def __getattr__(self, name: str) -> Any:
        found = look_up(self._variables, name)
        return self._noting(name, found) if isinstance(found, FunctionType) else found

    def _noting(self, name: str, function: FunctionType) -> Callable:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self._note(name, result)
            return result

        return call


def look_up(variables: Mapping[str, Any], name: str) -> Any:
    if name not in variables:
        raise NameError(f"`{name}` is not defined: run the cell that defines it (and check its spelling)")
    return variables[name]


def _changed_defaults() -> dict[str, str]:
    """For a reply: PyTorch's default dtype and device, if the student's code has changed them."""
    defaults = {"dtype": str(torch.get_default_dtype()), "device": _default_device()}
    return {f"default_{name}": value for name, value in defaults.items() if value != OWN_DEFAULTS[name]}


def _default_device() -> str:
    try:
        return str(torch.get_default_device())
    except Exception:  # PyTorch makes a tensor on it to find out
        return "one that is missing here"


class RemoteServer:
    """Answers requests about `variables` (a notebook's namespace).

    timer: a context manager factory; within `timer(seconds)` a call that lasts longer is interrupted by CallTimeout.
    """

    def __init__(self, variables: Mapping[str, Any], timer: Timer | None = None):
        self._variables = variables
        self._timer = timer or (lambda seconds: contextlib.nullcontext())
        self._objects: dict[int, Any] = {}
        self._graphs: list[tuple[list[torch.Tensor], list[torch.Tensor]]] = []
        self._got: dict[str, str] = {}  # by a probe: which function it last called, and the kind of the result
        self._device: devices.InputDevice | None = None
        self._operations = {
            "call": self._call,
            "value": self._value,
            "attribute": self._attribute,
            "backward": self._backward,
            "run": self._run,
            "seed": self._seed,
            "drop": self._drop,
            "find_device": self._find_device,
        }

    def answer(self, request: dict, blob: bytes) -> tuple[dict, bytes]:
        """The reply to one request; an exception of the student's code is a reply too."""
        encoder = Encoder(self._keep)
        try:
            # Inference mode may be left over from a cell: without counts of changes, no input could be watched.
            with torch.inference_mode(False), self._timer(request.get("seconds", 0)):
                reply = self._operations[request["op"]](request, read_blob(blob), encoder)
            return {"id": request["id"], **reply, **_changed_defaults()}, encoder.blob()
        except CallTimeout:
            return {"id": request["id"], "error": {"type": "timeout", "bases": [], "text": "", "where": ""}}, b""
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a student's function may call exit()
            described = describe(error)
            if _raised_by_test(request, error):
                described |= {"by_test": True, **(self._got if request["op"] == "run" else {})}
            return {"id": request["id"], "error": described, **_changed_defaults()}, b""

    def _keep(self, value: Any) -> int:
        self._objects[id(value)] = value
        return id(value)

    def _target(self, request: dict) -> Any:
        target = request["target"]
        return self._objects[target] if isinstance(target, int) else look_up(self._variables, target)

    def _resolve(self, handle: Handle) -> Any:
        return self._objects[handle.id]

    def _arguments(self, request: dict, tensors: dict[str, torch.Tensor]) -> tuple[list, dict]:
        decoder = RequestDecoder(tensors, self._resolve)
        return decoder.decode(request["args"]), decoder.decode(request["kwargs"])

    def _call(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        target = self._target(request)
        if not callable(target):
            name = request["target"]
            raise TypeError(f"`{name}` is {kind(target)}, not a function: run the cell that defines it again")
        args, kwargs = self._arguments(request, tensors)
        device = self._device if request.get("on_device") else None
        with contextlib.nullcontext() if device is None else device.active():
            if device is not None:
                args, kwargs = device.moved(args), device.moved(kwargs)
            watch = Watch(target, args, kwargs)
            with torch.set_grad_enabled(request["grad"]):
                result = target(*args, **kwargs)
                if device is not None and isinstance(result, nn.Module):
                    device.moved(result)  # made without inputs, so it cannot know the device
                reply = self._result(result, tensors, encoder)  # an iterator runs only here
            return {**reply, "changed": changed} if (changed := watch.changed()) else reply

    def _result(self, result: Any, tensors: dict, encoder: Encoder) -> dict:
        """The encoded result and, where it hangs on a graph, the graph's number and its differentiable tensors."""
        form = encoder.encode(result)
        leaves = [tensor for tensor in tensors.values() if tensor.requires_grad]
        given = {id(leaf) for leaf in leaves}
        outputs = {
            name: tensor
            for name, tensor in encoder.sources.items()
            if tensor.requires_grad and (not tensor.is_leaf or id(tensor) in given)
        }
        if not outputs:
            return {"ok": form}
        self._graphs.append((list(outputs.values()), leaves))
        return {"ok": form, "graph": len(self._graphs) - 1, "outputs": list(outputs)}

    def _value(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        return {"ok": encoder.encode(self._target(request))}

    def _attribute(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        return {"ok": encoder.encode(getattr(self._target(request), request["attribute"]))}

    def _backward(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        outputs, leaves = self._graphs[request["graph"]]
        gradients = RequestDecoder(tensors).decode(request["args"])
        pairs = [(out, grad) for out, grad in zip(outputs, gradients, strict=True) if grad is not None]
        for leaf in leaves:
            leaf.grad = None
        outputs, gradients = [out for out, _ in pairs], [grad.to(out.device) for out, grad in pairs]
        torch.autograd.backward(outputs, gradients, retain_graph=True)
        return {"ok": encoder.encode([None if leaf.grad is None else leaf.grad.to_dense() for leaf in leaves])}

    def _run(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        args, kwargs = self._arguments(request, tensors)
        space: dict[str, Any] = dict(PROBE_GLOBALS)
        exec(compile(request["source"], PROBE, "exec"), space)
        self._got = {}
        namespace = StudentNamespace(self._variables, self._note_kind)
        return {"ok": encoder.encode(space[request["name"]](namespace, *args, **kwargs)), **self._got}

    def _note_kind(self, name: str, value: Any) -> None:
        self._got = {"called": name, "got": kind(value)}

    def _find_device(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        self._device = devices.find_device()
        return {"ok": self._device.device.type if self._device else ""}

    def _seed(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        torch.manual_seed(request["seed"])
        return {"ok": None}

    def _drop(self, request: dict, tensors: dict, encoder: Encoder) -> dict:
        self._objects.clear()
        self._graphs.clear()
        return {"ok": None}


def describe(error: BaseException) -> dict:
    """An exception as plain data: its type, its built-in bases, its text and the student's line that raised it."""
    bases = [base.__name__ for base in type(error).__mro__ if getattr(builtins, base.__name__, None) is base]
    try:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    except Exception as broken:  # a student's own __str__
        text = f"(its message cannot be shown: {type(broken).__name__})"
    if isinstance(error, ProtocolError):
        bases = ["Exception"]
    return {"type": type(error).__name__[:80], "bases": bases, "text": text[:MAX_TEXT], "where": _where(error)}


def _raised_by_test(request: dict, error: BaseException) -> bool:
    """Whether a test or its probe did something with the student's value that it does not allow."""
    frames = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    own = [name for name in frames if _is_notebook(name) or name == PROBE]
    if own:
        return own[-1] == PROBE
    if request["op"] == "run":  # what the probe returned cannot be sent
        return isinstance(error, ProtocolError)
    return not isinstance(request.get("target", ""), str)  # it asked for a part of a value, or called it


def _where(error: BaseException) -> str:
    """The innermost line of the student's own code, e.g. "line 7 of `embed_tokens`: `return tabel[ids]`"."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_notebook(frame.filename)]
    if not frames:
        return ""
    last = frames[-1]
    code = f": `{last.line}`" if last.line else ""
    name = next((frame.name for frame in reversed(frames) if not frame.name.startswith("<")), "")  # not `<lambda>`
    return f"line {last.lineno} of {f'`{name}`' if name else 'your code'}{code}"[:300]


def _is_notebook(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith(("<ipython-input", "<cell"))
