"""The resources that a tree of processes uses, read from /proc. Processes that end meanwhile are ignored."""

from __future__ import annotations

import math
import os
import time

from course_grader.sandbox import sockets

EXACT_SECONDS = 1.0  # between two exact readings, while nothing asks for one earlier


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


class MemoryMeter:
    """Reads how much RAM and swap the processes of a tree use together, again and again.

    That includes what Linux holds for them outside of their address space: page tables and socket buffers.
    Resident size is cheap to read, but counts shared pages in every process, so it is an upper bound. The exact size
    walks the page tables, which takes milliseconds for each GB and stops the process's own memory calls meanwhile. It
    is read only where the bound exceeds `enough` megabytes, and again when a second has passed, when processes have
    started or ended, or when the growth since then could exceed `enough`.
    """

    def __init__(self, enough: int) -> None:
        self._enough = enough * 1024
        self._surplus = 0  # kB that the bound counts twice, at the last exact reading
        self._read = -math.inf  # when that was
        self._pids: list[int] = []

    def read_mb(self, pids: list[int]) -> int:
        """Megabytes: an upper bound up to `enough`; beyond, exact but for what they began to share a moment ago."""
        buffers = sockets.buffers_kb(pids)
        bound = buffers + _total_kb(pids, "status", ("VmRSS:", "VmSwap:", "VmPTE:"))
        if bound <= self._enough:
            return bound // 1024
        now = time.monotonic()
        known = pids == self._pids and now - self._read < EXACT_SECONDS
        if not known or bound - self._surplus > self._enough:
            exact = _total_kb(pids, "smaps_rollup", ("Pss:", "SwapPss:")) + _total_kb(pids, "status", ("VmPTE:",))
            self._surplus = bound - buffers - exact
            self._read, self._pids = now, pids
        return (bound - self._surplus) // 1024


def _total_kb(pids: list[int], name: str, fields: tuple[str, ...]) -> int:
    return sum(_sum_kb(f"/proc/{pid}/{name}", fields) for pid in pids)


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
