"""Shows the results of a class on the terminal and writes the files of `--json` and `--page`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from course_grader.report.grades_file import class_grades, write_json
from course_grader.report.page import LabResults, write_page
from course_grader.report.table import print_results
from course_grader.report.text import plural
from course_grader.results import GradedSubmission
from course_grader.runner.class_run import ClassRun
from course_grader.runner.terminal import terminal_may_be_gone


def show_run(
    lab: str, run: ClassRun, console: Console, json_file: Path | None = None, page: Path | None = None
) -> None:
    """Show the results of a run, its seed and, after Ctrl-C, how many submissions are saved."""
    show_results(lab, run.results, console, json_file, page, run.seed)
    _say(console, f"Seed {run.seed}: with --seed {run.seed}, every student gets the same test inputs again")
    if run.interrupted:
        total = plural(len(run.submissions), "submission")
        _say(console, f"Stopped: {len(run.results)} of {total} graded and saved. Run the command again to grade all.")


def show_results(
    lab: str,
    results: Sequence[GradedSubmission],
    console: Console,
    json_file: Path | None = None,
    page: Path | None = None,
    seed: int | None = None,
) -> None:
    """Write the files first, since the terminal may be gone. seed: None if the results come from several runs."""
    if json_file is not None:
        write_json(json_file, class_grades(lab, seed, results))
    if page is not None:
        write_page(page, [LabResults(lab, seed, results)], lab)
    if results:
        with terminal_may_be_gone():
            print_results(results, console)


def _say(console: Console, text: str) -> None:
    with terminal_may_be_gone():
        console.print(Text(text), soft_wrap=True)
