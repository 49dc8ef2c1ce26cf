"""Where the course is, and whether its sandbox works on this machine."""

from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@cache
def sandbox_missing() -> str:
    """Why the sandbox cannot start on this machine; empty if it can."""
    from course_grader.sandbox import SandboxUnavailable, check  # Windows cannot import it

    try:
        check()
    except SandboxUnavailable as error:
        return str(error)
    return ""
