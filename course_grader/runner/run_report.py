"""What a run prints at its end, and writes into the file that `--json` names."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from course_grader.report.grades_file import class_grades, write_json
from course_grader.report.table import print_results
from course_grader.report.text import plural
from course_grader.runner.class_run import ClassRun


def show_run(lab: str, run: ClassRun, console: Console, json_file: Path | None = None) -> None:
    """The table, the JSON file where one is asked for, and, after Ctrl-C, what is saved and what is not."""
    results = run.results
    if json_file is not None:  # first: the terminal may be gone
        write_json(json_file, class_grades(lab, run.seed, results))
    if results:
        print_results(results, console)
    _say(console, f"Seed {run.seed}: the same seed gives every student the same inputs again")
    if run.interrupted:
        total = plural(len(run.submissions), "submission")
        _say(console, f"Stopped: {len(results)} of {total} graded and saved. Run the command again for all of them.")


def _say(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
