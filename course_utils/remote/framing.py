"""Messages over a socket: a length-prefixed JSON document and a blob of bytes, with a size limit and a deadline.

>>> ours, theirs = socket.socketpair()
>>> with ours, theirs:
...     send_frame(ours, {"op": "call", "id": 1}, b"bytes")
...     receive_frame(theirs)
({'op': 'call', 'id': 1}, b'bytes')
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

MAX_JSON_BYTES = 4 << 20
MAX_BLOB_BYTES = 512 << 20
_HEADER = struct.Struct("!II")
_CHUNK = 1 << 20


class ProtocolError(Exception):
    """A message that the format does not allow: malformed, too large, or cut off."""


class ProtocolClosed(ProtocolError):
    """The other side closed the connection instead of answering."""


class ProtocolTimeout(ProtocolError):
    """The message did not arrive completely before the deadline."""


def send_frame(connection: socket.socket, message: dict, blob: bytes = b"") -> None:
    """Send one message. Raises ProtocolError if it is larger than the limits, OSError if the connection is lost."""
    text = json.dumps(message).encode()
    if len(text) > MAX_JSON_BYTES or len(blob) > MAX_BLOB_BYTES:
        raise ProtocolError(f"it is too large to send: {len(text) + len(blob):,} bytes")
    connection.sendall(_HEADER.pack(len(text), len(blob)) + text)
    if blob:
        connection.sendall(blob)


def receive_frame(connection: socket.socket, deadline: float | None = None) -> tuple[Any, bytes]:
    """The next message: (JSON value, blob). deadline: a value of time.monotonic(), in seconds; None waits forever.

    Raises ProtocolTimeout after the deadline, ProtocolError for a message that is malformed, too large or cut off.
    """
    text_size, blob_size = _HEADER.unpack(_receive(connection, _HEADER.size, deadline))
    if text_size > MAX_JSON_BYTES or blob_size > MAX_BLOB_BYTES:
        raise ProtocolError(f"the message is too large: {text_size + blob_size:,} bytes")
    try:
        message = json.loads(_receive(connection, text_size, deadline))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the message is not valid JSON ({type(error).__name__})") from None
    return message, _receive(connection, blob_size, deadline)


def _receive(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()  # grows as bytes arrive: a false length allocates nothing
    while len(data) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ProtocolTimeout("no answer in time")
            connection.settimeout(left)
        try:
            chunk = connection.recv(min(_CHUNK, size - len(data)))
        except TimeoutError:
            raise ProtocolTimeout("no answer in time") from None
        if not chunk:
            raise ProtocolClosed("the connection was closed")
        data += chunk
    return bytes(data)
