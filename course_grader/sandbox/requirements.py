"""Checks whether this machine can run untrusted code, and explains what to do if it cannot."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path

from course_grader.in_sandbox import seccomp
from course_grader.sandbox import bubblewrap
from course_grader.sandbox.program import SandboxUnavailable

NOT_LINUX = (
    "Grading runs students' code in a sandbox that needs Linux, but this system is {platform}. "
    "Grade in WSL2 on Windows, or in a Linux virtual machine or container on macOS."
)
NO_USER_NAMESPACES = (
    "bubblewrap is installed, but this system does not let ordinary users create the namespaces that a sandbox needs "
    "({detail}). An administrator can allow it with `sudo sysctl -w {setting}` (permanently, in a file in "
    "/etc/sysctl.d). Grading as root also works."
)
IN_CONTAINER = (
    "bubblewrap is installed, but this machine, probably a container, does not let it mount file systems ({detail}). "
    "Start the container with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined` and, to grade as root in it, also `--cap-add SYS_ADMIN`."
)
TOO_OLD = (
    "bubblewrap is installed, but it is older than version 0.7 ({detail}). Install a newer version, for example with "
    "`conda install conda-forge::bubblewrap`, or set $COURSE_BWRAP to its path."
)
UNREADABLE = (
    "The sandbox starts, but Python does not run in it ({detail}). It runs there as an unprivileged user: "
    "make the environment readable by everyone with `chmod -R a+rX {prefix} {base_prefix}`."
)
SETTINGS = Path("/proc/sys")
BLOCKING_SETTINGS = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
)


def explain(stderr: str) -> str:
    """What to do about a failed start of the sandbox, recognised by what it printed."""
    lines = stderr.strip().splitlines()
    detail = lines[-1] if lines else "it printed nothing"
    if "nknown option" in detail:
        return TOO_OLD.format(detail=detail)
    if not any(line.startswith("bwrap:") for line in lines) or any(
        sign in detail for sign in ("execvp", "source path")
    ):
        return UNREADABLE.format(detail=detail, prefix=sys.prefix, base_prefix=sys.base_prefix)
    if os.geteuid() != 0:
        for name, blocking, setting in BLOCKING_SETTINGS:
            path = SETTINGS / name
            if path.exists() and path.read_text().strip() == blocking:
                return NO_USER_NAMESPACES.format(detail=detail, setting=setting)
    return IN_CONTAINER.format(detail=detail)


@functools.cache
def check() -> None:
    """Start a sandbox as a trial; raises SandboxUnavailable if that fails.

    A success is remembered for the lifetime of this process; after a failure, the next call tries again.
    """
    if sys.platform != "linux":
        raise SandboxUnavailable(NOT_LINUX.format(platform=sysconfig.get_platform()))
    try:
        seccomp.program()
    except NotImplementedError as error:
        raise SandboxUnavailable(str(error)) from None
    done = bubblewrap.probe()
    if done.returncode != 0:
        raise SandboxUnavailable(explain(done.stderr))
