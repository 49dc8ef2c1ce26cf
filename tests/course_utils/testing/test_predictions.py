"""A guess is compared with the answer; without a guess the answer stays hidden."""

import json
import re

import pytest
import torch

from course_utils.testing import prediction_texts, predictions
from course_utils.testing.predictions import check_prediction


def said(capsys, *args, **kwargs):
    check_prediction(*args, **kwargs)
    return capsys.readouterr().out


def test_without_a_guess_the_answer_is_not_shown(capsys):
    text = said(capsys, None, 12345, because="54321")
    assert "No guess yet" in text
    assert "12345" not in text
    assert "54321" not in text


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        (3, 3), ((1, 2), (1, 2)), ([1, 2], (1, 2)), ("he", "he"), (" He", "he"), (True, True),
        ("Multiclass", "multi-class"),
        ([1, 2], torch.tensor([1, 2])), (torch.tensor([1, 2]), [1, 2]), (torch.Size([1, 2]), (1, 2)),
    ],
)  # fmt: skip
def test_a_right_guess(capsys, guess, answer):
    assert "right" in said(capsys, guess, answer, because="Since.")


@pytest.mark.parametrize(
    ("guess", "answer"), [(4, 3), ("she", "he"), ("a(bd)", "(ab)d"), ((1, 2, 3), (1, 2)), (0, 1), (2, "he")]
)
def test_a_wrong_guess_is_shown_with_the_answer_and_the_reason(capsys, guess, answer):
    text = said(capsys, guess, answer, because="Since it is so.")
    assert f"You guessed {guess}; the answer is {answer}. Since it is so." in text


def test_a_number_may_be_off_by_the_tolerance(capsys):
    assert "right" in said(capsys, 0.5, 0.52, tolerance=0.05)
    assert "You guessed" in said(capsys, 0.4, 0.52, tolerance=0.05)


def test_a_guess_in_quotes_is_reported_and_the_answer_stays_hidden(capsys):
    text = said(capsys, "1.2", 2.34, because="Since.")
    assert "'1.2' is a string: write it without quotes" in text
    assert "2.34" not in text
    assert "Since" not in text


def test_a_missing_guess_says_where_none_stands(capsys, monkeypatch):
    cells = ["guess_lost = None  # your guess", "predict('lab', 'loss', guess_lost)"]
    monkeypatch.setattr(predictions, "executed_sources", lambda: cells)
    assert said(capsys, None, 5) == f"{predictions.NO_GUESS_ABOVE}\n"
    for source in (
        "guess = None\n\npredict('lab', 'sum', guess)",
        "one, other = 3, None\npredict('lab', 'sum', other)",
    ):
        cells.append(source)
        assert said(capsys, None, 5) == f"{predictions.NO_GUESS}\n"


@pytest.mark.parametrize("expectation", [None, "", "  "])
def test_an_own_experiment_waits_for_an_expectation_in_an_open_notebook(capsys, monkeypatch, expectation):
    monkeypatch.setattr(predictions, "live", lambda: True)
    assert predictions.wrote_down("higher, since it sees more")
    assert capsys.readouterr().out == ""
    assert not predictions.wrote_down(expectation)
    assert capsys.readouterr().out == f"{predictions.NO_EXPECTATION}\n"


def test_an_own_experiment_runs_where_nobody_can_write(capsys, monkeypatch):
    monkeypatch.setattr(predictions, "live", lambda: False)
    assert predictions.wrote_down(None)
    assert capsys.readouterr().out == ""


@pytest.fixture
def texts(tmp_path, monkeypatch):
    raw = {
        "sum": {"title": "a sum", "answer": 5, "explanation": "2 + 3."},
        "pair": {"title": "a pair", "answer": [1, 2], "explanation": "In order."},
        "loss": {"title": "a loss", "explanation": "(measured)", "tolerance": 0.1},
    }
    (tmp_path / "lab.json").write_text(json.dumps(raw))
    monkeypatch.setattr(prediction_texts.load, "__defaults__", (tmp_path,))
    monkeypatch.setattr(predictions, "_first_guesses", {})
    return tmp_path


def predicted(capsys, *args, **kwargs):
    predictions.predict("lab", *args, **kwargs)
    return capsys.readouterr().out


def tallied(capsys):
    predictions.prediction_tally("lab")
    return capsys.readouterr().out


