"""The processes that all submissions of a lab share, the judge and the zygote; started again if they are lost."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass

from course_grader.judge import LATE_IMPORTS
from course_grader.judge.launcher import JudgeServer
from course_grader.notebooks import Lab
from course_grader.results import Phases
from course_grader.sandbox import Gpus, Limits, SandboxUnavailable, Zygote, check, find_gpus, model_caches

# Imported once in the zygote, because every kernel needs them.
WARM = ("course_utils.testing", "course_grader.in_sandbox.agent", *LATE_IMPORTS)
ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde", "COURSE_GRADING": "sandbox", "OMP_NUM_THREADS": "1"}


class PartLost(RuntimeError):
    """A process of the grader has ended; says nothing about the submission."""


@dataclass(frozen=True)
class Parts:
    """zygote: None without a sandbox, or where each kernel needs a fresh one. gpus: None if no kernel gets one."""

    judge: JudgeServer
    zygote: Zygote | None
    gpus: Gpus | None = None

    @property
    def lost(self) -> str:
        """Which of them has ended; empty if none has."""
        if not self.judge.is_alive:
            return "the judge"
        return "" if self.zygote is None or self.zygote.is_alive else "the zygote"

    def close(self) -> None:
        self.judge.close()
        if self.zygote is not None:
            self.zygote.close()


class SharedParts:
    """Starts them and, where one was lost, starts both again. `get` is thread-safe."""

    def __init__(self, lab: Lab, limits: Limits, sandbox: bool, gpu: bool, phases: Phases, profile: str = "cpu"):
        """profile: of the kernels. The judge always has "cpu", so that no score depends on it."""
        self._lab, self._limits, self._sandbox, self._gpu = lab, limits, sandbox, gpu
        caches = model_caches() if profile != "cpu" else {}
        self.environment = {**ENVIRONMENT, "COURSE_PROFILE": profile, **caches}
        self.read_only = tuple(caches.values())
        self._lock = threading.Lock()
        self._phases = phases
        self._closed = False
        self._parts: Parts | None = None

    def get(self) -> Parts:
        """Both of them, alive.

        Raises SandboxUnavailable, which says what to install, CourseError if the reference fails, PartLost after
        `close`.
        """
        with self._lock:
            if self._closed:
                raise PartLost("the engine has been closed")
            if self._parts is not None and self._parts.lost:
                self._parts.close()
                self._parts = None
            if self._parts is None:
                self._parts = self._start()
            return self._parts

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._parts is not None:
                self._parts.close()

    def _start(self) -> Parts:
        if self._sandbox:
            check()
        gpus = find_gpus() if self._gpu else None
        judge = JudgeServer(self._lab)
        judge.start()  # runs the reference while the zygote imports
        parts = Parts(judge, None)
        try:
            with self._phases.during("starting the zygote"):
                parts = Parts(judge, self._start_zygote(gpus) if self._sandbox else None, gpus)
            with self._phases.during("waiting for the judge"):
                judge.wait_until_ready()
        except BaseException:
            parts.close()
            raise
        return parts

    def _start_zygote(self, gpus: Gpus | None) -> Zygote | None:
        imports = (*self._lab.settings.imports, *WARM)
        environment, read_only = self.environment, self.read_only
        devices: tuple[str, ...] = ()
        if gpus is not None:
            environment, devices = {**environment, **gpus.environment()}, gpus.devices
            read_only = (*read_only, *gpus.libraries)
        zygote = Zygote(imports, self._limits, environment=environment, read_only=read_only, devices=devices)
        # If nested namespaces are not allowed, each kernel gets a fresh sandbox: slower, but just as safe.
        with contextlib.suppress(SandboxUnavailable):
            return zygote.__enter__()
        return None
