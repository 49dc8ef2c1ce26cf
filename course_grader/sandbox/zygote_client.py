"""The host's side of the zygote: starts it in the outer sandbox and requests kernels from it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from typing import IO, Any

from course_grader.sandbox import bubblewrap, rundir
from course_grader.sandbox.limits import Limits
from course_grader.sandbox.mounts import interpreter_paths, is_below
from course_grader.sandbox.program import SandboxUnavailable
from course_grader.sandbox.requirements import check

STARTUP_SECONDS = 300  # the first import of a large library compiles it
FORK_SECONDS = 30
EXIT_SECONDS = 5
# The zygote runs our own code: these limits only contain mistakes. Its kernels get their own.
OWN_LIMITS = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": 4096}


class Zygote:
    """A process that has imported the course's libraries once and forks a confined kernel for each submission.

    A context manager; `spawn` is thread-safe. Closing it, or the end of this process, ends its kernels.
    Raises SandboxUnavailable if nested namespaces are not allowed: kernels must then start in fresh sandboxes.
    """

    def __init__(
        self,
        imports: Iterable[str],
        limits: Limits | None = None,
        *,
        read_only: Iterable[str] = (),
        devices: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.imports = tuple(imports)
        self.limits = limits or Limits()
        self.read_only = tuple(map(str, read_only))
        self.devices = tuple(devices)
        self.environment = dict(environment or {})
        self.uid = bubblewrap.unprivileged_uid()
        self.folder = ""

    def __enter__(self) -> Zygote:
        check()
        self.folder = rundir.make_folder(self.uid)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()
        self._closed = threading.Event()
        launched = threading.Event()
        # bubblewrap dies with the thread that started it: this one lives until close or the end of the process.
        self._thread = threading.Thread(target=self._live, args=(theirs, launched), name="zygote", daemon=True)
        self._thread.start()
        launched.wait()
        theirs.close()
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can still fork kernels. It says nothing after its start, so there is only its end to be read."""
        try:
            return self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        """End the zygote and all its kernels, and wait until they are gone."""
        self._control.close()
        self._closed.set()
        self._thread.join()
        self._errors.close()
        rundir.remove_folder(self.folder)

    def _live(self, control: socket.socket, launched: threading.Event) -> None:
        job = {
            "uid": self.uid,
            "rlimits": OWN_LIMITS,
            "imports": self.imports,
            "folder": self.folder,
            "keep": [path for path in (*interpreter_paths(), *self.read_only) if is_below(path, "/tmp")],
            "control": control.fileno(),
        }
        try:
            self.process = bubblewrap.launch(
                "course_grader.in_sandbox.zygote", job, self.folder, self.limits,
                read_only=self.read_only, devices=self.devices, environment=self.environment, writable_proc=True,
                pass_fds=(control.fileno(),), stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors,
            )  # fmt: skip
        finally:
            launched.set()
        self._closed.wait()
        # When its control socket closes, the zygote exits, and bubblewrap exits after the last kernel. If bubblewrap
        # were killed at once, it would be gone before the kernels.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(EXIT_SECONDS)
        self.process.kill()
        self.process.wait()

    def _await_ready(self) -> None:
        self._control.settimeout(STARTUP_SECONDS)
        try:
            answer = self._control.recv(1)
        except TimeoutError:
            answer = b""
        self._control.settimeout(None)
        if not answer:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            raise SandboxUnavailable(f"the zygote did not start: {lines[-1] if lines else 'no reason given'}")

    def spawn(self, job: Mapping[str, Any]) -> ZygoteProcess:
        """Fork one kernel. `job`: connection_file (below self.folder), rlimits, tmp_mb, seed, imports, gpu."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        errors, their_errors = os.pipe()
        stderr = os.fdopen(errors, "rb", buffering=0)
        try:
            socket.send_fds(self._control, [json.dumps(job).encode()], [theirs.fileno(), their_errors])
        except OSError as error:
            ours.close()
            stderr.close()
            raise SandboxUnavailable(f"the zygote has ended ({error}); run the command again") from error
        finally:  # while our copies were open, we would not notice the zygote's end
            theirs.close()
            os.close(their_errors)
        return ZygoteProcess(ours, stderr)


class ZygoteProcess:
    """A kernel forked by the zygote, with the part of subprocess.Popen's interface that jupyter_client uses."""

    stdin = stdout = None

    def __init__(self, status: socket.socket, stderr: IO[bytes]) -> None:
        self._status = status
        self.stderr: IO[bytes] | None = stderr
        self._lock = threading.Lock()
        self._killed = False
        self.lost = False  # its supervisor ended before it, and not at our request
        self.returncode: int | None = None
        # The kernel's supervisor sends a greeting; Linux adds its process number as seen from this side.
        size = socket.CMSG_SPACE(struct.calcsize("3i"))
        status.settimeout(FORK_SECONDS)
        try:
            hello, ancillary, _, _ = status.recvmsg(1, size)
        except (TimeoutError, ConnectionResetError):
            hello = b""
        if not hello:
            status.close()
            stderr.close()
            raise SandboxUnavailable("the zygote could not fork a kernel; the machine may have run out of memory")
        self.pid = struct.unpack("3i", ancillary[0][2])[0]

    def poll(self) -> int | None:
        """The exit code (128 plus the number for a signal); None while it runs."""
        with self._lock:
            if self.returncode is None and select.select([self._status], [], [], 0)[0]:
                try:
                    answer = self._status.recv(4)
                except ConnectionResetError:
                    answer = b""
                # Without an answer, the zygote or the supervisor has been killed, and the kernel with it.
                self.lost = len(answer) != 4 and not self._killed
                self.returncode = struct.unpack("i", answer)[0] if len(answer) == 4 else 128 + 9
                self._status.close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.01)
        return code

    def kill(self) -> None:
        """End the kernel and all its processes."""
        with self._lock:
            if self.returncode is None:
                self._killed = True
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has just ended by itself
                    self._status.send(b"kill")
