"""A plug-in for jupyter_client that starts a kernel in a sandbox, forked from a zygote or in a fresh process.

Registered as the entry point `course-sandbox`, so that a kernel.json can name it; the grader creates its own instances.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Collection
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, Instance, Int, List, Unicode

from course_grader.in_sandbox.kernel import FILES, KERNEL_OPTIONS
from course_grader.sandbox import bubblewrap, cgroup, rundir
from course_grader.sandbox.gpu import VISIBLE, Gpus
from course_grader.sandbox.limits import Limits
from course_grader.sandbox.watchdog import Process, Watchdog
from course_grader.sandbox.zygote_client import Zygote

DEFAULTS = Limits()


class SandboxProvisioner(LocalProvisioner):
    """Starts one kernel that uses unix sockets in its own folder, `folder`, which is removed with the kernel."""

    memory_mb = Int(DEFAULTS.memory_mb, min=1, help="total memory of all processes, in MB").tag(config=True)
    cpu_seconds = Int(DEFAULTS.cpu_seconds, min=1, help="processor time per process").tag(config=True)
    wall_seconds = Int(DEFAULTS.wall_seconds, min=1, help="lifetime of the kernel").tag(config=True)
    processes = Int(DEFAULTS.processes, min=1, help="processes and threads together").tag(config=True)
    file_mb = Int(DEFAULTS.file_mb, min=1, help="size of one file, in MB").tag(config=True)
    tmp_mb = Int(DEFAULTS.tmp_mb, min=1, help="size of /tmp, and of /dev/shm, in MB").tag(config=True)
    open_files = Int(DEFAULTS.open_files, min=1, help="open files per process").tag(config=True)
    read_only = List(Unicode(), help="host folders to show inside, such as model caches").tag(config=True)
    environment = Dict(help="additional environment variables").tag(config=True)
    imports = List(Unicode(), help="modules to import before the first cell").tag(config=True)
    devices = List(Unicode(), help="files in /dev to show inside, such as a GPU's").tag(config=True)
    gpu = Unicode("", help="the UUID of the GPU that the kernel may use; empty for none").tag(config=True)
    gpu_mb = Int(DEFAULTS.gpu_mb, min=0, help="GPU memory of all processes, in MB; 0 for none").tag(config=True)
    seed = Int(0, help="seed for random, numpy and torch").tag(config=True)
    sandboxed = Bool(True, help="False starts an ordinary local kernel, only for code you trust").tag(config=True)
    zygote = Instance(Zygote, allow_none=True)
    gpus = Instance(Gpus, allow_none=True)

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
        """Why the kernel died; None before it starts, while it runs, and after an ordinary end."""
        return self.watchdog.death_reason if self.watchdog else None

    def make_folder(self) -> None:
        """Create the folder of the kernel's sockets, unless it exists."""
        if not self.folder:
            parent = self.zygote.folder if self.zygote else None
            self.folder = rundir.make_folder(self.uid, parent)
            weakref.finalize(self, rundir.remove_folder, self.folder)  # in case nobody calls cleanup

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose unix sockets in our folder and write the connection file there."""
        self.make_folder()
        manager = self._manager
        manager.transport = "ipc"
        manager.ip = os.path.join(self.folder, "k")
        manager.connection_file = os.path.join(self.folder, "kernel.json")
        self.kernel_spec.interrupt_mode = "message"  # a signal would reach bubblewrap, not the kernel
        kwargs = await super().pre_launch(**kwargs)
        rundir.give(manager.connection_file, self.uid)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel under a watchdog. `cmd`, the kernelspec's own command, is not used."""
        self.watchdog = Watchdog(self._start, self.limits, self.folder, cgroup.open_group, self._gpu_used)
        process = await asyncio.to_thread(self.watchdog.launch)
        self.process = cast("subprocess.Popen[bytes]", process)  # it has the methods that jupyter_client uses
        self.pid = process.pid
        self.pgid = None  # so that signals are sent by send_signal below
        return self.connection_info

    def _gpu_used(self, pids: Collection[int]) -> int:
        return self.gpus.used_mb(pids) if self.gpus else 0

    @property
    def _manager(self) -> KernelManager:
        return cast(KernelManager, self.parent)

    def _start(self) -> Process:
        job = {
            "connection_file": self._manager.connection_file,
            "rlimits": self.limits.rlimits(),
            "tmp_mb": self.tmp_mb,
            "seed": self.seed,
            "imports": list(self.imports),
            "gpu": self.gpu,
            "uid": self.uid,
        }
        if self.zygote:
            return self.zygote.spawn(job)
        if self.sandboxed:
            return bubblewrap.launch(
                "course_grader.in_sandbox.first_process", job, self.folder, self.limits,
                read_only=self.read_only, devices=self.devices, environment=self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        files = os.path.join(self.folder, FILES)
        return subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", self._manager.connection_file, *KERNEL_OPTIONS],
            env=self._unprotected_environment(), start_new_session=True,
            cwd=files if os.path.isdir(files) else None,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def _unprotected_environment(self) -> dict[str, str]:
        own = {**self.environment, **({VISIBLE: self.gpu} if self.gpu else {})}
        return {**os.environ, **own, "JPY_PARENT_PID": str(os.getpid())}  # the kernel ends when this process is gone

    async def send_signal(self, signum: int) -> None:
        """Kill the kernel for any signal that ends a process; interrupts are sent as messages instead."""
        if self.process and signum in (signal.SIGTERM, signal.SIGKILL):
            self.process.kill()

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and all its processes, and wait for their end: the manager polls only ten times a second."""
        await self.send_signal(signal.SIGKILL)
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, 5)

    async def terminate(self, restart: bool = False) -> None:
        """Kill the kernel: it has already ignored a request to exit."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folder."""
        await super().cleanup(restart)
        if not restart:
            rundir.remove_folder(self.folder)
            self.folder = ""
