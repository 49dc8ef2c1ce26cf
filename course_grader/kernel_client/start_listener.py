"""Hears whether the kernel has begun with a request; its side is course_grader/in_sandbox/start_signal.py."""

from __future__ import annotations

import contextlib
import socket


class StartListener:
    """Binds a socket at `path`. Student code may send to it, too, and so mislead only the grading of its own kernel."""

    def __init__(self, path: str):
        self._heard = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(path)

    def begin(self) -> None:
        """Forget earlier requests."""
        self._receive()
        self._heard = False

    @property
    def heard(self) -> bool:
        """Whether a request has started since `begin`."""
        self._receive()
        return self._heard

    def _receive(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(1):
                self._heard = True

    def close(self) -> None:
        self._socket.close()
