"""A kernel can reach neither the network nor the host, nor the host of a virtual machine."""

import socket

from course_grader.in_sandbox.seccomp import FAMILIES


def test_the_only_interface_is_its_own_loopback(kernel):
    assert kernel.run("print([name for _, name in socket.if_nameindex()])") == "['lo']"


def test_servers_on_the_host_cannot_be_reached(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert kernel.attempt(f"socket.create_connection({address!r}, timeout=5)") in (
            "OSError",
            "ConnectionRefusedError",
        )
        socket.create_connection(address).close()  # there was someone to reach


def test_abstract_sockets_of_the_host_cannot_be_reached(kernel):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0course-test")
        server.listen()
        connect = "socket.socket(socket.AF_UNIX).connect('\\0course-test')"
        assert kernel.attempt(connect) == "ConnectionRefusedError"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("\0course-test")


def test_no_name_resolves(kernel):
    assert kernel.attempt("socket.getaddrinfo('example.org', 443)") == "gaierror"


def test_other_kinds_of_sockets_are_refused(kernel):
    assert socket.AF_VSOCK not in FAMILIES
    assert kernel.attempt("socket.socket(socket.AF_VSOCK)") == "PermissionError"
    assert kernel.attempt("socket.socketpair(socket.AF_PACKET)") == "PermissionError"
