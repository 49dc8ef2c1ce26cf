"""However a kernel or the grader ends, neither processes nor files remain."""

import gc
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_grader.sandbox import Limits, Zygote, start_kernel_manager

ROOT = Path(__file__).parents[3]


def running(mark):
    """Whether any process of this machine has `mark` as an argument."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def gone(mark):
    """Wait until no process has that mark; a namespace ends shortly after its first process."""
    deadline = time.monotonic() + 20
    while running(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def leave_process(kernel, mark):
    """Start a process that has left the kernel's session and lost its parent."""
    kernel.run(f"import subprocess; subprocess.run('setsid sleep {mark} > /dev/null &', shell=True)")
    deadline = time.monotonic() + 20
    while not running(mark):
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestAKernel:
    @pytest.mark.parametrize("now", [True, False])
    def test_that_is_shut_down(self, start, kernel_kind, now):
        one = start(**kernel_kind)
        leave_process(one, "50.0625")
        one.wait(one.manager.shutdown_kernel(now=now))
        assert gone("50.0625")
        assert not one.folder.exists()

    def test_that_is_killed_for_its_memory(self, start, kernel_kind):
        one = start({"memory_mb": 600}, **kernel_kind)
        leave_process(one, "50.125")
        one.end("import mmap; m = mmap.mmap(-1, 2000 << 20)\nfor i in range(0, 2000 << 20, 4096): m[i] = 1")
        assert gone("50.125")
        one.wait(one.manager.shutdown_kernel(now=True))
        assert not one.folder.exists()

    def test_that_never_started(self):
        manager, folder = start_kernel_manager(Limits())
        assert folder.is_dir()
        del manager
        gc.collect()
        assert not folder.exists()


class TestAZygote:
    def test_that_is_closed_ends_its_kernels(self, start):
        with Zygote([]) as short:
            one = start(zygote=short)
            leave_process(one, "50.25")
        assert not running("50.25")
        assert not Path(short.folder).exists()
        assert not one.wait(one.manager.is_alive())

    def test_dies_with_a_grader_that_is_killed(self):
        grader = f"""
import sys, threading, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import Kernel
from course_grader.sandbox import Limits, Zygote
zygote = Zygote([])
starting = threading.Thread(target=zygote.__enter__)  # a thread that ends must not take the zygote along
starting.start()
starting.join()
for options in ({{"zygote": zygote}}, {{}}):
    kernel = Kernel(limits=Limits(), **options)
    kernel.run("import subprocess; subprocess.Popen(['sleep', '50.5'])")
print("ready", flush=True)
time.sleep(60)
"""
        process = subprocess.Popen([sys.executable, "-c", grader], stdout=subprocess.PIPE, cwd=ROOT)
        with process, process.stdout:
            assert process.stdout.readline() == b"ready\n"
            assert running("50.5")
            process.kill()
        assert gone("50.5")
