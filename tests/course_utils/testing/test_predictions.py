"""A guess is compared with the answer; without a guess the answer stays hidden."""

import pytest
import torch

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
        ([1, 2], torch.tensor([1, 2])), (torch.tensor([1, 2]), [1, 2]), (torch.Size([1, 2]), (1, 2)),
    ],
)  # fmt: skip
def test_a_right_guess(capsys, guess, answer):
    assert "right" in said(capsys, guess, answer, because="Since.")


@pytest.mark.parametrize(("guess", "answer"), [(4, 3), ("she", "he"), ((1, 2, 3), (1, 2)), (0, 1), (2, "he")])
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
