"""ipykernel's kernel, made robust against late interrupts, with bounded messages."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel

MAX_CHARACTERS = 200_000  # per message; more than the grader shows of a whole cell


class SandboxedKernel(IPythonKernel):
    """An IPython kernel that an interrupt reaches only while a cell runs; ipykernel's own may lose the cell's reply."""

    in_cell = False

    def pre_handler_hook(self) -> None:
        signal.signal(signal.SIGINT, self._interrupt)

    def post_handler_hook(self) -> None:
        """Keep the signal handler, which does nothing between cells."""

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.in_cell:
            raise KeyboardInterrupt

    async def do_execute(self, *args: Any, **options: Any) -> dict[str, Any]:
        self.in_cell = True
        try:
            return await super().do_execute(*args, **options)
        except KeyboardInterrupt:  # just before or after the cell's own code, where IPython does not expect it
            reply = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
            return reply | {"execution_count": self.execution_count, "user_expressions": {}, "payload": []}
        finally:
            self.in_cell = False


class BoundedStream(OutStream):
    """A stream that sends messages of bounded size: the grader disconnects from a kernel that sends a huge one."""

    def _flush_buffers(self) -> Iterator[tuple[dict, str]]:
        for parent, text in super()._flush_buffers():
            yield parent, text[:MAX_CHARACTERS]
