"""One student's kernel: runs cells one after another, stops those that must be stopped, and lets the judge in.

Nothing that the kernel does raises an exception here: a cell's end is a `CellEnd`, and a dead kernel is one of them.
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
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course_grader.in_sandbox.kernel import SERVE_JUDGE
from course_grader.kernel_client.capped_client import CUT_NOTE, CappedClient
from course_grader.kernel_client.likely_cause import likely_cause
from course_grader.kernel_client.readiness import wait_until_ready
from course_grader.kernel_client.start_listener import StartListener
from course_grader.kernel_client.syntax_errors import SYNTAX_ERRORS, explain_syntax_error
from course_grader.threads import to_daemon_thread

LEFT_BEHIND = "it left something running that kept the next cell from starting"
GRACE_SECONDS = 3.0  # after an interrupt, before the kill
START_SECONDS = 60.0
NO_AGENT_SECONDS = 5.0  # for a judge without an agent, before its kernel is ended
AGENT_SECONDS = 10.0  # for the agent's end after the tests, on a machine that may be busy
ITS_OWN_END = ("crash", "exit")  # how the sandbox's reason begins if no limit ended the kernel
FLOOD_NOTE = "[This cell kept printing and was stopped.]\n"


class CellEnd(Enum):
    """How a cell ended."""

    DONE = "done"  # with or without an exception of its own
    TIMEOUT = "timeout"  # interrupted; the kernel is alive
    FLOOD = "flood"  # interrupted for printing too much; the kernel is alive
    DEAD = "dead"


class StudentKernel:
    """One kernel of one submission, under a manager that is not started yet.

    death: why it died. fault: what went wrong in the cell that ran last, such as "ended with NameError: ...". cause:
    why it may not go wrong on the student's machine, or where Python could not read it. Plain sentences that may
    contain text of the student's; empty if there is nothing to say. stalled: an earlier cell caused its death, not the
    last request. sudden: it ended without a limit's doing, perhaps by code that an earlier cell had left running.
    """

    def __init__(self, notebook: NotebookNode, manager: AsyncKernelManager, starts: StartListener):
        self._manager, self._starts = manager, starts
        self._client = CappedClient(notebook, km=manager, allow_errors=True, coalesce_streams=True)
        self.death = ""
        self.stalled = self.sudden = False
        self.fault = ""
        self.cause = ""
        self._closed = False

    async def start(self) -> None:
        await self._manager.start_kernel()
        await self._connect(START_SECONDS)

    async def _connect(self, seconds: float) -> None:
        self._client.kc = self._manager.client()
        self._client.kc.start_channels(hb=False)  # a heartbeat that waits to be sent cannot be stopped
        await wait_until_ready(self._client.kc, seconds)
        self._client.kc.allow_stdin = False

    async def run(self, cell: NotebookNode, index: int, seconds: float) -> CellEnd:
        """Run one code cell, for at most so many seconds; its outputs are in the cell afterwards."""
        self._client.begin()
        self._starts.begin()
        self.cause = ""
        task = asyncio.ensure_future(self._client.async_execute_cell(cell, index))
        end = await self._first_end(task, cell, seconds)
        what = "printed too much" if end is CellEnd.FLOOD else f"ran longer than {seconds:g} s"
        if end is not CellEnd.DONE and not await self._stop(task, cell):
            self.stalled = not self._starts.heard
            await self.kill(LEFT_BEHIND if self.stalled else f"a cell {what} and did not react to the interrupt")
            task.cancel()
        lives = await self._has_lived(task)
        if lives and self._client.asked_to_exit():  # the kernel would die after its reply, during the next cell
            await self.kill("the cell called exit() or quit()")
            lives = False
        if not lives or not await self._has_output(cell):
            self.fault = f"ended the kernel: {self.death}"
            return CellEnd.DEAD
        if end is CellEnd.FLOOD:
            cell.outputs.append(new_output("stream", name="stdout", text=FLOOD_NOTE))
        self.fault = self._own_error(cell.source) if end is CellEnd.DONE else f"{what} and was stopped"
        return end

    async def _first_end(self, task: asyncio.Task, cell: NotebookNode, seconds: float) -> CellEnd:
        """Wait until the cell ends or must be stopped."""
        flood = asyncio.ensure_future(self._client.flooded.wait())
        await asyncio.wait({task, flood}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        flood.cancel()
        if task.done() or self._client.has_replied(cell):  # an interrupt would only hit what comes next
            return CellEnd.DONE
        return CellEnd.FLOOD if self._client.flooded.is_set() else CellEnd.TIMEOUT

    async def _stop(self, task: asyncio.Task, cell: NotebookNode) -> bool:
        """Interrupt the cell; True once it has ended and the kernel has handled the interrupt.

        The cell may end by itself while the interrupt is on its way. Unless the kernel confirms that it has arrived,
        the interrupt could hit the next cell.
        """
        heard = asyncio.ensure_future(self._send_interrupt())
        try:
            await asyncio.wait({task, heard}, timeout=GRACE_SECONDS)
            if self._client.has_replied(cell):
                await asyncio.wait({task})  # only output is missing
            return task.done() and heard.done() and heard.exception() is None
        finally:
            heard.cancel()

    async def _send_interrupt(self) -> None:
        """Interrupt the kernel, and wait until it says that it has sent itself the signal."""
        client = self._client.kc
        request = client.session.msg("interrupt_request", {})
        client.control_channel.send(request)
        while (await client.get_control_msg())["parent_header"].get("msg_id") != request["header"]["msg_id"]:
            pass

    async def _has_lived(self, task: asyncio.Task) -> bool:
        """Await the cell's end; False if the kernel died with it."""
        try:
            await task
            return True
        except (DeadKernelError, asyncio.CancelledError):
            self._note_sudden_end()
            reason = LEFT_BEHIND if self.stalled else "the kernel died: a crash, or the code ended the process"
        except Exception as error:  # whatever nbclient raises for a message that student code has forged
            reason = f"it sent an invalid message ({type(error).__name__})"
        await self.kill(reason)
        return False

    def _note_sudden_end(self) -> None:
        """Of a kernel that is gone: did the last request do it?"""
        if not self.death:
            self.stalled = not self._starts.heard
            reason = getattr(self._manager.provisioner, "death_reason", None)
            self.sudden = reason is None or reason.startswith(ITS_OWN_END)

    @property
    def left_running(self) -> int:
        """How much earlier code was left running when the last request started; only comparisons mean something."""
        return self._starts.left_running

    def _own_error(self, source: str) -> str:
        """The error that ended the cell, according to the kernel's reply, and its likely cause."""
        reply = self._client.reply or {}
        if reply.get("status") != "error":
            return ""
        name, text = str(reply.get("ename")), str(reply.get("evalue"))
        if name in SYNTAX_ERRORS:
            text, self.cause = explain_syntax_error(text, source)
        else:
            self.cause = likely_cause(name, text)
        return f"ended with {name}" + (f": {text}" if text else "") + (f" ({self.cause})" if self.cause else "")

    async def _has_output(self, cell: NotebookNode) -> bool:
        """Reconnect after a message so large that it ended the connection; later cells would show nothing."""
        if self._client.reply is None or self._client.idle.is_set():
            return True
        cell.outputs.append(new_output("stream", name="stdout", text=CUT_NOTE))
        self._client.kc.stop_channels()
        try:
            await self._connect(GRACE_SECONDS)
            return True
        except (RuntimeError, ValueError):  # ValueError: an invalid message
            await self.kill("its output no longer arrives")
            return False

    async def serve_judge(self, path: str, judging: Callable[[], Any]) -> Any:
        """Let the kernel answer the judge at `path` while `judging()` runs in a thread; returns its result."""
        self._starts.begin()
        message = self._client.kc.execute(f"{SERVE_JUDGE}{path}", silent=True, store_history=False, stop_on_error=False)
        verdict = asyncio.ensure_future(to_daemon_thread(judging))
        reply = asyncio.ensure_future(self._reply(message))
        await asyncio.wait({verdict, reply}, return_when=asyncio.FIRST_COMPLETED)
        if reply.done():  # the agent ended first: just after the judge closed, or without ever answering
            await asyncio.wait({verdict}, timeout=1)
            if not verdict.done():
                _knock(path)
                await self._expect(verdict)
        try:
            return await verdict
        finally:
            await self._end_of_agent(reply)

    async def _expect(self, verdict: asyncio.Task) -> None:
        """Wait for a judge whose agent has ended. If student code keeps their connection open, it must end, too."""
        await asyncio.wait({verdict}, timeout=NO_AGENT_SECONDS)
        if not verdict.done():
            await self.kill("code that a test called ended the connection to the tests")

    async def _end_of_agent(self, reply: asyncio.Future) -> None:
        try:
            await asyncio.wait_for(reply, AGENT_SECONDS)
        except Exception as error:  # DeadKernelError, or what jupyter_client raises for a forged message
            if isinstance(error, DeadKernelError):
                self._note_sudden_end()
            else:
                self.stalled = isinstance(error, TimeoutError) and not self._starts.heard
            await self.kill(LEFT_BEHIND if self.stalled else "the kernel died or hung in a function that a test called")

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
        """End the kernel; `death` says why, in the sandbox's words if it knows."""
        self.death = self.death or getattr(self._manager.provisioner, "death_reason", None) or reason
        await self.close()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._starts.close()
        if self._client.kc is not None:
            self._client.kc.stop_channels()
        with contextlib.suppress(RuntimeError):  # what jupyter_client raises if the kernel is gone or never started
            await self._manager.shutdown_kernel(now=True)
        await ensure_async(self._manager.cleanup_resources())


def _knock(path: str) -> None:
    """Connect and close at once, so that a judge does not wait for an agent that never came.

    Does not wait: if student code keeps the judge's queue full, the judge has a connection anyway.
    """
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.setblocking(False)
        connection.connect(path)
