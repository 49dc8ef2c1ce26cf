"""A kernel that exceeds a limit gets an exception if possible; otherwise it is ended, with a reason."""

import pytest

from course_grader.sandbox import Limits


class TestMemory:
    def test_a_large_tensor_raises(self, kernel):
        assert "allocate memory" in kernel.run("import torch; torch.ones(2000 << 20, dtype=torch.uint8)")
        assert kernel.run("print('alive')") == "alive"

    def test_a_large_list_raises(self, kernel):
        assert kernel.attempt("[0] * (400 << 20)") == "MemoryError"

    def test_shared_memory_counts(self, start, kernel_kind):
        code = "import mmap; m = mmap.mmap(-1, 2000 << 20)\nfor i in range(0, 2000 << 20, 4096): m[i] = 1\n"
        reason = start(**kernel_kind).end(code)
        assert reason.startswith("memory: used ") and reason.endswith("allowed 900 MB")

    def test_page_tables_count(self, start, kernel_kind):
        one = start({"memory_mb": 400}, **kernel_kind)
        one.run(
            "import ctypes, mmap, os, time\n"
            "libc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p\n"
            "size, step = 48 << 30, 2 << 20\n"
            # Reading maps the shared page of zeros: each takes a page table, but no memory of the process's own.
            "def read_all():\n"
            "    start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_size_t(0))\n"
            "    libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)  # small pages\n"
            "    for place in range(start, start + size, step): ctypes.c_char.from_address(place).value\n"
            "    time.sleep(60)\n"
        )
        reason = one.end("for _ in range(5):\n    if os.fork() == 0: read_all()\ntime.sleep(60)")
        assert reason.startswith("memory: used ") and reason.endswith("allowed 400 MB")

    def test_the_address_space_is_bounded(self, kernel):
        code = "__import__('mmap').mmap(-1, 100 << 30, flags=0x4022, prot=1)"  # private, read-only, not reserved
        assert kernel.attempt(code) == "OSError"

    def test_socket_buffers_count(self, start, kernel_kind):
        code = (
            "import os, socket, time\n"
            "def fill():\n"
            "    pairs = [socket.socketpair() for _ in range(90)]\n"
            "    for one in (end for pair in pairs for end in pair):\n"
            "        one.setblocking(False)\n"
            "        try:\n            while True: one.send(b'x' * 65536)\n"
            "        except BlockingIOError: pass\n"
            "    time.sleep(60)\n"
            "for _ in range(20):\n    if os.fork() == 0: fill()\n"
            "time.sleep(60)"
        )
        reason = start({"memory_mb": 700}, **kernel_kind).end(code)
        assert reason.startswith("memory: used ") and reason.endswith("allowed 700 MB")

    def test_socket_buffers_keep_their_size(self, kernel):
        code = "socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)"
        assert kernel.attempt(code) == "PermissionError"

    def test_what_tcp_connections_hold_counts(self, start):
        code = (
            "import socket, time\n"
            "server = socket.create_server(('127.0.0.1', 0)); pairs = []\n"
            "for _ in range(100):\n"
            "    one = socket.create_connection(server.getsockname()); pairs.append((one, server.accept()[0]))\n"
            "    one.setblocking(False)\n"
            "    for _ in range(50):\n"
            "        try:\n            while True: one.send(b'x' * 65536)\n"
            "        except BlockingIOError: time.sleep(0.001)\n"
            "time.sleep(60)"
        )
        reason = start({"memory_mb": 300}, zygote=None).end(code)  # kernels of a zygote have no interface
        assert reason.startswith("memory: used ") and reason.endswith("allowed 300 MB")

    def test_many_processes_count_together(self, start):
        code = (
            "import os, time\n"
            "for i in range(4):\n"
            "    if os.fork() == 0:\n        x = b'x' * (300 << 20); time.sleep(60)\n"
            "time.sleep(60)"
        )
        assert start().end(code).startswith("memory: used ")

    def test_shared_pages_count_once(self, start):
        one = start({"memory_mb": 700})
        one.run("import os, time; x = b'x' * (300 << 20); pids = []")
        one.run("for i in range(6):\n    pids.append(os.fork())\n    if pids[-1] == 0: time.sleep(1); os._exit(0)")
        assert one.run("for pid in pids: os.waitpid(pid, 0)\nprint('alive')") == "alive"


class TestProcesses:
    def test_a_fork_bomb_stops_itself(self, start, kernel_kind):
        one = start({"processes": 40}, **kernel_kind)
        code = (
            "import os, signal, time\npids = []\n"
            "try:\n    while len(pids) < 200:\n"
            "        pid = os.fork()\n        if pid == 0: time.sleep(30); os._exit(0)\n        pids.append(pid)\n"
            "except BlockingIOError: print('no more')\n"
            "for pid in pids: os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)\n"
            "print(len(pids) < 40)"
        )
        assert one.run(code) == "no more\nTrue"
        assert one.run("print('alive')") == "alive"

    def test_another_kernel_can_start_in_the_meantime(self, start):
        one, other = start({"processes": 40}), start()
        loop = "while True:\n        if os.fork() == 0: time.sleep(30); os._exit(0)"
        assert one.attempt(f"import os, time\n    {loop}") == "BlockingIOError"
        other.run("import subprocess")
        assert other.run("print(subprocess.run(['echo', 'hi'], capture_output=True).stdout)") == "b'hi\\n'"


class TestTime:
    def test_wall_time_is_limited(self, start, kernel_kind):
        reason = start({"wall_seconds": 2}, **kernel_kind).end("import time; time.sleep(60)")
        assert reason.startswith("wall time: ran for ") and reason.endswith("allowed 2 s")

    def test_processor_time_is_limited(self, start, kernel_kind):
        reason = start({"cpu_seconds": 1}, **kernel_kind).end("while True: pass")
        assert reason == "processor time: used more than 1 s"


class TestOtherEnds:
    def test_a_crash_has_a_reason(self, start, kernel_kind):
        code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
        assert start(**kernel_kind).end(code) == "crash: signal 11 (Segmentation fault)"

    def test_an_exit_has_a_reason(self, start, kernel_kind):
        assert start(**kernel_kind).end("import os; os._exit(7)").startswith("exit: the kernel ended with code 7")

    def test_an_ordinary_end_has_none(self, start):
        one = start()
        assert one.manager.provisioner.death_reason is None
        one.close()
        one = start(zygote=None)
        one.wait(one.manager.shutdown_kernel())
        assert one.manager.provisioner.death_reason is None

    def test_no_core_dump(self, kernel):
        assert kernel.run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))") == "(0, 0)"


@pytest.mark.parametrize("field", ["memory_mb", "wall_seconds", "processes"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True, None])
def test_limits_are_whole_numbers(field, value):
    with pytest.raises(ValueError, match=f"Limits.{field}: expected a whole number of at least 1"):
        Limits(**{field: value})
