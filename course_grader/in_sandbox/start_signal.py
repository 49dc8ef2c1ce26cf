"""Tells the grader that a request starts to run, whatever its code does to the kernel's process next.

A datagram lies in the grader's queue once it is sent. A message over ZeroMQ is sent by other threads, which code that
stops the process or holds Python's global lock also stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys

NAME = "started"  # of the socket in the kernel's folder, bound by the grader
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


class StartSignal:
    """Sends the signal to a socket at `path`; does nothing if nobody listens there or the queue is full."""

    def __init__(self, path: str):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            self._socket.connect(path)

    def send(self) -> None:
        """Send how much earlier code is left running: it may end the process while the request is not to blame."""
        with contextlib.suppress(OSError):
            self._socket.send(b"%d" % _left_running())

    def close(self) -> None:
        self._socket.close()


def _left_running() -> int:
    """The number of threads, processes, timers and tasks here, besides those that every kernel has."""
    try:
        own = os.getppid() == 1  # in a PID namespace of its own
        processes = sum(name.isdecimal() for name in os.listdir("/proc")) if own else 0
        timers = sum(signal.getitimer(timer)[0] > 0 for timer in _TIMERS)
        loop = asyncio.get_running_loop()
        later = sum(not handle.cancelled() for handle in getattr(loop, "_scheduled", ()))
        return len(sys._current_frames()) + processes + timers + later + len(asyncio.all_tasks(loop))
    except Exception:  # in a kernel that student code has damaged
        return 0
