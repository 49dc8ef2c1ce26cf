"""The grader hears that a kernel has begun with a request, whatever else is sent to its socket."""

import socket
from contextlib import closing

import pytest

from course_grader.in_sandbox.start_signal import StartSignal
from course_grader.kernel_client import StartListener


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "started")


@pytest.fixture
def listener(path):
    listener = StartListener(path)
    yield listener
    listener.close()


def test_a_signal_is_heard_until_the_next_request(listener, path):
    assert not listener.heard
    with closing(StartSignal(path)) as signal:
        signal.send()
    assert listener.heard and listener.heard
    listener.begin()
    assert not listener.heard


def test_signals_of_earlier_requests_do_not_count_even_if_empty(listener, path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(path)
        for content in (b"", b"", b"s"):
            sender.send(content)
    listener.begin()
    assert not listener.heard


class FullAgain:
    """A socket to which student code sends faster than anyone can read."""

    def recv(self, size):
        return b"0"

    def close(self):
        pass


@pytest.mark.timeout(30)
def test_a_flood_of_signals_does_not_hold_the_grader(listener):
    listener.close()
    listener._socket = FullAgain()
    listener.begin()
    assert listener.heard


def test_a_signal_to_nobody_is_lost_without_an_error(path):
    with closing(StartSignal(path)) as signal:
        signal.send()
