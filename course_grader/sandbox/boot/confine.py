"""Giving up, one way and for good, everything a kernel does not need: user, capabilities, limits, system calls."""

from __future__ import annotations

import ctypes
import os
import platform
import resource

from course_grader.sandbox.boot import seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
CAPSET = {"x86_64": 126, "aarch64": 91}
libc = ctypes.CDLL(None, use_errno=True)


def ensure(result: int, what: str) -> None:
    """Raise OSError when a C library call returned non-zero."""
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def drop_user(uid: int | None) -> None:
    """Become the unprivileged user `uid`; None when the sandbox has a user namespace of its own."""
    if uid is None:
        return
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def drop_privileges() -> None:
    """No capability now, and none by any later exec."""
    libc.prctl(PR_CAP_AMBIENT, 4, 0, 0, 0)  # 4: clear all; kernels without ambient sets have nothing to clear
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    ensure(libc.syscall(CAPSET[platform.machine()], header, (ctypes.c_uint32 * 6)()), "capset")
    ensure(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    # Changing user made /proc/self root's; debug output of libraries reads it.
    ensure(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


def set_limits(rlimits: dict[str, int]) -> None:
    """Set soft and hard limits; processor time keeps 5 s in between, so that its signal names the reason."""
    for name, value in rlimits.items():
        number = getattr(resource, name)
        ceiling = resource.getrlimit(number)[1]
        hard = value + 5 if name == "RLIMIT_CPU" else value
        if ceiling != resource.RLIM_INFINITY:
            value, hard = min(value, ceiling), min(hard, ceiling)
        resource.setrlimit(number, (value, hard))


def confine(rlimits: dict[str, int], uid: int | None = None) -> None:
    """All of it, in the one order that works: limits, user, capabilities, seccomp last."""
    set_limits(rlimits)
    drop_user(uid)
    drop_privileges()
    seccomp.install()


if __name__ == "__main__":  # a rehearsal: can a process be confined here?
    import json
    import sys

    job = json.loads(sys.argv[1])
    confine(job["rlimits"], job["uid"])
