"""What `before_you_hand_in` reports about a notebook in each state."""

import json

import pytest

from course_utils import hand_in, testing
from course_utils.lines import WIDTH
from course_utils.testing import Outcome

OUTLINE = {
    "version": "1",
    "exercises": [{"id": "double", "points": 5}, {"id": "count", "points": 15}],
    "written": [{"id": "explain_nothing", "points": 5}],
    "written_stub": "YOUR ANSWER HERE",
}
STUB = "# Exercise: double\ndef double(x):\n    raise NotImplementedError('finish `double` first')"
ANSWER = "# Exercise: double\ndef double(x):\n    return 2 * x"


@pytest.fixture
def say(monkeypatch, capsys):
    monkeypatch.setattr(hand_in, "read_outline", lambda lab: OUTLINE)
    monkeypatch.setattr(testing, "last_outcomes", {})
    monkeypatch.setattr(hand_in, "last_outcomes", testing.last_outcomes)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)

    def say(variables):
        monkeypatch.setattr(hand_in, "notebook_variables", lambda: variables)
        monkeypatch.setattr(hand_in, "executed_sources", lambda: variables["In"])
        hand_in.before_you_hand_in("00_tiny")
        text = capsys.readouterr().out
        assert all(len(line) <= WIDTH for line in text.splitlines())
        return text.replace("\n    ", " ")  # a line that goes on

    return say


def outcome(status):
    return Outcome("Visible.test", "title", 1.0, False, status, "")


def test_an_empty_kernel_lists_every_exercise(say):
    text = say({"In": []})
    assert "0 of 2 exercises pass" in text
    assert "`double`: 0 of 5; its cell has not been run" in text
    assert "`count`: 0 of 15; its cell has not been run" in text


def test_a_stub_is_reported_as_not_done(say):
    assert "`double`: 0 of 5; not done yet" in say({"double": 1, "In": [STUB]})


def test_an_answer_replaces_an_earlier_stub(say):
    assert "`double`: 0 of 5; its test cell has not been run" in say({"double": 1, "In": [STUB, ANSWER]})


def test_failing_tests_are_counted(say):
    testing.last_outcomes["double"] = [outcome("passed"), outcome("failed")]
    assert "`double`: 1 of 5; 1 of 2 visible tests fail" in say({"double": 1, "In": [ANSWER]})


def test_all_done_shows_the_points_of_each_exercise(say):
    for name in ("double", "count"):
        testing.last_outcomes[name] = [outcome("passed")]
    text = say({"double": 1, "count": 1, "In": [ANSWER]})
    assert "2 of 2 exercises pass their visible tests: 2 of 20 points so far. Hidden tests give the rest." in text
    assert "✓ `double`: 1 of 5\n" in text and "✓ `count`: 1 of 15\n" in text
    assert "✗" not in text


def written(text):
    return {"cell_type": "markdown", "source": [text], "metadata": {"nbgrader": {"grade_id": "explain_nothing"}}}


def code(source, count=None):
    return {"cell_type": "code", "source": source, "metadata": {}, "execution_count": count}


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Saves a notebook with the given cells where the kernel expects it."""

    def save(*cells):
        path = tmp_path / "tiny.ipynb"
        path.write_text(json.dumps({"cells": cells}))
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))

    return save


def test_an_empty_written_answer_has_the_notebooks_name(say, saved):
    saved(written("**Written answer 2 (1 point).** Why?\n\nYOUR ANSWER HERE"))
    assert "✗ Written answer 2: still empty in the saved file" in say({"In": []})


def test_an_answer_may_stand_below_the_line_that_asks_for_it(say, saved):
    saved(written("**Written answer 2 (1 point).** Why?\n\nYOUR ANSWER HERE\n\nBecause."))
    assert "still empty" not in say({"In": []})


def test_a_deleted_written_answer_has_its_id(say, saved):
    saved(code("x = 1", 1))
    assert "✗ Written answer `explain_nothing`: still empty" in say({"In": []})


def test_cells_that_nobody_ran_are_counted(say, saved):
    saved(written("text"), code("\nx = 1\n"), code("y = 2"), code("z = 3", 4), code(""))
    assert "2 code cells have not been run (the first starts with `x = 1`)" in say({"In": []})


def test_a_cell_run_since_the_file_was_saved_counts_as_run(say, saved):
    saved(written("text"), code("%time x = 1"), code(["y = 2\n", "y"]), code("before_you_hand_in()"))
    text = say({"In": ["", "%time x = 1\n", "y = 2\ny", "before_you_hand_in()"]})
    assert "every code cell has been run" in text


def test_a_file_that_is_older_than_an_answer_is_to_be_saved(say, saved):
    """Until then nothing else can be said of it: its cells are not those that were run."""
    saved(written("text"), code(STUB), code("x = 1"))
    text = say({"double": 1, "In": [STUB, ANSWER]})
    assert "other answers than those that you ran last (`double`): run what you changed, save (Ctrl+S)" in text
    assert "not been run (" not in text
    saved(written("text"), code(ANSWER), code("x = 1", 1))
    assert "saved file every written answer has text" in say({"double": 1, "In": [STUB, ANSWER]})


def test_it_says_how_to_submit_from_each_front_end(say, monkeypatch):
    assert "from JupyterLab" in say({"In": []})
    monkeypatch.setattr(hand_in.runtime, "in_colab", lambda: True)
    assert "from Colab" in say({"In": []})


def test_an_unknown_lab_lists_the_available_ones():
    with pytest.raises(ValueError, match=r"unknown lab '99_none' in course .*; available: 01_tensor_basics"):
        hand_in.before_you_hand_in("99_none")


def test_an_unreleased_reference_notebook_runs_to_its_end(tmp_path, monkeypatch, capsys):
    (tmp_path / "lab.toml").touch()
    monkeypatch.chdir(tmp_path)
    hand_in.before_you_hand_in("99_none")
    assert "once `course-grader labs` has released it" in capsys.readouterr().out
