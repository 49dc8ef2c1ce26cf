"""Runs a command and watches its process tree: wall time, processor time, peak memory."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

INTERVAL = 0.2  # seconds; reading the memory maps of ten processes takes some milliseconds


@dataclass
class Watched:
    """wall and cpu: seconds, the tree's as sampled. peak_mb: its largest sum of PSS, which counts shared pages once.

    root_cpu: processor seconds of the command's own process alone.
    """

    wall: float
    cpu: float
    root_cpu: float
    peak_mb: float
    returncode: int


def watch(command: list[str], folder: Path, environment: dict[str, str], log: Path) -> Watched:
    started, peak, cpu = time.monotonic(), 0, {}
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            tree = _tree(process.pid)
            peak = max(peak, sum(_pss(each) for each in tree))
            cpu |= {each: seconds for each in tree if (seconds := _cpu(each)) is not None}
            time.sleep(INTERVAL)
    root = max((seconds for each, seconds in cpu.items() if each.pid == process.pid), default=0.0)
    return Watched(time.monotonic() - started, sum(cpu.values()), root, peak / 1e6, process.returncode)


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
