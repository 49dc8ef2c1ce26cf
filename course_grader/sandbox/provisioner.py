"""jupyter_client's plug-in that starts a kernel in a sandbox: from a zygote, or in a fresh one.

Registered as the entry point `course-sandbox`, so that a kernel.json can name it; the grader makes its own instances.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import weakref
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, Instance, Int, List, Unicode

from course_grader.in_sandbox.kernel import KERNEL_OPTIONS
from course_grader.sandbox import bubblewrap, rundir
from course_grader.sandbox.limits import Limits
from course_grader.sandbox.watchdog import Watchdog
from course_grader.sandbox.zygote_client import Zygote

DEFAULTS = Limits()


class SandboxProvisioner(LocalProvisioner):
    """Starts one kernel over unix sockets in its own folder, `folder`, which goes when the kernel does."""

    memory_mb = Int(DEFAULTS.memory_mb, min=1, help="memory of all processes together, in MB").tag(config=True)
    cpu_seconds = Int(DEFAULTS.cpu_seconds, min=1, help="processor time of one process").tag(config=True)
    wall_seconds = Int(DEFAULTS.wall_seconds, min=1, help="life of the kernel").tag(config=True)
    processes = Int(DEFAULTS.processes, min=1, help="processes and threads").tag(config=True)
    file_mb = Int(DEFAULTS.file_mb, min=1, help="largest file").tag(config=True)
    tmp_mb = Int(DEFAULTS.tmp_mb, min=1, help="size of /tmp, and of /dev/shm").tag(config=True)
    open_files = Int(DEFAULTS.open_files, min=1, help="open files of one process").tag(config=True)
    read_only = List(Unicode(), help="folders of the host to show, such as model caches").tag(config=True)
    environment = Dict(help="environment variables to add inside").tag(config=True)
    imports = List(Unicode(), help="modules to import before the first cell").tag(config=True)
    seed = Int(0, help="seed of random, numpy and torch").tag(config=True)
    sandboxed = Bool(True, help="False starts an ordinary local kernel: only for code you trust").tag(config=True)
    zygote = Instance(Zygote, allow_none=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.uid = self.zygote.uid if self.zygote else bubblewrap.unprivileged_uid() if self.sandboxed else None
        self.watchdog: Watchdog | None = None
        self.folder = ""
        self.make_folder()

    @property
    def limits(self) -> Limits:
        """The limits as one value."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})

    @property
    def death_reason(self) -> str | None:
        """Why the kernel died, or None while it lives, before it starts and after an ordinary end."""
        return self.watchdog.death_reason if self.watchdog else None

    def make_folder(self) -> None:
        """Make the folder of the kernel's sockets, unless it is there."""
        if not self.folder:
            parent = self.zygote.folder if self.zygote else None
            self.folder = rundir.make_folder(self.uid, parent)
            weakref.finalize(self, rundir.remove_folder, self.folder)  # for one that nobody cleans up

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose unix sockets in our folder and write the connection file there."""
        self.make_folder()
        manager = self.parent
        manager.transport = "ipc"
        manager.ip = os.path.join(self.folder, "k")
        manager.connection_file = os.path.join(self.folder, "kernel.json")
        self.kernel_spec.interrupt_mode = "message"  # a signal would reach bubblewrap, not the kernel
        kwargs = await super().pre_launch(**kwargs)
        rundir.give(manager.connection_file, self.uid)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Start the kernel under watch; `cmd`, the kernelspec's own command, is not used."""
        self.watchdog = Watchdog(self._start, self.limits, self.folder)
        self.process = await asyncio.to_thread(self.watchdog.launch)
        self.pid = self.process.pid
        self.pgid = None  # so that signals go through send_signal below
        return self.connection_info

    def _start(self) -> Any:
        job = {
            "connection_file": self.parent.connection_file,
            "rlimits": self.limits.rlimits(),
            "tmp_mb": self.tmp_mb,
            "seed": self.seed,
            "imports": list(self.imports),
            "uid": self.uid,
        }
        if self.zygote:
            return self.zygote.spawn(job)
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        if self.sandboxed:
            module = "course_grader.in_sandbox.first_process"
            extra = {"read_only": self.read_only, "environment": self.environment}
            return bubblewrap.launch(module, job, self.folder, self.limits, **extra, **streams)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", self.parent.connection_file, *KERNEL_OPTIONS]
        return subprocess.Popen(command, env={**os.environ, **self.environment}, start_new_session=True, **streams)

    async def send_signal(self, signum: int) -> None:
        """End the kernel at once for any signal that ends a process; interrupts travel as messages."""
        if self.process and signum in (signal.SIGTERM, signal.SIGKILL):
            self.process.kill()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all its processes, and see them gone: the manager looks only ten times a second."""
        await self.send_signal(signal.SIGKILL)
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, 5)

    async def terminate(self, restart: bool = False) -> None:
        """The same: a kernel that was asked to leave and did not gets no second chance."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folder."""
        await super().cleanup(restart)
        if not restart:
            rundir.remove_folder(self.folder)
            self.folder = ""
