"""The variables of the notebook that runs in this process, and how to release what they refer to."""

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


def executed_sources() -> list[str]:
    """The sources of the cells run in this process, as they were typed, in order; the running cell is the last."""
    from IPython import get_ipython

    shell = get_ipython()
    return list(shell.history_manager.input_hist_raw) if shell is not None else []


def delete_variables(names: Iterable[str]) -> None:
    """Delete these notebook variables, if they exist, and the notebook's other references to their values.

    Those are other variables with the same value, saved cell outputs, and the local variables in the last traceback.
    """
    from IPython import get_ipython

    shell, variables = get_ipython(), notebook_variables()
    for name in variables.keys() & set(names):
        if shell is not None and gc.is_tracked(
            variables[name]
        ):  # else every variable that is None, or 3, would be deleted too
            shell.del_var(name)
        else:
            del variables[name]
    if isinstance(last := getattr(sys, "last_value", None), BaseException):
        empty_frames(last)


def empty_frames(error: BaseException) -> None:
    """Clear the local variables of the functions in the traceback of `error`."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        with contextlib.suppress(RuntimeError):  # a frame that is still running
            frame.clear()
            frame.f_locals  # noqa: B018  reading it refreshes the copy that printing a traceback leaves behind
