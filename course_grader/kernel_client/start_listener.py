"""Hears whether the kernel has begun with a request; its side is course_grader/in_sandbox/start_signal.py."""

from __future__ import annotations

import contextlib
import socket

MAX_SIGNALS = 1_000  # that are read at a time: student code may send without end


class StartListener:
    """Binds a socket at `path`. Student code may send to it, too, and so mislead only the grading of its own kernel.

    heard: whether a request has started since `begin`. left_running: what the kernel counted when it last said so.
    """

    def __init__(self, path: str):
        self._heard, self._left_running = False, 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(path)

    def begin(self) -> None:
        """Forget earlier requests."""
        self._receive()
        self._heard = False

    @property
    def heard(self) -> bool:
        self._receive()
        return self._heard

    @property
    def left_running(self) -> int:
        self._receive()
        return self._left_running

    def _receive(self) -> None:
        with contextlib.suppress(OSError):  # nothing to receive, or closed
            for _ in range(MAX_SIGNALS):
                said = self._socket.recv(8)
                self._heard = True
                self._left_running = int(said) if said.isdigit() else 0

    def close(self) -> None:
        self._receive()
        self._socket.close()
