"""The sandbox: runs a submission's kernel where it can harm nothing and see nothing of the course.

    check()                                 raises SandboxUnavailable, whose message says what to install
    with Zygote(imports, limits) as zygote: imports once; then kernels start in a fraction of a second; thread-safe
    manager, folder = start_kernel_manager(limits, zygote=zygote, seed=7)
                                            an AsyncKernelManager, not started, and the folder it shares with us
    await manager.start_kernel()            as with any kernel manager: client(), interrupt_kernel(), ...
    manager.provisioner.death_reason        None, or "memory: used 2300 MB, allowed 2000 MB", "wall time: ...", ...
    await manager.shutdown_kernel(now=True) ends every process of the kernel and removes the folder
    await manager.cleanup_resources()       instead, for a manager that was never started

Bind a socket for the kernel in `folder` before it starts (where its folder has the same path), and then call
share_socket(path), so that the kernel's user may connect. Inside, `import course_utils` and
`import course_grader.inside` work; the rest of the project is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from course_grader.sandbox.limits import Limits
from course_grader.sandbox.program import SandboxUnavailable
from course_grader.sandbox.provisioner import SandboxProvisioner
from course_grader.sandbox.requirements import check
from course_grader.sandbox.rundir import share_socket
from course_grader.sandbox.zygote_client import Zygote

__all__ = [
    "Limits", "SandboxProvisioner", "SandboxUnavailable", "Zygote", "bounded_context", "check", "share_socket",
    "start_kernel_manager",
]  # fmt: skip

MESSAGE_MB = 8  # a figure is about a tenth of a megabyte; one message of 600 MB costs the reader 2 GB
QUEUED_MESSAGES = 64


def bounded_context(message_mb: int = MESSAGE_MB) -> zmq.asyncio.Context:
    """A ZeroMQ context whose sockets refuse messages of more than `message_mb` megabytes and queue few.

    A peer that sends a larger one is disconnected: later cells then end without output, so treat the kernel as dead.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, message_mb << 20)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    return context


def start_kernel_manager(
    limits: Limits | None = None,
    *,
    zygote: Zygote | None = None,
    seed: int = 0,
    imports: Iterable[str] = (),
    read_only: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    sandboxed: bool = True,
) -> tuple[AsyncKernelManager, Path]:
    """A kernel manager for one submission, not started, and the folder of its sockets.

    seed: what random, numpy and torch are seeded with; a student can read it, so it must not be the judge's.
    imports, read_only, environment: used without a zygote, which has its own. sandboxed=False starts an ordinary
    local kernel with the same interface, for code you trust. Raises SandboxUnavailable.
    """
    if sandboxed:
        check()
    spec = KernelSpec(argv=[sys.executable], display_name="Sandbox", language="python", interrupt_mode="message")
    manager = AsyncKernelManager(kernel_name="", autorestart=False, context=bounded_context())
    manager._kernel_spec = spec  # no kernel.json is installed for it
    manager.provisioner = SandboxProvisioner(
        parent=manager, kernel_spec=spec, zygote=zygote if sandboxed else None, sandboxed=sandboxed, seed=seed,
        imports=list(imports), read_only=[str(path) for path in read_only], environment=dict(environment or {}),
        **vars(limits or Limits()),
    )  # fmt: skip
    return manager, Path(manager.provisioner.folder)
