"""The options of a student's own experiment: what is accepted, and the sentence about what is not."""

import pytest

from course_utils.lines import WIDTH
from course_utils.training.options import valid_options

ALLOWED = {
    "rate": float,
    "steps": int,
    "causal": bool,
    "pool": ("max", "mean"),
    "heads": (1, 2, 4),
    "batch": range(1, 65),
    "frozen": {"embedding", "W"},
}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"rate": 0},
        {"rate": 1e-3, "steps": 3, "causal": False},
        {"pool": "mean", "heads": 4, "batch": 64},
        {"frozen": []},
        {"frozen": ["W", "embedding"]},
        {"frozen": ("W",)},
    ],
)
def test_allowed_options_are_accepted_silently(chosen, capsys):
    assert valid_options(chosen, ALLOWED)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"Rate": 1}, "There is no option 'Rate'. You can change rate, steps, causal, pool, heads, batch, frozen."),
        ({7: 1}, "There is no option 7."),
        ({"rate": "fast"}, "rate must be a number of at least 0, not 'fast'."),
        ({"rate": -0.1}, "rate must be a number of at least 0, not -0.1."),
        ({"rate": float("nan")}, "not nan."),
        ({"rate": True}, "not True."),
        ({"steps": 0}, "steps must be a whole number of at least 1, not 0."),
        ({"steps": 2.0}, "not 2.0."),
        ({"causal": "True"}, "causal must be True or False, not 'True'."),
        ({"pool": "Mean"}, "pool must be 'max' or 'mean', not 'Mean'."),
        ({"heads": 3}, "heads must be 1, 2 or 4, not 3."),
        ({"heads": True}, "not True."),
        ({"batch": 65}, "batch must be a whole number from 1 to 64, not 65."),
        ({"pool": ["max"]}, "not ['max']."),
        ({"frozen": ["W", "w"]}, "frozen must be a list with any of 'W', 'embedding', not ['W', 'w']."),
        ({"frozen": "W"}, "frozen must be a list with any of 'W', 'embedding', not 'W'."),
        ("rate", "Write your options as {name: value}, not 'rate'."),
    ],
)
def test_a_mistake_gets_a_sentence(chosen, sentence, capsys):
    assert not valid_options(chosen, ALLOWED)
    assert sentence in capsys.readouterr().out.replace("\n  ", " ")


def test_each_mistake_is_named(capsys):
    assert not valid_options({"rate": -1, "steps": 5, "causal": 1}, ALLOWED)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["rate", "causal"]


def test_a_long_sentence_is_broken_into_lines(capsys):
    assert not valid_options({"Rate": 1}, {f"option_{number}": float for number in range(12)})
    assert max(map(len, capsys.readouterr().out.splitlines())) <= WIDTH
