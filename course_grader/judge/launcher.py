"""The controller's side of the judge: start it once for a lab, open a session for each submission."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course_grader.errors import CourseError
from course_grader.judge.clean_environment import judge_environment
from course_grader.judge.process_limits import START_SECONDS
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab
from course_grader.results import ExerciseResult, TestResult
from course_utils.remote.framing import ProtocolClosed, ProtocolError, receive_frame, send_frame
from course_utils.remote.traces import Traces, traces_from_json

END_SECONDS = 1.0  # a process whose sockets are closed is gone a moment later


class JudgeError(Exception):
    """The judge itself failed; says nothing about the submission."""


@dataclass
class JudgeSession:
    """One submission's judge. Close it when the submission is done.

    After an answer that is late, or not to the request, the session is over: what came next could stand on the wrong
    exercise.
    """

    connection: socket.socket
    seconds: float
    lost: bool = False  # it ended without an answer: something else than the submission ended it
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)
    _over: str = field(default="", repr=False)  # why

    def listen(self, path: str) -> None:
        """Wait for the agent of a kernel that has just started, at `path`."""
        self._ask({"op": "listen", "path": path})

    def judge(self, source: str, exercise: str, maximum: float, lost: str = "", fault: str = "") -> ExerciseResult:
        """Run one test cell, worth `maximum`; `lost` says why there is no kernel, so that every test in it reports it.

        `fault` says what went wrong in the exercise's solution cell, for tests that miss what it should define.
        """
        request = {"op": "judge", "source": source, "exercise": exercise, "lost": lost, "fault": fault}
        answer = self._ask(request, exercise=exercise)
        tests = [TestResult(**test) for test in answer["tests"]]
        return ExerciseResult(exercise, maximum, tests, answer["text"], answer["error"])

    def diagnose(self, source: str, exercise: str) -> Traces:
        """Run the test cell again, with inputs that are the same for every student, and report the calls in it."""
        request = {"op": "diagnose", "source": source, "exercise": exercise, "lost": "", "fault": ""}
        return traces_from_json(self._ask(request, exercise=exercise)["traces"])

    def check_device(self, source: str, exercise: str, passed: list[str]) -> str:
        """Run the test cell again with inputs on the kernel's GPU; the first problem in tests that `passed`, or ""."""
        request = {"op": "check_device", "source": source, "exercise": exercise, "passed": passed}
        return self._ask({**request, "lost": "", "fault": ""}, exercise=exercise)["problem"]

    def _ask(self, request: dict[str, Any], **echoed: Any) -> dict[str, Any]:
        """The answer to `request`; it carries the request's number and what is `echoed`."""
        if self._over:
            raise JudgeError(f"the judge gave no answer to an earlier request ({self._over})")
        echoed["number"] = next(self._numbers)
        try:
            self.connection.settimeout(self.seconds)
            send_frame(self.connection, {**request, **echoed})
            answer, _ = receive_frame(self.connection, time.monotonic() + self.seconds)
            if any(answer.get(name) != value for name, value in echoed.items()):
                raise ProtocolError("what came answers another request")
        except (ProtocolError, OSError) as error:
            self.lost = not self._over and isinstance(error, ProtocolClosed | ConnectionError)
            self._over = str(error) or type(error).__name__
            self.close()
            raise JudgeError(f"the judge gave no answer ({self._over})") from None
        return answer

    def close(self) -> None:
        """End the session; a request that another thread is waiting for then fails at once."""
        self._over = self._over or "the session is closed"
        with contextlib.suppress(OSError):  # it is not connected anymore
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


@dataclass
class JudgeServer:
    """A context manager around the judge's process. `sessions` may be opened from any thread."""

    lab: Lab
    _folder: tempfile.TemporaryDirectory = field(init=False, repr=False)
    _process: subprocess.Popen = field(init=False, repr=False)
    _control: socket.socket | None = field(init=False, repr=False, default=None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Start the process; `wait_until_ready` later, so that other things can start meanwhile."""
        self._folder = tempfile.TemporaryDirectory(prefix="judge-")
        folder = self._folder.name
        self._path = str(Path(folder) / "judge")
        command = [sys.executable, "-m", "course_grader.judge.process", self._path]
        # A session of its own: Ctrl-C is for the controller, which then ends the judge.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env=judge_environment(folder),
        )
        self._ready = False

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Until the reference has run; CourseError where it fails."""
        if self._ready:
            return
        self._control = self._connect(time.monotonic() + START_SECONDS)
        try:
            send_frame(self._control, asdict(ReferenceSource.of(self.lab.reference())))
            answer, _ = receive_frame(self._control, time.monotonic() + START_SECONDS)
        except (ProtocolError, OSError) as error:
            raise CourseError(f"the judge for {self.lab.name} did not start: {error}") from None
        if "error" in answer:
            raise CourseError(answer["error"])
        self._ready = True

    def _connect(self, deadline: float) -> socket.socket:
        while time.monotonic() < deadline:
            connection = socket.socket(socket.AF_UNIX)
            connection.setblocking(False)  # an error where the queue is full: it would block without limit
            try:
                connection.connect(self._path)
                connection.settimeout(START_SECONDS)
                return connection
            except OSError:
                connection.close()
                if self._process.poll() is not None:
                    raise CourseError(
                        f"the judge for {self.lab.name} ended at once (exit code {self._process.returncode})"
                    ) from None
                time.sleep(0.02)
        raise CourseError(f"the judge for {self.lab.name} did not start within {START_SECONDS:g} s")

    def session(self, seed: int, call_seconds: float, seconds: float) -> JudgeSession:
        """A judge for one submission; `seconds` is the most that one test cell may take."""
        self.wait_until_ready()
        session = JudgeSession(self._connect(time.monotonic() + START_SECONDS), seconds)
        try:
            session._ask({"seed": seed, "call_seconds": call_seconds, "seconds": seconds})
        except JudgeError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)  # so that `is_alive` knows, if it has just ended
            raise
        return session

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and its sessions."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its sessions too
        self._process.wait()
        if self._control is not None:
            self._control.close()
        self._folder.cleanup()
