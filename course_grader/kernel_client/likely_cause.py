"""Why a cell may fail where labs are graded, and only there: other packages, no GPU."""

from __future__ import annotations

import re

from course_utils.environment import misses_a_gpu

_MISSING = re.compile(r"No module named '([\w.]+)'")


def likely_cause(error: str, text: str) -> str:
    """A cause of the exception `error` with message `text` that lies in the grader's environment; empty if none does.

    The grader's packages are the kernel's: both run in the same environment.

    >>> likely_cause("ModuleNotFoundError", "No module named 'einops.layers'")
    '`einops` is neither installed where labs are graded nor a file that was handed in'
    """
    if misses_a_gpu(text):
        return "there is no GPU where labs are graded"
    if error == "ModuleNotFoundError" and (found := _MISSING.fullmatch(text)):
        package = found[1].partition(".")[0]
        return f"`{package}` is neither installed where labs are graded nor a file that was handed in"
    return ""
