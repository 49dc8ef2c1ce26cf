"""Memory that Linux holds in the socket buffers of a tree of processes: no process's own memory includes it."""

from __future__ import annotations

import os
from functools import cache

TABLES = ("tcp", "tcp6", "udp", "udp6")
USUAL_BUFFER_KB = 208  # Linux's own default
FEW = 2  # a kernel has one itself; two hold at most some megabytes


def buffers_kb(pids: list[int]) -> int:
    """Kilobytes that the sockets of `pids`, which share a network namespace, hold at most.

    Linux does not say what a unix socket holds, so each counts as full: seccomp refuses larger buffers. What is queued
    in TCP and UDP sockets, whose buffers grow by themselves, is read from the namespace's own tables.
    """
    return len(_sockets(pids)) * _default_buffer_kb() + _queued_kb(pids)


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


def _queued_kb(pids: list[int]) -> int:
    """Read through any process inside the sandbox: outside of it, these would be the host's own connections."""
    outside = ("", _target("/proc/self/ns/net"))
    inside = next((pid for pid in reversed(pids) if _target(f"/proc/{pid}/ns/net") not in outside), None)
    if inside is None or _connections(f"/proc/{inside}/net") <= FEW:
        return 0  # reading the tables would take milliseconds, ten times a second
    return sum(_queued_bytes(f"/proc/{inside}/net/{table}") for table in TABLES) // 1024


def _connections(net: str) -> int:
    """The number of TCP and UDP sockets in a network namespace."""
    lines = [*_lines(f"{net}/sockstat"), *_lines(f"{net}/sockstat6")]
    return sum(int(line.split()[2]) for line in lines if line.startswith(("TCP", "UDP")))


def _queued_bytes(table: str) -> int:
    """The sum of the column tx_queue:rx_queue."""
    rows = [line.split() for line in _lines(table)[1:]]
    return sum(int(size, 16) for row in rows if len(row) > 4 for size in row[4].split(":"))


def _lines(path: str) -> list[str]:
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:  # the process has ended, or there is no IPv6
        return []
