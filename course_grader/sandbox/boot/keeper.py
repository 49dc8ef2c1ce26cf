"""The three processes of a forked kernel.

The keeper lives outside the kernel's PID namespace, tells the grader how the kernel ended, and ends it when asked.
The first process of the namespace makes the mounts and reaps orphans. The kernel is its child and can reach neither.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from course_grader.sandbox.boot import namespaces
from course_grader.sandbox.boot.confine import PR_SET_PDEATHSIG, confine, drop_privileges, ensure, libc
from course_grader.sandbox.boot.kernel import run_kernel


def keep_kernel(job: dict, status: socket.socket) -> NoReturn:
    """Be the keeper of one kernel; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status.send(b"h")
    code = 1
    try:
        namespaces.unshare()
        first = _fork(lambda: _first_process(job, status))
        code = _wait(first, status)
    except OSError:
        traceback.print_exc()
    status.send(struct.pack("i", code))
    os._exit(0)


def _fork(body: Callable[[], int]) -> int:
    """Fork a child that runs `body`, ends with its result, and dies with its parent."""
    pid = os.fork()
    if pid:
        return pid
    try:
        ensure(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "death with the parent")
        os._exit(body())
    except BaseException:  # nothing may escape into the zygote's own code
        traceback.print_exc()
        os._exit(1)


def _wait(first: int, status: socket.socket) -> int:
    """Wait for the namespace's end; any word on the socket, or its closing, brings that about."""
    ended = os.pidfd_open(first)
    readable, _, _ = select.select([status, ended], [], [])
    if ended not in readable:
        status.recv(16)  # a socket closed with a message unread resets the connection, and our answer is lost
        os.kill(first, signal.SIGKILL)
    return _exit_code(os.waitpid(first, 0)[1])


def _exit_code(wait_status: int) -> int:
    code = os.waitstatus_to_exitcode(wait_status)
    return 128 - code if code < 0 else code


def _first_process(job: dict, status: socket.socket) -> int:
    """Process 1 of the namespace: mounts, starts the kernel, seals its folder, reaps until the kernel ends."""
    os.setsid()
    status.close()
    folder = os.path.dirname(job["connection_file"])
    namespaces.mount_own(folder, job["folder"], job["keep"], job["tmp_mb"])
    libc.sethostname(b"sandbox", 7)
    os.chdir(namespaces.HOME)
    bound, sealed = socket.socketpair()
    kernel = _fork(lambda: _kernel(job, sealed, bound))
    sealed.close()
    if bound.recv(1):
        namespaces.seal(folder)
        bound.send(b"s")
    bound.close()
    drop_privileges()
    while True:
        pid, wait_status = os.wait()
        if pid == kernel:
            return _exit_code(wait_status)


def _kernel(job: dict, sealed: socket.socket, other_end: socket.socket) -> int:
    other_end.close()
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    confine(job["rlimits"])

    def wait_until_sealed() -> None:
        with sealed:
            sealed.send(b"b")
            sealed.recv(1)

    run_kernel(job, wait_until_sealed)
    sys.stdout.flush()
    return 0
