"""One submission's judging, in a process of its own: runs test cells against a student's kernel and reports."""

from __future__ import annotations

import contextlib
import io
import socket
import time
import traceback
from typing import Any

from course_grader.judge.reference import execute_source
from course_utils import testing
from course_utils.lab_test_case import session as test_session
from course_utils.link import Link
from course_utils.namespaces import reference, student
from course_utils.wire import WireError, WireTimeout, receive_frame, send_frame

ACCEPT_SECONDS = 10.0
GRACE_SECONDS = 3.0  # beyond a call's own limit: for the transfer, and for the alarm to be heard
MAX_OUTPUT = 50_000


class StudentKernel:
    """The student's side as a transport; connected anew for each test cell."""

    def __init__(self, path: str, call_seconds: float):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(1)
        self._call_seconds = call_seconds
        self._connection: socket.socket | None = None

    def connect(self) -> Link:
        self._listener.settimeout(ACCEPT_SECONDS)
        link = Link(self._transport, self._call_seconds)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError:
            link.broken = "the student's kernel does not answer"
        return link

    def _transport(self, request: dict, blob: bytes) -> tuple[Any, bytes]:
        if self._connection is None:
            raise WireError("there is no connection")
        deadline = time.monotonic() + self._call_seconds + GRACE_SECONDS
        self._connection.settimeout(self._call_seconds + GRACE_SECONDS)
        try:
            send_frame(self._connection, request, blob)
        except TimeoutError:
            raise WireTimeout("the request was not taken in time") from None
        return receive_frame(self._connection, deadline)

    def release(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.settimeout(1)
                send_frame(self._connection, {"op": "stop"})
            self._connection.close()
            self._connection = None


def judge_cell(kernel: StudentKernel, imports: str, source: str, exercise: str) -> dict[str, Any]:
    """Run one test cell. The verdict: `tests` (outcomes as plain data), `text` (what it printed), `error`, `broken`."""
    link = kernel.connect()
    student._connect(link)
    output, error = io.StringIO(), ""
    testing.last_outcomes.clear()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            space: dict[str, Any] = {"__name__": "__main__"}
            exec(compile(imports, "<setup imports>", "exec"), space)
            execute_source(source, f"<test_{exercise}>", space)
    except BaseException as failure:  # a broken test cell must not end the judge
        error = "".join(traceback.format_exception_only(failure)).strip()
    finally:
        kernel.release()
    outcomes = testing.last_outcomes.get(exercise, [])
    tests = [{**vars(outcome), "points": outcome.points} for outcome in outcomes]
    return {"tests": tests, "text": output.getvalue()[:MAX_OUTPUT], "error": error, "broken": link.broken}


def serve_submission(control: socket.socket, variables: dict[str, Any], imports: str) -> None:
    """Answer `open` once, then one `judge` after another, until the controller closes the connection."""
    request, _ = receive_frame(control)
    kernel = StudentKernel(request["path"], request["call_seconds"])
    test_session.seed, test_session.judged = request["seed"], True
    reference._connect(variables)
    send_frame(control, {"ready": True})
    while True:
        try:
            request, _ = receive_frame(control)
        except WireError:
            return
        send_frame(control, judge_cell(kernel, imports, request["source"], request["exercise"]))
