"""Functions in daemon threads: their results, their errors, and that they keep no process from ending."""

import asyncio
import subprocess
import sys

import pytest

from course_grader.threads import in_daemon_thread, to_daemon_thread

ENDLESS = """
import asyncio, time
from course_grader.threads import in_daemon_thread, to_daemon_thread

async def main():
    await asyncio.wait({asyncio.ensure_future(to_daemon_thread(time.sleep, 10**6))}, timeout=0.1)

in_daemon_thread(time.sleep, 10**6)
asyncio.run(main())
print("done")
"""
LATE = """
import asyncio, time
from course_grader.threads import to_daemon_thread

def late():
    time.sleep(0.3)
    raise ValueError("nobody waits for this")

async def main():
    await asyncio.wait({asyncio.ensure_future(to_daemon_thread(late))}, timeout=0.1)

asyncio.run(main())
time.sleep(1)
"""


def test_the_result_or_the_error_comes_back():
    assert in_daemon_thread(divmod, 7, 2).result() == (3, 1)
    assert asyncio.run(to_daemon_thread(int, "11", base=2)) == 3
    with pytest.raises(ZeroDivisionError):
        in_daemon_thread(divmod, 7, 0).result()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(to_daemon_thread(divmod, 7, 0))


@pytest.mark.parametrize(("source", "output"), [(ENDLESS, "done\n"), (LATE, "")], ids=["endless", "late"])
def test_a_thread_that_never_ends_or_fails_late_leaves_the_process_alone(source, output):
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")
