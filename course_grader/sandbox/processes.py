"""The resources that a tree of processes uses, read from /proc. Processes that end meanwhile are ignored."""

from __future__ import annotations

import os

from course_grader.sandbox import sockets


def tree(pid: int) -> list[int]:
    """`pid` and all its descendants, including orphans, which the first process of their PID namespace adopts."""
    found = [pid]
    for process in found:
        found += _children(process)
    return found


def _children(pid: int) -> list[int]:
    children = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                children += [int(child) for child in file.read().split()]
    except OSError:
        pass
    return children


def memory_mb(pids: list[int], enough: int) -> int:
    """Megabytes of RAM and swap that the processes use together, shared pages counted once.

    That includes what Linux holds for them outside of their address space: page tables and socket buffers.
    Resident size is cheap to read, but counts shared pages in every process, so it is an upper bound. The exact size,
    which walks the page tables, is read only if the bound exceeds `enough`.
    """
    buffers = sockets.buffers_kb(pids)
    bound = buffers + sum(_sum_kb(f"/proc/{pid}/status", ("VmRSS:", "VmSwap:", "VmPTE:")) for pid in pids)
    if bound > enough * 1024:
        own = sum(_sum_kb(f"/proc/{pid}/smaps_rollup", ("Pss:", "SwapPss:")) for pid in pids)
        bound = buffers + own + sum(_sum_kb(f"/proc/{pid}/status", ("VmPTE:",)) for pid in pids)
    return bound // 1024


def _sum_kb(path: str, fields: tuple[str, ...]) -> int:
    try:
        with open(path) as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(fields))
    except OSError:
        return 0


def folder_mb(path: str) -> float:
    """Megabytes that the files below a folder take; an empty file counts as a page. Links are not followed."""
    total, folders = 0, [path]
    for folder in folders:
        try:
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                total += max(4096, entry.stat(follow_symlinks=False).st_blocks * 512)
        except OSError:
            continue
    return total / (1 << 20)
