"""Runs a function in a daemon thread: if it never ends, the process still can.

The threads of `concurrent.futures` and `asyncio.to_thread` are joined before the process ends, so one that a submission
keeps busy would keep a whole run from ending.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_daemon_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """The future result of `function(*args, **kwargs)`."""
    future: Future[T] = Future()

    def work() -> None:
        future.set_running_or_notify_cancel()  # can no longer be cancelled: the thread goes on in any case
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:  # raised again where the result is used
            future.set_exception(error)

    threading.Thread(target=work, name=f"{threading.current_thread().name}, daemon", daemon=True).start()
    return future


async def to_daemon_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Like `asyncio.to_thread`. Cancelling it leaves the thread alone."""
    return await asyncio.wrap_future(in_daemon_thread(function, *args, **kwargs))


def keep_tracebacks_in_log() -> None:
    """Log what goes wrong in a task of the running loop that nobody waits for anymore, instead of printing it.

    Where a kernel or the judge is closed in the middle of a request, what still waits for them fails.
    """
    asyncio.get_running_loop().set_exception_handler(_log)


def _log(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    logging.getLogger(__name__).debug("%s: %r", context.get("message"), context.get("exception"))
