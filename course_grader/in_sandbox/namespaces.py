"""Gives a forked kernel its own namespaces, with a private /proc, /tmp, /dev/shm, home and socket folder.

This does for a process that has already imported everything what bubblewrap does for a new one. It uses ctypes because
Python 3.11 has neither os.unshare nor a mount function.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from course_grader.in_sandbox.confine import ensure, libc

NEW_MOUNT, NEW_UTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 1 << 30
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
STUDENT = 1000
HOME = "/student"  # not a real home folder, since the environment may be installed in one
HOME_MB = 32
MB = 1 << 20


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    """mount(2); raises OSError, which names the target."""
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    ensure(libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), f"mount {target}")


def unshare() -> None:
    """Move this process into new namespaces as user 1000; the new PID namespace starts with its next child."""
    uid, gid = os.getuid(), os.getgid()
    flags = NEW_USER | NEW_MOUNT | NEW_PID | NEW_IPC | NEW_UTS | NEW_NET
    ensure(libc.unshare(flags), "unshare (nested user namespaces)")
    for name, content in (("setgroups", "deny"), ("uid_map", f"{STUDENT} {uid} 1"), ("gid_map", f"{STUDENT} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)


def mount_own(rundir: str, zygote_folder: str, keep: Iterable[str], tmp_mb: int) -> None:
    """Cover all folders that kernels would share, except `rundir` (writable) and `keep` (bound below /tmp)."""
    mount(None, "/", None, RECURSIVE | PRIVATE)
    again = {path: os.open(path, os.O_PATH) for path in (rundir, *keep)}
    _tmpfs("/tmp", tmp_mb, "1777")
    _tmpfs("/dev/shm", tmp_mb, "1777")
    _tmpfs(HOME, HOME_MB, "755")
    if os.path.isdir(zygote_folder):  # it still exists, so it is not below /tmp and not covered yet
        _tmpfs(zygote_folder, 1, "755")
    mount("devpts", "/dev/pts", "devpts", NO_SUID | NO_EXEC, "newinstance,ptmxmode=0666,mode=620")
    for path, descriptor in again.items():
        _make_target(path, stat.S_ISDIR(os.fstat(descriptor).st_mode))
        mount(f"/proc/self/fd/{descriptor}", path, None, BIND | RECURSIVE)
        os.close(descriptor)
    mount("proc", "/proc", "proc", READ_ONLY | NO_SUID | NO_DEV | NO_EXEC)  # so that oom_score_adj cannot be changed


def _make_target(path: str, is_folder: bool) -> None:
    """Create what a folder or a file can be bound to."""
    os.makedirs(path if is_folder else os.path.dirname(path), exist_ok=True)
    if not is_folder:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def _tmpfs(path: str, megabytes: int, mode: str) -> None:
    mount("tmpfs", path, "tmpfs", NO_SUID | NO_DEV, f"size={megabytes * MB},mode={mode}")


def seal(rundir: str) -> None:
    """Make the socket folder read-only: its sockets still accept connections, but nothing can be written."""
    mount(None, rundir, None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEV | NO_EXEC)
