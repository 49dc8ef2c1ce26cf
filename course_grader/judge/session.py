"""One submission's judging, in a process of its own: runs test cells against a student's kernel and reports."""

from __future__ import annotations

import contextlib
import io
import socket
import time
import traceback
from collections.abc import Sequence
from typing import Any

from course_grader.judge.process_limits import SPARE_SECONDS, deadline, limit_memory
from course_grader.judge.reference import execute_source
from course_utils import testing
from course_utils.remote.client import WALL_FACTOR, RemoteClient
from course_utils.remote.device import DeviceNotes
from course_utils.remote.framing import ProtocolError, ProtocolTimeout, receive_frame, send_frame
from course_utils.remote.proxies import reference, student
from course_utils.remote.recorder import Recorder
from course_utils.remote.traces import traces_to_json
from course_utils.testing.case import session as test_session

ACCEPT_SECONDS = 10.0
GRACE_SECONDS = 3.0  # beyond a call's own limit: for the transfer, and for the alarm to be heard
MAX_WAITING = 100
MAX_OUTPUT = 50_000
DIAGNOSIS_SEED = 0  # a notebook's, so that one recording of the misconceptions serves both


class StudentSide:
    """The student's kernel as a transport; the agent there connects anew for each test cell."""

    def __init__(self, call_seconds: float):
        self._call_seconds = call_seconds
        self._wall_seconds = call_seconds * WALL_FACTOR + GRACE_SECONDS
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._fault = ""

    def listen(self, path: str) -> None:
        """Wait for the agent at `path`, in the folder of a kernel that has just started."""
        if self._listener is not None:
            self._listener.close()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(1)

    def connect(self, lost: str | None, fault: str) -> RemoteClient:
        """A link for one test cell; `lost` and `fault` as in `JudgeSession.judge`."""
        self._fault = fault
        link = RemoteClient(self._transport, self._call_seconds)
        if lost or self._listener is None:
            link.broken = lost or "there is no kernel"
            return link
        self._listener.settimeout(ACCEPT_SECONDS)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError:
            link.broken = "the student's kernel does not answer"
        return link

    def _transport(self, request: dict, blob: bytes) -> tuple[Any, bytes]:
        if self._connection is None:
            raise ProtocolError("there is no connection")
        deadline = time.monotonic() + self._wall_seconds
        self._connection.settimeout(self._wall_seconds)
        try:
            send_frame(self._connection, request, blob)
        except TimeoutError:
            raise ProtocolTimeout("the request was not taken in time") from None
        reply, blob = receive_frame(self._connection, deadline)
        return explain_missing_name(reply, self._fault), blob

    def release(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.settimeout(1)
                send_frame(self._connection, {"op": "stop"})
            self._connection.close()
            self._connection = None
        if self._listener is not None:
            _turn_away(self._listener)


def _turn_away(listener: socket.socket) -> None:
    """Close the waiting connections. None is from the next agent, which connects when the next test cell is judged."""
    listener.setblocking(False)
    with contextlib.suppress(OSError):  # when there are no more
        for _ in range(MAX_WAITING):
            listener.accept()[0].close()


def explain_missing_name(reply: Any, fault: str) -> Any:
    """A student side's reply; where it misses a name, with the solution cell's fault for the advice to run the cell."""
    error = reply.get("error") if type(reply) is dict else None
    if not fault or type(error) is not dict or error.get("type") != "NameError":
        return reply
    name, missing, _ = str(error.get("text")).partition(" is not defined: ")
    if not (missing and name.startswith("`")):  # Python's own, of another name
        return reply
    return {**reply, "error": {**error, "text": f"{name}{missing}its cell {fault}"}}


def old_function_note(exercise: str, fault: str, outcomes: Sequence[testing.Outcome]) -> str:
    """What the report says first where the solution cell had a fault, and yet the tests found the function."""
    missing = any(f"`{exercise}` is not defined" in outcome.message for outcome in outcomes)
    if not fault or missing or not outcomes:
        return ""
    return (
        f"{exercise}: when its cell ran, it {fault}, so these tests tried `{exercise}` as it was before that.\n"
        "  Correct the cell and run the notebook from the top.\n"
    )


def run_test_cell(imports: str, source: str, exercise: str) -> None:
    """Run a test cell in a namespace that holds the imports alone; `testing.last_outcomes` has what it found."""
    testing.last_outcomes.clear()
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(imports, "<setup imports>", "exec"), space)
    execute_source(source, f"<test_{exercise}>", space)


