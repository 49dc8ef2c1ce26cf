"""Study texts: the course's files follow the format, and a malformed file gives an exact message."""

import copy
import json
from pathlib import Path

import pytest

from course_utils import study
from course_utils.study import texts_file

DEMO = json.loads((Path(__file__).parent / "demo.json").read_text(encoding="utf-8"))


def load_changed(tmp_path, change):
    texts = copy.deepcopy(DEMO)
    change(texts)
    (tmp_path / "demo.json").write_text(json.dumps(texts), encoding="utf-8")
    return texts_file.load("demo", tmp_path)


@pytest.mark.parametrize("path", sorted(texts_file.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_texts_of_a_lab_follow_the_format(path):
    texts = texts_file.load(path.stem, path.parent)
    assert len(texts.quiz) >= 5
    assert len(texts.flashcards) >= 5


def test_a_correct_file_is_read_completely(tmp_path):
    texts = load_changed(tmp_path, lambda texts: None)
    assert [question.kind for question in texts.quiz] == ["multiple_choice", "many_choice", "numeric"]
    assert [answer.correct for answer in texts.quiz[1].answers] == [True, False, True]
    assert texts.flashcards[0].back == "A tensor that shares another's storage."


def drop_feedback(texts):
    del texts["quiz"][0]["answers"][1]["feedback"]


def empty_feedback(texts):
    texts["quiz"][0]["answers"][1]["feedback"] = " "


def none_right(texts):
    texts["quiz"][1]["answers"] = [dict(answer, correct=False) for answer in texts["quiz"][1]["answers"]]


def two_right(texts):
    texts["quiz"][0]["answers"][1]["correct"] = True


def single_choice(texts):
    del texts["quiz"][0]["answers"][1]


def unknown_type(texts):
    texts["quiz"][0]["type"] = "essay"


def words_for_a_number(texts):
    texts["quiz"][2]["answers"][0]["answer"] = "seventy"


def words_for_truth(texts):
    texts["quiz"][2]["answers"][0]["correct"] = "yes"


def latex(texts):
    texts["quiz"][0]["question"] = "What is $x^2$?"


def latex_on_a_card(texts):
    texts["flashcards"][0]["back"] = r"\frac{1}{2}"


def same_answer_twice(texts):
    texts["quiz"][0]["answers"][1]["answer"] = "sizes  of 1"


def same_question_twice(texts):
    texts["quiz"].append(texts["quiz"][0])


def same_card_twice(texts):
    texts["flashcards"][1]["front"] = "View"


def no_cards(texts):
    del texts["flashcards"]


@pytest.mark.parametrize(
    "change, message",
    [
        (drop_feedback, r"demo, question 1, answer 2: expected the keys .*feedback \(str\), got answer, correct\."),
        (empty_feedback, "demo, question 1, answer 2, feedback: expected text, got an empty string"),
        (none_right, "demo, question 2: expected at least one right answer, got 0"),
        (two_right, "demo, question 1: expected exactly one right answer, got 2"),
        (single_choice, "demo, question 1: expected at least 2 answers to choose from, got 1"),
        (
            unknown_type,
            "demo, question 1: expected one of the types multiple_choice, many_choice, numeric, got 'essay'",
        ),
        (words_for_a_number, "demo, question 3, answer 1: expected a plain number .* got 'seventy'"),
        (words_for_truth, "demo, question 3, answer 1: expected correct as bool, got str"),
        (latex, "demo, question 1, question: expected no LaTeX"),
        (latex_on_a_card, "demo, card 1, back: expected no LaTeX"),
        (same_answer_twice, "demo, question 1: expected distinct texts, got 'sizes  of 1' twice"),
        (same_question_twice, "demo, quiz: expected distinct texts"),
        (same_card_twice, "demo, flashcards: expected distinct texts, got 'View' twice"),
        (no_cards, r"demo: expected the keys quiz \(list\), flashcards \(list\), got quiz\."),
    ],
)
def test_the_message_says_what_is_wrong_and_where(tmp_path, change, message):
    with pytest.raises(study.StudyTextError, match=message):
        load_changed(tmp_path, change)


def test_code_in_backticks_may_look_like_latex(tmp_path):
    def code(texts):
        texts["flashcards"][0]["back"] = r"A line ends with `\n`."

    assert load_changed(tmp_path, code).flashcards[0].back == r"A line ends with `\n`."


def test_invalid_json_is_reported_with_its_line(tmp_path):
    (tmp_path / "demo.json").write_text('{"quiz": [],\n "flashcards": [}')
    with pytest.raises(study.StudyTextError, match=r"demo: expected JSON, got .*line 2.* correct demo\.json"):
        texts_file.load("demo", tmp_path)


def test_an_unknown_lab_lists_the_available_ones(tmp_path):
    (tmp_path / "01_tensor_basics.json").write_text(json.dumps(DEMO))
    with pytest.raises(study.StudyTextError, match=r"\(01_tensor_basics\), got '01_tensors': check the spelling"):
        texts_file.load("01_tensors", tmp_path)


def test_the_public_functions_reject_an_unknown_lab():
    for show in (study.quiz, study.flashcards):
        with pytest.raises(study.StudyTextError, match="'99_nothing'"):
            show("99_nothing")
