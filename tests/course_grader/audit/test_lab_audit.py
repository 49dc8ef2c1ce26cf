"""The audit of a tiny lab: what is found for right and wrong answers, and how an answer that hangs is ended."""

import importlib
import sys
from dataclasses import replace

import nbformat
import pytest

pytest.importorskip("jupytext")

from course_grader.audit.behaviours import mistakes_of
from course_grader.audit.check import InProcess
from course_grader.audit.constants import constant_answers
from course_grader.audit.diagnosing import Diagnosing
from course_grader.audit.in_child import ChildEnded, in_child, in_child_with_imports
from course_grader.audit.judged_answers import JudgedAnswer, judge_answers
from course_grader.audit.lab_audit import audit_lab, reference_failures
from course_grader.audit.lab_hashes import recording_hash
from course_grader.audit.marked_answers import EQUIVALENT_FILE, REFUSED_FILE, equivalent_mutants
from course_grader.audit.mutants import mutants_of
from course_grader.audit.own_tests import OwnTests
from course_grader.audit.probes import probing_tests
from course_grader.audit.showing import read_json, rows, verdict, write_json, write_page
from course_grader.audit.variants import load_variants
from course_grader.cli import main
from course_grader.errors import CourseError
from course_grader.notebooks import find_lab
from tests.tiny_course import COUNT, DOUBLE, LAB, TEST_DOUBLE, cell_named, write_tiny_course

STUB = "def {name}(x):\n    raise NotImplementedError('finish `{name}` first')"
EMPTY = "import torch\n\n# %% a product kind='alternative'\ndef double(x):\n    return torch.mul(x, 2)\n".replace(
    "'", '"'
)


@pytest.fixture
def lab(tmp_path):
    """The tiny lab, with a release."""
    lab = find_lab(LAB, write_tiny_course(tmp_path))
    release = lab.reference()
    for name in ("double", "count"):
        cell_named(release, name).source = f"# Exercise: {name}\n" + STUB.format(name=name)
    lab.release_path.parent.mkdir(parents=True)
    nbformat.write(release, lab.release_path)
    return lab


def edit(lab, name, old, new):
    notebook = lab.reference()
    cell = cell_named(notebook, name)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, lab.reference_path)


def variants(lab, text):
    (lab.source_folder / "variants" / "double.py").write_text(text)


def wrong(name, body, header=""):
    return f'# %% {name} kind="misconception"{header}\n# An explanation.\ndef double(x):\n    return {body}\n'


class TestQuick:
    def test_the_result_by_exercise(self, lab):
        audit = audit_lab(lab, quick=True)
        double, count = audit.exercises
        assert (double.name, double.alternatives, double.misconceptions, double.seen) == ("double", 1, 1, 1)
        assert (count.name, count.alternatives, count.misconceptions) == ("count", 0, 0)

    def test_a_hidden_test_that_the_reference_fails(self, lab):
        edit(lab, "test_double", "reference.double(x))", "3 * x)")
        [problem] = audit_lab(lab, quick=True).problems
        assert "double: the reference fails its own test HiddenDouble.test_random" in problem

    def test_points_for_the_untouched_release(self, lab):
        release = nbformat.read(lab.release_path, as_version=4)
        cell_named(release, "double").source = DOUBLE
        nbformat.write(release, lab.release_path)
        assert "double: the untouched release gets 5 points" in audit_lab(lab, quick=True).problems

    def test_a_missing_release(self, lab):
        lab.release_path.unlink()
        assert any("course-grader labs" in problem for problem in audit_lab(lab, quick=True).problems)

    def test_a_right_answer_that_loses_points(self, lab):
        variants(lab, EMPTY.replace("2)", "3)"))
        assert any("'a product': a right answer lost" in problem for problem in audit_lab(lab, quick=True).problems)

    def test_a_misconception_without_a_visible_test(self, lab):
        hidden = wrong("detached", "(2 * x).detach()")
        variants(lab, hidden)
        audit = audit_lab(lab, quick=True)
        assert (audit.unexplained, audit.seen_share) == (["double, 'detached'"], 0)
        variants(lab, hidden.replace('"misconception"', '"misconception" hidden_because="gradients are not shown"'))
        assert audit_lab(lab, quick=True).unexplained == []

    def test_points_for_answers_that_ignore_their_arguments(self, lab):
        audit = audit_lab(lab, quick=True)
        assert {each.name: each.constant for each in audit.exercises} == {"double": 0.5, "count": 2.5}
        assert any("ignore their arguments get 3 points" in problem for problem in audit.problems)

    def test_a_variant_that_never_ends_is_ended(self, lab, monkeypatch):
        monkeypatch.setattr(judge_answers, "__defaults__", (0, 3.0))
        variants(lab, '# %% loops kind="alternative"\ndef double(x):\n    while True:\n        pass\n')
        assert any("'loops': its tests do not end" in problem for problem in audit_lab(lab, quick=True).problems)

    def test_answers_beside_one_that_never_ends_are_judged(self, lab):
        sources = [DOUBLE, "def double(x):\n    while True:\n        pass", "def double(x):\n    return x", DOUBLE]
        answers = [{"double": source} for source in sources]
        judged = judge_answers(InProcess(lab.reference()), "double", answers, limit=3.0)
        assert [each.ended for each in judged] == [True, False, True, True]
        assert judged[0].lost == judged[3].lost == 0 < judged[2].lost

    def test_recording_tells_misconceptions_without_an_end(self, lab, monkeypatch):
        monkeypatch.setattr(judge_answers, "__defaults__", (0, 3.0))
        loops = '# %% loops kind="misconception"\n# An explanation.\ndef double(x):\n    while True:\n        pass\n'
        variants(lab, wrong("three times x", "3 * x") + "\n" + loops)
        known = mistakes_of(lab)
        assert [each.name for each in known.judge["double"]] == ["three times x"]
        assert known.without_end == ["double, 'loops'"]

    def test_modules_that_the_tests_import_are_imported_once(self, monkeypatch):
        monkeypatch.delitem(sys.modules, "this", raising=False)
        assert in_child_with_imports(lambda: importlib.import_module("this").__name__, 10) == "this"
        assert "this" in sys.modules


