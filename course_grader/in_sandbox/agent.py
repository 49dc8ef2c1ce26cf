"""Runs in the student's kernel: connects to the judge and answers its requests until told to stop."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from typing import Any

from course_utils.remote.alarm import alarm
from course_utils.remote.framing import ProtocolError, receive_frame, send_frame
from course_utils.remote.server import CallTimeout, RemoteServer, describe


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
