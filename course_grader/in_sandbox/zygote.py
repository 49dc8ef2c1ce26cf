"""Imports the course's libraries once, then forks a confined kernel for each request of the grader.

Run as a module with one argument, a job in JSON: uid, rlimits, imports, keep, folder, control (a descriptor, the
only way in; when it closes, the zygote leaves and its PID namespace, with every kernel in it, ends).
It never touches CUDA nor runs a parallel operation: neither survives a fork.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import tempfile

from course_grader.in_sandbox import namespaces
from course_grader.in_sandbox.confine import drop_privileges, drop_user, set_limits
from course_grader.in_sandbox.first_process import exit_code, fork, retire
from course_grader.in_sandbox.keeper import keep_kernel
from course_grader.in_sandbox.kernel import KERNEL_MODULES, link_font_cache, preload


def run_zygote(job: dict) -> int:
    """Prepare and serve."""
    control = socket.socket(fileno=job["control"])
    control.set_inheritable(False)
    prepare(job)
    serve(control, job)
    return 0


def prepare(job: dict) -> None:
    """Drop to an unprivileged user and import everything."""
    if job["uid"] is not None:
        # bubblewrap, as root, covers parts of /proc; Linux lets nested namespaces have a /proc only where one is whole.
        namespaces.mount("proc", "/proc", "proc", namespaces.NO_SUID | namespaces.NO_DEV | namespaces.NO_EXEC)
    set_limits(job["rlimits"])
    drop_user(job["uid"])
    drop_privileges()
    link_font_cache()
    preload([*KERNEL_MODULES, *job["imports"]])
    rehearse(job)
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise SystemExit(f"the imports {job['imports']} started {threads - 1} threads, which do not survive a fork")
    gc.collect()
    gc.freeze()  # objects that live for good: the collector must not touch, and so copy, their pages


def rehearse(job: dict) -> None:
    """Make a kernel's namespaces once; ends the zygote, saying why, where the system does not allow them."""
    folder = tempfile.mkdtemp(dir=job["folder"])
    keeper = os.fork()
    if keeper == 0:
        try:
            namespaces.unshare()
            first = fork(lambda: namespaces.mount_own(folder, job["folder"], job["keep"], 1))
            os._exit(exit_code(os.waitpid(first, 0)[1]))
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(1)
    if exit_code(os.waitpid(keeper, 0)[1]) != 0:
        raise SystemExit(1)
    os.rmdir(folder)


def serve(control: socket.socket, job: dict) -> None:
    """Fork a keeper for each request until the grader closes its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps keepers
    control.send(b"r")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not request:
            return
        if os.fork() == 0:
            control.close()
            keep_kernel({**job, **json.loads(request)}, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    sys.argv[1:] = []
    zygote = fork(lambda: run_zygote(job))
    os.close(job["control"])
    retire()
    sys.exit(exit_code(os.waitpid(zygote, 0)[1]))
