"""Makes the course's site in build/site: the pages of docs/, and each lab as students get it.

A lab's page shows the saved outputs of cells that need no exercise. Outputs of tests, predictions and of everything
computed with an answer are left out, and the site is refused if it contains a secret of the course.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import symtable
import sys
from html import escape
from importlib.metadata import distribution
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_grader.notebooks import find_lab, is_solution_cell, lab_names
from course_grader.release.colab import BADGE
from course_grader.release.course_settings import course_settings
from course_grader.release.leaks import expect_no_leak
from course_grader.release.secrets import secrets_of
from course_grader.release.test_cells import names_read
from course_utils import __version__
from course_utils.start.page import lab_card
from course_utils.study import save_flashcards

ROOT = Path(__file__).resolve().parents[1]
SOURCE, SITE = ROOT / "build" / "site-source", ROOT / "build" / "site"
# Functions whose output shows answers, or is made for a running notebook.
NOT_SHOWN = {
    "run_tests",
    "predict",
    "check_prediction",
    "prediction_tally",
    "quiz",
    "save_flashcards",
    "check_random",
    "flashcards",
    "before_you_hand_in",
    "needs",
}
MERMAID = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
# What the audit quotes of answers: diffs, and lists of problems and of misdiagnosed answers.
QUOTED = re.compile(r"^[^\n]+:[^\n]*\n+```diff\n.*?^```\n*|^Misdiagnosed:\n+|^- [^\n]*\n+", re.DOTALL | re.MULTILINE)
FLOOR = re.compile(r'subgraph \w+\["(.+?)"\]\n(.+?)\n')
# The parts of MathJax that pages load; the rest of the package is the same code, combined in other ways.
MATHJAX = ("tex-chtml.js", "output/chtml", "input/tex", "a11y", "sre")


def main() -> None:
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "scripts" / "site", SOURCE)
    (SOURCE / "files").mkdir()
    copy_mathjax(SOURCE / "style" / "mathjax")
    write_docs()
    names = lab_names(ROOT)
    for name in names:
        write_lab(name)
    write_flashcards(names)
    write_index(names)
    secrets = secrets_of(ROOT, names)
    for folder in ("labs", "files"):
        expect_no_leak(SOURCE / folder, secrets)
    build()


def copy_mathjax(target: Path) -> None:
    """Formulas are drawn by the site's own copy of MathJax, so that a page needs no other server."""
    source = Path(str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax")))
    for name in MATHJAX:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target / name)


