"""The start page in JupyterLab: shown as a page, and its links open the labs."""

import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from course_utils.start import working_copy
from course_utils.start.jupyterlab import write_start_page
from tests.dask_cluster import wait_until
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


@pytest.fixture
def opened_by_course_lab(tmp_path):
    """Runs course-lab in a folder with other letters in its name; the address that it opens in the browser."""
    folder, address, browser = tmp_path / "Übung 1", tmp_path / "address", tmp_path / "browser"
    for name in LABS:
        shutil.copytree(ROOT / "labs" / name, folder / "labs" / name)
    browser.write_text(f"#!{sys.executable}\nimport sys\nopen({str(address)!r}, 'w').write(sys.argv[1])\n")
    browser.chmod(0o755)
    own = {"BROWSER": f"{browser} %s", "HOME": str(tmp_path), "JUPYTER_TOKEN": "", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", "from course_utils.start import main; main([])"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_until(lambda: address.is_file() and address.read_text(), 60)
        page = Path(unquote(urlsplit(address.read_text()).path)).read_text(encoding="utf-8")
        yield re.search(r'href="([^"]+)"', page)[1].replace("&amp;", "&")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@pytest.mark.slow
def test_course_lab_shows_the_start_page_and_nothing_else(chromium, opened_by_course_lab):
    with chromium.new_context() as window:
        page = window.new_page()
        page.goto(opened_by_course_lab)
        expect(page.get_by_role("heading", name="Your labs")).to_be_visible(timeout=60_000)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
        for text in ("Jupyter news", "Create Assignment"):
            expect(page.get_by_text(text)).to_have_count(0)
        expect(page.locator(".jp-Dialog")).to_have_count(0)
        expect(page.locator(".jp-mod-dirty")).to_have_count(0)  # or JupyterLab asks whether to save the page
        page.get_by_role("link", name="Tensor basics").click()
        code = page.locator(".jp-CodeCell .cm-content")  # long lines are wrapped, not cut off
        expect(code.first).to_have_class(re.compile("cm-lineWrapping"), timeout=60_000)
