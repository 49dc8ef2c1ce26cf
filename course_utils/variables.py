"""The variables of the notebook that runs in this process, and how to let go of what they hold."""

from __future__ import annotations

import contextlib
import gc
import sys
import traceback
from collections.abc import Iterable
from typing import Any

import __main__


def notebook_variables() -> dict[str, Any]:
    """The variables of the notebook that runs in this process."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else vars(__main__)


def delete_variables(names: Iterable[str]) -> None:
    """Delete those variables of the notebook that are there, and whatever else the notebook keeps of their values.

    That is: other names of them, the results that cells have shown, and the last error with what its functions held.
    """
    from IPython import get_ipython

    shell, variables = get_ipython(), notebook_variables()
    for name in variables.keys() & set(names):
        if shell is not None and gc.is_tracked(variables[name]):  # else all names of None, or of 3, would go
            shell.del_var(name)
        else:
            del variables[name]
    if isinstance(last := getattr(sys, "last_value", None), BaseException):
        empty_frames(last)


def empty_frames(error: BaseException) -> None:
    """Let go of what the functions that ended with `error` had in their variables."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        with contextlib.suppress(RuntimeError):  # one that still runs
            frame.clear()
            frame.f_locals  # noqa: B018  the copy that a drawn traceback has left is renewed by looking
