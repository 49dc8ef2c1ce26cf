"""Kernels of one zygote run in parallel, started from several threads, and cannot see each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from conftest import SMALL, Kernel

from course_grader.sandbox import Limits, SandboxUnavailable, Zygote

SLEEPER = "import subprocess; p = subprocess.Popen(['sleep', '50'])"


@pytest.fixture
def pair(start):
    """Two kernels that have left traces: a file, a process, an abstract socket, shared memory, a terminal."""
    pair = [start(), start()]
    for number, one in enumerate(pair):
        one.run(f"import os, socket; {SLEEPER}; [open(f'{{d}}/trace{number}', 'w') for d in ('/tmp', '/dev/shm')]")
    pair[0].run("s = socket.socket(socket.AF_UNIX); s.bind('\\0trace'); s.listen(); terminal = os.openpty()")
    return pair


class TestTwoAtOnce:
    def test_cannot_see_each_others_processes_or_files(self, pair):
        names = "print(sorted(open(f'/proc/{p}/comm').read().strip() for p in os.listdir('/proc') if p.isdigit()))"
        assert [one.run(names).count("sleep") for one in pair] == [1, 1]
        files = "print([name for d in ('/tmp', '/dev/shm') for name in os.listdir(d) if name.startswith('trace')])"
        assert [one.run(files) for one in pair] == ["['trace0', 'trace0']", "['trace1', 'trace1']"]
        assert pair[1].run("print(os.listdir('/dev/pts'))") == "['ptmx']"

    def test_cannot_reach_each_others_sockets(self, pair):
        assert pair[1].attempt("socket.socket(socket.AF_UNIX).connect('\\0trace')") == "ConnectionRefusedError"
        assert pair[1].run(f"print(os.path.exists({str(pair[0].folder)!r}))") == "False"
        assert pair[1].run(f"print(os.listdir({str(pair[1].folder.parent)!r}))") == f"[{pair[1].folder.name!r}]"

    def test_cannot_see_the_zygote(self, pair):
        assert pair[0].run("print(os.getppid())") == "1"
        assert pair[0].run("print(len([p for p in os.listdir('/proc') if p.isdigit()]))") == "3"


def test_threads_with_their_own_event_loops_share_a_zygote(zygote):
    def one(number):
        kernel = Kernel(limits=Limits(**SMALL), zygote=zygote)
        try:
            return kernel.run(f"import time; time.sleep(0.2); print({number})")
        finally:
            kernel.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(one, range(4))) == ["0", "1", "2", "3"]


class TestSeeds:
    DRAW = "import random, numpy; print(random.random(), numpy.random.rand())"
    DRAW_TORCH = "import torch; print(torch.rand(1).item())"

    def test_determine_the_random_numbers(self, start, kernel_kind):
        draws = [start(seed=1, imports=["numpy"], **kernel_kind).run(self.DRAW) for _ in range(2)]
        assert draws[0] == draws[1]

    def test_differ(self, start):
        kernels = [start(seed=seed) for seed in (1, 2, 2)]
        for code in (self.DRAW, self.DRAW_TORCH):
            first, second, third = (kernel.run(code).split() for kernel in kernels)
            assert second == third
            assert all(one != other for one, other in zip(first, second, strict=True))


class TestAZygoteThatCannotStart:
    def test_names_the_import_that_started_threads(self, shown):
        (shown / "threads_at_import.py").write_text(
            "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        )
        environment = {"PYTHONPATH": f"/opt/course:{shown}"}
        zygote = Zygote(["threads_at_import"], read_only=[shown], environment=environment)
        with pytest.raises(SandboxUnavailable, match="started 1 threads"), zygote:
            pass

    def test_leaves_nothing_behind(self, shown):
        (shown / "exits.py").write_text("raise SystemExit('no')")
        zygote = Zygote(["exits"], read_only=[shown], environment={"PYTHONPATH": f"/opt/course:{shown}"})
        with pytest.raises(SandboxUnavailable, match="did not start: no"), zygote:
            pass
        assert not Path(zygote.folder).exists()

    def test_a_missing_module_is_left_to_the_notebook(self):
        with Zygote(["no_such_module_anywhere"]) as zygote:
            assert zygote.folder


def test_the_end_of_a_zygote_is_reported(start):
    with Zygote([]) as short:
        inside = psutil.Process(short.process.pid).children(recursive=True)  # they end a moment after it
        short.process.kill()
        short.process.wait()
        psutil.wait_procs(inside, timeout=10)
        with pytest.raises(SandboxUnavailable, match=r"the zygote has ended|could not fork"):
            start(zygote=short)