def test_the_answer_is_read_from_the_package(texts, capsys):
    assert predicted(capsys, "sum", None) == f"{predictions.NO_GUESS}\n"
    assert predicted(capsys, "sum", 5) == "Your guess was right: 5. 2 + 3.\n"
    assert predicted(capsys, "pair", (1, 2)) == "Your guess was right: (1, 2). In order.\n"
    assert predicted(capsys, "loss", 0.55, measured=0.5) == "Your guess was right: 0.5. (measured)\n"


@pytest.mark.parametrize(
    ("guess", "word"), [([43, 3], "right"), ((3, 43), "right"), ((3, 44), "guessed"), (3, "guessed")]
)
def test_numbers_may_be_in_any_order_where_the_order_says_nothing(texts, capsys, guess, word):
    raw = {"both": {"title": "two", "answer": [3, 43], "any_order": True, "explanation": "They share a row."}}
    (texts / "two.json").write_text(json.dumps(raw))
    predictions.predict("two", "both", guess)
    assert word in capsys.readouterr().out
    predictions.prediction_tally("two")
    assert ("1 of 1" if word == "right" else "0 of 1") in capsys.readouterr().out


def test_the_tally_counts_first_guesses(texts, capsys):
    assert tallied(capsys) == "0 of 3 predictions made in this session.\n"
    predicted(capsys, "sum", None)
    predicted(capsys, "sum", "5")  # in quotes: not a guess yet
    predicted(capsys, "sum", 4)
    again = predicted(capsys, "sum", 5)
    assert "Your guess was right" in again
    assert "The tally keeps your first guess, which was wrong." in again
    predicted(capsys, "pair", [1, 2])
    assert tallied(capsys) == "Predictions: 1 of 2 right at the first guess (1 not made yet); missed: a sum.\n"
    predicted(capsys, "loss", 0.5, measured=0.5)
    assert tallied(capsys) == "Predictions: 2 of 3 right at the first guess; missed: a sum.\n"


def test_what_shows_the_answer_waits_for_the_guesses(texts, capsys, monkeypatch):
    monkeypatch.setattr(predictions, "live", lambda: True)
    predicted(capsys, "sum", None)
    predicted(capsys, "loss", "0.5", measured=0.5)  # in quotes: not a guess yet
    assert not predictions.guessed("lab", "sum")
    predicted(capsys, "sum", 4)
    assert predictions.guessed("lab", "sum") and not predictions.guessed("lab", "sum", "loss")
    predicted(capsys, "loss", 0.5, measured=0.5)
    assert predictions.guessed("lab", "sum", "loss")


def test_where_nobody_can_guess_everything_is_shown(texts):
    assert predictions.guessed("lab", "sum")
    with pytest.raises(prediction_texts.PredictionError, match="got 'some'"):
        predictions.guessed("lab", "some")


@pytest.mark.parametrize(
    ("name", "measured", "message"),
    [
        ("some", None, "expected the name of a prediction (sum, pair, loss), got 'some'"),
        ("loss", None, "'loss' has no answer"),
        ("sum", 3, "'sum' has an answer"),
    ],
)
def test_a_prediction_has_exactly_one_answer(texts, name, measured, message):
    with pytest.raises(prediction_texts.PredictionError, match=re.escape(message)):
        predictions.predict("lab", name, 1, measured=measured)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "lab: expected JSON"),
        ("[]", "lab: expected an object of predictions by name, got list"),
        ('{"a": 1}', "lab, prediction a: expected the keys title, explanation"),
        ('{"a": {"title": "", "explanation": "e"}}', "expected title as a text that is not empty"),
        ('{"a": {"title": "t", "explanation": "e", "answer": null}}', "as answer, got None"),
        ('{"a": {"title": "t", "explanation": "e", "answer": ["x"]}}', "as answer, got ['x']"),
        ('{"a": {"title": "t", "explanation": "e", "tolerance": -1}}', "as tolerance, got -1"),
        (
            '{"a": {"title": "t", "explanation": "e", "answer": 1, "any_order": true}}',
            "any_order as true, beside a list",
        ),
        ('{"a": {}, "a": {}}', "expected distinct names, got 'a' twice"),
    ],
)
def test_a_malformed_file_gives_an_exact_message(tmp_path, raw, message):
    (tmp_path / "lab.json").write_text(raw)
    with pytest.raises(prediction_texts.PredictionError, match=re.escape(message)):
        prediction_texts.load("lab", tmp_path)


def test_an_unknown_lab_is_named():
    with pytest.raises(prediction_texts.PredictionError, match=r"01_tensor_basics.*got '09'"):
        prediction_texts.load("09")
