"""A kernel manager that limits the size of received messages and needs no kernel.json."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

MESSAGE_MB = 8  # a figure has about 0.1 MB; reading a message of 600 MB would take 2 GB of memory
QUEUED_MESSAGES = 16
RECONNECT_MS = 10  # the clients connect before the kernel has bound its sockets
SEND_MS = 500  # ZeroMQ drops a peer that sent invalid bytes; a message to it would wait without limit
CHANNELS = (
    5  # over which a kernel can send: the client's shell, iopub, stdin and control, and the manager's own control
)


def bounded_context(message_mb: int = MESSAGE_MB) -> zmq.asyncio.Context:
    """A ZeroMQ context whose sockets refuse messages of more than `message_mb` megabytes and queue only a few.

    A peer that sends a larger message is disconnected. Later cells then show no output: treat the kernel as dead.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, message_mb << 20)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
    return context


class SandboxKernelManager(AsyncKernelManager):
    """An AsyncKernelManager that receives messages, like its clients, through bounded contexts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kernel_name="", autorestart=False, **kwargs)
        # Not the command that is run: the provisioner has that.
        self._kernel_spec = KernelSpec(argv=[sys.executable], display_name="Sandbox", language="python")

    @property
    def death_reason(self) -> str | None:
        """Why the sandbox ended the kernel; None if it did not."""
        return getattr(self.provisioner, "death_reason", None)

    @property
    def is_lost(self) -> bool:
        """Whether the kernel ended because what supervises it, a process or our own thread, had ended or failed."""
        watchdog = getattr(self.provisioner, "watchdog", None)
        return watchdog is not None and watchdog.is_lost

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True  # so that it is closed with the kernel
        context = bounded_context()
        context.setsockopt(zmq.SNDTIMEO, SEND_MS)
        return context

    async def _async_interrupt_kernel(self) -> None:
        """Also the first step of a shutdown, which must go on if the message cannot be sent."""
        with contextlib.suppress(zmq.Again):
            await super()._async_interrupt_kernel()

    async def _async_request_shutdown(self, restart: bool = False) -> None:
        with contextlib.suppress(zmq.Again):
            await super()._async_request_shutdown(restart)

    def client(self, **kwargs: Any) -> AsyncKernelClient:  # type: ignore[override]  # inherits a wrong annotation
        """A client of the kernel, with its own bounded context."""
        client = super().client(**{"context": bounded_context(), **kwargs})
        client._created_context = True  # so that it is closed with the client
        return client
