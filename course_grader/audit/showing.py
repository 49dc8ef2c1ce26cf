"""Shows audits: as a table on the terminal, as JSON and as an HTML page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from course_grader.audit.result import ExerciseAudit, LabAudit
from course_grader.report.text import points
from course_grader.terminal import say, terminal_may_be_gone, wide

HEADINGS = (
    "exercise",
    "alternatives",
    "misconceptions",
    "seen",
    "constant",
    "probes",
    "mutants",
    "killed",
    "equivalent",
    "diagnosed",
    "told",
    "others",
    "misdiagnosed",
    "rewrites",
    "refused",
)
LEGEND = (
    "seen: misconceptions that fail a visible test · constant: points for answers that ignore their arguments · "
    "probes: points of tests that run code in the student's kernel · killed: mutants of the reference that lose "
    "points · diagnosed: misconceptions that the grader names · told: those that a notebook names by visible tests · "
    "others: other answers (right ones, unfinished ones, constants, mutants, misconceptions of other exercises) · "
    "misdiagnosed: those that are taken for a misconception whose behaviour they do not have on other inputs · "
    "rewrites: right answers written in another way · refused: those that lose points"
)


def rows(audit: LabAudit) -> list[list[str]]:
    """The cells of the table, by exercise and in total; `–` where mutants and rewrites were left out."""
    if not audit.exercises:
        return []
    names = [each.name for each in fields(ExerciseAudit) if each.name != "name"]
    total = ExerciseAudit("total", **{name: audit.total(name) for name in names})
    return [_row(exercise, audit.quick) for exercise in (*audit.exercises, total)]


def _row(exercise: ExerciseAudit, quick: bool) -> list[str]:
    counts = [exercise.alternatives, exercise.misconceptions, exercise.seen]
    mutants = ["–"] * 3 if quick else [str(each) for each in (exercise.mutants, exercise.killed, exercise.equivalent)]
    numbers = [exercise.diagnosed, exercise.told, exercise.others, exercise.misdiagnosed]
    diagnoses = [str(number) if exercise.others else "–" for number in numbers]  # an older audit has none
    rewrites = ["–"] * 2 if quick else [str(exercise.rewrites), str(exercise.refused)]
    shown = [points(exercise.constant), points(exercise.probed), *mutants, *diagnoses, *rewrites]
    return [exercise.name, *map(str, counts), *shown]


def verdict(audit: LabAudit) -> str:
    """One line: PASS, or how many problems there are."""
    if audit.passed:
        return f"{audit.lab}: PASS"
    number = len(audit.problems)
    return f"{audit.lab}: {number} problem{'s' if number > 1 else ''}, the first: {audit.problems[0]}"


def print_audit(audit: LabAudit, console: Console) -> None:
    """Print the table, what the tests let pass or refuse wrongly, and the verdict."""
    console = wide(console, 210)
    table = Table(title=audit.lab, header_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    for number, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows(audit):
        table.add_row(*row)
    with terminal_may_be_gone():
        console.print(table)
    for survivor in audit.survivors:
        say(console, f"survived, {survivor['exercise']}:\n{survivor['diff']}")
    for refusal in audit.refusals:
        why = refusal["reason"] or "no reason is given"
        say(console, f"refused, {refusal['exercise']} ({refusal['rule']}): {why}\n{refusal['diff']}")
    for text in audit.misdiagnoses:
        say(console, f"misdiagnosed, {text}")
    for problem in audit.problems:
        say(console, f"✗ {problem}")
    say(console, verdict(audit))


def write_json(path: Path, audits: Sequence[LabAudit]) -> None:
    """Write the audits; those of other labs in the file stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    by_lab = {audit.lab: audit for audit in (*read_json(path), *audits)}
    text = json.dumps({"labs": [by_lab[lab].to_json() for lab in sorted(by_lab)]}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> list[LabAudit]:
    """The audits that write_json wrote; none without such a file."""
    if not path.is_file():
        return []
    return [LabAudit.from_json(each) for each in json.loads(path.read_text(encoding="utf-8"))["labs"]]


def write_page(path: Path, audits: Sequence[LabAudit]) -> None:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("course_grader.audit", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("page.html.j2").render(
        audits=audits, headings=HEADINGS, legend=LEGEND, rows=rows, verdict=verdict
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
