"""What the watchdog knows about memory between two exact readings, on real processes."""

import subprocess
import sys

import pytest

from course_grader.sandbox.processes import MemoryMeter, tree

# Two processes share 200 MB. Then the second fills memory of its own, or both fill 80 MB more that they share.
PROGRAM = """
import mmap, os, sys
shared, more, own = b"x" * (200 << 20), mmap.mmap(-1, 80 << 20), []
asked, answers = os.pipe()
if os.fork():
    os.close(answers)
    while os.read(asked, 1):
        more[:] = b"z" * len(more)
        print("done", flush=True)
    os._exit(0)
print("ready", flush=True)
for line in sys.stdin:
    if line == "both\\n":
        more[:] = b"z" * len(more)
        os.write(answers, b"?")
    else:
        own.append(b"y" * (int(line) << 20))
        print("done", flush=True)
"""


@pytest.fixture
def sharing():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


def use(process, megabytes):
    print(megabytes, file=process.stdin, flush=True)
    assert process.stdout.readline() == "done\n"


def test_shared_pages_count_once_where_the_limit_is_near(sharing):
    pids = tree(sharing.pid)
    assert len(pids) == 2
    assert MemoryMeter(enough=10_000).read_mb(pids) > 400  # a bound that is cheap to read, and enough
    assert 200 < MemoryMeter(enough=300).read_mb(pids) < 300


def test_growth_is_seen_between_two_exact_readings(sharing, monkeypatch):
    monkeypatch.setattr("course_grader.sandbox.processes.EXACT_SECONDS", 3600)
    meter, pids = MemoryMeter(enough=300), tree(sharing.pid)
    before = meter.read_mb(pids)
    use(sharing, 30)
    assert 28 <= meter.read_mb(pids) - before <= 32
    use(sharing, 100)
    assert meter.read_mb(pids) > 300


def test_what_may_be_too_much_is_read_exactly(sharing):
    meter, pids = MemoryMeter(enough=320), tree(sharing.pid)
    assert 200 < meter.read_mb(pids) < 250
    use(sharing, "both")  # 160 MB more in resident sizes, of which 80 are shared
    assert 280 < meter.read_mb(pids) < 320


def test_other_processes_are_read_anew(sharing):
    meter, pids = MemoryMeter(enough=150), tree(sharing.pid)
    assert 90 < meter.read_mb(pids[:1]) < 150  # half of what it shares is its own
    assert 200 < meter.read_mb(pids) < 250
