"""Banks of submissions that are hostile or damaged, each with the score and the sentence that it deserves.

hostile/ and damaged/ have one module per kind. Each entry builds a submission of lab 01 from the released notebook and
right answers:

    @entry(20.0, r"was renamed")                    any change: the function gets a HandIn
    def a_name_of_the_browser(made): ...

    answer("endless_range", 18.25, r"too long", chain_bmm="def chain_bmm(a, b, d): ...")      other answers
    cell("leaves", 20.0, r"exit\\(\\)", "exit()", before="embed_tokens")                        one more code cell
"""

import copy
import importlib
import json
import re
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.submissions.make_example_class import COURSE, HERE, submission

LAB = "01_tensor_basics"
FULL = 20.0


@dataclass
class HandIn:
    """One student's submission that is being made in `root`, nbgrader's folder of submissions."""

    root: Path
    student: str

    @property
    def student_folder(self) -> Path:
        return self.root / self.student

    @property
    def folder(self) -> Path:
        """The lab's folder; made when it is first asked for."""
        path = self.student_folder / LAB
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def path(self) -> Path:
        return self.folder / f"{LAB}.ipynb"

    def save(self, notebook: Any, name: str = f"{LAB}.ipynb") -> None:
        """Write a notebook, as JSON even where it is malformed, or a file's own bytes."""
        content = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        (self.folder / name).write_bytes(content)

    def clean_up(self) -> None:
        """Undo what the test's own cleaning cannot remove."""


@dataclass(frozen=True)
class Entry:
    """One submission. score: what it gets; at_most: score is an upper limit instead.

    says: a regular expression for a message or for a test's text. Without it the submission needs no message: `quiet`
    is then True where there must be none. worst: it is in the class of 30; slow: only `make test-all` grades it there.
    """

    name: str
    build: Callable[[HandIn], None]
    score: float
    says: str = ""
    at_most: bool = False
    quiet: bool = False
    worst: bool = False
    slow: bool = False

    def make(self, root: Path) -> None:
        self.build(HandIn(root, self.name))

    def mistakes(self, score: float, texts: list[str], messages: list[str]) -> list[str]:
        """How a result differs from what this entry deserves; `texts` include the tests' own."""
        found = []
        if score > self.score if self.at_most else score != self.score:
            found.append(f"{self.name}: expected {'at most ' * self.at_most}{self.score} points, got {score}: {texts}")
        if self.says and not any(re.search(self.says, text) for text in texts):
            found.append(f"{self.name}: expected {self.says!r}, got {texts}")
        if self.quiet and messages:
            found.append(f"{self.name}: expected no message, got {messages}")
        return found


@dataclass
class _Collected:
    entries: list[Entry] = field(default_factory=list)

    def add(self, found: Any) -> None:
        if isinstance(found, Entry):
            self.entries.append(found)
        elif isinstance(found, list):
            for item in found:
                self.add(item)


def kinds(bank: str) -> list[str]:
    """The modules of a bank, "hostile" or "damaged"."""
    return sorted(path.stem for path in (HERE / bank).glob("*.py"))


@cache
def entries(bank: str, kind: str) -> tuple[Entry, ...]:
    """The entries of one module, in its order."""
    collected = _Collected()
    for value in vars(importlib.import_module(f"tests.submissions.{bank}.{kind}")).values():
        collected.add(value)
    return tuple(collected.entries)


def entry(score: float, says: str = "", **options: Any) -> Callable[[Callable[[HandIn], None]], Entry]:
    """Decorates a function that makes a submission; see Entry for the options."""
    return lambda build: Entry(build.__name__, build, score, says, **options)


def answer(name: str, score: float, says: str = "", *, options: dict[str, Any] | None = None, **sources: str) -> Entry:
    """Right answers except for some cells."""

    def build(made: HandIn) -> None:
        made.save(right(**sources))

    return Entry(name, build, score, says, **(options or {}))


def cell(name: str, score: float, says: str, source: str, *, before: str = "embed_tokens", **options: Any) -> Entry:
    """Right answers, and one more code cell before an exercise."""

    def build(made: HandIn) -> None:
        notebook = right()
        insert(notebook, before, code(source))
        made.save(notebook)

    return Entry(name, build, score, says, **options)


@cache
def _answers() -> dict[str, str]:
    found = runpy.run_path(str(HERE / "answers" / f"{LAB}.py"))
    return found["RIGHT"] | found["WRITTEN"]


@cache
def _right() -> Any:
    return submission(COURSE / "labs" / LAB / f"{LAB}.ipynb", _answers())


def right(whole: bool = False, **sources: str) -> Any:
    """A notebook with right answers; without the demonstrations, which take seconds, unless it is to be whole."""
    notebook = copy.deepcopy(_right())
    if not whole:
        notebook.cells = [cell for cell in notebook.cells if name_of(cell) or _is_given(cell)]
    for name, source in sources.items():
        named(notebook, name)["source"] = source
    return notebook


def untouched(lab: str = LAB) -> Any:
    """A released notebook."""
    return json.loads((COURSE / "labs" / lab / f"{lab}.ipynb").read_text(encoding="utf-8"))


def _is_given(cell: Any) -> bool:
    return bool({"setup", "fixture"}.intersection(cell["metadata"].get("tags", [])))


def name_of(cell: Any) -> str | None:
    """A cell's grade_id."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def named(notebook: Any, name: str) -> Any:
    """The cell with this grade_id; "setup" is the setup cell."""
    if name == "setup":
        return next(cell for cell in notebook["cells"] if "setup" in cell["metadata"].get("tags", []))
    return next(cell for cell in notebook["cells"] if name_of(cell) == name)


def without(notebook: Any, *names: str) -> Any:
    """The notebook with some cells deleted."""
    lost = [id(named(notebook, name)) for name in names]
    notebook["cells"] = [cell for cell in notebook["cells"] if id(cell) not in lost]
    return notebook


def insert(notebook: Any, before: str, *cells: Any) -> None:
    place = next(number for number, cell in enumerate(notebook["cells"]) if cell is named(notebook, before))
    notebook["cells"][place:place] = cells


def code(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}
