"""Which known mistake the calls of an answer show."""

import json
from dataclasses import replace

import pytest

from course_utils.remote.mistakes import Mistake, advice, diagnose, packed
from course_utils.remote.signs import signs_of
from course_utils.remote.traces import Call, ValueFingerprint, error_hash
from course_utils.testing import known_answers
from course_utils.testing.known_answers import known_mistakes


def call(value, asked=1.0, **details):
    return Call(ValueFingerprint("f", [[4, asked]]), ValueFingerprint("v", [[4, value]]), **{"evidence": 2, **details})


def error(name, text="", asked=1.0):
    kind = error_hash(name)
    return Call(ValueFingerprint("f", [[4, asked]]), ValueFingerprint(kind), kind, kind, kind, text, 2)


def traces(*calls):
    return {"VisibleF.test_a": list(calls)}


def mistake(name, right, *calls, alternatives=()):
    return Mistake(name, f"about {name}", signs_of([traces(*right), *alternatives], traces(*calls)))


RIGHT = [call(value, value) for value in (5.0, 6.0, 7.0)]
WRONG = [call(1.0, 5.0), call(2.0, 6.0), call(7.0, 7.0)]  # right in the last one


def names(calls, *mistakes):
    return [found.name for found in diagnose(traces(*calls), mistakes)]


def test_the_mistake_that_behaves_the_same():
    other = mistake("n", RIGHT, call(1.0, 5.0), call(3.0, 6.0), call(7.0, 7.0))
    assert names(WRONG, mistake("m", RIGHT, *WRONG), other) == ["m"]


def test_calls_in_which_right_answers_differ_do_not_count_against_a_mistake():
    def own(*values):
        return [call(value, asked, own=True) for asked, value in zip((5.0, 6.0, 7.0), values, strict=True)]

    known = mistake("m", own(5.0, 6.0, 7.0), *own(1.0, 2.0, 8.0), alternatives=[traces(*own(5.0, 6.0, 7.5))])
    assert names(own(1.0, 2.0, 9.0), known) == ["m"]


def test_two_that_the_tests_cannot_tell_apart_and_three():
    same = [mistake(name, RIGHT, *WRONG) for name in "mno"]
    assert names(WRONG, *same[:2]) == ["m", "n"]
    assert names(WRONG, *same) == []


def test_one_that_differs_in_one_call_counts_only_where_none_does_the_same():
    asked = [float(number) for number in range(5, 15)]
    right = [call(value, value) for value in asked]

    def wrong(**changed):
        return [call(changed.get(f"at_{value:g}", value / 8), value) for value in asked]

    known = [mistake("m", right, *wrong()), mistake("n", right, *wrong(at_14=3.0))]
    assert names(wrong(), *known) == ["m"]
    assert names(wrong(at_14=3.0), *known) == ["n"]
    assert names(wrong(at_14=4.0), *known) == ["m", "n"]


@pytest.mark.parametrize(
    "calls",
    [
        [call(1.0, 5.0), call(2.5, 6.0), call(7.0, 7.0)],  # another wrong value
        [call(1.0, 5.0), call(2.0, 6.0), call(7.5, 7.0)],  # wrong where the mistake is right
        [call(1.0, 5.0)],  # too little to tell
        [call(5.0, 5.0), call(2.0, 6.0), call(7.0, 7.0)],  # right where the mistake is wrong
        [error("TypeError", "a", asked) for asked in (5.0, 6.0, 7.0)],
    ],
)
def test_no_diagnosis(calls):
    assert names(calls, mistake("m", RIGHT, *WRONG)) == []


def test_types_do_not_count_where_values_are_wrong():
    other_types = [call(1.0, 5.0, kinds="list"), call(2.0, 6.0, kinds="list"), call(7.0, 7.0, kinds="list")]
    assert names(other_types, mistake("m", RIGHT, *WRONG)) == ["m"]


def test_types_count_where_nothing_else_is_wrong():
    lists = [call(value, value, kinds="list", types="list") for value in (5.0, 6.0, 7.0)]
    known = mistake("a list", RIGHT, *lists)
    assert names(lists, known) == ["a list"]
    assert names([call(value, value, kinds="dict", types="dict") for value in (5.0, 6.0, 7.0)], known) == []


def test_an_error_with_another_text_is_less_evidence():
    wrong = [error("TypeError", "a", 5.0), error("TypeError", "a", 6.0), call(7.0, 7.0)]
    known = mistake("m", RIGHT, *wrong)
    assert names(wrong, known) == ["m"]
    assert names([error("TypeError", "b", 5.0), error("TypeError", "b", 6.0), call(7.0, 7.0)], known) == []


def test_what_is_returned_in_place_of_an_error_counts_less():
    right = [*RIGHT, *(error("ValueError", "no", asked) for asked in (1.0, 2.0, 3.0, 4.0))]
    accepts = [*RIGHT, *(call(9.0, asked) for asked in (1.0, 2.0, 3.0, 4.0))]
    known = mistake("accepts everything", right, *accepts)
    assert names([*RIGHT, *(call(8.0 + asked, asked) for asked in (1.0, 2.0, 3.0, 4.0))], known) == [
        "accepts everything"
    ]
    assert names([*RIGHT, *(error("TypeError", "x", asked) for asked in (1.0, 2.0, 3.0, 4.0))], known) == []


def test_one_value_again_and_again_is_little_evidence():
    right = [call(5.0 + asked, asked) for asked in (1.0, 2.0, 3.0, 4.0)]
    zeros = [call(0.0, asked, evidence=1) for asked in (1.0, 2.0, 3.0, 4.0)]
    assert names(zeros, mistake("m", right, *zeros)) == []


def test_where_right_answers_differ_nothing_is_wrong():
    alternative = traces(call(1.0, 5.0), call(2.0, 6.0), call(7.0, 7.0))
    assert names(WRONG, mistake("m", RIGHT, *WRONG, alternatives=[alternative])) == []


def test_a_mistake_survives_json():
    known = mistake("m", RIGHT, *WRONG)
    assert Mistake.from_json(json.loads(json.dumps(known.to_json()))) == known


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
        json.dumps({"mistakes": {"f": packed([mistake("m", RIGHT, *WRONG)])}})
    )
    known_answers._content.cache_clear()
    assert known_mistakes("f") == [replace(mistake("m", RIGHT, *WRONG), name="")]
    assert known_mistakes("g") == []
    known_answers._content.cache_clear()
