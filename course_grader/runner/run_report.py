"""Shows the results of a class on the terminal and writes the files of `--json` and `--page`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from course_grader.report.grades_file import class_grades, write_json
from course_grader.report.page import LabResults, write_page
from course_grader.report.table import print_results
from course_grader.report.text import plural
from course_grader.results import GradedSubmission
from course_grader.runner.class_run import ClassRun
from course_grader.terminal import say, terminal_may_be_gone


def show_run(lab: str, run: ClassRun, console: Console) -> None:
    """Show all results, the seed of the run and, if it was stopped, how many submissions are saved."""
    _print_table(run.results, console)
    if run.graded:
        say(console, f"Run {run.name}. With --seed {run.seed} --force, every student gets the same test inputs again")
    if run.interrupted or run.stopped:
        saved, total = sum(result.saved for result in run.results), plural(len(run.submissions), "submission")
        why = f" ({run.stopped})" if run.stopped else ""
        say(console, f"Stopped: {saved} of {total} graded and saved{why}. Run the command again to go on with {lab}.")


def write_files(runs: Mapping[str, ClassRun], json_file: Path | None = None, page: Path | None = None) -> None:
    """Write the results of one lab or several."""
    if json_file is not None:
        labs = [class_grades(lab, run.common_seed, run.results) for lab, run in runs.items()]
        write_json(json_file, labs[0] if len(labs) == 1 else {"labs": labs})
    if page is not None:
        parts = [LabResults(lab, run.common_seed, run.results) for lab, run in runs.items()]
        write_page(page, parts, ", ".join(runs))


def show_results(
    lab: str,
    results: Sequence[GradedSubmission],
    console: Console,
    json_file: Path | None = None,
    page: Path | None = None,
) -> None:
    """Show results that may come from several runs."""
    if json_file is not None:
        write_json(json_file, class_grades(lab, None, results))
    if page is not None:
        write_page(page, [LabResults(lab, None, results)], lab)
    _print_table(results, console)


def _print_table(results: Sequence[GradedSubmission], console: Console) -> None:
    if results:
        with terminal_may_be_gone():
            print_results(results, console)
