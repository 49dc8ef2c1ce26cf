"""The test's side of a call to student code: sends requests, checks answers, raises errors."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from course_utils.remote.codec import Handle, read_blob
from course_utils.remote.decoder import Decoder
from course_utils.remote.device import DeviceNotes
from course_utils.remote.encoder import Encoder
from course_utils.remote.framing import ProtocolError, ProtocolTimeout
from course_utils.remote.gradients import attach
from course_utils.remote.kinds import kind
from course_utils.remote.recorder import Recorder
from course_utils.remote.student_errors import (
    StudentError,
    StudentProtocolError,
    StudentTimeout,
    error_class,
    printable,
    student_error,
)

CALL_SECONDS = 5.0  # of processor time
WALL_FACTOR = 6  # how much longer a call may take by the clock: the machine may be busy
NOTHING = ("", "")  # that a probe got, from no function
MAX_TIMEOUTS = 2  # a function that hangs on every input costs this many waits, not one for each call
Transport = Callable[[dict, bytes], tuple[dict, bytes]]


class RemoteObject(Handle):
    """An object or function on the student's side: call it, read its attributes, index it."""

    def __init__(self, client: RemoteClient, target: int | str, handle: Handle | None = None):
        super().__init__(
            target if isinstance(target, int) else 0, *((handle.type_name, handle.bases) if handle else ())
        )
        self._client = client
        self._target = target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        forward = f"{self.type_name}.forward" if "Module" in self.bases else ""
        return self._client.call(self._target, args, kwargs, forward)

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
        self.changes: set[tuple[str, str]] = set()  # (what changed it, the argument)
        self.defaults: dict[str, str] = {}  # the other side's "dtype" and "device", if they are not PyTorch's own
        self.recorder: Recorder | None = None
        self.device_notes: DeviceNotes | None = None  # if calls are to get their inputs on a device
        # By the last call of a function by its name, or of a module: ("Net.forward", what it returned).
        self.returned: tuple[str, Any] | None = None
        self.made: tuple[str, Any] | None = None  # the same, of the last call of a class by its name
        self.probed = NOTHING  # by the last probe: the kind of what it got, and the function that it had called

    def request(self, op: str, args: Any = (), kwargs: Mapping | None = None, **fields: Any) -> Any:
        reply, tensors = self._exchange(op, args, kwargs or {}, fields)[:2]
        if op == "run":
            self.returned, self.probed = None, _kind_and_name(reply)
        return self._decode(reply, tensors)

    def forget_calls(self) -> None:
        """Forget what the last calls returned: the next test has nothing to do with them."""
        self.returned = self.made = None
        self.probed = NOTHING

    def call(self, target: int | str, args: Any, kwargs: Mapping, name: str = "") -> Any:
        """A call that can be differentiated: gradients flow through the student's graph, on the student's side.

        name: of what an object runs when it is called; a function has its own.
        """
        name = target if isinstance(target, str) else name
        if self.device_notes is None:
            return self._call(target, args, kwargs, name)
        try:
            return self._call(target, args, kwargs, name, self.device_notes)
        except StudentError as error:
            self.device_notes.note_error(error)
            raise

    def _call(self, target: int | str, args: Any, kwargs: Mapping, name: str, notes: DeviceNotes | None = None) -> Any:
        if name:
            self.returned, self.probed = None, NOTHING
        fields = {"target": target, "grad": torch.is_grad_enabled(), **({"on_device": True} if notes else {})}
        start = time.monotonic()
        try:
            reply, tensors, encoder = self._exchange("call", args, kwargs, fields)
        except StudentError as error:
            error.called = name
            raise
        finally:
            if self.recorder is not None:
                self.recorder.note_arguments(target, (list(args), dict(kwargs)), start)
        if type(reply.get("graph")) is int and torch.is_grad_enabled():
            inputs = [tensor for tensor in encoder.sources.values() if tensor.requires_grad]
            tensors.update(attach(self, reply, tensors, inputs))
        value = self._decode(reply, tensors, notes if encoder.tensors else None)
        if name:
            self.returned = name, value
            if isinstance(target, str) and isinstance(value, RemoteObject):
                self.made = name, value
            if self.recorder is not None:
                self.recorder.returned.setdefault(name, set()).add(kind(value))
        return value

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Calls in this block that take too long do not count for those after it."""
        before = self._timeouts, self._exhausted
        try:
            yield
        finally:
            self._timeouts, self._exhausted = before

    def _exchange(self, op: str, args: Any, kwargs: Mapping, fields: dict) -> tuple[dict, dict, Encoder]:
        if self.broken or self._exhausted:
            raise student_error(StudentTimeout, "timeout", self.broken or self._exhausted)
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
            raise student_error(StudentTimeout, "timeout", self.broken) from None
        except (ProtocolError, OSError) as error:
            reason = str(error) if isinstance(error, ProtocolError) else "the connection was closed"
            self.broken = f"the student's process gave no valid answer: {reason}"
            raise student_error(StudentProtocolError, "no valid answer", reason) from None
        given = {name: printable(str(reply.get(f"default_{name}", ""))[:40]) for name in ("dtype", "device")}
        self.defaults = {name: value for name, value in given.items() if value}
        if self.recorder is not None:
            self.recorder.note(request, encoder.tensors, reply, tensors)
        if "error" in reply:
            raise self._raised(reply["error"])
        self._note_changes(request.get("target"), reply.get("changed"))
        return reply, tensors, encoder

    def _note_changes(self, target: Any, arguments: Any) -> None:
        if type(arguments) is list:
            function = f"your function `{target}`" if isinstance(target, str) else "your code"
            self.changes |= {(function, printable(str(name)[:80])) for name in arguments[:8]}

    def _decode(self, reply: dict, tensors: dict, notes: DeviceNotes | None = None) -> Any:
        if "ok" not in reply:
            raise student_error(StudentProtocolError, "no valid answer", "there is no result in it")
        decoder = Decoder(tensors, lambda handle: RemoteObject(self, handle.id, handle))
        try:
            value = decoder.decode(reply["ok"])
        except ProtocolError as error:
            raise student_error(StudentProtocolError, "no valid answer", str(error)) from None
        if notes is not None:
            notes.note_places(decoder.places)
        return value

    def _raised(self, error: Any) -> StudentError:
        if type(error) is not dict:
            return student_error(StudentProtocolError, "no valid answer", "an error without a description")
        name, text, where = (printable(str(error.get(key, ""))[:2000]) for key in ("type", "text", "where"))
        if name == "timeout":
            self._timeouts += 1
            if self._timeouts == MAX_TIMEOUTS:
                self._exhausted = f"{MAX_TIMEOUTS} calls before this one gave no answer within {self.seconds:g} s each"
            return student_error(StudentTimeout, "timeout", f"no answer within {self.seconds:g} s", where)
        names = [str(base) for base in error["bases"][:16]] if type(error.get("bases")) is list else []
        raised = student_error(error_class(names), name, text, where)
        raised.by_test = error.get("by_test") is True
        raised.got, raised.called = _kind_and_name(error)
        return raised


def _kind_and_name(data: Mapping) -> tuple[str, str]:
    """What a probe got from the student's function, by kind, and that function's name; empty if it called none."""
    got, called = (printable(str(data.get(key, ""))[:200]) for key in ("got", "called"))
    return got, called
