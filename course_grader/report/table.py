"""The table at the end of a run, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from course_grader.report.items import exercises_of, gpu_problems, shared_mistakes
from course_grader.report.text import one_line, plural, points
from course_grader.results import GradedSubmission
from course_grader.terminal import say, wide

MOST_MISTAKES = 10
# A sign as well as a colour: not everyone can see the colour, and a log has none.
STATUS = {
    "graded": ("✓ graded", ""),
    "needs_person": ("▶ NEEDS REVIEW", "bold yellow"),
    "failed": ("✗ FAILED", "bold red"),
}


def print_results(results: Sequence[GradedSubmission], console: Console) -> None:
    """Print the class as a table, the exercises' names, messages on single submissions, and a summary."""
    console = wide(console, 150)
    exercises = exercises_of(results)
    console.print(_class_table(results, exercises))
    names = [f"{number} {name} ({points(maximum)})" for number, (name, maximum) in enumerate(exercises.items(), 1)]
    console.print(Text(" · ".join(names)))
    for result in results:
        if result.messages:
            console.print(remark(result))
    for line in (*summary(results), *_mistakes(results), *_gpu_problems(results)):
        say(console, line)


def _mistakes(results: Sequence[GradedSubmission]) -> list[str]:
    """One line on each misconception that several students share, the most frequent first."""
    shared = [mistake for mistake in shared_mistakes(results) if mistake.students > 1]
    lines = [
        f"{plural(mistake.students, 'student')}, {mistake.exercise}: {mistake.name}"
        for mistake in shared[:MOST_MISTAKES]
    ]
    return ["Known mistakes that several students make:", *(f"  {line}" for line in lines)] if lines else []


def _gpu_problems(results: Sequence[GradedSubmission]) -> list[str]:
    """One line on each exercise with answers that do not work on a GPU."""
    lines = [f"  {plural(count, 'student')}, {name}" for name, count in gpu_problems(results).items()]
    return ["Right answers that do not work with inputs on a GPU (no points lost):", *lines] if lines else []


def _class_table(results: Sequence[GradedSubmission], exercises: dict[str, float]) -> Table:
    table = Table(header_style="bold", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("student", overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    for number in range(1, len(exercises) + 1):  # names would not fit
        table.add_column(str(number), justify="right", no_wrap=True)
    for result in results:
        label, style = STATUS[result.status]
        row = [one_line(result.student, 40), label, score(result), *(_points(result, name) for name in exercises)]
        table.add_row(*map(Text, row), style=style)
    return table


def _points(result: GradedSubmission, exercise: str) -> str:
    found = result.exercises.get(exercise)
    return points(found.points) if found and result.status != "failed" else "–"


def score(result: GradedSubmission) -> str:
    return f"{points(result.score)} / {points(result.max_score)}" if result.status != "failed" else "–"


def remark(result: GradedSubmission) -> Text:
    """One line on a submission: its first message, and how many more there are on the page and in the feedback."""
    more = f" (+{len(result.messages) - 1} more)" if len(result.messages) > 1 else ""
    label, style = STATUS[result.status]
    return Text(f"{label[0]} {one_line(result.student, 40)}: {one_line(result.messages[0])}{more}", style=style)


def summary(results: Sequence[GradedSubmission]) -> list[str]:
    """Submissions by status, the mean, and what is still to be graded by hand."""
    count = {status: sum(result.status == status for result in results) for status in STATUS}
    ran = [result for result in results if result.status != "failed"]
    parts = [f"{plural(len(results), 'submission')}: {count['graded']} graded"]
    if count["needs_person"]:
        parts.append(plural(count["needs_person"], "needs review", "need review"))
    if count["failed"]:
        parts.append(f"{count['failed']} failed (could not be run or saved)")
    lines = [", ".join(parts)]
    if ran:
        mean = sum(result.score for result in ran) / len(ran)
        lines[0] += f"; mean {points(mean)} of {points(max(result.max_score for result in ran))}"
    if waiting := [result for result in ran if result.manual.pending]:
        lines.append(
            f"Written answers, not included in these scores: grade {plural(len(waiting), 'submission')} by hand "
            f"in nbgrader's formgrader, up to {points(max(result.manual.max for result in waiting))} points each"
        )
    return lines
