"""Messages over a socket: complete, rejected, or late."""

import socket
import threading
import time

import pytest

from course_utils.remote import framing
from course_utils.remote.framing import ProtocolError, ProtocolTimeout


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


class TestFrames:
    def test_a_message_and_its_blob_arrive(self, pair):
        blob = bytes(300_000)
        sender = threading.Thread(target=framing.send_frame, args=(pair[0], {"a": 1}, blob))
        sender.start()
        assert framing.receive_frame(pair[1], time.monotonic() + 20) == ({"a": 1}, blob)
        sender.join()

    def test_a_false_length_is_rejected_before_anything_is_read(self, pair):
        pair[0].sendall(b"\xff" * 8)
        with pytest.raises(ProtocolError, match="the message is too large"):
            framing.receive_frame(pair[1])

    def test_half_a_message_ends_at_the_deadline(self, pair):
        pair[0].sendall(framing._HEADER.pack(100, 0) + b"half")
        with pytest.raises(ProtocolTimeout):
            framing.receive_frame(pair[1], time.monotonic() + 0.05)

    def test_a_closed_connection_is_reported(self, pair):
        pair[0].close()
        with pytest.raises(ProtocolError, match="closed"):
            framing.receive_frame(pair[1])

    @pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
    def test_invalid_json_is_rejected(self, pair, text):
        pair[0].sendall(framing._HEADER.pack(len(text), 0) + text)
        with pytest.raises(ProtocolError, match="not valid JSON"):
            framing.receive_frame(pair[1], time.monotonic() + 5)

    def test_a_message_that_is_too_large_is_not_sent(self, pair, monkeypatch):
        monkeypatch.setattr(framing, "MAX_JSON_BYTES", 10)
        with pytest.raises(ProtocolError, match="too large to send"):
            framing.send_frame(pair[0], {"text": "x" * 100})
