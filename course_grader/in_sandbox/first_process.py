"""Process 1 of a kernel's PID namespace: starts the kernel, seals its folder, reaps until it ends.

Run as a module with one argument, a job in JSON: connection_file, rlimits, uid, seed, imports. Its exit code is the
kernel's, 128 plus the number for a signal.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable

from course_grader.in_sandbox.confine import PR_SET_DUMPABLE, confine, die_with_parent, ensure, libc
from course_grader.in_sandbox.kernel import run_kernel, silence
from course_grader.in_sandbox.namespaces import seal


def be_first(job: dict, may_mount: bool) -> int:
    """Fork the kernel and outlive it; returns its exit code.

    Where it may not mount (an ordinary user's bubblewrap keeps that to itself) the folder stays writable, and only the
    grader's watchdog bounds what is written there.
    """
    ours, theirs = socket.socketpair()
    kernel = fork(lambda: _be_kernel(job, theirs, ours))
    theirs.close()
    bound = ours.recv(1)  # nothing if the kernel could not start
    if bound and may_mount:
        seal(os.path.dirname(job["connection_file"]))
    silence()
    retire()
    if bound:
        ours.send(b"s")
    ours.close()
    while True:
        pid, status = os.wait()
        if pid == kernel:
            return exit_code(status)


def retire() -> None:
    """Give up everything, for a process that only waits for its child from now on.

    It does not change its user: Linux would then refuse bubblewrap's signal at the grader's death.
    """
    confine({})
    # The kernel may run as the same user, but with limits: it must not write itself into this process.
    ensure(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "not dumpable")


def fork(body: Callable[[], int | None]) -> int:
    """Fork a child that runs `body`, ends with the code it returns, and dies with its parent; returns its number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        die_with_parent()
        os._exit(body() or 0)
    except SystemExit as end:
        print(end, file=sys.stderr, flush=True)
        os._exit(1)
    except BaseException:  # nothing may escape into the code of the parent
        traceback.print_exc()
        os._exit(1)


def exit_code(status: int) -> int:
    """A wait status as a shell's exit code."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _be_kernel(job: dict, ours: socket.socket, other_end: socket.socket) -> int:
    other_end.close()
    os.setsid()  # an interrupt goes to the kernel's process group, which must not be ours
    signal.signal(signal.SIGINT, signal.default_int_handler)
    confine(job["rlimits"], job["uid"])

    def wait_until_sealed() -> None:
        with ours:
            ours.send(b"b")
            ours.recv(1)

    run_kernel(job, wait_until_sealed)
    return 0


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.exit(be_first(job, may_mount=job["uid"] is not None))
