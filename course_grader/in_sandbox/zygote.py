"""Imports the course's libraries once, then forks a confined kernel for each request of the grader.

Run as a module with one argument, a job in JSON: uid, rlimits, imports, keep, folder, control. `control` is the
descriptor of a socket, the only connection to the grader; when it closes, the zygote exits, and its PID namespace ends
with every kernel in it. The zygote never uses CUDA or runs a parallel operation: neither survives a fork.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile

from course_grader.in_sandbox import namespaces
from course_grader.in_sandbox.confine import drop_privileges, drop_user, set_limits
from course_grader.in_sandbox.first_process import drop_all_rights, exit_code, fork
from course_grader.in_sandbox.kernel import KERNEL_MODULES, link_font_cache, preload
from course_grader.in_sandbox.shared_imports import shared_imports
from course_grader.in_sandbox.supervisor import supervise_kernel


def run_zygote(job: dict) -> int:
    """Prepare, then serve requests until the grader closes the connection."""
    control = socket.socket(fileno=job["control"])
    control.set_inheritable(False)
    prepare(job)
    serve(control, job)
    return 0


def prepare(job: dict) -> None:
    """Become an unprivileged user and import everything."""
    if job["uid"] is not None:
        # As root, bubblewrap covers parts of /proc; Linux allows a /proc in nested namespaces only if one is uncovered.
        namespaces.mount("proc", "/proc", "proc", namespaces.NO_SUID | namespaces.NO_DEV | namespaces.NO_EXEC)
    set_limits(job["rlimits"])
    drop_user(job["uid"])
    drop_privileges()
    link_font_cache()
    with shared_imports():
        preload([*KERNEL_MODULES, *job["imports"]])
    try_namespaces(job)
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise SystemExit(f"the imports {job['imports']} started {threads - 1} threads, which do not survive a fork")


def try_namespaces(job: dict) -> None:
    """Create a kernel's namespaces once. If the system does not allow them, exit with the reason."""
    folder = tempfile.mkdtemp(dir=job["folder"])
    child = os.fork()
    if child == 0:
        try:
            namespaces.unshare()
            first = fork(lambda: namespaces.mount_own(folder, job["folder"], job["keep"], 1))
            os._exit(exit_code(os.waitpid(first, 0)[1]))
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(1)
    if exit_code(os.waitpid(child, 0)[1]) != 0:
        raise SystemExit(1)
    os.rmdir(folder)


def serve(control: socket.socket, job: dict) -> None:
    """Fork a supervisor for each request until the grader closes its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps supervisors
    control.send(b"r")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not request:
            return
        if os.fork() == 0:
            control.close()
            supervise_kernel({**job, **json.loads(request)}, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    sys.argv[1:] = []
    zygote = fork(lambda: run_zygote(job))
    os.close(job["control"])
    drop_all_rights()
    sys.exit(exit_code(os.waitpid(zygote, 0)[1]))
