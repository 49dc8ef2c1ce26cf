"""Imports in a process that forks: done once for all its children."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def shared_imports() -> Iterator[None]:
    """Leave the garbage collector out of what the block imports, then and later.

    Almost all of these objects stay: looking through them again and again would take a quarter of the imports' time,
    and in a child it would copy their pages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
