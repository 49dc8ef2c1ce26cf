"""The filter refuses the listed calls on both architectures, run by a small interpreter; in kernels, Linux runs it."""

import errno
import re
import socket
import struct
from pathlib import Path

import pytest

from course_grader.in_sandbox import seccomp

ALLOW, KILL = 0x7FFF0000, 0x80000000
HEADERS = {
    "x86_64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],
}
READ = {"x86_64": 0, "aarch64": 63}


def verdict(machine, number, argument=0, second=0, third=0, architecture=None):
    """The filter's result for one system call: ALLOW, KILL or an error number."""
    _, own = seccomp.ARCHITECTURES[machine]
    data = struct.pack("<IIQ6Q", number, architecture or own, 0, argument, second, third, 0, 0, 0)
    instructions = list(struct.iter_unpack("HBBI", seccomp.program(machine)))
    position = accumulator = 0
    while True:
        code, when_true, when_false, value = instructions[position]
        position += 1
        if code == seccomp.RETURN:
            return value if value in (ALLOW, KILL) else value & 0xFFFF
        if code == seccomp.LOAD:
            accumulator = struct.unpack_from("<I", data, value)[0]
            continue
        holds = {
            seccomp.EQUAL: accumulator == value,
            seccomp.AT_LEAST: accumulator >= value,
            seccomp.ANY_BIT: bool(accumulator & value),
        }[code]
        position += when_true if holds else when_false


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request):
    return request.param


def test_what_is_denied(machine):
    column, _ = seccomp.ARCHITECTURES[machine]
    numbers = [numbers[column] for numbers in seccomp.DENIED.values() if numbers[column] is not None]
    assert {verdict(machine, number) for number in numbers} == {errno.EPERM}
    assert len(set(numbers)) == len(numbers)


def test_what_is_allowed(machine):
    column, _ = seccomp.ARCHITECTURES[machine]
    assert verdict(machine, READ[machine]) == ALLOW
    assert verdict(machine, seccomp.CLONE[column], 0x3D0F00) == ALLOW  # a thread
    assert verdict(machine, seccomp.CLONE[column], 0x1200011) == ALLOW  # a process
    assert [verdict(machine, seccomp.SOCKET[column], family) for family in (1, 2, 10, 16)] == [ALLOW] * 4
    assert verdict(machine, seccomp.SOCKETPAIR[column], 1) == ALLOW


def test_what_depends_on_an_argument(machine):
    column, _ = seccomp.ARCHITECTURES[machine]
    for flag in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(machine, seccomp.CLONE[column], flag | 17) == errno.EPERM
    assert verdict(machine, seccomp.CLONE3[column]) == errno.ENOSYS
    for family in (0, 3, 17, 38, 40, 44):  # packet is 17, crypto 38, vsock 40
        assert verdict(machine, seccomp.SOCKET[column], family) == errno.EPERM


def test_buffers_of_sockets_keep_their_size(machine):
    column, _ = seccomp.ARCHITECTURES[machine]
    number, level = seccomp.SETSOCKOPT[column], socket.SOL_SOCKET
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33):  # the last two with FORCE
        assert verdict(machine, number, 3, level, option) == errno.EPERM
        assert verdict(machine, number, 3, socket.IPPROTO_TCP, option) == ALLOW
    for option in (socket.SO_REUSEADDR, socket.SO_KEEPALIVE, socket.SO_PASSCRED, 34):
        assert verdict(machine, number, 3, level, option) == ALLOW


def test_calls_of_another_architecture(machine):
    assert verdict(machine, READ[machine], architecture=0x40000003) == KILL  # 32-bit x86
    if machine == "x86_64":
        assert verdict(machine, READ[machine] | 0x40000000) == errno.EPERM  # x32


def test_the_numbers_match_the_systems(machine):
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip("no Linux headers: sudo apt-get install linux-libc-dev")
    known = {name: int(number) for name, number in re.findall(r"#define __NR\w*?_(\w+)\s+(\d+)", header.read_text())}
    column, _ = seccomp.ARCHITECTURES[machine]
    ours = {**seccomp.DENIED, "clone": seccomp.CLONE, "clone3": seccomp.CLONE3, "socket": seccomp.SOCKET}
    ours |= {"socketpair": seccomp.SOCKETPAIR, "setsockopt": seccomp.SETSOCKOPT}
    wrong = {name: both[column] for name, both in ours.items() if known.get(name, both[column]) != both[column]}
    assert wrong == {}
    assert len(known.keys() & ours.keys()) > 40  # the pattern did find them
