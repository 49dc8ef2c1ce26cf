"""A kernel reaches nobody: not the network, not the host, not the machine below a virtual one."""

import socket

from course_grader.in_sandbox.seccomp import FAMILIES


def test_no_interface_but_its_own_loopback(kernel):
    assert kernel.run("print([name for _, name in socket.if_nameindex()])") == "['lo']"


def test_no_server_of_the_host(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert kernel.attempt(f"socket.create_connection({address!r}, timeout=5)") in (
            "OSError",
            "ConnectionRefusedError",
        )
        socket.create_connection(address).close()  # there was someone to reach


def test_no_abstract_socket_of_the_host(kernel):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0course-test")
        server.listen()
        connect = "socket.socket(socket.AF_UNIX).connect('\\0course-test')"
        assert kernel.attempt(connect) == "ConnectionRefusedError"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("\0course-test")


def test_no_name_resolves(kernel):
    assert kernel.attempt("socket.getaddrinfo('example.org', 443)") == "gaierror"


def test_no_other_kind_of_socket(kernel):
    assert socket.AF_VSOCK not in FAMILIES
    assert kernel.attempt("socket.socket(socket.AF_VSOCK)") == "PermissionError"
    assert kernel.attempt("socket.socketpair(socket.AF_PACKET)") == "PermissionError"
