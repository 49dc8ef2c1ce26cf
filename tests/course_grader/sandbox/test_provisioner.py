"""The provisioner is jupyter_client's plug-in: a kernelspec names it and sets its limits."""

import asyncio
import sys
from importlib.metadata import entry_points

import pytest
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import TraitError

from course_grader.sandbox import SandboxProvisioner, bounded_context


def test_is_registered():
    (entry,) = entry_points(group="jupyter_client.kernel_provisioners", name="course-sandbox")
    assert entry.load() is SandboxProvisioner


def test_takes_its_limits_from_a_kernelspec():
    async def output_of(code):
        config = {"memory_mb": 800, "open_files": 128}
        provisioner = {"provisioner_name": "course-sandbox", "config": config}
        manager = AsyncKernelManager(kernel_name="")
        manager._kernel_spec = KernelSpec(argv=[sys.executable], metadata={"kernel_provisioner": provisioner})
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        texts = []
        try:
            await client.wait_for_ready(timeout=60)
            await client.execute_interactive(code, output_hook=lambda m: texts.append(m["content"].get("text", "")))
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)
        return "".join(texts).strip()

    code = "from resource import *; print(getrlimit(RLIMIT_DATA)[0] >> 20, getrlimit(RLIMIT_NOFILE)[0])"
    assert asyncio.run(output_of(code)) == "800 128"


def test_a_limit_of_zero_is_refused():
    with pytest.raises(TraitError, match="should not be less than 1"):
        SandboxProvisioner(memory_mb=0)


def test_messages_are_bounded(start, kernel_kind):
    one = start(**kernel_kind)
    one.client.execute("from IPython.display import display; display({'text/plain': 'x' * (40 << 20)}, raw=True)")
    received = []
    one.wait(collect(one.client, received, seconds=2))
    assert received[-1]["msg_type"] == "execute_input"  # the picture of the output is missing, and all after it


async def collect(client, received, seconds):
    """Collect the messages on the output channel for a while."""

    async def listen():
        while True:
            received.append(await client.get_iopub_msg())

    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(listen(), seconds)


def test_the_limit_on_messages_can_be_set():
    with bounded_context(message_mb=1) as context, context.socket(zmq.SUB) as socket:
        assert socket.getsockopt(zmq.MAXMSGSIZE) == 1 << 20
