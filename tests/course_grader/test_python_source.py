"""Several threads parse at once: each gets its tree."""

import gc
import sys
import threading

import pytest

from course_grader.python_source import parse

SOURCE = "\n".join(f"def f{number}(x):\n    return (x + {number}) * [a for a in range(3)]" for number in range(60))


class Collected:
    """A cycle, with work to do when it is collected: in the middle of parsing."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        sum(range(50))


@pytest.fixture
def restless():
    """Threads change often, and objects are collected often."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(10)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)


def test_threads_that_parse_at_once(restless):
    errors = []

    def deeper(calls):
        return parse(SOURCE) if calls == 0 else deeper(calls - 1)

    def work(depth):
        try:
            for _ in range(40):
                cycles = [Collected() for _ in range(30)]
                del cycles
                deeper(depth)
        except SystemError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(5 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
