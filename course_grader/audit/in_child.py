"""Runs functions in a forked process with limits, so that an answer that hangs or fills memory ends only itself."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_grader.in_sandbox.shared_imports import shared_imports
from course_grader.judge.process_limits import deadline, end_with, limit_memory

CLOCK_FACTOR = 4.0  # how much longer a function may take by the clock: the machine may be busy
# One thread at a time: a child of another thread would keep our pipe open until it ends, and our result would wait.
_FORKING = threading.Lock()


class ChildEnded(Exception):
    """The process ended without a result: it took too long or too much memory, or it failed."""


def in_child(function: Callable[[], Any], seconds: float) -> Any:
    """The function's result as plain JSON data. Raises ChildEnded if there is none within `seconds`."""
    results, why = results_in_child([function], seconds)
    if not results:
        raise ChildEnded(why)
    return results[0]


def in_child_with_imports(function: Callable[[], Any], seconds: float) -> Any:
    """Like `in_child`; modules that the function imports are then imported here, so that later children need not."""

    def run() -> list[Any]:
        before = set(sys.modules)
        result = function()
        return [result, [name for name in sys.modules if name not in before]]

    result, imported = in_child(run, seconds)
    with shared_imports():
        for name in imported:
            with contextlib.suppress(Exception):  # some modules are made by others and cannot be imported by name
                importlib.import_module(name)
    return result


def results_in_child(functions: Sequence[Callable[[], Any]], seconds: float) -> tuple[list[Any], str]:
    """The functions' results as plain JSON data, up to the first that has none; and why that one has none.

    All run in one process, each for at most `seconds` of processor time.
    """
    parent = os.getpid()
    with _FORKING:
        receiving, sending = os.pipe()
        child = os.fork()
        if child:
            os.close(sending)
    if child == 0:
        os.close(receiving)
        _run_and_exit(functions, seconds, sending, parent)
    with os.fdopen(receiving, "rb") as pipe:
        lines = [json.loads(line) for line in pipe if line.endswith(b"\n")]
    _, status = os.waitpid(child, 0)
    results = [line[0] for line in lines if isinstance(line, list)]
    if os.WIFSIGNALED(status):
        return results, f"no result within {seconds:g} s (signal {os.WTERMSIG(status)})"
    errors = [line for line in lines if isinstance(line, str)]
    return results, "".join(errors) if errors or status == 0 else "the process ended without a result"


def _run_and_exit(functions: Sequence[Callable[[], Any]], seconds: float, sending: int, parent: int) -> None:
    """Send each result in a list of its own, one on a line; an error as a string."""
    status = 1
    pipe = os.fdopen(sending, "w", encoding="utf-8")
    try:
        end_with(parent)
        limit_memory()
        torch.set_num_threads(1)  # an OpenMP pool does not survive a fork
        for function in functions:
            with deadline(seconds, CLOCK_FACTOR * seconds):
                line = json.dumps([function()])
            print(line, file=pipe, flush=True)
        status = 0
    except BaseException as error:
        print(json.dumps(f"{type(error).__name__}: {error}"), file=pipe)
    finally:
        pipe.close()
        os._exit(status)
