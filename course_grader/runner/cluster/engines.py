"""The engines of a worker's process: each starts with the first submission of its lab."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from course_grader.errors import one_sentence
from course_grader.runner.in_background import InBackground

E = TypeVar("E")


class NotStarted(Exception):
    """Why an engine could not be started."""


@dataclass
class _Started(Generic[E]):
    engine: InBackground[E]
    users: int = 0


class Engines(Generic[E]):
    """Starts an engine once for each key, and ends those that nobody uses when another one is needed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: dict[str, _Started[E]] = {}

    @contextmanager
    def using(self, key: str, make: Callable[[], AbstractContextManager[E]]) -> Iterator[E]:
        """The engine for `key`; NotStarted if there is none. It is not kept after an exception in the block, because it
        may be the reason.
        """
        started = self._enter(key, make)
        try:
            yield _engine(started)
        except BaseException:
            with self._lock:
                if self._started.get(key) is started:
                    del self._started[key]
            raise
        finally:
            with self._lock:
                started.users -= 1
                given_up = started.users == 0 and started not in self._started.values()
            if given_up:
                _close(started)

    def _enter(self, key: str, make: Callable[[], AbstractContextManager[E]]) -> _Started[E]:
        with self._lock:
            self._close_idle(except_for=key)
            started = self._started.get(key) or _Started(InBackground(make))
            self._started[key] = started
            started.users += 1
            return started

    def close_idle(self) -> None:
        """End the engines that grade nothing at the moment."""
        with self._lock:
            self._close_idle()

    def _close_idle(self, except_for: str = "") -> None:
        for key, started in list(self._started.items()):
            if key != except_for and not started.users:
                del self._started[key]
                _close(started)


def _engine(started: _Started[E]) -> E:
    try:
        return started.engine.future.result()
    except Exception as error:
        raise NotStarted(one_sentence(error)) from error


def _close(started: _Started[E]) -> None:
    started.engine.__exit__(None, None, None)
