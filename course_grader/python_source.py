"""Parsing Python source in a process with several threads."""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()


def parse(source: str) -> ast.Module:
    """As ast.parse, but thread-safe.

    Before 3.11.8 and 3.12.2, CPython raises SystemError if two threads parse at once
    (https://github.com/python/cpython/issues/106905).
    """
    with _LOCK:
        return ast.parse(source)
