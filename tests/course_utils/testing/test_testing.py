"""`LabTestCase`, `points` and `run_tests`: verdicts, messages, and fresh inputs."""

import itertools
import subprocess
import sys
import unittest

import numpy as np
import pytest
import torch

from course_utils import testing
from course_utils.lines import WIDTH
from course_utils.remote.client import RemoteClient
from course_utils.remote.proxies import local_transport, reference, student
from course_utils.remote.recorder import Recorder
from course_utils.remote.student_errors import StudentError
from course_utils.testing import LabTestCase, points, run_tests
from course_utils.testing.case import session
from course_utils.testing.comparison import Difference
from course_utils.testing.wrong_kind import wrong_kind

CELL = """
class VisibleThing(LabTestCase):
    @points(0.5)
    def test_right(self):
        "What is right passes."
        self.assertEqual(1, 1)

    @points(0.25)
    def test_wrong(self):
        "What is wrong fails"
        self.assert_close(torch.zeros(2), torch.ones(2), hint="count again")

class HiddenThing(LabTestCase):
    @points(1)
    def test_raises(self):
        "An error is an error"
        student.missing(1)

    @points(1)
    def test_skipped(self):
        "Skipping earns nothing"
        self.skipTest("no time")

    @points(1)
    def test_parts(self):
        "One failing part fails the whole"
        for number in (1, 2):
            with self.subTest(number):
                self.assertEqual(number, 2)
value = run_tests("thing")
"""


def run_cell(source, filename="<cell 1>"):
    given = (LabTestCase, points, run_tests)
    space = {**{value.__name__: value for value in given}, "student": student, "torch": torch}
    exec(compile(source, filename, "exec"), space)
    return space.get("value")


