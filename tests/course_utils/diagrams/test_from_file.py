"""Diagrams kept as files: each has a caption and a description, and follows the theme of the page."""

import re
from xml.etree import ElementTree

import pytest

from course_utils.diagrams import diagram
from course_utils.diagrams.from_file import FILES, NAMESPACE

NAMES = list(FILES)


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def drawing(name):
    return FILES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_diagram_is_shown_with_its_caption_and_its_description(name, shown):
    diagram(name)
    title, description = (
        ElementTree.fromstring(drawing(name)).findtext(f"{NAMESPACE}{tag}") for tag in ("title", "desc")
    )
    assert len(title) > 30 and len(description) > 60
    assert f"<figcaption>{title}</figcaption>" in shown[0]["text/html"]
    assert shown[0]["text/plain"] == f"[Diagram] {description}"


@pytest.mark.parametrize("name", NAMES)
def test_letters_and_lines_have_the_colour_of_the_page(name):
    root = ElementTree.fromstring(drawing(name))
    assert root.get("stroke") == "currentColor" and root.get("fill") == "none"
    texts = list(root.iter(f"{NAMESPACE}text"))
    assert texts and all(text.get("fill") == "currentColor" for text in texts)
    fills = [part for part in root.iter() if str(part.get("fill", "")).startswith("#")]
    assert all(float(part.get("fill-opacity")) <= 0.3 for part in fills)


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_inside_a_drawing_has_a_target(name):
    text = drawing(name)
    targets = set(re.findall(r'\bid="([^"]+)"', text))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'aria-labelledby="([^"]+)"', text)) <= targets


def test_an_unknown_name_is_an_error_that_lists_the_known_ones(shown):
    with pytest.raises(ValueError, match=NAMES[0]):
        diagram("no_such_diagram")
    assert shown == []


def test_only_the_text_is_shown_during_grading(shown, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    diagram(NAMES[0])
    assert shown[0]["text/html"] == ""
