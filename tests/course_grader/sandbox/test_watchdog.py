"""What the watching thread does when it cannot watch. Its limits are tested with real kernels, in test_limits.py."""

import subprocess

import pytest

from course_grader.sandbox.limits import Limits
from course_grader.sandbox.watchdog import Watchdog


@pytest.fixture
def launched():
    """Starts processes that end with the test."""
    processes = []

    def start():
        processes.append(subprocess.Popen(["sleep", "60"], stderr=subprocess.PIPE))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_a_kernel_whose_limits_cannot_be_checked_is_ended_by_no_fault_of_its_own(launched, tmp_path):
    """Unwatched, it could take the whole machine; the submission is run again."""

    def broken(pids):
        raise LookupError("the driver has gone")

    watchdog = Watchdog(launched, Limits(gpu_mb=100), str(tmp_path), gpu_used=broken)
    watchdog.launch().wait(20)
    why = "the grader could not check the kernel's limits (LookupError: the driver has gone)"
    assert watchdog.death_reason == why and watchdog.is_lost


def test_an_ordinary_end_loses_nothing(launched, tmp_path):
    watchdog = Watchdog(launched, Limits(), str(tmp_path))
    process = watchdog.launch()
    assert not watchdog.is_lost and watchdog.death_reason is None
    process.kill()
    process.wait(20)
    assert not watchdog.is_lost