class TestDiagnoses:
    def test_each_misconception_and_no_other_answer(self, lab):
        double, count = audit_lab(lab, quick=True).exercises
        assert (double.diagnosed, double.told, double.misdiagnosed) == (1, 1, 0)
        assert (count.diagnosed, count.misdiagnosed) == (0, 0)
        assert double.others > 10 and count.others > 10

    def test_one_that_the_tests_do_not_show_clearly(self, lab):
        variants(lab, wrong("wrong for one length", "2 * x if len(x) != 77 else x"))
        audit = audit_lab(lab, quick=True)
        assert audit.total("diagnosed") == 0
        assert "0% of the misconceptions are diagnosed; the aim is 90%" in audit.problems

    def test_a_mistake_that_other_inputs_tell_apart(self, lab):
        variants(lab, wrong("three times x", "3 * x") + EMPTY.removeprefix("import torch\n\n"))
        judge = InProcess(lab.reference())
        known = mistakes_of(lab, judge)
        diagnosing = Diagnosing(judge, known, load_variants(lab))
        thrice = {"double": "def double(x):\n    return x + 2 * x"}
        luck = {
            "double": "from course_utils.testing.case import session\ndef double(x):\n    return (3 - session.seed) * x"
        }
        judged = judge_answers(judge, "double", [thrice, luck])
        assert [diagnosing.of("double", each).judge for each in judged] == [["three times x"]] * 2
        assert diagnosing.is_the_same("double", thrice, ["three times x"])
        assert not diagnosing.is_the_same("double", luck, ["three times x"])

    def test_a_reference_that_does_not_end_is_no_measure(self, lab, monkeypatch):
        def never_end(judge, exercise, answers):
            return [JudgedAnswer() for _ in answers]

        monkeypatch.setattr("course_grader.audit.behaviours.judge_answers", never_end)
        with pytest.raises(CourseError, match="the tests of the reference do not end"):
            mistakes_of(lab)

    def test_mutants_are_other_answers(self, lab):
        quick, whole = (audit_lab(lab, quick=quick).total("others") for quick in (True, False))
        assert whole > quick


class TestMutants:
    def test_each_has_one_change_and_texts_stay(self):
        mutants = mutants_of(COUNT, "count")
        assert "if n <= 0:" in {mutant.line for mutant in mutants}
        assert all("must not be negative" in mutant.code for mutant in mutants if "raise None" not in mutant.line)
        assert not any("one after another" in mutant.diff for mutant in mutants)

    def test_survivors_are_counted_and_listed(self, lab):
        edit(lab, "count", "if n < 0:", "if n < 0 and n < 5:")
        audit = audit_lab(lab)
        lines = {survivor["line"] for survivor in audit.survivors}
        assert "if n < 0 and n < 6:" in lines
        assert audit.total("mutants") == audit.total("killed") + len(audit.survivors)
        assert audit.killed_share < 1

    def test_an_equivalent_mutant_is_marked_once(self, lab):
        edit(lab, "count", "if n < 0:", "if n < 0 and n < 5:")
        entry = '[[mutant]]\nexercise = "count"\nline = "{}"\nreason = "5 is not negative"\n'
        path = lab.source_folder / EQUIVALENT_FILE
        path.write_text(entry.format("if n < 0 and n < 6:") + entry.format("return 7"))
        audit = audit_lab(lab)
        assert audit.total("equivalent") == 1
        assert f"count: no mutant 'return 7' survives; remove it from {EQUIVALENT_FILE}" in audit.problems

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('[[mutant]]\nexercise = "count"\nline = "x"', "mutant 1: expected the keys exercise, line and reason"),
            ('[[mutant]]\nexercise = "cuont"\nline = "x"\nreason = "y"', "no exercise 'cuont'; expected one of count"),
            ('[[mutant]]\nexercise = "count"\nline = "x"\nreason = " "', "expected a text for each key"),
            ("[[mutants]]\n", r"expected only \[\[mutant\]\] tables"),
            ("mutant", "equivalent_mutants.toml: "),
        ],
    )
    def test_a_mistake_in_the_file(self, tmp_path, text, message):
        (tmp_path / EQUIVALENT_FILE).write_text(text)
        with pytest.raises(CourseError, match=message):
            equivalent_mutants(tmp_path, ["count"])


