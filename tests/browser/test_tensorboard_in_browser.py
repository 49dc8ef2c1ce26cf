"""TensorBoard below a cell of a notebook that is open in JupyterLab."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.tiny_course import python_notebook

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright").expect
pytestmark = pytest.mark.browser

RUNS = """
from course_utils.training.tracking import show_tensorboard, track

for optimiser in ("Adam", "SGD"):
    with track("optimisers", {"optimiser": optimiser}, seed=0) as run:
        for step in range(10):
            run.log(step, loss=1 / (1 + step))
"""
SHOW = 'show_tensorboard("runs")'
END = """
import os, signal
from tensorboard import manager
for server in manager.get_all():
    if os.path.realpath(server.logdir) == os.path.realpath("runs"):
        os.kill(server.pid, signal.SIGTERM)
"""


@pytest.fixture
def notebook_file(tmp_path):
    path = tmp_path / "runs.ipynb"
    nbformat.write(python_notebook([new_code_cell(text) for text in (RUNS, SHOW, END)]), path)
    return path


def test_tensorboard_opens_below_its_cell_with_each_run(open_notebook, notebook_file):
    with open_notebook(notebook_file) as lab:
        lab.run(0)
        try:
            lab.run(1)
            board = lab.cell(1).frame_locator("iframe")
            expect(board.get_by_text("optimiser=Adam,seed=0").first).to_be_visible(timeout=60_000)
            expect(board.get_by_text("optimiser=SGD,seed=0").first).to_be_visible()
            expect(board.get_by_text("loss", exact=True).first).to_be_visible()
        finally:
            lab.run(2)
        assert lab.errors() == []
