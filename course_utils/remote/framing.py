"""Messages over a socket: a length-prefixed JSON document and a blob of bytes, with a limit on both and a deadline."""

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
    """What arrived is not what the format allows, or what should be sent has no place in it."""


class ProtocolTimeout(ProtocolError):
    """Nothing, or not all of it, arrived before the deadline."""


def send_frame(connection: socket.socket, message: dict, blob: bytes = b"") -> None:
    text = json.dumps(message).encode()
    if len(text) > MAX_JSON_BYTES or len(blob) > MAX_BLOB_BYTES:
        raise ProtocolError(f"too large to send: {len(text) + len(blob)} bytes")
    connection.sendall(_HEADER.pack(len(text), len(blob)) + text)
    if blob:
        connection.sendall(blob)


def receive_frame(connection: socket.socket, deadline: float | None = None) -> tuple[Any, bytes]:
    """One message; `deadline` is a time.monotonic() value."""
    text_size, blob_size = _HEADER.unpack(_receive(connection, _HEADER.size, deadline))
    if text_size > MAX_JSON_BYTES or blob_size > MAX_BLOB_BYTES:
        raise ProtocolError(f"a message of {text_size + blob_size} bytes is larger than allowed")
    try:
        message = json.loads(_receive(connection, text_size, deadline))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a message is no JSON ({type(error).__name__})") from None
    return message, _receive(connection, blob_size, deadline)


def _receive(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()  # grows as bytes really arrive: a lying length costs nothing
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
            raise ProtocolError("the connection was closed")
        data += chunk
    return bytes(data)
