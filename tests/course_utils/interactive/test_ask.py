"""ask: the same question to several retrievers, in a table or, in an open notebook, below a field to type into."""

import pytest
import torch

from course_utils import widgets
from course_utils.interactive import ask

PASSAGES = [{"title": name, "text": f"All about {name} & more."} for name in ("owls", "bees", "cats")]
RETRIEVERS = {"first": lambda question: [0, 1, 2], "last": lambda question: torch.tensor([[2, 1, 0]])}


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def opened(monkeypatch):
    """An open notebook, as far as the widgets can tell."""
    monkeypatch.setattr(widgets, "live", lambda: True)
    monkeypatch.setattr("course_utils.interactive.questions.live", lambda: True)


def rows(page):
    return page.split("<tbody>")[1].split("<tr>")[1:]


def test_the_answers_stand_side_by_side_in_the_order_of_the_ranking(shown):
    ask("who hunts at night?", RETRIEVERS, PASSAGES, k=2)
    page = shown[0]["text/html"]
    assert [row.index("owls") < row.index("cats") for row in rows(page)[:1]] == [True]
    assert len(rows(page)) == 2
    assert rows(page)[1].count("bees") == 4
    assert "who hunts at night?" in page
    assert "&amp; more" in page


def test_a_page_without_a_front_end_has_a_table_for_each_question_and_no_widget(shown):
    ask(["one", "two"], RETRIEVERS, PASSAGES)
    assert shown[0]["text/html"].count("<table") == 2
    assert set(shown[0]) == {"text/html", "text/plain"}
    assert shown[0]["text/plain"] == "[Table] Found by first and last for: one; two"


def test_only_right_passages_are_marked(shown):
    ask("q", RETRIEVERS, PASSAGES, gold={"q": {1}, "other": {0}})
    page = shown[0]["text/html"]
    assert page.count("✓") == 2
    assert all("bees" in part for part in page.split("✓ ")[1:] for part in [part[:20]])


def test_a_ranking_shorter_than_k_leaves_the_place_empty(shown):
    ask("q", RETRIEVERS | {"poor": lambda question: []}, PASSAGES)
    assert rows(shown[0]["text/html"])[0].count("–") == 1


def test_an_index_without_a_passage_is_named():
    with pytest.raises(ValueError, match=r"found passage 3; .* 0 to 2"):
        ask("q", {"wrong": lambda question: [3]}, PASSAGES)


@pytest.mark.parametrize("arguments", [([], RETRIEVERS), ("q", {})])
def test_nothing_to_ask_is_refused(arguments):
    with pytest.raises(ValueError, match="needs a question and a retriever"):
        ask(*arguments, PASSAGES)


def test_in_an_open_notebook_a_typed_question_is_asked(shown, opened):
    asked = []
    ask(["first", "second"], {"ears": lambda question: asked.append(question) or [0]}, PASSAGES)
    (bundle,) = shown
    assert {widgets.WIDGET, "text/html", "text/plain"} == set(bundle)
    field, page = widget_of(bundle).children[0].children[0], widget_of(bundle).children[1]
    field.value = "bees?"
    assert asked[-1] == "bees?"
    assert "bees?" in page.value


def test_a_very_long_question_is_shown_in_short(shown):
    ask("who " * 400, RETRIEVERS, PASSAGES)
    assert shown[0]["text/html"].count("who ") < 100


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_is_not_asked(shown, opened, question):
    asked = []
    ask("first", {"ears": lambda question: asked.append(question) or [0]}, PASSAGES)
    field, page = widget_of(shown[0]).children[0].children[0], widget_of(shown[0]).children[1]
    before = list(asked)
    field.value = question
    assert asked == before
    assert "Type a question" in page.value


def test_an_error_of_a_retriever_is_shown_where_the_answer_would_be(shown, opened):
    def fragile(question):
        if question == "break":
            raise KeyError("no <such> word")
        return [0]

    ask("fine", {"fragile": fragile}, PASSAGES)
    field, page = widget_of(shown[0]).children[0].children[0], widget_of(shown[0]).children[1]
    field.value = "break"
    assert "KeyError" in page.value
    assert "&lt;such&gt;" in page.value


def widget_of(bundle):
    from ipywidgets.widgets import widget

    return widget._instances[bundle[widgets.WIDGET]["model_id"]]
