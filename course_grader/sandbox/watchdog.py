"""A thread that starts one kernel, kills it if it exceeds its limits, and knows why it ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Collection
from typing import IO, Protocol

from course_grader.sandbox import processes
from course_grader.sandbox.cgroup import KernelGroup
from course_grader.sandbox.limits import Limits

PERIOD = 0.1  # seconds between two checks
FOLDER_MB = 2  # sockets and a connection file take only a few pages
EXITED_BY_SIGNAL = 128  # the shell's convention, which bubblewrap and our own first process follow


class Process(Protocol):
    """The part of subprocess.Popen's interface that jupyter_client and the watchdog use."""

    pid: int
    stderr: IO[bytes] | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


class Watchdog:
    """Watches one process tree. death_reason: None while the kernel runs and after an ordinary end.

    open_group: a new cgroup for the kernel, or None where the host does not allow one. It bounds the memory exactly;
    what the watchdog adds up ten times a second is then only the earlier and gentler limit. gpu_used: the megabytes of
    GPU memory that processes use.
    """

    def __init__(
        self,
        start: Callable[[], Process],
        limits: Limits,
        folder: str,
        open_group: Callable[[Limits], KernelGroup | None] = lambda limits: None,
        gpu_used: Callable[[Collection[int]], int] = lambda pids: 0,
    ) -> None:
        self.limits = limits
        self._open_group = open_group
        self._gpu_used = gpu_used
        self.folder = folder
        self._memory = processes.MemoryMeter(enough=limits.memory_mb)
        self._start = start
        self._started: queue.Queue[Process | BaseException] = queue.Queue()
        self._killed_for: str | None = None
        self._failed = False  # it could not check the limits
        self._error = ""  # what the process printed if it could not start
        self._process: Process | None = None
        self._own_mb = 0.0  # size of the folder before the kernel starts
        self._thread = threading.Thread(target=self._run, name="kernel watchdog", daemon=True)

    @property
    def is_lost(self) -> bool:
        """Whether the kernel ended with what supervises it, which it cannot reach itself: no fault of its code."""
        return self._failed or bool(getattr(self._process, "lost", False))

    def launch(self) -> Process:
        """Start the process and watch it; raises what starting it raised.

        The watching thread starts the process: bubblewrap dies with the *thread* that started it, and the caller's
        thread may be a short-lived worker.
        """
        self._own_mb = processes.folder_mb(self.folder)
        self._thread.start()
        outcome = self._started.get()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _run(self) -> None:
        try:
            self._process = process = self._start()
        except BaseException as error:  # raised again in the caller of launch
            self._started.put(error)
            return
        errors, process.stderr = process.stderr, None  # otherwise jupyter_client would close it when the kernel ends
        group = self._put_into_group(process)
        self._started.put(process)
        self._watch(process)
        if group:
            if not self._killed_for and (used := group.used_up()) is not None:
                self._killed_for = self._memory_reason(used)
            group.remove()
        if errors:
            with errors:
                self._error = _last_line(errors)

    def _put_into_group(self, process: Process) -> KernelGroup | None:
        group = self._open_group(self.limits)
        if group:
            with contextlib.suppress(OSError):  # the watchdog's own limits remain
                group.add_tree(process.pid)
        return group

    def _watch(self, process: Process) -> None:
        """Wait for its end, and kill it when it exceeds a limit, or when that can no longer be told."""
        born = time.monotonic()
        while process.poll() is None:
            try:
                self._killed_for = self._excess(process, time.monotonic() - born)
            except Exception as error:  # such as a driver's: an unwatched kernel could take the whole machine
                self._failed = True
                self._killed_for = f"the grader could not check the kernel's limits ({type(error).__name__}: {error})"
            if self._killed_for:
                process.kill()
                process.wait()
            else:
                time.sleep(PERIOD)

    def _excess(self, process: Process, age: float) -> str | None:
        limits = self.limits
        if age > limits.wall_seconds:
            return f"wall time: ran for {age:.0f} s, allowed {limits.wall_seconds} s"
        pids = processes.tree(process.pid)
        if len(pids) > limits.processes:
            return f"processes: {len(pids)} of them, allowed {limits.processes}"
        memory = self._memory.read_mb(pids)
        if memory > limits.memory_mb:
            return self._memory_reason(memory)
        if limits.gpu_mb and (used := self._gpu_used(pids)) > limits.gpu_mb:
            return f"GPU memory: used {used} MB, allowed {limits.gpu_mb} MB"
        written = processes.folder_mb(self.folder) - self._own_mb
        if written > FOLDER_MB:
            return f"files: wrote {written:.0f} MB to the folder of the kernel's sockets, allowed {FOLDER_MB} MB"
        return None

    def _memory_reason(self, used: int) -> str:
        return f"memory: used {used} MB, allowed {self.limits.memory_mb} MB"

    @property
    def death_reason(self) -> str | None:
        """Why the kernel is dead, in plain words, or None."""
        if self._killed_for or self._process is None:
            return self._killed_for
        code = self._process.poll()
        if code is None or code == 0:
            return None
        self._thread.join()  # it may still be reading the error, or whether Linux ended the kernel
        if self._killed_for:
            return self._killed_for
        number = -code if code < 0 else code - EXITED_BY_SIGNAL
        if number == signal.SIGXCPU:
            return f"processor time: used more than {self.limits.cpu_seconds} s"
        if number in {member.value for member in signal.Signals}:
            return f"crash: signal {number} ({signal.strsignal(number)})"
        return f"exit: the kernel ended with code {code}" + (f" ({self._error})" if self._error else "")


def _last_line(errors: IO[bytes]) -> str:
    """The last line that a process printed: a kernel prints to its own channels, so this is why it could not start."""
    os.set_blocking(errors.fileno(), False)
    lines = (errors.read(1 << 16) or b"").decode(errors="replace").splitlines()
    return "".join(character for character in lines[-1] if character.isprintable())[:300] if lines else ""
