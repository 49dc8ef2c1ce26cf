"""The sandbox: runs a submission's kernel where it can do no harm and cannot see the course's files.

    check()                                 raises SandboxUnavailable, whose message says what to install
    with Zygote(imports, limits) as zygote: imports once, so that kernels start in a fraction of a second; thread-safe.
                                            May raise SandboxUnavailable even if check() passes: then do without it
    manager, folder = start_kernel_manager(limits, zygote=zygote, seed=7)
                                            an AsyncKernelManager, not started, and the folder it shares with the host
    await manager.start_kernel()            as with any kernel manager: client(), interrupt_kernel(), ...
    manager.death_reason                    None, or "memory: used 2300 MB, allowed 2000 MB", "wall time: ...", ...
    await manager.shutdown_kernel(now=True) ends every process of the kernel and removes the folder
    await manager.cleanup_resources()       instead, for a manager that was never started

To connect to the kernel, bind a socket in `folder` before it starts (inside, the folder has the same path) and call
share_socket(path), so that the kernel's user may connect. Inside, `import course_utils` and
`import course_grader.in_sandbox` work; the rest of the project does not exist there. When grading as root, folders in
read_only must be readable by everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from course_grader.sandbox.caches import model_caches
from course_grader.sandbox.gpu import Gpus, find_gpus
from course_grader.sandbox.limits import Limits
from course_grader.sandbox.manager import SandboxKernelManager, bounded_context
from course_grader.sandbox.program import SandboxUnavailable
from course_grader.sandbox.provisioner import SandboxProvisioner
from course_grader.sandbox.requirements import check
from course_grader.sandbox.rundir import share_socket, show_files
from course_grader.sandbox.zygote_client import Zygote

__all__ = [
    "Gpus", "Limits", "SandboxProvisioner", "SandboxUnavailable", "Zygote", "bounded_context", "check", "find_gpus",
    "model_caches", "share_socket", "show_files", "start_kernel_manager",
]  # fmt: skip


def start_kernel_manager(
    limits: Limits | None = None,
    *,
    zygote: Zygote | None = None,
    seed: int = 0,
    imports: Iterable[str] = (),
    read_only: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    gpus: Gpus | None = None,
    sandboxed: bool = True,
) -> tuple[SandboxKernelManager, Path]:
    """A kernel manager for one submission, not started, and the folder of its sockets. Raises SandboxUnavailable.

    seed: for random, numpy and torch. Student code can read it, so it must not be the judge's.
    imports, read_only, environment: used only without a zygote, which has its own.
    gpus: from `find_gpus`; the kernel gets one of them. A zygote must show their devices and libraries, too.
    sandboxed=False starts an ordinary local kernel with the same interface, for code you trust.
    """
    if sandboxed:
        check()
    manager = SandboxKernelManager()
    manager.provisioner = SandboxProvisioner(
        parent=manager, kernel_spec=manager.kernel_spec, zygote=zygote if sandboxed else None, sandboxed=sandboxed,
        seed=seed, imports=list(imports), read_only=[*map(str, read_only), *(gpus.libraries if gpus else ())],
        devices=list(gpus.devices if gpus else ()), gpu=gpus.next() if gpus else "", gpus=gpus,
        environment={**(gpus.environment() if gpus else {}), **(environment or {})}, **vars(limits or Limits()),
    )  # fmt: skip
    return manager, Path(manager.provisioner.folder)
