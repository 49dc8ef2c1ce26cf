"""When a kernel counts as ready: it has answered, and what it sends arrives."""

import asyncio
from collections import deque
from queue import Empty

import pytest

from course_grader.kernel_client import readiness
from course_grader.kernel_client.readiness import wait_until_ready
from tests.replaced_time import replace_time

BUSY, IDLE = {"execution_state": "busy"}, {"execution_state": "idle"}


class FakeClient:
    """A kernel that answers each request by what `answer` puts on its channels."""

    def __init__(self, answer, alive=True):
        self.shell, self.output = deque(), deque()
        self.asked = 0
        self.alive, self._answer = alive, answer
        self.version = None

    def kernel_info(self):
        self.asked += 1
        request = f"request {self.asked}"
        self._answer(self, request)
        return request

    async def get_shell_msg(self, timeout):
        return _next(self.shell)

    async def get_iopub_msg(self, timeout):
        return _next(self.output)

    async def _async_is_alive(self):
        return self.alive

    def _handle_kernel_info_reply(self, message):
        self.version = message["content"]["protocol_version"]


def _next(channel):
    if not channel:
        raise Empty
    return channel.popleft()


def reply(client):
    client.shell.append({"msg_type": "kernel_info_reply", "content": {"protocol_version": "5.3"}})


def status(client, request, content):
    client.output.append({"parent_header": {"msg_id": request}, "content": content})


def test_what_was_sent_before_the_answer_is_read_and_nothing_after_it():
    def answer(client, request):
        reply(client)
        for parent, content in (("other", IDLE), (request, BUSY), (request, IDLE), ("later", BUSY)):
            status(client, parent, content)

    client = FakeClient(answer)
    asyncio.run(wait_until_ready(client, 60))
    assert (client.asked, client.version) == (1, "5.3")
    assert [message["parent_header"]["msg_id"] for message in client.output] == ["later"]


def test_it_asks_again_until_the_output_arrives():
    def answer(client, request):
        reply(client)
        if client.asked == 3:  # the output channel has connected
            status(client, request, IDLE)

    client = FakeClient(answer)
    asyncio.run(wait_until_ready(client, 60))
    assert client.asked == 3


def test_a_kernel_that_dies_is_not_waited_for():
    client = FakeClient(lambda client, request: None, alive=False)
    with pytest.raises(RuntimeError, match="died"):
        asyncio.run(wait_until_ready(client, 60))


def test_a_kernel_that_only_sends_other_things_is_given_up(monkeypatch):
    clock = iter(range(1000))
    replace_time(monkeypatch, readiness, monotonic=lambda: next(clock))

    def answer(client, request):
        reply(client)
        for _ in range(5):
            status(client, "other", IDLE)

    with pytest.raises(RuntimeError, match="didn't respond in 60 seconds"):
        asyncio.run(wait_until_ready(FakeClient(answer), 60))
