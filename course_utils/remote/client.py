"""The test's side of a call to student code: sends requests, checks answers, lets gradients flow, raises errors."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from course_utils.remote.codec import Handle, read_blob
from course_utils.remote.decoder import Decoder
from course_utils.remote.encoder import Encoder
from course_utils.remote.framing import ProtocolError, ProtocolTimeout

CALL_SECONDS = 5.0  # of processor time
WALL_FACTOR = 6  # how much longer a call may take by the clock: the machine may be busy
MAX_TIMEOUTS = 2  # a function that hangs on every input costs this many waits, not one for each call
Transport = Callable[[dict, bytes], tuple[dict, bytes]]


class StudentError(Exception):
    """The student's code raised; the class at hand is also of the built-in type that was raised.

    student_type, student_text, where: the exception's own type and message, and the line of the student's code.
    """

    student_type = "Exception"
    student_text = ""
    where = ""

    @property
    def what(self) -> str:
        """Type and message, without the line."""
        return f"{self.student_type}: {self.student_text}" if self.student_text else self.student_type

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what


class StudentTimeout(StudentError):
    """The student's code did not answer in time."""


class StudentProtocolError(StudentError):
    """What came from the student's process is no valid answer."""


class RemoteObject(Handle):
    """An object or function on the student's side: call it, read its attributes, index it."""

    def __init__(self, client: RemoteClient, target: int | str, handle: Handle | None = None):
        super().__init__(
            target if isinstance(target, int) else 0, *((handle.type_name, handle.bases) if handle else ())
        )
        self._client = client
        self._target = target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._client.call(self._target, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._client.request("attribute", target=self._target, attribute=name)

    def _special(self, name: str) -> Any:
        return self._client.request("attribute", target=self._target, attribute=name)

    def __getitem__(self, key: Any) -> Any:
        return self._special("__getitem__")(key)

    def __len__(self) -> int:
        return self._special("__len__")()

    def __iter__(self) -> Any:
        return iter(self._special("__iter__")())

    def __repr__(self) -> str:
        return f"<{self.type_name or self._target} on the student's side>"


class RemoteClient:
    """Sends requests to a server: numbers them, decodes answers, raises what the student's code raised."""

    def __init__(self, transport: Transport, seconds: float = CALL_SECONDS):
        self._transport = transport
        self._numbers = itertools.count(1)
        self.seconds = seconds
        self.broken: str | None = None  # why the other side is lost
        self._timeouts = 0
        self._exhausted = ""  # why this client asks no more, though the other side lives

    def request(self, op: str, args: Any = (), kwargs: Mapping | None = None, **fields: Any) -> Any:
        reply, tensors = self._exchange(op, args, kwargs or {}, fields)[:2]
        return self._decode(reply, tensors)

    def call(self, target: int | str, args: Any, kwargs: Mapping) -> Any:
        """A call that can be differentiated: gradients flow through the student's graph, on the student's side."""
        fields = {"target": target, "grad": torch.is_grad_enabled()}
        reply, tensors, encoder = self._exchange("call", args, kwargs, fields)
        if type(reply.get("graph")) is int and torch.is_grad_enabled():
            inputs = [tensor for tensor in encoder.sources.values() if tensor.requires_grad]
            tensors.update(self._attach(reply, tensors, inputs))
        return self._decode(reply, tensors)

    def _exchange(self, op: str, args: Any, kwargs: Mapping, fields: dict) -> tuple[dict, dict, Encoder]:
        if self.broken or self._exhausted:
            raise _student_error(StudentTimeout, "timeout", self.broken or self._exhausted)
        encoder = Encoder()
        request = {"id": next(self._numbers), "op": op, "seconds": self.seconds, **fields}
        request |= {"args": encoder.encode(list(args)), "kwargs": {"$": "dict", "v": []}}
        if kwargs:
            request["kwargs"] = encoder.encode(dict(kwargs))
        try:
            reply, blob = self._transport(request, encoder.blob())
            if type(reply) is not dict or reply.get("id") != request["id"]:
                raise ProtocolError("the answer does not belong to the question")
            tensors = read_blob(blob)
        except ProtocolTimeout:
            self.broken = "no answer came in time, and none to the interrupt either"
            raise _student_error(StudentTimeout, "timeout", self.broken) from None
        except (ProtocolError, OSError) as error:
            self.broken = f"the student's process gave no valid answer: {error}"
            raise _student_error(StudentProtocolError, "no valid answer", str(error)) from None
        if "error" in reply:
            raise self._raised(reply["error"])
        return reply, tensors, encoder

    def _decode(self, reply: dict, tensors: dict) -> Any:
        if "ok" not in reply:
            raise _student_error(StudentProtocolError, "no valid answer", "there is no result in it")
        try:
            return Decoder(tensors, lambda handle: RemoteObject(self, handle.id, handle)).decode(reply["ok"])
        except ProtocolError as error:
            raise _student_error(StudentProtocolError, "no valid answer", str(error)) from None

    def _attach(self, reply: dict, tensors: dict, inputs: list[torch.Tensor]) -> dict[str, torch.Tensor]:
        names = reply.get("outputs")
        if type(names) is not list or not all(type(n) is str and n in tensors for n in names):
            raise _student_error(StudentProtocolError, "no valid answer", "it names tensors that did not come")
        outputs = [tensors[name] for name in names if tensors[name].is_floating_point()]
        anchor = torch.zeros(
            (), requires_grad=True
        )  # keeps the graph alive where only the student's parameters need gradients
        attached = _RemoteGraph.apply(self, reply["graph"], outputs, anchor, *inputs)
        return dict(zip(names, attached, strict=True))

    def _raised(self, error: Any) -> StudentError:
        if type(error) is not dict:
            return _student_error(StudentProtocolError, "no valid answer", "an error without a description")
        kind, text, where = (_printable(str(error.get(key, ""))[:2000]) for key in ("type", "text", "where"))
        if kind == "timeout":
            self._timeouts += 1
            if self._timeouts == MAX_TIMEOUTS:
                self._exhausted = f"{MAX_TIMEOUTS} calls before this one gave no answer within {self.seconds:g} s each"
            return _student_error(StudentTimeout, "timeout", f"no answer within {self.seconds:g} s", where)
        names = [str(name) for name in error.get("bases", [])][:16] if type(error.get("bases")) is list else []
        return _student_error(_error_class(names), kind, text, where)


class _RemoteGraph(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, client: RemoteClient, graph: int, outputs: list, anchor: torch.Tensor, *inputs: torch.Tensor
    ) -> tuple:
        ctx.client, ctx.graph, ctx.shapes = client, graph, [x.shape for x in inputs]
        ctx.set_materialize_grads(False)
        return tuple(output.detach().clone() for output in outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> tuple:
        answer = ctx.client.request("backward", list(gradients), graph=ctx.graph)
        shapes = [getattr(g, "shape", None) for g in answer] if type(answer) is list else None
        if shapes is None or any(s not in (None, want) for s, want in zip(shapes, ctx.shapes, strict=True)):
            raise _student_error(StudentProtocolError, "no valid answer", "a gradient has the wrong shape")
        return None, None, None, None, *answer


_ERROR_BASES = {
    error.__name__: error
    for error in (
        ZeroDivisionError,
        OverflowError,
        ArithmeticError,
        IndexError,
        KeyError,
        LookupError,
        NotImplementedError,
        RecursionError,
        RuntimeError,
        AttributeError,
        NameError,
        AssertionError,
        ModuleNotFoundError,
        ImportError,
        FileNotFoundError,
        OSError,
        MemoryError,
        SyntaxError,
        StopIteration,
        TypeError,
        ValueError,
    )
}


def _error_class(names: list[str]) -> type[StudentError]:
    base = next((name for name in names if name in _ERROR_BASES), None)
    if base is None:
        return StudentError
    return type(f"Student{base}", (StudentError, _ERROR_BASES[base]), {})


def _student_error(kind: type[StudentError], type_name: str, text: str, where: str = "") -> StudentError:
    error = kind(text)
    error.student_type, error.student_text, error.where = type_name, text, where
    return error


def _printable(text: str) -> str:
    """Without control characters: a student's text goes to terminals and pages."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
