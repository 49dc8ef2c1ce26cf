"""Waits until a kernel answers, and no longer: jupyter_client's own wait ends with a fifth of a second of silence."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient

ASK_AGAIN_SECONDS = 1.0  # a kernel that starts on a busy machine
OUTPUT_SECONDS = 0.2  # for the output channel, which may connect later than the other


async def wait_until_ready(client: AsyncKernelClient, seconds: float) -> None:
    """Return once the kernel has answered and its output arrives; what was sent before is then read.

    Raises RuntimeError if it dies, or does not answer within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        request = client.kernel_info()
        reply = await _reply(client, min(deadline, time.monotonic() + ASK_AGAIN_SECONDS))
        if reply is not None and await _has_output(client, request, min(deadline, time.monotonic() + OUTPUT_SECONDS)):
            client._handle_kernel_info_reply(reply)
            return
        if reply is None and not await client._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
    raise RuntimeError(f"Kernel didn't respond in {seconds:g} seconds")


async def _reply(client: AsyncKernelClient, deadline: float) -> dict[str, Any] | None:
    """The next answer to a request for information; None if there is none before the deadline."""
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = await client.get_shell_msg(timeout=left)
        except Empty:
            break
        if message["msg_type"] == "kernel_info_reply":
            return message
    return None


async def _has_output(client: AsyncKernelClient, request: str, deadline: float) -> bool:
    """Read the output channel up to the end of our request; False if that does not arrive before the deadline."""
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = await client.get_iopub_msg(timeout=left)
        except Empty:
            break
        is_ours = message["parent_header"].get("msg_id") == request
        if is_ours and message["content"].get("execution_state") == "idle":
            return True
    return False
