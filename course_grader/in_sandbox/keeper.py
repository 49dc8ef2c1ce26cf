"""The keeper of one forked kernel, a child of the zygote.

It makes the kernel's namespaces, stays outside the PID namespace, ends the kernel when the grader asks, and tells the
grader how the kernel ended. The kernel cannot reach it.
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
from course_grader.in_sandbox.first_process import be_first, exit_code, fork


def keep_kernel(job: dict, status_descriptor: int, errors: int) -> NoReturn:
    """Be the keeper of one kernel, whose end is told on a socket, and its failure to start on a pipe; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(errors, 1)
    os.dup2(errors, 2)
    os.close(errors)
    status = socket.socket(fileno=status_descriptor)
    status.send(b"h")
    code = 1
    try:
        namespaces.unshare()
        code = _wait(fork(lambda: _be_first(job, status)), status)
    except OSError:
        traceback.print_exc()
    status.send(struct.pack("i", code))
    os._exit(0)


def _be_first(job: dict, status: socket.socket) -> int:
    status.close()
    os.setsid()
    namespaces.mount_own(os.path.dirname(job["connection_file"]), job["folder"], job["keep"], job["tmp_mb"])
    os.chdir(namespaces.HOME)
    return be_first({**job, "uid": None}, may_mount=True)  # the namespace has a user of its own


def _wait(first: int, status: socket.socket) -> int:
    """Wait for the namespace's end; a word on the socket, or its closing, brings that about. Returns the exit code."""
    ended = os.pidfd_open(first)
    readable, _, _ = select.select([status, ended], [], [])
    if ended not in readable:
        status.recv(16)  # a socket closed with a message unread resets the connection, and our answer is lost
        os.kill(first, signal.SIGKILL)
    return exit_code(os.waitpid(first, 0)[1])
