"""`student` and `reference`: the two objects that a test cell uses.

`student.f(x)` calls the submission's function through the codec, whether it runs in this notebook or in the sandbox.
`reference.f(x)` calls the reference solution's function, which only the judge and the reference notebook have.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from course_utils.environment import in_reference_notebook, refuse_unprotected_grading
from course_utils.remote import probes
from course_utils.remote.alarm import alarm, can_interrupt
from course_utils.remote.client import NOTHING, RemoteClient, RemoteObject, Transport
from course_utils.remote.device import DeviceNotes
from course_utils.remote.framing import ProtocolError
from course_utils.remote.recorder import Recorder
from course_utils.remote.server import RemoteServer, Timer
from course_utils.remote.student_errors import StudentError
from course_utils.variables import notebook_variables

VARIED_SECONDS = 1.0  # of processor time, for a call with arguments that no test has: a step of 0 never ends


class Student:
    """`student.f` is the submission's f; without a connection to a sandbox, the f of this notebook."""

    def __init__(self) -> None:
        self._client: RemoteClient | None = None
        self._varies = False  # whether the calls are those of a diagnosis

    def _connect(self, client: RemoteClient | None) -> None:
        self._client = client

    def _connected(self) -> RemoteClient:
        if self._client is None:
            self._client = RemoteClient(local_transport(notebook_variables(), self._timer))
        return self._client

    def _timer(self, seconds: float) -> contextlib.AbstractContextManager:
        """In a notebook, a test may take as long as it likes; what only a diagnosis calls may not."""
        return alarm(VARIED_SECONDS) if self._varies and can_interrupt() else contextlib.nullcontext()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteObject(self._connected(), name)

    def value(self, name: str) -> Any:
        """The value of the submission's variable `name`, as plain data."""
        return self._connected().request("value", target=name)

    def run(self, probe: Callable, *args: Any, **kwargs: Any) -> Any:
        """Run `probe(student, *args, **kwargs)` in the student's process; only its source and arguments are sent.

        Raises ValueError if the probe uses names defined outside it.
        """
        source = textwrap.dedent(inspect.getsource(probe))
        probes.check(source, probe.__name__)
        return self._connected().request("run", args, kwargs, source=source, name=probe.__name__)

    def _take_changes(self) -> list[tuple[str, str]]:
        """What changed an argument, and which, since this was last asked."""
        if self._client is None:
            return []
        changes, self._client.changes = sorted(self._client.changes), set()
        return changes

    def _changed_defaults(self) -> dict[str, str]:
        """The default dtype and device of the student's process, if they are not PyTorch's own."""
        return self._client.defaults if self._client is not None else {}

    def _returned(self) -> tuple[str, Any] | None:
        """The name of the function or module that a test called last, and what it returned."""
        return self._client.returned if self._client is not None else None

    def _made(self) -> tuple[str, Any] | None:
        """The name of the class that a test called last, and what this returned; it may be an object of another."""
        return self._client.made if self._client is not None else None

    def _probed(self) -> tuple[str, str]:
        """The kind of what a probe got last, and the function that it had called; empty after another call."""
        return self._client.probed if self._client is not None else NOTHING

    def _record(self, recorder: Recorder | None) -> None:
        """Record the calls from now on; None ends it."""
        self._connected().recorder = recorder

    def _use_device(self, notes: DeviceNotes) -> bool:
        """Give calls their inputs on a device from now on, if the student's process has one besides the CPU."""
        client = self._connected()
        with contextlib.suppress(StudentError):
            client.device_notes = notes if client.request("find_device") else None
        return client.device_notes is not None

    def _start_test(self, test: str, seed: int) -> None:
        """While recording, a test also seeds PyTorch on the student's side, so that its calls can be repeated."""
        client = self._client
        if client is not None and client.device_notes is not None:
            client.device_notes.start(test)
        if client is not None and client.recorder is not None and not client.broken:
            client.recorder.start(test)
            with contextlib.suppress(StudentError):
                client.request("seed", seed=seed)

    def _note_failure(self) -> None:
        if self._client is not None and self._client.recorder is not None:
            self._client.recorder.note_failure()

    def _vary_calls(self, seed: int) -> None:
        """While recording, repeat the test's calls with other arguments, if the recorder asks for it."""
        client = self._client
        if client is None or client.recorder is None or client.broken:
            return
        if not (calls := client.recorder.other_calls()):
            return
        with contextlib.suppress(StudentError):
            client.request("seed", seed=seed)
        self._varies = True
        try:
            with client.apart():
                for target, (args, kwargs) in calls:
                    with contextlib.suppress(StudentError, ProtocolError):
                        client.call(target, args, kwargs)
        finally:
            self._varies = False
        self._take_changes()  # of these calls, which no test is about

    def _release(self) -> None:
        """Drop the objects and graphs that tests left in the student's process."""
        if self._client is None:
            return
        self._client.forget_calls()
        if not self._client.broken:
            with contextlib.suppress(StudentError):
                self._client.request("drop")


class ReferenceUnavailable(Exception):
    """The reference solution is not available here."""


class Reference:
    """`reference.f` is the reference solution's f, for the judge and in the reference notebook."""

    def __init__(self) -> None:
        self._variables: Mapping[str, Any] | None = None

    def _connect(self, variables: Mapping[str, Any] | None) -> None:
        self._variables = variables

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        variables = self._variables if self._variables is not None else _reference_notebook()
        if name not in variables:
            raise NameError(f"the reference solution does not define `{name}`")
        return variables[name]


def _reference_notebook() -> Mapping[str, Any]:
    refuse_unprotected_grading()
    if in_reference_notebook():
        return notebook_variables()
    raise ReferenceUnavailable(
        "this test needs the reference solution, which is only available during grading. This says nothing about your "
        "answer: the visible tests do not need the reference."
    )


def local_transport(variables: Mapping[str, Any], timer: Timer | None = None) -> Transport:
    """A transport that answers requests in this process, through the same JSON and bytes as between processes.

    timer: see `RemoteServer`.
    """
    server = RemoteServer(variables, timer)

    def transport(request: dict, blob: bytes) -> tuple[dict, bytes]:
        with contextlib.redirect_stderr(sys.stdout):  # nbgrader's validate counts any stderr as a failure
            reply, answer = server.answer(json.loads(json.dumps(request)), blob)
        return json.loads(json.dumps(reply)), answer

    return transport


student = Student()
reference = Reference()
