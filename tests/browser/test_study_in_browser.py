"""Quiz, flashcards and figures in JupyterLab: by mouse, by keyboard, offline, and in a notebook that is not trusted."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.tiny_course import python_notebook

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright").expect
pytestmark = pytest.mark.browser

DEMO = Path(__file__).parent.parent / "course_utils" / "study" / "demo.json"
SETUP = f"""
from pathlib import Path
from course_utils import plots, study
from course_utils.study import texts_file
texts_file.FOLDER = Path({str(DEMO.parent)!r})
"""
FIGURE = """
words = ["he", "likes"]
figure = plots.heat_map([[0.5, 0.2], [0.7, 0.1]], words, words, "Attention", "attended word", "attending word")
plots.show(figure, alt="Row likes is brightest at column he.", caption="Weights of two words")
"""
QUIZ, CARDS, PICTURE = 1, 2, 3


@pytest.fixture(scope="module")
def notebook_file(tmp_path_factory):
    sources = [SETUP, 'study.quiz("demo")', 'study.flashcards("demo")', FIGURE]
    path = tmp_path_factory.mktemp("study") / "study.ipynb"
    nbformat.write(python_notebook([new_code_cell(source) for source in sources]), path)
    return path


@pytest.fixture(scope="module")
def opened(open_notebook, notebook_file):
    """The notebook after Run All, and the addresses outside this machine that its page asked for."""
    with open_notebook(notebook_file) as lab:
        asked = []
        lab.page.on("request", lambda request: asked.append(request.url))
        lab.run_all()
        assert lab.errors() == []
        yield lab, asked


@pytest.fixture
def lab(opened):
    return opened[0]


def test_a_wrong_choice_says_at_once_why(lab):
    feedback = lab.cell(QUIZ).get_by_text("A size of 3 holds three values")
    expect(feedback).to_be_hidden()
    lab.cell(QUIZ).get_by_text("Every size").click()
    expect(feedback).to_be_visible()
    question = lab.cell(QUIZ).get_by_role("group", name="Question 1 of 3")
    expect(question.get_by_text("✗ Not this one.")).to_be_visible()
    expect(question.get_by_text("✓ Right.")).to_be_hidden()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_choice_is_taken_by_keyboard(lab, key):
    choice = lab.cell(QUIZ).locator("summary", has_text="x.clone()")
    feedback = lab.cell(QUIZ).get_by_text("A copy: that is what it is for.")
    expect(feedback).to_be_hidden()
    choice.focus()
    lab.page.keyboard.press(key)
    expect(feedback).to_be_visible()
    lab.page.keyboard.press(key)
    expect(feedback).to_be_hidden()


def test_tab_leads_from_choice_to_choice(lab):
    choices = lab.cell(QUIZ).locator("summary")
    choices.nth(0).focus()
    lab.page.keyboard.press("Tab")
    assert choices.nth(1).evaluate("element => element === document.activeElement")


@pytest.mark.parametrize(
    "typed, verdict",
    [
        ("70", "✓ Right. 6 x 10 weights and 10 biases."),
        ("60", "✗ Not yet. The bias has 10 more."),
        ("71", "✗ Not yet. Work it through once more, or unfold the answer below."),
        ("many", "✗ Not yet. Work it through once more, or unfold the answer below."),
    ],
)
def test_a_typed_number_is_judged(lab, typed, verdict):
    field = lab.cell(QUIZ).get_by_label("Your number")
    field.click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type(typed)
    lab.page.keyboard.press("Enter")
    expect(lab.cell(QUIZ).locator("output")).to_have_text(verdict)


def test_a_card_turns(lab):
    back = lab.cell(CARDS).get_by_text("A tensor that shares another's storage.")
    expect(back).to_be_hidden()
    lab.cell(CARDS).get_by_text("View", exact=True).click()
    expect(back).to_be_visible()


def test_a_screen_reader_finds_the_figure_by_its_text(lab):
    figure = lab.cell(PICTURE).get_by_role("img", name="Row likes is brightest at column he.")
    expect(lab.cell(PICTURE).locator("svg[role=img]")).to_have_count(1)  # in the page's colours, not a picture
    assert figure.bounding_box()["width"] > 200
    assert "Weights of two words" in lab.output(PICTURE)


def test_nothing_is_loaded_from_the_network(opened):
    _, asked = opened
    assert [url for url in asked if not re.match(r"(data|blob):|https?://127\.0\.0\.1[:/]", url)] == []


@pytest.fixture(scope="module")
def foreign_path(tmp_path_factory):
    return tmp_path_factory.mktemp("foreign") / "foreign.ipynb"


@pytest.fixture
def foreign(lab, foreign_path):
    """The notebook as another person's, which JupyterLab does not trust."""
    if not foreign_path.exists():
        lab.save()
        notebook = json.loads(lab.path.read_text(encoding="utf-8"))
        notebook["cells"][0]["source"] = "# changed, so JupyterLab no longer knows the file\n"
        foreign_path.write_text(json.dumps(notebook), encoding="utf-8")
    return foreign_path


def test_a_notebook_that_is_not_trusted_keeps_quiz_cards_and_caption(open_notebook, foreign):
    with open_notebook(foreign) as untrusted:
        expect(untrusted.cell(QUIZ).locator("input")).to_be_disabled()  # the mark of an untrusted notebook
        untrusted.cell(QUIZ).get_by_text("Every size").click()
        expect(untrusted.cell(QUIZ).get_by_text("A size of 3 holds three values")).to_be_visible()
        untrusted.cell(CARDS).get_by_text("View", exact=True).click()
        expect(untrusted.cell(CARDS).get_by_text("A tensor that shares another's storage.")).to_be_visible()
        expect(untrusted.cell(PICTURE).get_by_text("Weights of two words").last).to_be_visible()


def test_a_notebook_that_is_not_trusted_keeps_its_figure(open_notebook, foreign):
    with open_notebook(foreign) as untrusted:
        figure = untrusted.cell(PICTURE).get_by_role("img", name="Row likes is brightest at column he.")
        expect(figure).to_be_visible()
        assert figure.evaluate("image => image.complete && image.naturalWidth") > 200
        assert "attended word" not in untrusted.output(PICTURE)  # the figure's own words, in a row
