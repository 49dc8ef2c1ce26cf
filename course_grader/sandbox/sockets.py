"""Memory that Linux holds in the socket buffers of a tree of processes: no process's own memory includes it."""

from __future__ import annotations

import os
from functools import cache

TABLES = ("tcp", "tcp6", "udp", "udp6")
USUAL_BUFFER_KB = 208  # Linux's own default


def buffers_kb(pids: list[int]) -> int:
    """Kilobytes that the sockets of `pids`, which share a network namespace, hold at most.

    Linux does not say what a unix socket holds, so each counts as full: seccomp refuses larger buffers. What is queued
    in TCP and UDP sockets, whose buffers grow by themselves, is read from the namespace's own tables.
    """
    return len(_sockets(pids)) * _default_buffer_kb() + (_queued_kb(pids[-1]) if pids else 0)


@cache
def _default_buffer_kb() -> int:
    try:
        with open("/proc/sys/net/core/wmem_default") as file:
            return int(file.read()) // 1024
    except (OSError, ValueError):
        return USUAL_BUFFER_KB


def _sockets(pids: list[int]) -> set[str]:
    """The sockets that the processes have open; one that several of them share counts once."""
    names = {_target(f"/proc/{pid}/fd/{number}") for pid in pids for number in _descriptors(pid)}
    return {name for name in names if name.startswith("socket:")}


def _descriptors(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/fd")
    except OSError:  # the process has ended
        return []


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:  # closed meanwhile
        return ""


def _queued_kb(pid: int) -> int:
    if _target(f"/proc/{pid}/ns/net") == _target("/proc/self/ns/net"):
        return 0  # not in its sandbox yet, or without one: these are the host's connections
    return sum(_queued_bytes(f"/proc/{pid}/net/{table}") for table in TABLES) // 1024


def _queued_bytes(table: str) -> int:
    """The sum of the column tx_queue:rx_queue."""
    try:
        with open(table) as file:
            next(file, "")
            return sum(int(size, 16) for line in file for size in line.split()[4].split(":"))
    except (OSError, ValueError, IndexError):
        return 0
