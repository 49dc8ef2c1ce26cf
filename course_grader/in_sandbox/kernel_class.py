"""ipykernel's kernel, made robust against late interrupts, with bounded messages; it also answers the judge."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel

from course_grader.in_sandbox.kernel import SERVE_JUDGE
from course_grader.in_sandbox.start_signal import NAME, StartSignal

MAX_CHARACTERS = 200_000  # per message; more than the grader shows of a whole cell


class SandboxedKernel(IPythonKernel):
    """An IPython kernel that an interrupt reaches only while a cell runs; ipykernel's own may lose the cell's reply."""

    in_cell = False
    _streams: tuple[Any, Any] | None = None  # standard output and error as they were before the first cell

    def __init__(self, **options: Any):
        super().__init__(**options)
        folder = os.path.dirname(os.path.abspath(getattr(self.parent, "connection_file", "")))
        self._start_signal = StartSignal(f"{folder}/{NAME}")

    def pre_handler_hook(self) -> None:
        signal.signal(signal.SIGINT, self._interrupt)

    def post_handler_hook(self) -> None:
        """Keep the signal handler, which does nothing between cells."""

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.in_cell:
            raise KeyboardInterrupt

    async def do_execute(self, code: str, *args: Any, **options: Any) -> dict[str, Any]:
        self._start_signal.send()
        self.in_cell = True
        streams = self._streams = self._streams or (sys.stdout, sys.stderr)
        try:
            if code.startswith(SERVE_JUDGE):
                return self._serve_judge(code.removeprefix(SERVE_JUDGE))
            return await super().do_execute(code, *args, **options)
        except KeyboardInterrupt:  # just before or after the cell's own code, where IPython does not expect it
            return self._error("KeyboardInterrupt")
        finally:
            self.in_cell = False
            _restore_broken(*streams)

    def _serve_judge(self, path: str) -> dict[str, Any]:
        assert self.shell is not None
        self._forward_input(False)  # input() is an error, as in the cells
        self.shell.ask_exit = _refuse_exit
        try:
            importlib.import_module("course_grader.in_sandbox.agent").serve(path, self.shell.user_ns)
            return {"status": "ok"} | self._rest()
        except (Exception, SystemExit) as error:  # of an agent that the student's code has changed
            return self._error(type(error).__name__)
        finally:
            self.shell.__dict__.pop("ask_exit", None)
            self._restore_input()

    def _error(self, name: str) -> dict[str, Any]:
        return {"status": "error", "ename": name, "evalue": "", "traceback": []} | self._rest()

    def _rest(self) -> dict[str, Any]:
        return {"execution_count": self.execution_count, "user_expressions": {}, "payload": []}


def _refuse_exit() -> None:
    """In place of IPython's: exit() in a function that a test calls would end the kernel during the next cell."""
    raise SystemExit("exit() or quit() was called")


def _restore_broken(*streams: Any) -> None:
    """Put standard output and error back if a cell has left a closed file there: the kernel could no longer reply."""
    for name, own in zip(("stdout", "stderr"), streams, strict=True):
        try:
            getattr(sys, name).flush()
        except BaseException:  # of whatever a cell has put there
            setattr(sys, name, own)


class BoundedStream(OutStream):
    """A stream that sends messages of bounded size: the grader disconnects from a kernel that sends a huge one."""

    def _flush_buffers(self) -> Iterator[tuple[dict, str]]:
        for parent, text in super()._flush_buffers():
            yield parent, text[:MAX_CHARACTERS]