def judge_cell(
    side: StudentSide,
    imports: str,
    request: dict[str, Any],
    recorder: Recorder | None = None,
    device: DeviceNotes | None = None,
) -> dict[str, Any]:
    """Run one test cell. The verdict: `tests` (outcomes as plain data), `text` (what it printed), `error`.

    device: for calls with inputs on the kernel's GPU; without a GPU the cell is not run.
    """
    exercise, output, error = request["exercise"], io.StringIO(), ""
    link = side.connect(request["lost"], request["fault"])
    student._connect(link)
    student._record(recorder)
    testing.last_outcomes.clear()
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            if device is None or student._use_device(device):
                run_test_cell(imports, request["source"], exercise)
    except BaseException as failure:  # a broken test cell must not end the judge
        error = "".join(traceback.format_exception_only(failure)).strip()
    finally:
        side.release()
    outcomes = testing.last_outcomes.get(exercise, [])
    tests = [{**vars(outcome), "points": outcome.points} for outcome in outcomes]
    text = (old_function_note(exercise, request["fault"], outcomes) + output.getvalue())[:MAX_OUTPUT]
    return {"exercise": exercise, "tests": tests, "text": text, "error": error[:MAX_OUTPUT]}


def record_cell(side: StudentSide, imports: str, request: dict[str, Any]) -> dict[str, Any]:
    """Run one test cell with the seed for diagnoses, and report the calls in it. No verdict depends on this."""
    recorder, seed = Recorder(varied=True, exercise=request["exercise"]), test_session.seed
    test_session.seed, test_session.goes_on = DIAGNOSIS_SEED, True
    try:
        judge_cell(side, imports, request, recorder)
    finally:
        test_session.seed, test_session.goes_on = seed, False
    return {"exercise": request["exercise"], "traces": traces_to_json(recorder.traces)}


def check_device(side: StudentSide, imports: str, request: dict[str, Any]) -> dict[str, Any]:
    """Run one test cell with inputs on the kernel's GPU, and report the first problem. No verdict depends on this."""
    notes = DeviceNotes(request["passed"])
    verdict = judge_cell(side, imports, request, device=notes)
    notes.finish({test["name"]: test["status"] for test in verdict["tests"]})
    return {"exercise": request["exercise"], "problem": notes.problem}


def serve_submission(control: socket.socket, variables: dict[str, Any], imports: str) -> None:
    """Answer `open`, then `listen`, `judge`, `diagnose` and `check_device`, until the controller closes the connection.

    Each answer carries its request's number: the controller must never take one for another.
    """
    opening, _ = receive_frame(control)
    limit_memory()
    side = StudentSide(opening["call_seconds"])
    test_session.seed, test_session.judged = opening["seed"], True
    reference._connect(variables)
    request, answer = opening, {"ready": True}
    with contextlib.suppress(ProtocolError, ConnectionError):  # the controller is done
        while True:
            send_frame(control, {**answer, "number": request["number"]})
            request, _ = receive_frame(control)
            with deadline(opening["seconds"] + SPARE_SECONDS):
                if request["op"] == "listen":
                    side.listen(request["path"])
                    answer = {"ready": True}
                elif request["op"] == "diagnose":
                    answer = record_cell(side, imports, request)
                elif request["op"] == "check_device":
                    answer = check_device(side, imports, request)
                else:
                    answer = judge_cell(side, imports, request)
