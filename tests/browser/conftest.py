"""One JupyterLab server and one Chromium for each file of browser tests; a fresh window for each notebook.

Not for the whole run: Playwright keeps an event loop in this thread, and other tests start their own.
"""

import contextlib
import secrets

import pytest
from servers import CHROMIUM_FLAGS, jupyterlab, stop_kernels


@pytest.fixture(scope="module")
def lab_server(tmp_path_factory):
    """(folder that is served, its address, its token)."""
    folder = tmp_path_factory.mktemp("notebooks")
    token = secrets.token_hex(8)
    with jupyterlab(folder, tmp_path_factory.mktemp("home"), token) as url:
        yield folder, url, token


@pytest.fixture(scope="module")
def chromium(chromium_path):
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_notebook(chromium, lab_server):
    """A context manager: a notebook file, copied to the server and opened -> its LabPage."""
    from lab_page import LabPage

    folder, url, token = lab_server

    @contextlib.contextmanager
    def opened(notebook):
        copy = folder / notebook.name
        copy.write_bytes(notebook.read_bytes())
        with chromium.new_context(viewport={"width": 1100, "height": 1400}) as window:
            page = window.new_page()
            page.goto(f"{url}/lab?token={token}")  # leaves a cookie
            yield LabPage(page, copy, url)
        stop_kernels(url, token)

    return opened
