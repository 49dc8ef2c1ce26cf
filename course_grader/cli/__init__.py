"""The instructor's command."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from course_grader.cli.arguments import make_parser
from course_grader.cli.commands import INTERRUPTED, WRONG_USAGE
from course_grader.nbgrader_import import skip_slow_grammar

_PLACE = "expected a place that exists and that you may read and write (course-grader doctor checks the course's own)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. What a sentence can explain is said without a traceback."""
    _quieten()
    options = make_parser().parse_args(arguments)

    from course_grader.errors import CourseError
    from course_grader.runner.interrupt import terminable
    from course_grader.sandbox import SandboxUnavailable

    try:
        with terminable():
            return options.command(options)
    except (CourseError, SandboxUnavailable) as error:
        print(f"course-grader: {error}", file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        if error.filename is None:
            raise
        print(f"course-grader: {error.filename}: {error.strerror}; {_PLACE}", file=sys.stderr)
        return WRONG_USAGE
    except KeyboardInterrupt:
        print("course-grader: stopped", file=sys.stderr)
        return INTERRUPTED


def _quieten() -> None:
    """Warnings that the user cannot act on: nbgrader's own queries warn on every submission."""
    warnings.filterwarnings("ignore", message="Object of type <Submitted", module="nbgrader")
    skip_slow_grammar()
