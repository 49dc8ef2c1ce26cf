"""A memory cgroup (v2) for each kernel, where the host lets us create one.

Linux then bounds the memory of all its processes exactly, with page tables, socket buffers and files in /tmp. Where it
is not possible, nothing here raises: the watchdog and the limits of each process remain.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from course_grader.sandbox import processes
from course_grader.sandbox.limits import MB, Limits

CONTROLLERS = ("memory", "pids")
PREFIX = "course-grader-"
OWN_PROCESSES = 8  # bubblewrap, supervisor, first process: not the student's, but in the group
ATTEMPTS = 20  # at moving a tree that is still growing, and at removing a group whose last process is ending
PAUSE = 0.05  # seconds
_numbers = itertools.count()


class CgroupUnavailable(Exception):
    """No cgroup can be created for a kernel; the message says why."""


@dataclass(frozen=True)
class KernelGroup:
    """The cgroup of one kernel."""

    folder: Path
    limit_mb: int

    def add_tree(self, pid: int) -> None:
        """Move a process that has just started, and its descendants, which may be starting others; OSError."""
        for _ in range(ATTEMPTS):
            missing = set(processes.tree(pid)) - self._members()
            if not missing:
                return
            for process in missing:
                with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                    (self.folder / "cgroup.procs").write_text(str(process))
        raise TimeoutError("its processes do not stay in their cgroup")

    def _members(self) -> set[int]:
        return {int(number) for number in _words(self.folder / "cgroup.procs")}

    def used_up(self) -> int | None:
        """The megabytes used when Linux ended the kernel for lack of memory; None if it did not."""
        try:
            events = (self.folder / "memory.events").read_text().split()
            killed = int(events[events.index("oom_kill") + 1])
        except (OSError, ValueError, IndexError):
            return None
        return self._peak_mb() if killed else None

    def _peak_mb(self) -> int:
        try:
            return int((self.folder / "memory.peak").read_text()) // MB
        except (OSError, ValueError):  # before Linux 5.19
            return self.limit_mb

    def remove(self) -> None:
        """End what is left in it and remove it; a group that cannot be removed costs almost nothing and stays."""
        with contextlib.suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
        for _ in range(ATTEMPTS):
            try:
                return self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:  # a process in it is still ending
                time.sleep(PAUSE)


def open_group(limits: Limits, root: Path = Path("/")) -> KernelGroup | None:
    """A new, empty group with these limits; None where the host does not allow it."""
    try:
        return create_group(parent_group(root), limits)
    except (CgroupUnavailable, OSError):
        return None


def create_group(parent: Path, limits: Limits) -> KernelGroup:
    """A new group below `parent`; raises OSError. Its limit on memory includes the files that a kernel writes."""
    group = KernelGroup(parent / f"{PREFIX}{os.getpid()}-{next(_numbers)}", limits.memory_with_files_mb)
    group.folder.mkdir()
    try:
        (group.folder / "memory.max").write_text(str(group.limit_mb * MB))
        (group.folder / "pids.max").write_text(str(limits.processes + OWN_PROCESSES))
        for name, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):  # the first only with swap accounting
            with contextlib.suppress(OSError):
                (group.folder / name).write_text(value)
    except OSError:
        group.remove()
        raise
    return group


@functools.cache
def parent_group(root: Path = Path("/")) -> Path:
    """The folder below which groups of kernels can be created, found by trying; raises CgroupUnavailable.

    It is the group of this process, if that may have children with a memory limit, or the nearest group above it that
    already has such children. `root`: another root of the file system, for tests.
    """
    top, own = own_group(root)
    if "memory" not in _words(top / "cgroup.controllers"):
        raise CgroupUnavailable("memory is not managed by cgroup v2 here")
    reasons = []
    for folder in (own, *own.parents):
        if not folder.is_relative_to(top):
            break
        try:
            _enable(folder, may_change=folder == own)
            _try_out(folder)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror or error}")
        else:
            _remove_abandoned(folder, root)
            return folder
    raise CgroupUnavailable(reasons[0])


def own_group(root: Path = Path("/")) -> tuple[Path, Path]:
    """The folders of cgroup v2 itself and of the group of this process; raises CgroupUnavailable."""
    try:
        mounts = (root / "proc/self/mountinfo").read_text().splitlines()
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError as error:
        raise CgroupUnavailable(f"no cgroups on this system ({error})") from None
    found = [line.split()[4] for line in mounts if " - cgroup2 " in line]
    path = next((line[3:] for line in groups if line.startswith("0::")), None)
    if not found or path is None or ".." in path:
        raise CgroupUnavailable("cgroup v2 is not mounted here, or this process is outside of it")
    top = root / found[0].lstrip("/")
    return top, top / path.lstrip("/")


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []


def _enable(folder: Path, may_change: bool) -> None:
    """Let the children of `folder` have limits; OSError if that is not possible, as in a group with processes."""
    missing = set(CONTROLLERS) - set(_words(folder / "cgroup.subtree_control"))
    if missing and not may_change:
        raise PermissionError(0, "its groups have no memory limit")
    if missing:
        (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(missing)))


def _try_out(folder: Path) -> None:
    """Create a group and move a process into it; raises OSError."""
    group = create_group(folder, Limits())
    try:
        with subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE) as process:  # ends with the block
            group.add_tree(process.pid)
    finally:
        group.remove()


def _remove_abandoned(folder: Path, root: Path) -> None:
    """Remove the groups of graders that were killed; a group with processes stays."""
    for group in folder.glob(f"{PREFIX}*"):
        number = group.name.removeprefix(PREFIX).split("-")[0]
        if not (root / "proc" / number).exists():
            with contextlib.suppress(OSError):
                group.rmdir()
