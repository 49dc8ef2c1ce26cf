"""The instructor's command. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

import argparse
import secrets
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from course_grader.nbgrader_import import skip_slow_grammar
from course_utils._version import __version__

OK, TROUBLE, WRONG_USAGE, NEEDS_REVIEW, INTERRUPTED = 0, 1, 2, 3, 130
_EXIT_CODES = """exit codes: 0 every submission got a grade, 3 some need review or could not be run, 2 wrong usage or
nothing to grade with, 130 stopped by Ctrl-C or SIGTERM"""

_PLACE = "expected a place that exists and that you may read and write (course-grader doctor checks the course's own)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. What a sentence can explain is said without a traceback."""
    _quieten()
    options = _parser().parse_args(arguments)

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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course-grader", description="Grades, releases and checks the course's labs.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_grade(commands)
    _add_example(commands)
    _add_labs(commands)
    _add_lab(commands)
    _add_doctor(commands)
    return parser


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", type=Path, metavar="DIR", help="the course's folder (default: this folder or one above it)"
    )


def _add_grade(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "grade",
        help="grade a lab's submissions, in parallel",
        description="Grades every submission of a lab in a sandbox and saves the scores in nbgrader's gradebook.",
        epilog=_EXIT_CODES,
    )
    parser.set_defaults(command=_grade)
    parser.add_argument("lab", metavar="LAB", help="the lab's name, such as 01_tensor_basics")
    parser.add_argument(
        "--submissions", type=Path, metavar="DIR",
        help="a folder that holds <student>/LAB/LAB.ipynb; it is only read (default: the course's submitted/)",
    )  # fmt: skip
    parser.add_argument("--student", metavar="ID", help="grade this student only")
    parser.add_argument("--workers", type=_at_least_one, metavar="N", help="how many at a time (default: processors)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores to this file too")
    parser.add_argument("--seed", type=_seed, metavar="N", help="draw the tests' inputs from N (default: a new one)")
    parser.add_argument("--run-experiments", action="store_true", help="run the cells tagged `experiment` too")
    parser.add_argument(
        "--unsafe-no-sandbox", action="store_true", help="run the notebooks unconfined; for your own code only"
    )
    parser.add_argument("--db", type=_database, metavar="URL", help="the gradebook, such as sqlite:///gradebook.db")
    _add_course(parser)


def _add_example(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("example", help="grade the example class, in a scratch course of its own")
    parser.set_defaults(command=_example)
    _add_course(parser)


def _add_labs(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("labs", help="make what students get, labs/, from solutions/")
    parser.set_defaults(command=_labs)
    parser.add_argument("names", nargs="*", metavar="LAB", help="only these labs (default: all)")
    _add_course(parser)


def _add_lab(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("lab", help="open a copy of a lab in JupyterLab")
    parser.set_defaults(command=_lab)
    parser.add_argument("lab", metavar="LAB")
    _add_course(parser)


def _add_doctor(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("doctor", help="check this machine, and say what to do about what is missing")
    parser.set_defaults(command=_doctor)
    _add_course(parser)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2^63 - 1, got {text!r}")
    return int(text)


def _database(text: str) -> str:
    kind, separator, place = text.partition("://")
    if not separator:
        raise argparse.ArgumentTypeError(f"expected a database's URL, such as sqlite:///gradebook.db, got {text!r}")
    folder = Path(place.removeprefix("/")).parent
    if kind == "sqlite" and not folder.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder that exists, got {folder} in {text!r}")
    return text


def _grade(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.notebooks import find_lab
    from course_grader.report.grades_file import expect_writable
    from course_grader.runner.course import find_course
    from course_grader.runner.grade import Request, grade_lab
    from course_grader.runner.run_report import show_run

    lab = find_lab(options.lab, find_course(options.course))
    if options.json is not None:
        expect_writable(options.json)
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    request = Request(
        seed, options.submissions, options.student, options.workers, not options.unsafe_no_sandbox,
        options.run_experiments, options.db, log_file=lab.root / "build" / "nbgrader.log",
    )  # fmt: skip
    console = Console()
    run = grade_lab(lab, request, console)
    show_run(lab.name, run, console, options.json)
    if run.interrupted:
        return INTERRUPTED
    return OK if all(result.status == "graded" for result in run.results) else NEEDS_REVIEW


def _example(options: argparse.Namespace) -> int:
    from rich.console import Console

    from course_grader.runner.course import find_course
    from course_grader.runner.example import grade_example_class

    return OK if grade_example_class(find_course(options.course), Console()) else TROUBLE


def _labs(options: argparse.Namespace) -> int:
    from course_grader.release import make_labs
    from course_grader.runner.course import find_course

    for path in make_labs(find_course(options.course), options.names or None):
        print(path)
    return OK


def _lab(options: argparse.Namespace) -> int:
    from course_grader.runner.course import find_course
    from course_grader.runner.working_copy import open_lab

    return open_lab(find_course(options.course), options.lab)


def _doctor(options: argparse.Namespace) -> int:
    from course_grader.doctor import examine
    from course_grader.runner.course import find_course

    checks = examine(find_course(options.course))
    for check in checks:
        print(check)
    return OK if all(check.ok for check in checks) else TROUBLE


if __name__ == "__main__":
    sys.exit(main())