class TestRunTests:
    def test_returns_the_points_of_passed_tests_as_a_plain_float(self):
        value = run_cell(CELL)
        assert value == 0.5
        assert type(value) is float

    def test_records_every_test_with_its_status(self):
        run_cell(CELL)
        outcomes = {outcome.name: outcome for outcome in testing.last_outcomes["thing"]}
        assert {name: outcome.status for name, outcome in outcomes.items()} == {
            "VisibleThing.test_right": "passed",
            "VisibleThing.test_wrong": "failed",
            "HiddenThing.test_raises": "error",
            "HiddenThing.test_skipped": "failed",
            "HiddenThing.test_parts": "failed",
        }
        assert outcomes["HiddenThing.test_raises"].hidden
        assert outcomes["VisibleThing.test_right"].title == "What is right passes"

    def test_prints_expected_got_and_where_to_look_on_stdout_only(self, capsys):
        run_cell(CELL)
        out, err = capsys.readouterr()
        assert err == ""
        for part in ("1 of 5 tests passed", "expected: [1, 1]", "got:      [0, 0]", "count again", "`missing`"):
            assert part in out

    def test_long_titles_and_values_are_broken_between_words(self, capsys):
        title, values = "What the test looks at, in many words, " * 3, "[0.25, 0.75]"
        run_cell(
            "class VisibleLong(LabTestCase):\n"
            f"    @points(1)\n    def test_a(self):\n        {title!r}\n"
            f"        self.fail('first:\\nexpected: {f'{values}; ' * 9}\\nhint:     {f'{values}; ' * 7}')\n"
            "run_tests('long')",
            "<cell 8>",
        )
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert " ".join(" ".join(lines).split()).count(values) == 16
        assert [len(line) - len(line.lstrip()) for line in lines] == [0, 2, 4, 6, 6, 16, 6, 16, 2]

    @pytest.mark.parametrize("letters", range(60, 90))
    def test_points_stand_on_the_line_of_the_last_word(self, capsys, letters):
        title = f"{'word ' * 30}"[: letters - 5] + " last"
        run_cell(
            f"class VisibleLast(LabTestCase):\n    @points(1)\n    def test_a(self): {title!r}\nrun_tests('last')",
            "<cell of a last word>",
        )
        lines = capsys.readouterr().out.splitlines()
        assert sum(line.endswith(" last  (1/1)") for line in lines) == 1
        assert max(map(len, lines)) <= WIDTH

    def test_takes_only_the_cases_of_its_own_cell(self):
        run_cell("class VisibleOther(LabTestCase):\n    @points(1)\n    def test_a(self): pass", "<cell 2>")
        run_cell(CELL, "<cell 3>")
        assert all("Other" not in outcome.name for outcome in testing.last_outcomes["thing"])

    def test_a_cell_run_again_counts_once(self):
        run_cell(CELL, "<cell 4>")
        run_cell(CELL, "<cell 4>")
        assert len(testing.last_outcomes["thing"]) == 5

    def test_a_cell_without_tests_says_so(self, capsys):
        assert run_cell("value = run_tests('none')", "<cell 5>") == 0.0
        assert "expected a LabTestCase" in capsys.readouterr().out

    def test_a_class_that_cannot_be_set_up_earns_nothing(self):
        source = (
            "class VisibleBad(LabTestCase):\n"
            "    @classmethod\n"
            "    def setUpClass(cls): raise RuntimeError('broken fixture')\n"
            "    @points(1)\n    def test_a(self): pass\n"
            "value = run_tests('bad')"
        )
        assert run_cell(source, "<cell 6>") == 0.0
        assert "broken fixture" in testing.last_outcomes["bad"][0].message

    def test_a_stumble_names_the_line_of_the_test_cell(self):
        source = (
            "class VisibleNone(LabTestCase):\n    @points(1)\n"
            "    def test_a(self):\n        torch.stack([None])\n"
            "value = run_tests('none')"
        )
        run_cell(source, "<cell stumbling>")
        assert "line 4 of the test cell" in testing.last_outcomes["none"][0].message

    def test_a_stub_is_no_pass_where_a_runtime_error_is_expected(self):
        def stub():
            raise NotImplementedError("finish it first")

        student._connect(RemoteClient(local_transport({"stub": stub})))
        source = (
            "class VisibleStub(LabTestCase):\n    @points(1)\n"
            "    def test_a(self): self.assert_raises(RuntimeError, student.stub)\n"
            "value = run_tests('stub')"
        )
        assert run_cell(source, "<cell 7>") == 0.0
        student._connect(None)

    @pytest.mark.parametrize("call", ["student.stub()", "self.assert_raises(ValueError, student.stub)"])
    def test_a_stub_reads_as_one_short_sentence(self, call):
        def stub():
            raise NotImplementedError("finish `stub` first")

        student._connect(RemoteClient(local_transport({"stub": stub})))
        source = f"class VisibleStub(LabTestCase):\n    @points(1)\n    def test_a(self): {call}\nrun_tests('stub')"
        run_cell(source, "<cell 8>")
        student._connect(None)
        assert testing.last_outcomes["stub"][0].message == "not done yet: finish `stub` first"

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            ("student.f()", "your code raised KeyError: no\nwhere:    line 2 of `f`"),
            (
                "self.assert_raises(ValueError, student.f)",
                "expected: ValueError\ngot:      KeyError: no\nwhere:    line 2 of `f`",
            ),
        ],
    )
    def test_the_line_that_raised_stands_on_a_line_of_its_own(self, call, message):
        space = {}
        exec(compile("def f():\n    raise KeyError('no')", "<cell 10>", "exec"), space)
        student._connect(RemoteClient(local_transport(space)))
        run_cell(
            f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {call}\nrun_tests('f')", "<cell 11>"
        )
        student._connect(None)
        assert testing.last_outcomes["f"][0].message == message

    @pytest.mark.parametrize("right", [2.0, 3.0])
    def test_a_changed_input_is_noted_whether_the_test_passes_or_fails(self, right, capsys):
        student._connect(RemoteClient(local_transport({"double": lambda scores: scores.mul_(2)})))
        source = (
            "class VisibleDouble(LabTestCase):\n    @points(1)\n"
            f"    def test_a(self): self.assert_close(student.double(torch.ones(1)), torch.tensor([{right}]))\n"
            "    @points(1)\n    def test_b(self): pass\n"
            "value = run_tests('double')"
        )
        assert run_cell(source, "<cell 12>") == (2.0 if right == 2.0 else 1.0)
        student._connect(None)
        first, second = testing.last_outcomes["double"]
        assert first.message.endswith("note: your function `double` changed its input `scores`")
        assert second.message == ""
        assert "changed its input `scores`" in capsys.readouterr().out

    def test_a_line_is_named_by_its_function_not_by_a_lambda_in_it(self, monkeypatch):
        variables = {}
        exec(compile("def f(x):\n    return max(x, key=lambda y: y.size)", "<cell 3>", "exec"), variables)
        monkeypatch.setattr(student, "_client", RemoteClient(local_transport(variables)))
        with pytest.raises(StudentError) as caught:
            student.f([1])
        assert caught.value.where.startswith("line 2 of `f`")

    def test_calls_for_a_diagnosis_leave_no_note_for_the_next_cell(self, monkeypatch):
        def in_place(x):
            x.mul_(2)

        monkeypatch.setattr(student, "_client", RemoteClient(local_transport({"f": in_place})))
        student._record(Recorder(varied=True, exercise="f"))
        student._start_test("VisibleF.test_a", 0)
        student.f(torch.ones(2))
        student._take_changes()  # as a test does when it ends
        student._vary_calls(0)
        student._record(None)
        assert student._take_changes() == []

    def test_what_a_probe_saw_is_not_blamed_in_a_later_test(self, monkeypatch):
        client = RemoteClient(local_transport({"f": lambda: torch.ones(1), "Layer": torch.nn.Identity}))
        monkeypatch.setattr(student, "_client", client)

        def probe(student):
            return student.f()

        student.run(probe)
        with pytest.raises(StudentError) as caught:
            _ = student.Layer().temperature
        assert caught.value.by_test and caught.value.got == ""

    def test_what_a_probe_passed_on_is_named_where_the_test_cannot_use_it(self):
        def f():
            return [1, 2]

        student._connect(RemoteClient(local_transport({"f": f, "g": f})))
        source = (
            "class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self):\n        student.g()\n"
            "        student.run(probe).any()\nrun_tests('f')"
        )

        def probe(student):
            return student.f()

        names = {each.__name__: each for each in (LabTestCase, points, run_tests, probe)}
        exec(compile(source, "<cell 21>", "exec"), {"__name__": "cell", "student": student, **names})
        student._connect(None)
        assert "got:      a list of ints, from `f` (AttributeError" in testing.last_outcomes["f"][0].message

    def test_a_changed_default_dtype_is_named_where_a_test_fails(self):
        student._connect(RemoteClient(local_transport({"length": lambda x: x @ torch.ones(2)})))
        source = (
            "class VisibleLength(LabTestCase):\n    @points(1)\n"
            "    def test_a(self): student.length(torch.ones(2, dtype=torch.float32))\n"
            "    @points(1)\n    def test_b(self): pass\n"
            "value = run_tests('length')"
        )
        torch.set_default_dtype(torch.float64)
        try:
            run_cell(source, "<cell 13>")
        finally:
            torch.set_default_dtype(torch.float32)
        failed, passed = testing.last_outcomes["length"]
        assert failed.message.endswith(
            "note: your notebook set the default dtype to torch.float64; expected torch.float32"
        )
        assert passed.message == ""
        run_cell(source, "<cell 14>")
        student._connect(None)
        assert [outcome.status for outcome in testing.last_outcomes["length"]] == ["passed", "passed"]

    def test_a_gpu_that_is_missing_is_named(self, monkeypatch):
        if torch.backends.cuda.is_built():  # a build without CUDA has no GPU anyway
            monkeypatch.setattr(torch.cuda, "_lazy_init", raise_no_gpu)
        student._connect(RemoteClient(local_transport({"f": lambda: torch.ones(2).to("cuda")})))
        source = "class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): student.f()\nrun_tests('f')"
        run_cell(source, "<cell 15>")
        student._connect(None)
        assert "note: there is no GPU here; use the device of the inputs" in testing.last_outcomes["f"][0].message

    @pytest.mark.parametrize(
        ("returned", "use", "message"),
        [
            ([1], "net(1).backward()", "expected: a tensor\ngot:      a list of ints: [1], from `Net.forward`"),
            (torch.nn.Identity(), "net(1).backward()", "got:      an object of type Identity, from `Net.forward`"),
            (torch.ones(1), "net(1).backward()", "got:      one without a graph (detached?), from `Net.forward`"),
            (
                torch.nn.Identity(),
                "self.assertIsInstance(net(1), list, 'got a stand-in')",
                "an object of type Identity, from",
            ),
        ],
    )
    def test_what_a_module_returned_is_named(self, monkeypatch, returned, use, message):
        class Net(torch.nn.Module):
            def forward(self, x):
                return returned

        kinds = {"Net": ("an object of type Net", ["an object of type Net"]), "Net.forward": ("a tensor", ["a tensor"])}
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: kinds)
        student._connect(RemoteClient(local_transport({"Net": Net})))
        test = f"    @points(1)\n    def test_a(self):\n        net = student.Net()\n        {use}\n"
        run_cell(f"class VisibleNet(LabTestCase):\n{test}run_tests('Net')", "<cell of a net>")
        student._connect(None)
        assert message in testing.last_outcomes["Net"][0].message

    @pytest.mark.parametrize(
        ("returned", "reason"),
        [
            (torch.eye(2).to_sparse(), "a tensor of layout torch.sparse_coo cannot be sent; see `to_dense()`"),
            ([torch.ones(2, device="meta")], 'a tensor on the device "meta" has no values'),
            (torch.ones(2, dtype=torch.complex128), "a tensor of dtype torch.complex128 cannot be sent"),
            (itertools.count(), "an iterator gave more than 10,000 items; it may have no end"),
        ],
    )
    @pytest.mark.parametrize(
        ("call", "expected", "got"),
        [
            ("student.f()", "a tensor", "a value that cannot be checked, from `f`"),
            (
                "self.assert_raises(TypeError, student.f)",
                "TypeError",
                "no error: it returned a value that cannot be checked",
            ),
        ],
    )
    def test_a_value_that_cannot_be_checked_is_named(self, monkeypatch, returned, reason, call, expected, got):
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: {"f": ("a tensor", ["a tensor"])})
        student._connect(RemoteClient(local_transport({"f": lambda: returned})))
        source = f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {call}\nrun_tests('f')"
        run_cell(source, "<cell of a value>")
        student._connect(None)
        assert testing.last_outcomes["f"][0].message == f"expected: {expected}\ngot:      {got}: {reason}"

    @pytest.mark.parametrize(
        "use",
        [
            "self.assertIsInstance(student.f(), float, f'expected a float, got a list')",
            "self.assert_close(student.f(), 0.5, hint='how many numbers are there?')",
            "self.assert_close(student.f(), torch.ones(2), hint='how many numbers are there?')",
            "self.assert_equal_values(student.f(), 0.5)",
            "self.assert_shape(student.f(), ())",
            "self.assert_dtype(student.f(), torch.int64)",
            "self.assert_gradients_reach(student.f())",
            "student.f().sum()",
            "len(student.f()[2])",
        ],
    )
    def test_a_wrong_type_is_said_by_kind_and_function_whatever_the_assertion(self, monkeypatch, use):
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: {"f": ("a float", ["a float"])})
        student._connect(RemoteClient(local_transport({"f": lambda: [1, 2]})))
        source = f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {use}\nrun_tests('f')"
        run_cell(source, "<cell of a type>")
        student._connect(None)
        expected = "expected: a float\ngot:      a list of ints: [1, 2], from `f`"
        assert testing.last_outcomes["f"][0].message == expected

    @pytest.mark.parametrize(
        ("use", "message"),
        [
            ("self.assert_equal_values(student.f().get('b'), 'x')", "expected: 'x'\ngot:      None"),
            (
                "self.assert_close(student.f(), {'a': 1})",
                "expected: the number 1\ngot:      None\nwhere:    item ['a']",
            ),
        ],
    )
    def test_none_in_a_part_of_the_result_is_no_forgotten_return(self, use, message):
        student._connect(RemoteClient(local_transport({"f": lambda: {"a": None}})))
        source = f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {use}\nrun_tests('f')"
        run_cell(source, "<cell of a part>")
        student._connect(None)
        assert testing.last_outcomes["f"][0].message == message

    def test_a_hint_about_types_stays_with_a_wrong_type(self, monkeypatch):
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: {"f": ("a float", ["a float"])})
        student._connect(RemoteClient(local_transport({"f": lambda: [1, 2]})))
        use = "self.assert_close(student.f(), 0.5, hint='item() gives a float')"
        source = f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {use}\nrun_tests('f')"
        run_cell(source, "<cell of a hint>")
        student._connect(None)
        assert testing.last_outcomes["f"][0].message.endswith("from `f`\nhint:     item() gives a float")

    def test_an_object_of_another_class_is_said_where_it_cannot_be_used(self, monkeypatch):
        kinds = {"Net": ("an object of type Net", ["an object of type Net"])}
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: kinds)
        student._connect(RemoteClient(local_transport({"Net": lambda: torch.nn.Linear(2, 3)})))
        test = "    @points(1)\n    def test_a(self): student.Net()(1, 2)\n"
        run_cell(f"class VisibleNet(LabTestCase):\n{test}run_tests('Net')", "<cell of a class>")
        student._connect(None)
        expected = "expected: an object of type Net\ngot:      an object of type Linear, from `Net`"
        assert testing.last_outcomes["Net"][0].message == expected

    @pytest.mark.parametrize("layout", ["sparse", "meta"])
    def test_what_a_probe_cannot_use_is_said_by_kind_and_function(self, monkeypatch, layout):
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: {"f": ("a tensor", ["a tensor"])})
        returned = torch.ones(2).to_sparse() if layout == "sparse" else torch.ones(2, device="meta")
        monkeypatch.setattr(student, "_client", RemoteClient(local_transport({"f": lambda: returned})))

        def probe(student):
            return student.f()

        with pytest.raises(StudentError) as caught:
            student.run(probe)
        message = wrong_kind(caught.value.got, caught.value.called)
        assert message.startswith(f"expected: a tensor\ngot:      a {layout} tensor")
        assert message.endswith("from `f`") and caught.value.by_test

    @pytest.mark.parametrize(
        ("source", "use", "note"),
        [
            (
                "class F(nn.Module):\n    def __init__(self, n):\n        self.a = nn.Linear(n, n)",
                "student.F(2)",
                "super()",
            ),
            ("class F(nn.Module):\n    def __init__(self, n):\n        pass", "student.F(2).state_dict()", "super()"),
            ("class F(nn.Module):\n    def _init_(self, n):\n        pass", "student.F(2)", "two underscores"),
            ("class F(nn.Module):\n    def for_ward(self, n):\n        pass", "student.F()(2)", "a method `forward`"),
            ("F = torch.ones(2)", "student.F(2)", "`F` is a tensor, not a function: run the cell that defines it"),
        ],
    )
    def test_what_is_missing_from_a_class_is_said(self, source, use, note):
        space = {"torch": torch, "nn": torch.nn}
        exec(source, space)
        student._connect(RemoteClient(local_transport(space)))
        run_cell(
            f"class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): {use}\nrun_tests('F')", "<cell of F>"
        )
        student._connect(None)
        assert note in testing.last_outcomes["F"][0].message

    def test_a_forgotten_return_is_said_where_the_tests_own_words_say_something_else(self, monkeypatch):
        monkeypatch.setattr("course_utils.testing.wrong_kind.known", lambda part: {"f": ("a float", ["a float"])})
        student._connect(RemoteClient(local_transport({"f": lambda: None})))
        test = "    @points(1)\n    def test_a(self): self.assertTrue(student.f(), 'got a NoneType')\n"
        run_cell(f"class VisibleF(LabTestCase):\n{test}run_tests('f')", "<cell of None>")
        student._connect(None)
        expected = "expected: a float\ngot:      None (what a function without `return` gives), from `f`"
        assert testing.last_outcomes["f"][0].message == expected

    def test_pytorchs_own_not_implemented_error_is_no_stub(self):
        student._connect(RemoteClient(local_transport({"f": lambda: torch.ones(2, dtype=torch.int64).log_softmax(0)})))
        source = "class VisibleF(LabTestCase):\n    @points(1)\n    def test_a(self): student.f()\nrun_tests('f')"
        run_cell(source, "<cell 9>")
        student._connect(None)
        assert testing.last_outcomes["f"][0].message.startswith("your code raised NotImplementedError: ")