class TestRewrites:
    def test_one_that_loses_points_needs_a_reason(self, lab):
        edit(lab, "test_double", "expected_function=reference.double)", "expected_function=reference.double)\n"
             "        self.assertNotIn('double', self.torch_calls('double', self.randn(3)))")  # fmt: skip
        variants(lab, EMPTY)
        lost = [problem for problem in audit_lab(lab).problems if "loses points" in problem]
        assert all("rewritten (float64 inside), loses points" in problem for problem in lost)
        assert len(lost) == 2  # the reference and the alternative
        entry = '[[rewrite]]\nexercise = "double"\nline = "{}"\nreason = "one operation is enough"\n'
        marks = entry.format("their_dtype = x.dtype") + entry.format("return 7")
        (lab.source_folder / REFUSED_FILE).write_text(marks)
        audit = audit_lab(lab)
        assert {each["reason"] for each in audit.refusals} == {"one operation is enough"}
        assert not any("loses points" in problem for problem in audit.problems)
        assert f"double: no rewrite 'return 7' is refused; remove it from {REFUSED_FILE}" in audit.problems

    def test_right_answers_in_other_words_score_full(self, lab):
        double, _ = audit_lab(lab).exercises
        assert (double.rewrites > 3, double.refused) == (True, 0)


class TestParts:
    def test_tests_with_probes_also_in_helpers(self):
        probing = TEST_DOUBLE.replace('"Twice nothing is nothing"', "look()").replace(
            "class Visible", "def look():\n    student.run(print)\n\nclass Visible"
        )
        assert probing_tests(TEST_DOUBLE) == set()
        assert probing_tests(probing) == {"VisibleDouble.test_zero"}

    def test_a_constant_class_keeps_no_method(self):
        methods = "    def __init__(self):\n        self.w = 1\n    def forward(self, x):\n        return x + 1"
        source = f"class Net(torch.nn.Module):\n{methods}"
        for answer in constant_answers(source, "Net"):
            assert "self.w" not in answer and "x + 1" not in answer

    def test_a_child_that_fails_says_why(self):
        with pytest.raises(ChildEnded, match="ZeroDivisionError"):
            in_child(lambda: 1 / 0, 10)
        assert in_child(lambda: [1, "a"], 10) == [1, "a"]

    def test_the_fingerprint_changes_with_a_variant(self, lab):
        before = recording_hash(lab)
        variants(lab, EMPTY)
        assert recording_hash(lab) != before

    def test_the_reference_passes_its_own_tests(self, lab):
        assert reference_failures(InProcess(lab.reference())) == []

    def test_own_tests_in_a_process_of_their_own(self, lab):
        with OwnTests(lab) as own_tests:
            own_tests.expect_passed()
        edit(lab, "test_double", "reference.double(x))", "3 * x)")
        with OwnTests(lab) as own_tests, pytest.raises(CourseError, match=r"HiddenDouble\.test_random"):
            own_tests.expect_passed()


class TestShowing:
    def test_json_round_trip_and_page(self, lab, tmp_path):
        audit = audit_lab(lab, quick=True)
        audit.survivors.append({"exercise": "count", "line": "a < b", "diff": "-a > b\n+a < b"})
        write_json(tmp_path / "audit.json", [audit])
        assert read_json(tmp_path / "audit.json") == [audit]
        write_json(tmp_path / "audit.json", [replace(audit, lab="another"), replace(audit, quick=False)])
        assert [(each.lab, each.quick) for each in read_json(tmp_path / "audit.json")] == [
            (LAB, False),
            ("another", True),
        ]
        write_page(tmp_path / "audit.html", [audit])
        page = (tmp_path / "audit.html").read_text()
        assert "+a &lt; b" in page and "<td>double</td>" in page

    def test_the_last_row_is_the_total(self, lab):
        audit = audit_lab(lab, quick=True)
        judged, mutants, diagnosed = ["1", "1", "1", "3", "0"], ["–", "–", "–"], ["1", "1", "32", "0"]
        assert rows(audit)[-1] == ["total", *judged, *mutants, *diagnosed, "–", "–"]

    def test_the_command(self, lab, tmp_path, capsys):
        (tmp_path / "nbgrader_config.py").write_text("")
        assert main(["audit", LAB, "--quick", "--course", str(tmp_path)]) == 1
        last = capsys.readouterr().out.strip().splitlines()[-1]
        assert last.startswith(f"{LAB}: 1 problem, the first: answers that ignore")

    def test_pass_on_the_last_line(self, lab):
        audit = audit_lab(lab, quick=True)
        audit.problems.clear()
        assert verdict(audit) == f"{LAB}: PASS"
