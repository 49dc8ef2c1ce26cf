"""What students get of known answers: in step with the labs, without an answer or a hidden test; and wrong types."""

import json
import re
import textwrap

import pytest

from course_grader.audit.behaviours import mistakes_of
from course_grader.audit.check import InProcess
from course_grader.audit.judged_answers import judge_answers
from course_grader.audit.variants import Kind, load_variants
from course_grader.diagnosis.shipped import is_in_step, shipped_path, shipped_text
from course_grader.notebooks import find_lab, is_solution_cell, lab_names, nbgrader_metadata
from course_utils.testing import known_answers
from course_utils.remote.mistakes import ENOUGH, MOST_NAMED, diagnose, unpacked
from course_utils.remote.signs import FREE, KINDS, REFUSAL, SAME, TYPES, UNCLEAR, VALUES
from tests.paths import ROOT

LABS = lab_names(ROOT)
DIFFERS = {FREE, KINDS, REFUSAL, SAME, TYPES, UNCLEAR, VALUES}  # how a mistake's outcome is not the right one
# Each expression is wrong for every exercise of the course, except a few that return one of these types.
WRONG = {
    "None": "None",
    "int": "7",
    "str": "'seven'",
    "list": "[1, 2]",
    "dict": "{'a': 1}",
    "short tuple": "(1,)",
    "long tuple": "(1,) * 9",
    "numpy array": "numpy.ones((2, 3))",
    "tensor of another dtype": "torch.ones(2, 3, dtype=torch.float16)",
    "generator": "(number for number in range(3))",
    "class": "type('Thing', (), {})",
    "object": "type('Thing', (), {})()",
    "nested tuple": "((1, (2, 3)), [4])",
    "function": "lambda *args: args",
}


@pytest.fixture(scope="module", params=LABS)
def lab(request):
    return find_lab(request.param, ROOT)


@pytest.fixture(scope="module")
def content(lab):
    return json.loads(shipped_path(ROOT, lab.name).read_text(encoding="utf-8"))


def test_the_file_is_in_step(lab):
    assert is_in_step(lab), f"run `course-grader labs {lab.name}`"


@pytest.mark.slow
def test_the_file_is_what_its_tests_and_variants_give(lab, content):
    made = json.loads(shipped_text(lab, mistakes_of(lab)))
    assert made["returns"] == content["returns"]
    for exercise, entries in made["mistakes"].items():
        shipped, known = unpacked(content["mistakes"][exercise]), unpacked(entries)
        assert [each.explanation for each in known] == [each.explanation for each in shipped]


def test_no_answer_and_no_hidden_test_can_be_read_in_it(lab, content):
    text = shipped_path(ROOT, lab.name).read_text(encoding="utf-8")
    assert not re.search(r"Hidden[A-Z]", text)  # the class of a hidden test; "Hidden words" is prose
    codes = [cell.source for cell in lab.reference().cells if is_solution_cell(cell)]
    codes += [variant.code for variant in load_variants(lab)]
    explanations = " ".join(each["explanation"] for part in content["mistakes"].values() for each in part["known"])
    for line in {line.strip() for code in codes for line in code.splitlines()}:
        if re.search(r"[=(]", line) and len(line) > 25:
            assert line not in explanations and json.dumps(line) not in text, line


def test_it_holds_hashes_and_a_few_numbers_only(content):
    def check(value):
        if isinstance(value, list):
            assert len(value) <= 5 or not all(isinstance(item, int | float) for item in value)
            for item in value:
                check(item)
        elif isinstance(value, str):
            assert re.fullmatch(r"[0-9a-f]{12}|\??", value), value

    for part in content["mistakes"].values():
        assert set(part) == {"fingerprints", "known"}
        for fingerprint in part["fingerprints"]:
            check(fingerprint)
        for entry in part["known"]:
            assert set(entry) == {"explanation", "tests"}
            for signs in entry["tests"].values():
                for request, outcome, *rest in signs:
                    assert type(request) is type(outcome) is int and len(rest) in (0, 3)
                    assert not rest or (rest[0] in DIFFERS and isinstance(rest[2], int))
                    check(rest[1:2])


def test_its_explanations_are_those_of_misconceptions(lab, content):
    explanations = {
        (variant.exercise, variant.explanation) for variant in load_variants(lab) if variant.kind is Kind.MISCONCEPTION
    }
    shipped = {(name, each["explanation"]) for name, part in content["mistakes"].items() for each in part["known"]}
    assert shipped <= explanations


def test_each_shows_enough_to_tell(content):
    for part in content["mistakes"].values():
        for mistake in unpacked(part):
            assert sum(abs(sign.evidence) for signs in mistake.signs.values() for sign in signs) >= ENOUGH


@pytest.mark.slow
def test_each_is_diagnosed_unless_too_many_look_alike(lab, content):
    judge = InProcess(lab.reference())
    codes = {(variant.exercise, variant.explanation): variant.code for variant in load_variants(lab)}
    alone = total = 0
    for exercise, part in content["mistakes"].items():
        mistakes = unpacked(part)
        answers = [{exercise: codes[exercise, mistake.explanation]} for mistake in mistakes]
        for mistake, judged in zip(mistakes, judge_answers(judge, exercise, answers), strict=True):
            found = diagnose(judged.notebook, mistakes)
            assert len(found) <= MOST_NAMED and (not found or mistake in found)
            alone, total = alone + bool(found), total + 1
    assert alone >= 0.8 * total


def try_wrong_types(lab, hidden):
    """The messages of failed tests for each exercise and wrong type, in this process."""
    notebook = lab.reference()
    if not hidden:
        for cell in notebook.cells:
            cell.source = re.sub(r"### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS", "", cell.source, flags=re.DOTALL)
    known_answers._content.cache_clear()
    judge = InProcess(notebook)  # its setup cell names the lab, whose kinds of values the messages use
    sources = {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in notebook.cells if is_solution_cell(cell)}
    for exercise in judge.tests:
        for what, value in WRONG.items():
            for code in wrong_answers(exercise, sources[exercise], value):
                yield exercise, what, judge.outcomes({exercise: code}, [exercise])[exercise]


def wrong_answers(exercise, source, value):
    """A function that returns the value, and for a class also one whose modules do."""
    returning = f"(*args, **kwargs):\n    return {value}"
    yield f"import numpy, torch\ndef {exercise}{returning}"
    if f"class {exercise}(" in source:
        forward = textwrap.indent(f"def forward{returning}", "    ")
        yield f"import numpy\n{source}\nclass {exercise}({exercise}):\n{forward}"


def check_messages(lab, hidden):
    unclear = {}
    for exercise, what, outcomes in try_wrong_types(lab, hidden):
        failed = [outcome for outcome in outcomes if outcome.status != "passed"]
        if failed and not any("expected" in outcome.message for outcome in failed):
            unclear[exercise, what] = failed[0].message
        for outcome in failed:
            if "the test ended with" in outcome.message:
                unclear[exercise, what, outcome.name] = outcome.message
    assert not unclear


def test_a_wrong_type_is_called_so_by_visible_tests(lab):
    check_messages(lab, hidden=False)


@pytest.mark.slow
def test_a_wrong_type_is_called_so_by_hidden_tests(lab):
    check_messages(lab, hidden=True)