@pytest.mark.parametrize("value", [0, -1, 0.3])
def test_points_are_positive_multiples_of_a_quarter(value):
    with pytest.raises(ValueError, match=r"a positive multiple of 0\.25"):
        points(value)


class Case(LabTestCase):
    def runTest(self):
        pass


def raise_no_gpu():
    raise RuntimeError("No CUDA GPUs are available")


@pytest.fixture
def case():
    case = Case()
    case.generator = torch.Generator().manual_seed(0)
    return case


class TestAssertClose:
    @pytest.mark.parametrize(
        "pair",
        [
            (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.00001])),
            (0.1 + 0.2, 0.3),
            (np.float64(2.0), 2.0),
            (torch.tensor(3), 3),
            ({"a": [1.0, torch.ones(2)]}, {"a": [1.0, torch.ones(2)]}),
            ((1, 2), [1, 2]),
            (torch.ones(2, dtype=torch.float64), torch.ones(2)),
        ],
        ids=str,
    )
    def test_equal_up_to_rounding(self, case, pair):
        case.assert_close(*pair)

    @pytest.mark.parametrize(
        ("got", "expected", "words"),
        [
            (torch.ones(2, 1), torch.ones(2), r"shape \(2,\)[\s\S]*shape \(2, 1\)"),
            (None, torch.ones(2), r"got:      None \(what a function without `return` gives\)"),
            (torch.tensor([1.0, float("nan")]), torch.ones(2), "NaN"),
            (torch.tensor(float("nan")), torch.tensor(float("nan")), "nan"),
            (float("nan"), 1.0, "nan"),
            (torch.tensor(1), torch.tensor(3), r"got:      1 \(tensor of shape \(\), int64\)$"),
            (torch.tensor([1, 2]), torch.tensor([1, 3]), r"1 of 2 values differ, the first at \[1\]"),
            (torch.zeros(5, 5), torch.eye(5), r"5 of 25 values differ"),
            ([1.0], [1.0, 2.0], "2 values"),
            ({"a": 1}, {"b": 1}, "keys 'b'"),
            ({"a": [1, 2]}, {"a": [1, 5]}, r"where:    item \['a'\]\[1\]"),
            ("two", 2.0, "'two'"),
            (torch.ones(2), 1.0, "tensor of shape"),
        ],
        ids=str,
    )
    def test_a_difference_is_told(self, case, got, expected, words):
        with pytest.raises(Difference, match=words):
            case.assert_close(got, expected)

    def test_float32_is_held_to_its_own_precision_and_float64_to_more(self, case):
        case.assert_close(torch.tensor([1.00005]), torch.tensor([1.0]))
        with pytest.raises(Difference):
            case.assert_close(torch.tensor([1.00005]).double(), torch.tensor([1.0]).double())

    def test_dtype_counts_only_when_asked(self, case):
        got, expected = torch.ones(2, dtype=torch.float64), torch.ones(2)
        with pytest.raises(Difference, match="float32"):
            case.assert_close(got, expected, check_dtype=True)

    def test_a_hint_about_values_is_left_out_where_the_dtype_is_wrong(self, case):
        for check_dtype in (True, False):
            with pytest.raises(Difference) as about_values:
                case.assert_close(
                    torch.ones(2), torch.ones(2).double(), hint="count the columns", check_dtype=check_dtype
                )
            with pytest.raises(Difference) as about_types:
                case.assert_close(torch.ones(2), torch.ones(2).double(), hint="keep the dtype", check_dtype=check_dtype)
            assert "hint:" not in str(about_values.value)
            assert "hint:     keep the dtype" in str(about_types.value)

    def test_arrays_are_shown_in_one_line_as_tensors_are_and_truth_values_as_such(self, case):
        with pytest.raises(
            Difference, match=r"got:      \[\[1, 1\], \[1, 1\]\] \(numpy array of shape \(2, 2\), float64"
        ):
            case.assert_close(np.ones((2, 2)), 0.5)
        with pytest.raises(Difference, match=r"got:      1 \(numpy float32\)"):
            case.assert_close(np.float32(1), torch.ones(1))
        with pytest.raises(Difference, match=r"expected: 0.5\ngot:      True"):
            case.assert_close(True, 0.5)

    def test_tensors_in_a_list_are_shown_in_one_line(self, case):
        result = [torch.ones(1, 2, requires_grad=True) * 2, torch.ones(5, 5)]
        with pytest.raises(Difference, match=r"got:      \[tensor\(\[\[2, 2\]\]\), tensor of shape \(5, 5\)\]"):
            case.assert_close(result, torch.ones(2, 2))


