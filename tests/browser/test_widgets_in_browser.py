"""Knobs, questions, curves and lines in JupyterLab: they redraw, answer, stop and fit; the file has figures."""

import json

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell

from tests.tiny_course import python_notebook

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright").expect
pytestmark = pytest.mark.browser

KNOB = """
from course_utils import plots

def bars(temperature):
    return plots.bars(["one", "two"], [1.0, temperature], f"T = {temperature}", "item", "share")

plots.knob(bars, alt="Bars at {temperature}", temperature=[0.1, 0.5, 1.0])
"""
ASK = """
from course_utils.interactive import ask

passages = [{"title": name, "text": f"All about {name}."} for name in ("owls", "bees")]
ask("who hunts at night", {"by length": lambda question: [len(question) % 2]}, passages, k=1)
"""
DIAGRAM = 'from course_utils.diagrams import diagram\ndiagram("two towers")'
CURVES = """
import time
from course_utils.training import curves

slow = False
with curves(1000, "training") as watch:
    for step in range(1000 if slow else 2):
        time.sleep(0.05)
        watch(loss=1 / (step + 1))
print("kept", watch.step > 0)
"""
LONGEST_LINE = 'from course_utils.lines import WIDTH\nprint("-" * WIDTH)'
KNOBS, QUESTIONS, DRAWING, TRAINING, LINE = 0, 1, 2, 3, 4
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def lab(open_notebook, tmp_path_factory):
    path = tmp_path_factory.mktemp("widgets") / "widgets.ipynb"
    cells = [new_code_cell(source) for source in (KNOB, ASK, DIAGRAM, CURVES, LONGEST_LINE)]
    nbformat.write(python_notebook(cells), path)
    with open_notebook(path) as opened:
        opened.run_all()
        assert opened.errors() == []
        yield opened


def test_the_longest_line_fits_beside_the_list_of_files(lab):
    text = lab.cell(LINE).locator(".jp-OutputArea-output pre")
    line, height = text.evaluate("pre => [parseFloat(getComputedStyle(pre).lineHeight), pre.clientHeight]")
    assert height < 1.5 * line


def test_the_lines_of_an_answer_are_as_high_as_other_text(lab):
    answer = lab.cell(QUESTIONS).locator("td").last
    line, letters = answer.evaluate("td => ['lineHeight', 'fontSize'].map(of => parseFloat(getComputedStyle(td)[of]))")
    assert line < 1.6 * letters


def test_a_moved_slider_redraws_the_figure(lab):
    cell = lab.cell(KNOBS)
    expect(cell.get_by_role("img", name="Bars at 0.5")).to_be_visible()
    cell.locator(".noUi-handle").first.press("ArrowRight")
    expect(cell.get_by_role("img", name="Bars at 1.0")).to_be_visible()


def test_a_typed_question_is_answered(lab):
    field = lab.cell(QUESTIONS).locator("input[type=text]")
    expect(lab.cell(QUESTIONS).get_by_role("cell", name="owls")).to_be_visible()
    field.fill("who hums")
    field.press("Enter")
    expect(lab.cell(QUESTIONS).locator("caption")).to_have_text("who hums")
    field.fill("who hums?")
    field.press("Enter")
    expect(lab.cell(QUESTIONS).get_by_role("cell", name="bees")).to_be_visible()


def test_a_diagram_has_the_colour_of_the_theme(lab):
    drawing = lab.cell(DRAWING).locator("svg[role=img]")
    expect(drawing).to_be_visible()
    text = lab.cell(DRAWING).locator("figcaption")
    colours = [part.evaluate("node => getComputedStyle(node).color") for part in (drawing, text)]
    assert colours[0] == colours[1]


def test_an_interrupted_training_keeps_what_it_has_and_goes_on(lab):
    cell = lab.cell(TRAINING)
    lab.type_into(TRAINING, CURVES.replace("slow = False", "slow = True"))
    lab.start(TRAINING)
    expect(cell.get_by_role("img", name="about")).to_be_visible()  # "... step 12 of 1000, about 50 s left; loss ..."
    lab.interrupt()
    expect(cell.locator(".jp-OutputArea")).to_contain_text("What is trained so far is kept.")
    expect(cell.locator(".jp-OutputArea")).to_contain_text("kept True")


def test_the_saved_file_has_a_figure_for_every_widget_and_can_be_exported(lab):
    # Saved after Run All, by lab.errors().
    saved = json.loads(lab.path.read_text(encoding="utf-8"))
    bundles = [output["data"] for cell in saved["cells"] for output in cell["outputs"] if "data" in output]
    with_widgets = [bundle for bundle in bundles if WIDGET in bundle]
    assert len(with_widgets) == 2
    assert all("<svg" in "".join(b["text/html"]) or "<table" in "".join(b["text/html"]) for b in with_widgets)
    page, _ = HTMLExporter().from_filename(str(lab.path))
    assert page.count('alt="Bars at') == 3
    assert "who hunts at night" in page
