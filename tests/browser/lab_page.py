"""A page of JupyterLab with one notebook open, driven as a student's hands would drive it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

SECONDS = 1000  # Playwright counts in milliseconds

RUN_ALL_IS_OVER = """() => {
    const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(p => p.textContent);
    return prompts.some(text => /[0-9]/.test(text)) && !prompts.some(text => text.includes('*'));
}"""


class LabPage:
    """The notebook at `path`, open in the JupyterLab at `url`; a cell is named by its place in that file."""

    def __init__(self, page: Page, path: Path, url: str):
        self.page = page
        self.path = path
        self.cells = self._saved()
        page.goto(f"{url}/lab/tree/{path.name}?reset")
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(self.cells), timeout=60 * SECONDS)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60 * SECONDS)

    def index_of(self, grade_id: str) -> int:
        """Where the nbgrader cell `grade_id` stands; LookupError when the notebook has none."""
        for index, cell in enumerate(self.cells):
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
                return index
        raise LookupError(f"Expected a cell with grade_id {grade_id!r} in {self.path.name}, found none.")

    def cell(self, index: int) -> Locator:
        """The cell on the page."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> str:
        """What stands below a code cell, as read on the page."""
        return "\n".join(self.cell(index).locator(".jp-OutputArea-output").all_inner_texts())

    def errors(self) -> list[str]:
        """Every error that a cell ended with, as "NameError: ..."; saves the notebook to find them."""
        self.save()
        outputs = [output for cell in self._saved() for output in cell.get("outputs", [])]
        return [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]

    def run_all(self, timeout: float = 120) -> None:
        """Run > Run All Cells in a notebook not run yet; waits for the end or the first error; `timeout` in seconds."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(r"^Run All Cells\b")).click()
        self.page.wait_for_function(RUN_ALL_IS_OVER, timeout=timeout * SECONDS)

    def start(self, index: int) -> None:
        """Run one cell with Shift+Enter, and do not wait for its end."""
        self._editor(index).click()
        self.page.keyboard.press("Shift+Enter")

    def interrupt(self) -> None:
        """Kernel > Interrupt Kernel."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(r"^Interrupt Kernel\b")).click()

    def run(self, index: int, timeout: float = 60) -> str:
        """Run one cell with Shift+Enter, wait for it, and read its output; `timeout` in seconds. Unfolds its code."""
        if (folded := self.cell(index).locator(".jp-InputPlaceholder .jp-Placeholder-content")).is_visible():
            folded.click()
        prompt = self.cell(index).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.start(index)
        expect(prompt).not_to_have_text(before, timeout=timeout * SECONDS)
        expect(prompt).to_have_text(re.compile(r"\[[0-9]+\]"), timeout=timeout * SECONDS)
        return self.output(index)

    def type_into(self, index: int, source: str) -> None:
        """Replace a cell's source."""
        self._editor(index).click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def save(self) -> None:
        """File > Save Notebook, then wait until the file on disk is written."""
        with self.page.expect_response(lambda reply: reply.request.method == "PUT" and self.path.name in reply.url):
            self.page.keyboard.press("Control+S")

    def screenshot(self, path: Path, index: int | None = None) -> None:
        """A picture of one cell, or of the window."""
        target = self.page if index is None else self.cell(index)
        target.screenshot(path=path)

    def _saved(self) -> list[dict]:
        return json.loads(self.path.read_text(encoding="utf-8"))["cells"]

    def _editor(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-InputArea .cm-content")
