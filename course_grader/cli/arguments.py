"""The arguments of every command."""

from __future__ import annotations

import argparse
from pathlib import Path

from course_grader.cli import commands
from course_grader.runner.request import ONLY
from course_utils._version import __version__
from course_utils.environment import PROFILES

_EXIT_CODES = """exit codes: 0 all submissions are graded, 3 some need review or could not be run, 2 wrong usage, or a
lab could not be graded completely, 130 stopped by Ctrl-C or SIGTERM"""


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course-grader", description="Grades, releases and checks the course's labs.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_grade(subparsers)
    _add_report(subparsers)
    _add_example(subparsers)
    _add_labs(subparsers)
    _add_release(subparsers)
    _add_audit(subparsers)
    _add_lab(subparsers)
    _add_doctor(subparsers)
    return parser


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", type=Path, metavar="DIR", help="the course folder (default: the current folder or one above it)"
    )


def _add_grade(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser(
        "grade",
        help="grade the submissions of labs, in parallel",
        description="Grade the submissions of a lab in a sandbox and save the scores in nbgrader's gradebook. What is "
        "graded already is not graded again unless the submission, the lab, the grader or the options have changed. "
        "A run that was stopped goes on.",
        epilog=_EXIT_CODES,
    )
    parser.set_defaults(command=commands.grade)
    parser.add_argument("labs", nargs="*", metavar="LAB", help="names of labs, such as 01_tensor_basics")
    parser.add_argument("--all", action="store_true", help="grade every lab that has submissions")
    parser.add_argument(
        "--submissions", type=Path, metavar="DIR",
        help="a folder with <student>/LAB/LAB.ipynb; it is not changed (default: submitted/ in the course folder)",
    )  # fmt: skip
    parser.add_argument("--student", metavar="ID", help="grade this student only")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--force", action="store_true", help="also grade again what is graded and unchanged")
    chosen.add_argument(
        "--only", action="append", default=[], choices=ONLY,
        help="grade only submissions whose last result is `failed` or needs `review`, that have `changed` since they "
        "were graded, or that are `new`; may be given several times",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would be graded and why; change nothing")
    parser.add_argument(
        "--workers",
        type=_at_least_one,
        metavar="N",
        help="submissions to grade at once (default: a few more than there are processors; 64 on a cluster)",
    )
    _add_files(parser)
    parser.add_argument(
        "--timeline", type=Path, metavar="FILE",
        help="also write what each submission's time goes to, as a file for https://ui.perfetto.dev",
    )  # fmt: skip
    parser.add_argument("--run", type=_name, metavar="NAME", help="the name of a new run (default: today's date)")
    parser.add_argument(
        "--seed", type=_seed, metavar="N",
        help="seed of the tests' random inputs (default: that of the run that goes on, or a new one)",
    )  # fmt: skip
    parser.add_argument("--run-experiments", action="store_true", help="also run the cells tagged `experiment`")
    parser.add_argument(
        "--gpu", action="store_true", help="give each submission a GPU, even if the lab's lab.toml does not ask for one"
    )
    parser.add_argument(
        "--profile", choices=PROFILES, default="cpu",
        help="of the students' cells: full runs them with real data and models, from the caches (default: cpu)",
    )  # fmt: skip
    parser.add_argument(
        "--run-all", action="store_true", help="also run the lab's own cells that no test and no answer needs"
    )
    parser.add_argument(
        "--unsafe-no-sandbox", action="store_true", help="run the notebooks without a sandbox; only for code you trust"
    )
    _add_gradebook(
        parser,
        "default: autograded/ in the course folder; with --submissions and another --db, a folder beside its file",
    )
    _add_cluster(parser)
    _add_course(parser)


def _add_gradebook(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--db", type=_database, metavar="URL", help="the gradebook, such as sqlite:///gradebook.db")
    parser.add_argument(
        "--autograded", type=Path, metavar="DIR", help=f"the folder of the graded notebooks ({default})"
    )


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler", metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tls://host:8786, or that of a scheduler file",
    )  # fmt: skip
    where.add_argument(
        "--cluster", metavar="NAME|FILE",
        help="grade on the workers of batch jobs: slurm, pbs, ..., or a file that describes them (docs/scaling.md)",
    )  # fmt: skip


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the scores to this file")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also write a report (HTML) to this file")


def _add_report(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser(
        "report",
        help="show the results of a lab that is already graded",
        description="Show the results of a lab that is already graded, from autograded/ and the gradebook.",
    )
    parser.set_defaults(command=commands.report)
    parser.add_argument("lab", metavar="LAB", help="the lab's name, such as 01_tensor_basics")
    _add_files(parser)
    _add_gradebook(parser, "default: the one that belongs to the gradebook")
    _add_course(parser)


def _add_example(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser("example", help="grade the example class in a scratch course")
    parser.set_defaults(command=commands.example)
    _add_course(parser)


def _add_labs(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser("labs", help="make labs/, the students' version, from solutions/")
    parser.set_defaults(command=commands.labs)
    parser.add_argument("names", nargs="*", metavar="LAB", help="only these labs (default: all)")
    _add_course(parser)


def _add_release(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser(
        "release",
        help="write what students get: labs, package, Colab copies, wheel",
        description="Write a release for students into DIR: a folder and the same as a zip file, with the labs, their "
        "Colab copies, course_utils and the wheel (make wheel), checksums and release notes. Refused if a solution, "
        "hidden test, variant, model answer, token or local path is in it, if labs/ or the wheel are out of date, or "
        "if the address that the labs install the course from does not exist.",
    )
    parser.set_defaults(command=commands.release)
    parser.add_argument("names", nargs="*", metavar="LAB", help="only these labs (default: all)")
    parser.add_argument("--to", type=Path, metavar="DIR", required=True, help="the folder to write into")
    parser.add_argument("--tag", metavar="TAG", help="refuse if this is not the tag of the course's version, vX.Y.Z")
    parser.add_argument(
        "--unpublished", action="store_true", help="do not check the address: you will publish this release there"
    )
    _add_course(parser)


def _add_audit(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser(
        "audit",
        help="check that the tests of labs tell right answers from wrong ones",
        description="Judge the reference, the release, the variants, constant answers, mutants of the reference and "
        "right answers written in other ways by each lab's tests, and say where the tests do not tell right from "
        "wrong.",
        epilog="exit codes: 0 all labs pass, 1 some do not, 2 wrong usage, 130 stopped by Ctrl-C or SIGTERM",
    )
    parser.set_defaults(command=commands.audit)
    parser.add_argument("names", nargs="*", metavar="LAB", help="only these labs (default: all)")
    parser.add_argument("--quick", action="store_true", help="leave out mutants and rewrites")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the result to this file; those of other labs in it stay"
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="also write the result as a page (HTML) to this file")
    _add_course(parser)


def _add_lab(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser("lab", help="open a copy of a lab in JupyterLab")
    parser.set_defaults(command=commands.lab)
    parser.add_argument("lab", metavar="LAB", help="the lab's name, such as 01_tensor_basics")
    _add_course(parser)


def _add_doctor(subparsers: argparse._SubParsersAction) -> None:
    parser = subparsers.add_parser("doctor", help="check this machine and say how to fix what is missing")
    parser.set_defaults(command=commands.doctor)
    _add_course(parser)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2^63 - 1, got {text!r}")
    return int(text)


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"expected a name such as 'first marking', got {text!r}")
    return text


def _database(text: str) -> str:
    kind, separator, place = text.partition("://")
    if not separator:
        raise argparse.ArgumentTypeError(f"expected a database URL such as sqlite:///gradebook.db, got {text!r}")
    folder = Path(place.removeprefix("/")).parent
    if kind == "sqlite" and not folder.is_dir():
        raise argparse.ArgumentTypeError(f"expected an existing folder, got {folder} in {text!r}")
    return text
