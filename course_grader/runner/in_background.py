"""Starts the engine in the background, since the imports, the sandbox's zygote and the judge take seconds each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class InBackground(Generic[T]):
    """Enters a context manager in a thread; `future` is what it returns. Leaving the block leaves it, too.

    The block may be left more than once.
    """

    def __init__(self, make: Callable[[], AbstractContextManager[T]]):
        self.future: Future[T] = Future()
        self._stack = ExitStack()
        self._thread = Thread(target=self._start, args=(make,), name="background start", daemon=True)
        self._thread.start()

    def _start(self, make: Callable[[], AbstractContextManager[T]]) -> None:
        try:
            self.future.set_result(self._stack.enter_context(make()))
        except Exception as error:  # raised again where the result is used
            self.future.set_exception(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join()
        self._stack.close()
