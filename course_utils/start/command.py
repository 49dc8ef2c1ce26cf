"""The command line of course-lab."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from course_utils._version import __version__
from course_utils.start.copies import StartError, find_labs, start_again
from course_utils.start.jupyterlab import open_lab, open_start_page
from course_utils.start.usage import spelled

_USAGE = "course-lab | course-lab LAB | course-lab again LAB"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; a mistake that one sentence explains gets no traceback."""
    parser = argparse.ArgumentParser(
        prog="course-lab", usage=_USAGE, description="Open the labs in JupyterLab, in copies in the folder work/."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("words", nargs="*", metavar="LAB", help="a lab; without one, the start page with all labs")
    words = parser.parse_args(arguments).words
    try:
        return _command(find_labs(Path.cwd().resolve()), words)
    except StartError as error:
        print(f"course-lab: {error}", file=sys.stderr)
        return 2


def _command(root: Path, words: Sequence[str]) -> int:
    match words:
        case []:
            return open_start_page(root)
        case ["again", name]:
            kept = start_again(root, name, datetime.now())
            print(f"A new copy of {name} is ready: {spelled(name)}")
            if kept:
                print(f"Your old copy is in {kept.relative_to(root).as_posix()}")
            return 0
        case [name] if name != "again":
            return open_lab(root, name)
        case _:
            raise StartError(f"expected {_USAGE}, got: {' '.join(words)}")
