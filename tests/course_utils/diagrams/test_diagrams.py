"""Diagrams: valid SVG in the colours of the page's theme, with a text; every lab shows at least two."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from course_utils.diagrams import DIAGRAMS, diagram
from course_utils.diagrams.canvas import SIZE
from course_utils.diagrams.from_file import FILES
from tests.drawings import drawings
from tests.paths import ROOT

SVG = "{http://www.w3.org/2000/svg}"
LABS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def drawing(name):
    draw, alt = DIAGRAMS[name]
    return ElementTree.fromstring(draw().svg(alt))


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_is_svg_with_a_text_for_screen_readers(name):
    root = drawing(name)
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert len(root.get("aria-label")) > 60


def test_diagrams_of_one_page_share_no_parts():
    """A part that is used twice is missing where it is used if its diagram is folded away."""
    found = [part.get("id") for name in DIAGRAMS for part in drawing(name).iter() if "id" in part.attrib]
    assert len(found) >= len(DIAGRAMS)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_lines_and_texts_have_the_colour_of_the_page(name):
    root = drawing(name)
    assert root.get("fill") == "currentColor"
    for shape in root.iter():
        assert shape.get("stroke") in (None, "currentColor")
        if shape.tag == f"{SVG}text":
            assert shape.get("fill") is None


@pytest.mark.parametrize("name", DIAGRAMS)
def test_nothing_is_drawn_outside_the_picture(name):
    root = drawing(name)
    width, height = map(float, root.get("viewBox").split()[2:])
    for shape in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(shape.get(key)) for key in ("x", "y", "width", "height"))
        assert min(x, y) >= 0 and x + w <= width and y + h <= height
    for shape in root.iter(f"{SVG}text"):
        length = 0.5 * SIZE * len(shape.text)  # about the width of a letter
        left = float(shape.get("x")) - {"start": 0, "middle": length / 2, "end": length}[shape.get("text-anchor")]
        assert left >= 0 and left + length <= width, shape.text
        assert 0 < float(shape.get("y")) < height


@pytest.mark.parametrize("name", DIAGRAMS)
def test_no_text_touches_a_box_beside_it(name):
    root = drawing(name)
    boxes = [[float(shape.get(key)) for key in ("x", "y", "width", "height")] for shape in root.iter(f"{SVG}rect")]
    for shape in root.iter(f"{SVG}text"):
        baseline, length = float(shape.get("y")), 0.5 * SIZE * len(shape.text)
        left = float(shape.get("x")) - {"start": 0, "middle": length / 2, "end": length}[shape.get("text-anchor")]
        top, bottom = baseline - 0.75 * SIZE, baseline + 0.25 * SIZE
        for x, y, w, h in boxes:
            inside = x <= left + length / 2 <= x + w and y <= (top + bottom) / 2 <= y + h
            beside = left + length < x or x + w < left
            assert inside or beside or bottom + 2 <= y or y + h + 2 <= top, shape.text


@pytest.mark.parametrize("name", [*DIAGRAMS, *FILES])
def test_a_browser_reads_the_whole_drawing_from_the_page(name, shown):
    original = DIAGRAMS[name][0]().svg(DIAGRAMS[name][1]) if name in DIAGRAMS else FILES[name].read_text("utf-8")
    diagram(name)
    (found,) = drawings(shown[0]["text/html"])
    assert ElementTree.canonicalize(found) == ElementTree.canonicalize(original)


def test_the_text_is_a_caption_too(shown):
    diagram("bmm")
    alt = DIAGRAMS["bmm"][1]
    assert f"<figcaption>{alt}</figcaption>" in shown[0]["text/html"]
    assert shown[0]["text/plain"] == f"[Diagram] {alt}"


def test_while_grading_only_the_text_is_shown(shown, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    diagram("bmm")
    assert shown[0]["text/html"] == ""


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown diagram 'bnm'; available: .*\bbmm\b"):
        diagram("bnm")


@pytest.mark.parametrize("lab", [lab for lab in LABS if lab < "09"])
def test_each_lab_shows_two_diagrams_that_exist(lab):
    notebook = json.loads((ROOT / "solutions" / lab / f"{lab}.ipynb").read_text(encoding="utf-8"))
    sources = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    named = re.findall(r'diagram\("([^"]+)"\)', sources)
    assert len(named) >= 2
    assert set(named) <= DIAGRAMS.keys()
