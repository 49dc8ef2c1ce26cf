"""ipykernel's kernel, hardened for what the grader does to it: late interrupts, and limits on output."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel

MAX_CHARACTERS = 200_000  # of one message; more than the grader shows of a whole cell


class SandboxedKernel(IPythonKernel):
    """An interrupt reaches only a running cell: ipykernel's own could lose the cell's reply, or half of it."""

    in_cell = False

    def pre_handler_hook(self) -> None:
        signal.signal(signal.SIGINT, self._interrupt)

    def post_handler_hook(self) -> None:
        """Leave the signal's handler where it is; it does nothing between cells."""

    def _interrupt(self, number: int, frame: Any) -> None:
        if self.in_cell:
            raise KeyboardInterrupt

    async def do_execute(self, *args: Any, **options: Any) -> dict[str, Any]:
        self.in_cell = True
        try:
            return await super().do_execute(*args, **options)
        except KeyboardInterrupt:  # just before or after the code itself, where IPython does not expect one
            reply = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
            return reply | {"execution_count": self.execution_count, "user_expressions": {}, "payload": []}
        finally:
            self.in_cell = False


class BoundedStream(OutStream):
    """A stream that sends messages of a bounded size: the grader hangs up on one of many megabytes."""

    def _flush_buffers(self) -> Iterator[tuple[dict, str]]:
        for parent, text in super()._flush_buffers():
            yield parent, text[:MAX_CHARACTERS]
