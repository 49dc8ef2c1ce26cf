"""Which known mistake the calls of an answer show."""

import json

import pytest

from course_utils.remote.mistakes import Mistake, advice, diagnose
from course_utils.remote.traces import Call, Fingerprint
from course_utils.testing import known_answers
from course_utils.testing.known_answers import known_mistakes


def call(value, evidence=2, text=""):
    return Call(Fingerprint("f", [[4, 1.0]]), Fingerprint("v", [[4, value]]), text, evidence)


def mistake(name, *calls):
    return Mistake(name, f"about {name}", {"VisibleF.test_a": list(calls)})


WRONG = {"VisibleF.test_a": [call(1.0), call(2.0)]}


def names(traces, *mistakes):
    return [found.name for found in diagnose(traces, mistakes)]


def test_the_mistake_that_behaves_the_same():
    assert names(WRONG, mistake("m", call(1.0), call(2.0)), mistake("n", call(1.0), call(3.0))) == ["m"]


def test_two_that_the_tests_cannot_tell_apart_and_three():
    same = [mistake(name, call(1.0), call(2.0)) for name in "mno"]
    assert names(WRONG, *same[:2]) == ["m", "n"]
    assert names(WRONG, *same) == []


@pytest.mark.parametrize(
    "other",
    [
        mistake("one call more", call(1.0), call(2.0), call(3.0)),
        mistake("one call less", call(1.0)),
        mistake("too little evidence", call(1.0, 2), call(2.0, 1)),
        mistake("errors with another text", call(1.0), call(2.0, text="x")),
        Mistake("another test", "", {"VisibleF.test_b": [call(1.0), call(2.0)]}),
    ],
)
def test_no_diagnosis(other):
    assert names(WRONG, other) == []


def test_advice():
    assert advice([]) == ""
    assert advice(["Look at x."]).splitlines()[1].strip() == "Look at x."
    assert "one of these known mistakes" in advice(["one", "two"])


def test_a_lab_without_a_file_has_none(monkeypatch, tmp_path):
    monkeypatch.setattr(known_answers.runtime, "current_lab", lambda: "01_a")
    monkeypatch.setattr(known_answers.resources, "files", lambda _package: tmp_path)
    known_answers._content.cache_clear()
    assert known_mistakes("f") == []
    (tmp_path / known_answers.FOLDER).mkdir()
    (tmp_path / known_answers.FOLDER / "01_a.json").write_text(
        json.dumps({"mistakes": {"f": [mistake("m", call(1.0)).to_json()]}})
    )
    known_answers._content.cache_clear()
    assert known_mistakes("f") == [mistake("m", call(1.0))]
    assert known_mistakes("g") == []
    known_answers._content.cache_clear()
