"""The start page: the labs in their order, with their times, what each needs, and a student's progress."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from course_utils.start.copies import WORK, copy_path, lab_names, lab_path
from course_utils.start.usage import spelled

_TITLE = re.compile(r"^# (?:Lab \d+ · )?(.+)$", re.MULTILINE)
_NEEDS = re.compile(r"\*\*You need\*\* (.+?)\. \*\*Time:\*\*", re.DOTALL)
_TIME = re.compile(r"\*\*Time:\*\* (.+?)(?:\s+of\s+work)?\.\s", re.DOTALL)
# The first line of a test cell's report, as course_utils.testing prints it.
_REPORT = re.compile(r"^\w+: (\d+) of (\d+) tests passed, ", re.MULTILINE)
_TEST = re.compile(r"\A# Test: \w+")


@dataclass(frozen=True)
class LabCard:
    """What the start page says about a lab. passing: exercises whose visible tests pass; None before it was begun."""

    name: str
    title: str
    needs: str
    time: str
    exercises: int
    passing: int | None = None

    @property
    def progress(self) -> str:
        if self.passing is None:
            return "not begun"
        return f"{self.passing} of {self.exercises} exercises" + (" ✓" if self.passing == self.exercises else "")


def lab_card(root: Path, name: str) -> LabCard:
    """Reads the released lab, and the student's saved copy if there is one."""
    released = _cells(lab_path(root, name))
    intro = next((_source(cell) for cell in released if cell["cell_type"] == "markdown"), "")
    copy = copy_path(root, name)
    return LabCard(
        name,
        title=_found(_TITLE, intro) or name,
        needs=_found(_NEEDS, intro),
        time=_found(_TIME, intro),
        exercises=sum(_is_test(cell) for cell in released),
        passing=_passing(copy) if copy.is_file() else None,
    )


def start_page(root: Path, now: datetime) -> str:
    """The page, in Markdown with links relative to the folder work/."""
    cards = [lab_card(root, name) for name in lab_names(root)]
    rows = "\n".join(map(_row, cards))
    commands = {"update": spelled(), "again": spelled("again", cards[0].name)}
    return _PAGE.format(rows=rows, work=WORK, now=f"{now:%d %B %Y, %H:%M}", **commands)


def _row(card: LabCard) -> str:
    number, link = card.name.partition("_")[0], f"{quote(card.name)}/{quote(card.name)}.ipynb"
    return f"| {number} | [{card.title}]({link}) | {card.time} | {card.needs} | {card.progress} |"


_PAGE = """\
# Your labs

| | Lab | Time | You need | Your progress |
|---|---|---|---|---|
{rows}

Click on a lab to open your copy of it. Progress counts the exercises whose visible tests pass in your saved notebooks,
as of {now}; run `{update}` again to update it.

- These copies are in the folder `{work}`. Save with Ctrl+S; nothing else changes them.
- To start a lab again, close it and run `{again}` in a terminal, in the folder of the course. Your old
  copy stays, in `{work}/old`.
- The last cell of each lab says what is unfinished and how to hand in.
"""


def _passing(path: Path) -> int:
    try:
        cells = _cells(path)
    except (OSError, ValueError, KeyError):
        return 0  # half saved, or damaged by hand: the lab opens anyway and shows why
    return sum(_passes(cell) for cell in cells if _is_test(cell))


def _passes(cell: dict) -> bool:
    reports = [match.groups() for text in _printed(cell) for match in _REPORT.finditer(text)]
    return bool(reports) and reports[-1][0] == reports[-1][1] != "0"


def _printed(cell: dict) -> Iterator[str]:
    for output in cell.get("outputs", []):
        if output.get("output_type") == "stream":
            yield _joined(output.get("text", ""))


def _is_test(cell: dict) -> bool:
    return cell["cell_type"] == "code" and _TEST.match(_source(cell)) is not None


def _cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def _source(cell: dict) -> str:
    return _joined(cell["source"])


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return " ".join(match[1].split()).replace("|", "\\|") if match else ""
