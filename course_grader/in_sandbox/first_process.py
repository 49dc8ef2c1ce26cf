"""Process 1 of a kernel's PID namespace: starts the kernel, makes its folder read-only, and reaps processes.

Run as a module with one argument, a job in JSON: connection_file, rlimits, uid, seed, imports. Its exit code is the
kernel's, or 128 plus the number of the signal that ended the kernel.
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
from course_grader.in_sandbox.kernel import discard_output, run_kernel
from course_grader.in_sandbox.namespaces import seal


def run_first_process(job: dict, may_mount: bool) -> int:
    """Fork the kernel, wait for its end, and return its exit code.

    Without permission to mount (bubblewrap, started by an ordinary user, does not pass it on) the folder stays
    writable, and only the grader's watchdog limits what is written there.
    """
    ours, theirs = socket.socketpair()
    kernel = fork(lambda: _run_kernel(job, theirs, ours))
    theirs.close()
    bound = ours.recv(1)  # nothing if the kernel could not start
    if bound and may_mount:
        seal(os.path.dirname(job["connection_file"]))
    discard_output()
    drop_all_rights()
    if bound:
        ours.send(b"s")
    ours.close()
    while True:
        pid, status = os.wait()
        if pid == kernel:
            return exit_code(status)


def drop_all_rights() -> None:
    """For a process that from now on only waits for its child.

    It keeps its user: otherwise Linux would block the signal by which bubblewrap ends it when the grader dies.
    """
    confine({})
    # The kernel may run as the same user, but with limits: it must not be able to write to this process's memory.
    ensure(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "not dumpable")


def fork(body: Callable[[], int | None]) -> int:
    """Fork a child that runs `body` and exits with its result; it dies with its parent. Returns the child's pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        die_with_parent()
        os._exit(body() or 0)
    except SystemExit as end:
        print(end, file=sys.stderr, flush=True)
        os._exit(1)
    except BaseException:  # no exception may continue in the parent's code
        traceback.print_exc()
        os._exit(1)


def exit_code(status: int) -> int:
    """The exit code that a shell would report for a wait status."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _run_kernel(job: dict, ours: socket.socket, other_end: socket.socket) -> int:
    other_end.close()
    os.setsid()  # an interrupt goes to the kernel's whole process group, which must not be the parent's
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
    sys.exit(run_first_process(job, may_mount=job["uid"] is not None))
