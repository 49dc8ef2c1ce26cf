"""The controller's side of the judge: start it once for a lab, open a session for each submission."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course_grader.errors import CourseError
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab
from course_grader.results import ExerciseResult, TestResult
from course_utils.remote.framing import ProtocolError, receive_frame, send_frame

START_SECONDS = 120.0


class JudgeError(Exception):
    """The judge itself failed; says nothing about the submission."""


@dataclass
class JudgeSession:
    """One submission's judge. Close it when the submission is done."""

    connection: socket.socket
    seconds: float

    def listen(self, path: str) -> None:
        """Wait for the agent of a kernel that has just started, at `path`."""
        self._ask({"op": "listen", "path": path})

    def judge(self, source: str, exercise: str, maximum: float, lost: str = "", fault: str = "") -> ExerciseResult:
        """Run one test cell, worth `maximum`; `lost` says why there is no kernel, so that every test in it reports it.

        `fault` says what went wrong in the exercise's solution cell, for tests that miss what it should define.
        """
        request = {"op": "judge", "source": source, "exercise": exercise, "lost": lost, "fault": fault}
        answer = self._ask(request)
        tests = [TestResult(**test) for test in answer["tests"]]
        return ExerciseResult(exercise, maximum, tests, answer["text"], answer["error"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            send_frame(self.connection, request)
            return receive_frame(self.connection, time.monotonic() + self.seconds)[0]
        except (ProtocolError, OSError) as error:
            raise JudgeError(f"the judge gave no answer ({error})") from None

    def close(self) -> None:
        self.connection.close()


@dataclass
class JudgeServer:
    """A context manager around the judge's process. `sessions` may be opened from any thread."""

    lab: Lab
    _folder: tempfile.TemporaryDirectory = field(init=False, repr=False)
    _process: subprocess.Popen = field(init=False, repr=False)
    _control: socket.socket = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Start the process; `wait_until_ready` later, so that other things can start meanwhile."""
        self._folder = tempfile.TemporaryDirectory(prefix="judge-")
        self._path = str(Path(self._folder.name) / "judge")
        command = [sys.executable, "-m", "course_grader.judge.process", self._path]
        # A session of its own: Ctrl-C is for the controller, which then ends the judge.
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self._ready = False

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
            try:
                connection.connect(self._path)
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
        session._ask({"seed": seed, "call_seconds": call_seconds})
        return session

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()
