"""Drives one student's kernel: runs cells with a deadline, caps what they may put out, and lets the judge in.

Nothing that the kernel does raises here: a cell's end is a `CellEnd`, a dead kernel is one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from enum import Enum
from queue import Empty
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_BYTES = 100_000  # of text a cell
MAX_IMAGE_BYTES = 2_000_000  # of pictures a cell
MAX_MESSAGES = 500
GRACE_SECONDS = 3.0  # after an interrupt, before the kill
START_SECONDS = 60.0
SHOWN_TYPES = ("text/plain", "image/png", "image/jpeg")
_PICTURES = SHOWN_TYPES[1:]


class CellEnd(Enum):
    """How a cell ended."""

    DONE = "done"  # with or without an exception of its own
    TIMEOUT = "timeout"  # interrupted; the kernel lives
    DEAD = "dead"


class _CappedClient(NotebookClient):
    """nbclient's handling of messages, with limits on what a cell may put out and no widgets."""

    def begin(self) -> None:
        self._text = self._pictures = self._count = 0
        self._cut = False

    def output(self, outs: list, msg: dict, display_id: str, cell_index: int) -> Any:
        content = msg["content"]
        self._count += 1
        if "data" in content:
            content["data"] = {kind: data for kind, data in content["data"].items() if kind in SHOWN_TYPES}
            self._pictures += sum(len(str(data)) for kind, data in content["data"].items() if kind in _PICTURES)
            self._text += len(str(content["data"].get("text/plain", "")))
        self._text += len(content.get("text") or "") + sum(len(line) for line in content.get("traceback", []))
        if self._text <= MAX_BYTES and self._pictures <= MAX_IMAGE_BYTES and self._count <= MAX_MESSAGES:
            return super().output(outs, msg, display_id, cell_index)
        if not self._cut:
            self._cut = True
            note = "\n[This cell put out too much; the rest is left out.]\n"
            outs.append(new_output("stream", name="stdout", text=note))
            self._interrupt = asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))
        return None

    def handle_comm_msg(self, outs: list, msg: dict, cell_index: int) -> None:
        return


class StudentKernel:
    """One kernel of one submission, under a manager that is not started yet."""

    def __init__(self, notebook: NotebookNode, manager: AsyncKernelManager):
        self._manager = manager
        self._client = _CappedClient(notebook, km=manager, allow_errors=True, coalesce_streams=True)
        self.death = ""  # why it died, in plain words
        self._closed = False

    async def start(self) -> None:
        await self._manager.start_kernel()
        self._client.kc = self._manager.client()
        self._client.kc.start_channels()
        await self._client.kc.wait_for_ready(timeout=START_SECONDS)
        self._client.kc.allow_stdin = False

    async def run(self, cell: NotebookNode, index: int, seconds: float) -> CellEnd:
        """Run one code cell, for at most so many seconds; its outputs are in the cell afterwards."""
        self._client.begin()
        task = asyncio.ensure_future(self._client.async_execute_cell(cell, index))
        return await self._finish(task, seconds)

    async def _finish(self, task: asyncio.Task, seconds: float) -> CellEnd:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        end = CellEnd.DONE
        if not done:
            end = CellEnd.TIMEOUT
            await ensure_async(self._manager.interrupt_kernel())
            done, _ = await asyncio.wait({task}, timeout=GRACE_SECONDS)
        if not done:
            await self.kill(f"a cell ran longer than {seconds:g} s and did not react to the interrupt")
            task.cancel()
        try:
            await task
        except (DeadKernelError, asyncio.CancelledError):
            await self.kill("the kernel died: a crash, or the code ended the process")
            return CellEnd.DEAD
        return end

    async def serve_judge(self, path: str, judging: Callable[[], Any]) -> Any:
        """Let the kernel answer the judge at `path` while `judging()` runs in a thread; hand back its result."""
        code = f"__import__('course_grader.inside.agent', fromlist=['serve']).serve({path!r}, globals())"
        message = self._client.kc.execute(code, silent=True, store_history=False, stop_on_error=False)
        verdict = asyncio.ensure_future(asyncio.to_thread(judging))
        reply = asyncio.ensure_future(self._reply(message))
        await asyncio.wait({verdict, reply}, return_when=asyncio.FIRST_COMPLETED)
        if reply.done():  # the agent has ended first; just after the judge's goodbye, or without ever answering
            await asyncio.wait({verdict}, timeout=1)
            if not verdict.done():
                await asyncio.to_thread(_knock, path)
        result = await verdict
        try:
            await asyncio.wait_for(reply, GRACE_SECONDS)
        except (TimeoutError, DeadKernelError):
            await self.kill("the kernel died or hung in a function that a test called")
        return result

    async def _reply(self, message: str) -> None:
        while True:
            try:
                reply = await self._client.kc.get_shell_msg(timeout=0.5)
            except Empty:
                if not await self._manager.is_alive():
                    raise DeadKernelError("the kernel is gone") from None
            else:
                if reply["parent_header"].get("msg_id") == message:
                    return

    async def kill(self, reason: str) -> None:
        """End the kernel; `death` says why: the sandbox's own reason where it has one."""
        self.death = self.death or getattr(self._manager.provisioner, "death_reason", None) or reason
        await self.close()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._client.kc is not None:
            self._client.kc.stop_channels()
        with contextlib.suppress(RuntimeError):  # jupyter_client's word for a kernel that is gone, or never started
            await self._manager.shutdown_kernel(now=True)
        await ensure_async(self._manager.cleanup_resources())


def _knock(path: str) -> None:
    """Connect and leave: a judge that waits for an agent which never came then knows."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