class TestOtherAssertions:
    def test_exact_values_differ_by_type(self, case):
        case.assert_equal_values((1, 2), (1, 2))
        with pytest.raises(Difference, match=r"\(1, 2\), a tuple\s+got: +\[1, 2\], a list"):
            case.assert_equal_values([1, 2], (1, 2))
        with pytest.raises(Difference):
            case.assert_equal_values(1.0, 1)

    def test_finite(self, case):
        with pytest.raises(Difference, match="1 of 2"):
            case.assert_finite(torch.tensor([1.0, float("inf")]))

    def test_dtype_and_shape(self, case):
        with pytest.raises(Difference):
            case.assert_dtype(torch.ones(1), torch.int64)
        with pytest.raises(Difference, match=r"\(3,\)"):
            case.assert_shape(torch.ones(1), (3,))

    def test_gradient_differs_where_a_side_is_cut(self, case):
        with pytest.raises(Difference, match="argument 2"):
            case.assert_gradient(
                lambda a, b: a * b.detach(), torch.ones(2), torch.ones(2), expected_function=lambda a, b: a * b
            )

    def test_a_result_without_a_graph_is_told(self, case):
        with pytest.raises(Difference, match="without a graph"):
            case.assert_gradient(lambda a: a.detach(), torch.ones(2), expected_function=lambda a: a)

    def test_gradients_reach_every_input(self, case):
        a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        case.assert_gradients_reach(a * b, a, b)

    def test_gradients_that_do_not_reach_an_input(self, case):
        a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        with pytest.raises(Difference, match=r"the graph is cut\s+where: +tensor 2 of 2"):
            case.assert_gradients_reach(a * b.detach(), a, b)
        with pytest.raises(Difference, match="without a graph"):
            case.assert_gradients_reach(a.detach(), a)
        with pytest.raises(Difference, match="expected: a tensor"):
            case.assert_gradients_reach(None, a)
        with pytest.raises(Difference, match="finite values"):
            case.assert_gradients_reach((b - 1).sqrt(), b)

    def test_wrong_gradient_with_right_values(self, case):
        def clamped(a):
            return a.clamp(min=0) + (a - a.detach())

        with pytest.raises(Difference, match="gradient to argument 1"):
            case.assert_gradient(clamped, torch.ones(2), expected_function=lambda a: a.clamp(min=0))

    def test_the_torch_calls_of_a_function_are_counted(self, case):
        def loop(x):
            return torch.stack([row.exp() for row in x])

        student._connect(RemoteClient(local_transport({"loop": loop})))
        assert case.torch_calls("loop", torch.ones(3, 2)).count("exp") == 3
        student._connect(None)

    def test_no_error_where_one_is_expected(self, case):
        with pytest.raises(Difference, match="no error: it returned 3"):
            case.assert_raises(ValueError, lambda: 3)

    def test_an_error_that_is_returned(self, case):
        student._connect(RemoteClient(local_transport({"f": lambda: IndexError("no")})))
        with pytest.raises(Difference, match=r"returned an object of type IndexError\s+hint: +`raise` the IndexError"):
            case.assert_raises(IndexError, student.f)
        student._connect(None)

    def test_the_message_of_a_true_or_false_stands_alone(self, case):
        with pytest.raises(AssertionError, match=r"^look at the mask$"):
            case.assertTrue(False, "look at the mask")
        with pytest.raises(AssertionError, match=r"^look at the mask$"):
            case.assertFalse([1], "look at the mask")
        with pytest.raises(Difference, match=r"expected: False\s+got: +\[1\]"):
            case.assertFalse([1])
        case.assertTrue([1])

    def test_a_wrong_type_is_told_by_the_message_alone_and_none_as_a_forgotten_return(self, case):
        case.assertIsInstance(1, int | float, "a number")
        with pytest.raises(AssertionError, match=r"^a list, please$"):
            case.assertIsInstance((1, 2), list, "a list, please")
        with pytest.raises(Difference, match=r"type list or tuple\s+got: +\{1: 2\}"):
            case.assertIsInstance({1: 2}, (list, tuple))
        with pytest.raises(Difference, match="without `return`"):
            case.assertIsInstance(None, dict, "expected a dict, got a NoneType")
        case.assertFalse([])

    def test_unittests_own_assertions_work(self, case):
        with pytest.raises(AssertionError):
            case.assertIn(1, [2])


