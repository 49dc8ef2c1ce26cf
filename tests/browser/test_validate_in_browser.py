"""nbgrader's Validate button in JupyterLab."""

import nbformat
import pytest

pytest.importorskip("nbgrader")

from course_grader.release import make_labs
from tests.nbgrader_course import DOUBLE, answered, write_course
from tests.tiny_course import COUNT, LAB

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(
    "double, said", [(DOUBLE, "Success"), ("# Exercise: double\ndouble = abs", "1 of 2 tests passed")]
)
def test_the_button(open_notebook, tmp_path, double, said):
    (folder,) = make_labs(write_course(tmp_path))
    path = folder / f"{LAB}.ipynb"
    sources = {"double": double, "count": COUNT, "explain_nothing": "Zero plus zero is zero."}
    nbformat.write(answered(nbformat.read(path, as_version=4), **sources), path)
    with open_notebook(path) as lab:
        lab.page.get_by_role("button", name="Validate").click()
        expect(lab.page.locator(".jp-Dialog")).to_contain_text(said, timeout=120_000)
