"""Runs in the student's kernel: connects to the judge and answers its requests until told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

from course_utils.remote.client import WALL_FACTOR
from course_utils.remote.framing import ProtocolError, receive_frame, send_frame
from course_utils.remote.server import CallTimeout, RemoteServer, describe

REPEAT_SECONDS = 0.5  # a bare `except:` in a loop swallows the first alarm


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Interrupt the block with CallTimeout after `seconds` of processor time, or WALL_FACTOR times that in wall time.

    Processor time, so that no test fails because the machine is busy. 0 sets no alarm. Main thread only.
    """

    def raise_timeout(signum: int, frame: FrameType | None) -> None:
        raise CallTimeout

    clocks = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, seconds * WALL_FACTOR),
    )
    previous = [signal.signal(number, raise_timeout) for number, _, _ in clocks]
    for _, timer, limit in clocks:
        signal.setitimer(timer, limit, REPEAT_SECONDS)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(clocks, previous, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def serve(path: str, variables: Mapping[str, Any]) -> None:
    """Answer the judge, which listens at `path`. Blocks the kernel's main thread, so that alarms reach student code."""
    server = RemoteServer(variables, timer=alarm)
    with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(ProtocolError, OSError):
        connection.connect(path)
        while True:
            request, blob = receive_frame(connection)
            if request["op"] == "stop":
                return
            _send_answer(connection, request, *_answer(server, request, blob))


def _answer(server: RemoteServer, request: dict, blob: bytes) -> tuple[dict, bytes]:
    try:
        return server.answer(request, blob)
    except CallTimeout:  # raised after the call ended but before the alarm was removed
        return {"id": request["id"], "error": {"type": "timeout", "bases": [], "text": "", "where": ""}}, b""
    except KeyboardInterrupt as error:  # of the student's code: nobody interrupts a kernel that answers the judge
        return {"id": request["id"], "error": describe(error)}, b""


def _send_answer(connection: socket.socket, request: dict, answer: dict, blob: bytes) -> None:
    """Send the answer or, where the format does not allow it, the reason; nothing has been sent before."""
    try:
        send_frame(connection, answer, blob)
    except ProtocolError as error:
        send_frame(connection, {"id": request["id"], "error": describe(error)})