class TestInputs:
    def test_the_same_seed_gives_the_same_inputs_and_another_gives_others(self):
        class Draw(LabTestCase):
            drawn = []

            def test_it(self):
                self.drawn.append(self.randn(3).tolist())

        for seed in (1, 1, 2):
            session.seed = seed
            Draw("test_it").run(unittest.TestResult())
        session.seed = 0
        assert Draw.drawn[0] == Draw.drawn[1] != Draw.drawn[2]

    def test_sizes_are_distinct(self, case):
        for _ in range(20):
            sizes = case.odd_sizes(4, 3, 7)
            assert len(set(sizes)) == 4
            assert all(3 <= size <= 7 for size in sizes)

    def test_more_sizes_than_there_are(self, case):
        with pytest.raises(ValueError, match="got count=9"):
            case.odd_sizes(9, 3, 5)

    def test_dtypes_differ_in_rounding_only(self, case):
        state = case.generator.get_state()
        single = case.randn(4, scale=300)
        case.generator.set_state(state)
        assert torch.equal(single, case.randn(4, dtype=torch.float64, scale=300).float())

    def test_integers(self, case):
        assert type(case.randint(0, 5)) is int
        assert case.randint(0, 5, (2, 3)).shape == (2, 3)


REFUSAL = """
import os, sys
os.environ["NBGRADER_EXECUTION"] = "autograde"
from course_utils.testing import run_tests, reference
{call}
print("went on")
"""


@pytest.mark.parametrize("call", ["run_tests('a')", "reference.f"])
def test_stock_autograding_ends_the_kernel_instead_of_scoring(call, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", REFUSAL.format(call=call)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert "went on" not in done.stdout
    assert "course-grader grade" in done.stderr


def test_without_a_reference_a_test_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="only available during grading"):
        _ = reference.anything


def test_the_tests_own_words_come_first(case):
    with pytest.raises(AssertionError, match=r"^other negatives \(1 not greater than 2\)$"):
        case.assertGreater(1, 2, "other negatives")
    with pytest.raises(AssertionError, match=r"^no gradient$"):
        case.assertIsNotNone(None, "no gradient")
    with pytest.raises(AssertionError, match=r"^1 not greater than 2$"):
        case.assertGreater(1, 2)
