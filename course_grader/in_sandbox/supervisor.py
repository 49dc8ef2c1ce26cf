"""The supervisor of one forked kernel, a child of the zygote.

It creates the kernel's namespaces, stays outside the PID namespace, kills the kernel at the grader's request, and
reports to the grader how the kernel ended. The kernel cannot reach it.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import traceback
from typing import NoReturn

from course_grader.in_sandbox import namespaces
from course_grader.in_sandbox.first_process import exit_code, fork, run_first_process


def supervise_kernel(job: dict, status_descriptor: int, errors: int) -> NoReturn:
    """Start a kernel and wait for its end; never returns.

    status_descriptor: a socket to the grader, for the exit code. errors: a pipe, for the reason of a failed start.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(errors, 1)
    os.dup2(errors, 2)
    os.close(errors)
    status = socket.socket(fileno=status_descriptor)
    status.send(b"h")
    code = 1
    try:
        namespaces.unshare()
        code = _wait(fork(lambda: _enter_namespaces(job, status)), status)
    except OSError:
        traceback.print_exc()
    status.send(struct.pack("i", code))
    os._exit(0)


def _enter_namespaces(job: dict, status: socket.socket) -> int:
    status.close()
    os.setsid()
    namespaces.mount_own(os.path.dirname(job["connection_file"]), job["folder"], job["keep"], job["tmp_mb"])
    os.chdir(namespaces.HOME)
    return run_first_process({**job, "uid": None}, may_mount=True)  # the namespace has its own user


def _wait(first: int, status: socket.socket) -> int:
    """Wait until the namespace ends, or end it when the grader sends a message or closes the socket; the exit code."""
    ended = os.pidfd_open(first)
    readable, _, _ = select.select([status.fileno(), ended], [], [])
    if ended not in readable:
        status.recv(16)  # closing a socket with an unread message resets the connection and loses our answer
        os.kill(first, signal.SIGKILL)
    return exit_code(os.waitpid(first, 0)[1])
