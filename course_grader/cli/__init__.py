"""The instructor's command, course-grader."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from course_grader.cli.arguments import make_parser
from course_grader.cli.commands import INTERRUPTED, WRONG_USAGE
from course_grader.nbgrader_import import skip_slow_grammar

_ADVICE = "check that it exists and that you may read and write it (course-grader doctor checks the course's folders)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. A mistake that one sentence explains gets no traceback."""
    _silence_warnings()
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
        print(f"course-grader: {error.filename}: {error.strerror}; {_ADVICE}", file=sys.stderr)
        return WRONG_USAGE
    except KeyboardInterrupt:
        print("course-grader: stopped", file=sys.stderr)
        return INTERRUPTED


def _silence_warnings() -> None:
    """Hide warnings that the user cannot act on: nbgrader's own queries cause one for every submission."""
    warnings.filterwarnings("ignore", message="Object of type <Submitted", module="nbgrader")
    skip_slow_grammar()
