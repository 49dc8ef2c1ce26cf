"""Runs a function in a forked process with limits, so that an answer that hangs or fills memory ends only itself."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any

import torch

from course_grader.judge.process_limits import deadline, end_with, limit_memory

# One thread at a time: a child of another thread would keep our pipe open until it ends, and our result would wait.
_FORKING = threading.Lock()


class ChildEnded(Exception):
    """The process ended without a result: it took too long or too much memory, or it failed."""


def in_child(function: Callable[[], Any], seconds: float) -> Any:
    """The function's result as plain JSON data. Raises ChildEnded when there is none within `seconds`."""
    parent = os.getpid()
    with _FORKING:
        receiving, sending = os.pipe()
        child = os.fork()
        if child:
            os.close(sending)
    if child == 0:
        os.close(receiving)
        _run_and_exit(function, seconds, sending, parent)
    with os.fdopen(receiving, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise ChildEnded(f"no result within {seconds:g} s (signal {os.WTERMSIG(status)})")
    if status != 0:
        raise ChildEnded(answer.decode(errors="replace") or "the process ended without a result")
    return json.loads(answer)


def _run_and_exit(function: Callable[[], Any], seconds: float, sending: int, parent: int) -> None:
    status, answer = 1, b""
    try:
        end_with(parent)
        limit_memory()
        torch.set_num_threads(1)  # an OpenMP pool does not survive a fork
        with deadline(seconds):
            answer = json.dumps(function()).encode()
        status = 0
    except BaseException as error:
        answer = f"{type(error).__name__}: {error}".encode()
    finally:
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(answer)
        os._exit(status)
