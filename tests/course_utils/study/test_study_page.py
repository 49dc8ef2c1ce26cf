"""The HTML of quiz and cards: the same each time, small, escaped, and complete without scripts."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course_utils import study
from course_utils.study import markup, texts_file

HERE = Path(__file__).parent
VOID = {"br", "input", "img"}


@pytest.fixture
def texts():
    return texts_file.load("demo", HERE)


class Outline(HTMLParser):
    """Elements and texts; fails on a tag that is closed out of turn."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.text = [], [], ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_every_choice_unfolds_its_own_feedback(texts):
    found = re.findall(r"<summary[^>]*>(.*?)</summary>(.*?)</details>", markup.quiz_html(texts.quiz[:1]))
    feedback = {summary: re.sub("<[^>]+>", "", inside) for summary, inside in found}
    assert feedback == {
        "Sizes of 1": "✓ Right. Only sizes of 1 go; the values stay.",
        "Every size": "✗ Not this one. A size of 3 holds three values: it cannot go.",
    }


def test_no_answer_is_visible_before_a_choice_is_unfolded(texts):
    closed = re.sub(r"(</summary>).*?(</details>)", r"\1\2", markup.quiz_html(texts.quiz[:2]))
    assert "Right." not in Outline(closed).text
    assert "✗" not in closed


def test_the_answers_are_shuffled_always_in_the_same_order(texts):
    question = texts_file.Question("Which?", "many_choice", tuple(texts_file.Answer(c, True, "f") for c in "abcdefgh"))
    html = markup.quiz_html([question])
    order = re.findall(r"<summary[^>]*>(\w)</summary>", html)
    assert sorted(order) == list("abcdefgh") != order
    assert html == markup.quiz_html([question])


def test_the_answer_to_a_number_can_be_read_without_a_script(texts):
    html = markup.quiz_html(texts.quiz[2:])
    unfolded = re.search(r"<summary[^>]*>Show the answer</summary>(.*?)</details>", html)[1]
    assert "70" in unfolded
    assert "60" not in unfolded


@pytest.mark.parametrize(
    "render", [lambda texts: markup.quiz_html(texts.quiz), lambda texts: markup.cards_html(texts.flashcards)]
)
def test_the_page_is_well_formed_and_loads_nothing(texts, render):
    html = render(texts)
    outline = Outline(html)
    assert not {"script", "style", "link", "iframe", "img"} & {tag for tag, _ in outline.elements}
    assert not any({"id", "src", "href"} & attributes.keys() for _, attributes in outline.elements)
    assert "http" not in html


def test_screen_readers_are_told_the_questions_the_field_and_the_verdict(texts):
    outline = Outline(markup.quiz_html(texts.quiz))
    assert [box["aria-label"] for box in outline.named("div") if "role" in box] == [
        f"Question {n} of 3" for n in (1, 2, 3)
    ]
    assert outline.named("input")[0]["aria-label"] == "Your number"
    assert outline.named("output")[0]["aria-live"] == "polite"


def test_texts_are_escaped_and_backticks_become_code():
    html = markup.cards_html([texts_file.Card("a < b & `c<d`", "<b>bold</b>")])
    assert "a &lt; b &amp; <code>c&lt;d</code>" in html
    assert Outline(html).named("b") == []


def test_a_card_shows_its_front_and_hides_its_back(texts):
    first = re.search(
        r"<details[^>]*><summary[^>]*>(.*?)</summary>(.*?)</details>", markup.cards_html(texts.flashcards)
    )
    assert "View" in first[1]
    assert "shares another" in first[2]
    assert all("open" not in fold for fold in Outline(markup.cards_html(texts.flashcards)).named("details"))


@pytest.mark.parametrize("path", sorted(texts_file.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_labs_saved_outputs_stay_small(path):
    texts = texts_file.load(path.stem, path.parent)
    assert len(markup.quiz_html(texts.quiz)) < 30_000
    assert len(markup.cards_html(texts.flashcards)) < 15_000


def test_quiz_and_flashcards_display_html_with_a_plain_text_alternative(texts, monkeypatch):
    shown = []
    monkeypatch.setattr(texts_file, "load", lambda lab, folder: texts)
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    study.quiz("demo")
    study.flashcards("demo")
    assert [bundle["text/html"] for bundle in shown] == [
        markup.quiz_html(texts.quiz),
        markup.cards_html(texts.flashcards),
    ]
    assert shown[0]["text/plain"] == "Quiz of 3 questions: run this cell to answer them."
