"""Diagnoses: while grading, in the record, and in the file that students get. In the tiny course."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("jupytext")

from course_grader.diagnosis import Diagnoses, recording, shipped
from course_grader.errors import CourseError
from course_grader.grading import Engine
from course_grader.grading.record import read_record
from course_grader.notebooks import find_lab
from course_utils.remote.mistakes import ENOUGH
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, cell_named, tiny_notebook, with_sources, write_tiny_course

THRICE = "def double(values):\n    return torch.add(values, values, alpha=2)"
COUNTING = "seen = []\ndef double(x):\n    seen.append(x)\n"
EXPLANATION = "This adds x once too often: count the plus signs."


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return find_lab(LAB, write_tiny_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def mistakes(lab):
    return recording.recorded_mistakes(lab)


@pytest.fixture(scope="module")
def engine(lab, mistakes):
    with Engine(lab, diagnoser=Diagnoses(lab)) as engine:
        yield engine


class TestRecording:
    def test_the_misconceptions_with_enough_evidence(self, mistakes):
        assert {name: [known.name for known in each] for name, each in mistakes.judge.items()} == {
            "double": ["three times x"],
            "count": [],
        }
        [known] = mistakes.judge["double"]
        assert sum(sign.evidence for signs in known.signs.values() for sign in signs) >= ENOUGH
        [zero] = known.signs["VisibleDouble.test_zero"]
        assert not zero.differs and zero.evidence == 0  # three times nothing is nothing, too

    def test_it_is_kept_until_the_lab_changes(self, lab, mistakes, monkeypatch):
        monkeypatch.setattr(recording, "_record", lambda lab: pytest.fail("recorded again"))
        assert recording.recorded_mistakes(lab) == mistakes
        monkeypatch.setattr(recording, "recording_hash", lambda lab: "another")
        with pytest.raises(pytest.fail.Exception):
            recording.recorded_mistakes(lab)

    def test_a_misconception_whose_tests_do_not_end_is_named(self, lab, mistakes, monkeypatch, caplog):
        without_end = replace(mistakes, without_end=["double, 'loops'"])
        monkeypatch.setattr(recording, "_kept", lambda path, fingerprint: without_end)
        assert recording.recorded_mistakes(lab).without_end == ["double, 'loops'"]
        assert "double, 'loops': its tests do not end, so no answer is taken for it" in caplog.text

    def test_a_broken_reference_is_no_reason_not_to_grade(self, lab, monkeypatch, caplog):
        def fail(lab):
            raise CourseError("the reference fails")

        monkeypatch.setattr("course_grader.diagnosis.diagnoses.recorded_mistakes", fail)
        diagnoses = Diagnoses(lab)
        diagnoses.prepare()
        assert not diagnoses.covers("double")
        assert "no answer is diagnosed: the reference fails" in caplog.text


class TestFileForStudents:
    def test_it_has_visible_tests_and_explanations_only(self, lab, mistakes):
        text = shipped.shipped_text(lab, mistakes)
        [entry] = json.loads(text)["mistakes"]["double"]["known"]
        assert json.loads(text)["returns"] == {
            "double": ["a tensor", ["a tensor"]],
            "count": ["a list of ints", ["a list of ints"]],
        }
        assert set(entry) == {"explanation", "tests"}
        assert {test.rstrip("+") for test in entry["tests"]} == {
            "VisibleDouble.test_example",
            "VisibleDouble.test_zero",
        }
        assert "Hidden" not in text and "x + x" not in text and "three times x" not in text

    def test_it_is_written_when_it_is_not_in_step(self, lab, mistakes):
        path = shipped.write_shipped(lab)
        assert shipped.is_in_step(lab)
        path.write_text(path.read_text().replace('"made_from": "', '"made_from": "0'))
        assert not shipped.is_in_step(lab)
        shipped.write_shipped(lab)
        assert shipped.is_in_step(lab)


@pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")
class TestGrading:
    def test_a_wrong_answer_that_behaves_like_a_misconception(self, engine):
        graded = engine.grade(with_sources(double=THRICE), "ada", 1)
        [found] = graded.exercises["double"].diagnoses
        assert (found.name, found.explanation) == ("three times x", EXPLANATION)
        assert EXPLANATION in cell_named(graded.notebook, "test_double").outputs[0].text
        assert graded.public()["exercises"]["double"]["diagnoses"] == [
            {"name": "three times x", "explanation": EXPLANATION}
        ]
        assert read_record(graded.notebook).exercises["double"].diagnoses == [found]

    @pytest.mark.parametrize(
        "body",
        [
            "return 2 * x",
            "raise NotImplementedError('finish `double` first')",
            "return 4 * x",
            "return 3 * x if x.dim() == 1 else 2 * x",
            "return None",
        ],
    )
    def test_no_diagnosis(self, engine, body):
        graded = engine.grade(with_sources(double=f"def double(x):\n    {body}"), "ben", 1)
        assert graded.exercises["double"].diagnoses == []

    def test_the_end_of_the_kernel_in_a_diagnosis_changes_nothing(self, engine):
        """The second time that the tests run, the student's function ends the process."""
        ends = f"import os\n{COUNTING}    return 3 * x if len(seen) < 8 else os._exit(1)"
        graded = engine.grade(with_sources(double=ends), "chloe", 1)
        plain = engine.grade(with_sources(double=THRICE), "chloe", 1)
        points = {name: result.points for name, result in graded.exercises.items()}
        assert points == {name: result.points for name, result in plain.exercises.items()}
        assert (graded.messages, graded.needs_review, graded.status) == ([], False, "graded")

    def test_a_diagnosis_that_takes_too_long_is_given_up(self, engine, monkeypatch):
        monkeypatch.setattr("course_grader.grading.extra_checks.DIAGNOSIS_SECONDS", 0.5)
        slow = f"import time\n{COUNTING}    time.sleep(len(seen) > 7)\n    return 3 * x"
        graded = engine.grade(with_sources(double=slow), "dan", 1)
        assert graded.exercises["double"].diagnoses == []
        assert (graded.messages, graded.status) == ([], "graded")

    def test_an_untouched_lab_is_not_judged_twice(self, engine, monkeypatch):
        monkeypatch.setattr("course_grader.judge.launcher.JudgeSession.diagnose", lambda *_: pytest.fail("asked"))
        stub = "def double(x):\n    raise NotImplementedError('finish `double` first')"
        engine.grade(with_sources(double=stub), "emil", 1)
        engine.grade(tiny_notebook(), "fay", 1)
