"""Makes docs/picture.png for the README: a lab's check in a student's notebook, beside the class's report.

Both are real: the cells are lab 01's with a prepared wrong answer, run here, and the report is the page
that a grading run wrote: build/report.html of `make grade`, or the file in the first argument. Needs Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from playwright.sync_api import sync_playwright

from course_grader.audit.variants import load_variants
from course_grader.notebooks import find_lab, nbgrader_metadata

ROOT = Path(__file__).resolve().parents[1]
REPORT = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "report.html"
PICTURE = ROOT / "docs" / "picture.png"
LAB, EXERCISE, MISTAKE = "01_tensor_basics", "embed_tokens", "plain indexing"
WIDTH, HEIGHT = 1400, 440
PAGE = """<!doctype html><style>
  body {{ margin: 0; display: flex; gap: 16px; padding: 16px; background: #e8eaed; }}
  div {{ flex: 1; height: {height}px; overflow: hidden; border-radius: 8px; background: #fff; }}
  iframe {{ border: 0; transform-origin: 0 0; }}
  .lab {{ width: 112%; height: 112%; transform: scale(0.89); }}
  .report {{ width: 133%; height: 133%; transform: scale(0.75); }}
</style>
<div><iframe class="lab" src="{lab}"></iframe></div>
<div><iframe class="report" src="{report}"></iframe></div>"""


def main() -> None:
    if not REPORT.is_file():
        sys.exit(f"{REPORT} does not exist; make it with: make grade")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "lab.html").write_text(lab_page(), encoding="utf-8")
        shutil.copy(REPORT, folder / "report.html")
        page = folder / "page.html"
        page.write_text(PAGE.format(height=HEIGHT - 32, lab="lab.html", report="report.html"), encoding="utf-8")
        screenshot(page)
    print(PICTURE.relative_to(ROOT))


def lab_page() -> str:
    """The exercise with the wrong answer, and the report of its test cell, as HTML."""
    notebook = answered_notebook()
    os.environ["OMP_NUM_THREADS"] = "1"
    NotebookClient(notebook, kernel_name="python3").execute()
    shown = [
        cell for cell in notebook.cells if nbgrader_metadata(cell).get("grade_id") in (EXERCISE, f"test_{EXERCISE}")
    ]
    test = shown[-1]
    test.source = test.source.splitlines()[0]  # students see it folded
    test.outputs = [output for output in test.outputs if output.output_type == "stream"]
    page = nbformat.v4.new_notebook(cells=shown, metadata=notebook.metadata)
    html, _resources = HTMLExporter(
        template_name="lab", exclude_input_prompt=True, exclude_output_prompt=True
    ).from_notebook_node(page)
    return str(html)


def answered_notebook() -> NotebookNode:
    """The lab's setup cell, the exercise with the prepared wrong answer, and its test cell."""
    lab = find_lab(LAB, ROOT)
    notebook = nbformat.read(lab.release_path, as_version=4)
    (wrong,) = [v for v in load_variants(lab) if v.exercise == EXERCISE and v.name == MISTAKE]
    ids = (EXERCISE, f"test_{EXERCISE}")
    cells = [cell for cell in notebook.cells if cell.get("metadata", {}).get("tags") == ["setup"]]
    cells += [cell for cell in notebook.cells if nbgrader_metadata(cell).get("grade_id") in ids]
    cells[1].source = wrong.code.strip()
    notebook.cells = cells
    return notebook


def screenshot(page: Path) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is missing: make chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        tab.goto(page.as_uri())
        tab.wait_for_timeout(1000)  # fonts
        tab.frames[-1].evaluate("document.querySelector('table').scrollIntoView()")
        tab.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