def write_docs() -> None:
    shutil.copytree(ROOT / "docs", SOURCE / "docs", ignore=shutil.ignore_patterns("*.json"))
    for name in ("CHANGELOG.md", "SECURITY.md"):
        shutil.copy(ROOT / name, SOURCE / name)
    page = SOURCE / "docs" / "audit.md"
    page.write_text(without_answers(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = SOURCE / "docs" / "architecture.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(MERMAID.sub(lambda found: floors_picture(found[1]), text), encoding="utf-8")
    page = SOURCE / "docs" / "contributing.md"
    text = page.read_text(encoding="utf-8").replace("](reference/)", "](reference/commands.md)")
    page.write_text(text, encoding="utf-8")


def without_answers(audit: str) -> str:
    """The audit's page without mutants and rewrites: they are lines of the solutions, nearly or quite."""
    return QUOTED.sub("", audit)


def floors_picture(mermaid: str) -> str:
    """The picture of the floors in HTML: Mermaid draws its own in the reader's browser, with a script of 3 MB."""
    floors = [
        f"<li><b>{escape(name)}</b> "
        + " ".join(f"<span>{escape(room)}</span>" for room in re.findall(r'"(.+?)"', rooms))
        for name, rooms in FLOOR.findall(mermaid)
    ]
    return '<ol class="floors" role="list">\n' + "</li>\n".join(floors) + "</li>\n</ol>\n"


def write_lab(name: str) -> None:
    lab = find_lab(name, ROOT)
    notebook = nbformat.read(lab.release_path, as_version=4)
    shutil.copy(lab.release_path, SOURCE / "files" / lab.release_path.name)
    add_outputs(notebook, lab.reference())
    title = notebook.cells[0]
    title.source = BADGE.sub(lambda found: buttons(name, found[0]), title.source)
    target = SOURCE / "labs" / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def buttons(name: str, badge: str) -> str:
    """The line below a lab's title: open it in Colab, or download it."""
    colab = re.search(r"\((https://colab[^)]+)\)", badge)
    links = [f'<a class="button" href="{escape(colab[1])}">Open in Colab</a>'] if colab else []
    links.append(f'<a class="button" href="../../{name}.ipynb" download>Download the notebook</a>')
    return f'<p class="buttons">{" ".join(links)}</p>\n\n'


def add_outputs(notebook: NotebookNode, reference: NotebookNode) -> None:
    """Put saved outputs into the cells that need no answer."""
    outputs = {cell.id: (cell.source, cell.outputs) for cell in reference.cells if cell.cell_type == "code"}
    answers: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        reads, defines = names_read(ast.parse(cell.source)), defined_names(cell.source)
        if is_solution_cell(cell) or reads & answers:
            answers |= defines
        elif not reads & NOT_SHOWN and outputs.get(cell.id, ("", []))[0] == cell.source:
            cell.outputs = outputs[cell.id][1]
        if "guess" in defines or reads & NOT_SHOWN:
            answers |= defines  # what a cell computes from a guess, or with an answer


def defined_names(source: str) -> set[str]:
    symbols = symtable.symtable(source, "<cell>", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned()}


def write_flashcards(names: list[str]) -> None:
    """A page with the decks: for Anki, and as tables."""
    rows = []
    for name in names:
        links = []
        for file, text in ((f"{name}.apkg", "Anki deck"), (f"{name}.csv", "CSV")):
            save_flashcards(name, SOURCE / "files" / file)
            links.append(f'<a href="{file}" download>{text}</a>')
        rows.append(f"| {name} | {' | '.join(links)} |")
    text = (
        "# Flashcards\n\nEach lab ends with flashcards. These files contain the same cards: a deck for "
        "[Anki](https://apps.ankiweb.net), and a table for other programs.\n\n| Lab | Deck | Table |\n|---|---|---|\n"
    )
    (SOURCE / "flashcards.md").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")


def write_index(names: list[str]) -> None:
    cards = [lab_card(ROOT, name) for name in names]
    rows = [f"| {c.name[:2]} | [{c.title}](labs/{c.name}/{c.name}.ipynb) | {c.time} | {c.needs} |" for c in cards]
    table = "\n".join(["| | Lab | Time | You need |", "|---|---|---|---|", *rows])
    reference = sorted(path.stem for path in (SOURCE / "docs" / "reference").glob("*.md"))
    template = (SOURCE / "index.md").read_text(encoding="utf-8")
    text = template.format(
        labs=table,
        lab_pages="\n".join(f"labs/{name}/{name}" for name in names),
        reference_pages="\n".join(f"docs/reference/{name}" for name in reference),
    )
    (SOURCE / "index.md").write_text(text, encoding="utf-8")


def build() -> None:
    """Run Sphinx; a link within the site that leads nowhere is an error."""
    shutil.rmtree(SITE, ignore_errors=True)
    settings = {"COURSE_REPOSITORY": course_settings(ROOT).repository, "COURSE_VERSION": __version__}
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "auto"]
    doctrees = ["-d", str(ROOT / "build" / "site-doctrees")]
    done = subprocess.run([*command, *doctrees, str(SOURCE), str(SITE)], env={**os.environ, **settings}, check=False)
    if done.returncode:
        sys.exit("site: not made; the lines above say what is wrong")
    print(SITE.relative_to(ROOT) / "index.html")


if __name__ == "__main__":
    main()
