"""Runs a command and watches its process tree: wall time, processor time, peak memory."""

from __future__ import annotations

import contextlib
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from accounting import Account

INTERVAL = 0.2  # seconds
SHARE = 0.02  # of its time that the watching may take: reading the memory maps of large processes is slow


@dataclass
class Watched:
    """wall and cpu: seconds. cpu is the tree's, as Linux accounts it, or as sampled where we may not create a group;
    sampling misses the last moments of every process. peak_mb: the tree's largest sum of PSS, which counts shared pages
    once.

    root_cpu, root_peak_mb: processor seconds and largest PSS of the command's own process alone.
    """

    wall: float
    cpu: float
    root_cpu: float
    peak_mb: float
    root_peak_mb: float
    returncode: int


def watch(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> Watched:
    started, peak, root_peak, cpu = time.monotonic(), 0, 0, {}
    with log.open("w") as output, Account() as account:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, preexec_fn=account.join
        )
        while process.poll() is None:
            began = time.process_time()
            tree = _tree(process.pid)
            sizes = [_pss(each) for each in tree]
            peak, root_peak = max(peak, sum(sizes)), max(root_peak, *sizes[:1], 0)
            cpu |= {each: seconds for each in tree if (seconds := _cpu(each)) is not None}
            _wait(process, max(INTERVAL, (time.process_time() - began) / SHARE))
        wall, exact = time.monotonic() - started, account.seconds
    root = max((seconds for each, seconds in cpu.items() if each.pid == process.pid), default=0.0)
    total = sum(cpu.values()) if exact is None else exact
    return Watched(wall, total, root, peak / 1e6, root_peak / 1e6, process.returncode)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Until the process ends, but not longer than that."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _pss(process: psutil.Process) -> int:
    """Bytes; 0 for a process that has ended or may not be read."""
    try:
        return process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _cpu(process: psutil.Process) -> float | None:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return None
    return times.user + times.system
