"""The start page in JupyterLab: shown as a page, and its links open the labs."""

import shutil
from datetime import datetime

import pytest

from course_utils.start import working_copy
from course_utils.start.jupyterlab import write_start_page
from tests.paths import ROOT

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright").expect
pytestmark = pytest.mark.browser
LABS = ["01_tensor_basics", "02_attention"]


def test_the_start_page_opens_labs(chromium, lab_server, tmp_path):
    folder, url, token = lab_server
    for name in LABS:
        shutil.copytree(ROOT / "labs" / name, tmp_path / "labs" / name)
        working_copy(tmp_path, name)
    page_name = write_start_page(tmp_path, datetime.now()).name
    shutil.copytree(tmp_path / "work", folder, dirs_exist_ok=True)
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as window:
        page = window.new_page()
        page.goto(f"{url}/lab?token={token}")  # leaves a cookie
        page.goto(f"{url}/lab/tree/{page_name}?reset")
        shown = page.locator(".jp-RenderedMarkdown")
        expect(shown.get_by_role("heading", name="Your labs")).to_be_visible(timeout=60_000)
        expect(shown.locator("tbody tr")).to_have_count(len(LABS))
        expect(shown.locator("tbody tr").first).to_contain_text("about two and a half hours")
        shown.get_by_role("link", name="Tensor basics").click()
        expect(page.get_by_role("heading", name="Lab 01")).to_be_visible(timeout=60_000)
