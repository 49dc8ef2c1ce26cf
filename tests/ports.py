"""Ports for servers that tests start."""

import socket
from contextlib import ExitStack


def free_ports(count):
    """Ports of this machine that nobody uses now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]
