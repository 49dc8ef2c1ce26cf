"""A kernel manager whose messages are bounded on their way in and whose kernel needs no kernel.json."""

from __future__ import annotations

import sys
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

MESSAGE_MB = 8  # a figure is about a tenth of a megabyte; one message of 600 MB costs the reader 2 GB
QUEUED_MESSAGES = 64


def bounded_context(message_mb: int = MESSAGE_MB) -> zmq.asyncio.Context:
    """A ZeroMQ context whose sockets refuse messages of more than `message_mb` megabytes and queue few.

    A peer that sends a larger one is disconnected: later cells then end without output, so treat the kernel as dead.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, message_mb << 20)
    context.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
    return context


class SandboxKernelManager(AsyncKernelManager):
    """An AsyncKernelManager that reads, as its clients do, through bounded contexts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kernel_name="", autorestart=False, **kwargs)
        # The provisioner has the command that is run.
        self._kernel_spec = KernelSpec(argv=[sys.executable], display_name="Sandbox", language="python")

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True  # so that it goes when the kernel does
        return bounded_context()

    def client(self, **kwargs: Any) -> AsyncKernelClient:
        """A client of the kernel, with a bounded context of its own."""
        client = super().client(**{"context": bounded_context(), **kwargs})
        client._created_context = True  # so that it goes with the client
        return client
