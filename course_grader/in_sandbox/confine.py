"""Drops irreversibly what a kernel does not need: its user, capabilities, resources beyond the limits, system calls."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal

from course_grader.in_sandbox import seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 38, 47
CAPSET = {"x86_64": 126, "aarch64": 91}
libc = ctypes.CDLL(None, use_errno=True)


def ensure(result: int, what: str) -> None:
    """Raise OSError if a C library call returned a value other than 0."""
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def die_with_parent() -> None:
    """Have Linux kill this process when its parent ends."""
    ensure(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent-death signal")


def drop_user(uid: int | None) -> None:
    """Become the unprivileged user `uid`; None if the sandbox has its own user namespace."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def drop_privileges() -> None:
    """Drop all capabilities; no later exec can regain any."""
    libc.prctl(PR_CAP_AMBIENT, 4, 0, 0, 0)  # 4: clear all; kernels without ambient sets have nothing to clear
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    ensure(libc.syscall(CAPSET[platform.machine()], header, (ctypes.c_uint32 * 6)()), "capset")
    ensure(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    # After the change of user, /proc/self belongs to root, but libraries' debug output reads it.
    ensure(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


def set_limits(rlimits: dict[str, int]) -> None:
    """Set soft and hard limits. Those for processor time are 5 s apart: SIGXCPU, which names the cause, comes first."""
    for name, value in rlimits.items():
        number = getattr(resource, name)
        ceiling = resource.getrlimit(number)[1]
        hard = value + 5 if name == "RLIMIT_CPU" else value
        if ceiling != resource.RLIM_INFINITY:
            value, hard = min(value, ceiling), min(hard, ceiling)
        resource.setrlimit(number, (value, hard))


def confine(rlimits: dict[str, int], uid: int | None = None) -> None:
    """Do all of the above, in the only order that works: limits, user, capabilities, and seccomp last."""
    set_limits(rlimits)
    drop_user(uid)
    drop_privileges()
    seccomp.install()


if __name__ == "__main__":  # a dry run: can a process be confined on this machine?
    import importlib.util
    import json
    import sys

    job = json.loads(sys.argv[1])
    confine(job["rlimits"], job["uid"])
    if importlib.util.find_spec("ipykernel") is None:
        raise SystemExit(f"ipykernel is not installed in {sys.prefix}")
