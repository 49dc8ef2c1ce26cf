"""Grades single submissions with the real sandbox, zygote and judge, in the tiny course."""

import json
import re
from dataclasses import replace

import pytest

from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.grading import Engine, notebook_run
from course_grader.notebooks import find_lab
from course_grader.results import OtherFiles
from course_grader.sandbox import SandboxUnavailable
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, cell_named, code, score, tiny_notebook, with_sources, write_tiny_course

pytestmark = pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")


def statuses(graded, exercise):
    return {test.name.split(".")[1]: test.status for test in graded.exercises[exercise].tests}


def outputs_text(notebook):
    return json.dumps([cell.get("outputs") for cell in notebook.cells])


class TestOrdinarySubmissions:
    def test_the_reference_gets_full_points(self, engine):
        graded = engine.grade(tiny_notebook(), "ada", 1)
        assert score(graded) == {"double": 5.0, "count": 15.0}
        assert not graded.needs_review
        assert graded.messages == []

    def test_the_score_is_in_the_cell_as_a_plain_float(self, engine):
        cell = cell_named(engine.grade(tiny_notebook(), "ada", 1).notebook, "test_double")
        assert cell.outputs[-1]["data"]["text/plain"] == "5.0"

    def test_partial_credit_is_the_points_of_the_passed_methods(self, engine):
        graded = engine.grade(with_sources(count="def count(n):\n    return range(n)"), "ben", 1)
        assert statuses(graded, "count")["test_negative"] == "failed"
        assert score(graded) == {"double": 5.0, "count": 0.0}  # a range is no list; -1 gives an empty one

    def test_a_stub_gets_no_points_and_says_so(self, engine):
        stub = "def double(x):\n    raise NotImplementedError('finish `double` first')"
        graded = engine.grade(with_sources(double=stub), "chloe", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}
        assert "finish `double` first" in graded.exercises["double"].tests[0].message

    def test_an_experiment_runs_only_when_asked(self, engine):
        graded = engine.grade(with_sources(goodbye="print('good' + 'bye')"), "ada", 1)
        assert cell_named(graded.notebook, "experiment").outputs == []
        assert cell_named(graded.notebook, "goodbye").outputs[0].text == "goodbye\n"

    def test_an_exercise_is_no_experiment_whatever_its_tags_say(self, engine):
        notebook = tiny_notebook()
        for name in ("double", "test_double"):
            cell_named(notebook, name).metadata["tags"] = ["experiment"]
        assert engine.grade(notebook, "ada", 1).score == 20.0

    def test_an_experiment_has_its_own_limit(self, tmp_path):
        limits = "cell_seconds = 1\nnotebook_seconds = 30\nexperiment_seconds = 4\n"
        lab = find_lab(LAB, write_tiny_course(tmp_path, limits))
        notebook = with_sources(experiment="import time; time.sleep(1.5); print('done')", goodbye="time.sleep(1.5)")
        with Engine(lab, EngineOptions(run_experiments=True)) as engine:
            graded = engine.grade(notebook, "ada", 1)
            endless = engine.grade(with_sources(experiment="while True: pass"), "ada", 1)
        assert cell_named(graded.notebook, "experiment").outputs[0].text == "done\n"
        assert [message.partition(" ran ")[2] for message in graded.messages] == ["longer than 1 s and was stopped."]
        assert "ran longer than 4 s" in endless.messages[0]
        assert score(endless)["count"] == 15.0

    def test_the_same_seed_and_student_give_the_same_inputs(self, engine):
        wrong = with_sources(double="def double(x):\n    return x")
        texts = [
            cell_named(engine.grade(wrong, who, seed).notebook, "test_double").outputs[0].text
            for who, seed in (("ada", 1), ("ada", 1), ("ben", 1), ("ada", 2))
        ]
        assert texts[0] == texts[1]
        assert len(set(texts)) == 3

    def test_the_seed_in_the_notebook_is_the_one_to_grade_with_again(self, engine):
        graded = engine.grade(tiny_notebook(), "ada", 5)
        assert graded.notebook.metadata["course_grader"]["seed"] == graded.seed == 5

    def test_an_ordinary_nbgrader_test_runs_in_the_students_kernel(self, engine):
        notebook = with_sources(test_double="assert double(2) == 4")
        graded = engine.grade(notebook, "ada", 1)
        assert "double" not in graded.exercises
        assert cell_named(graded.notebook, "test_double").outputs == []  # nbgrader: no error, full points


KNOCKING = """
import socket, time
import course_grader.in_sandbox.agent as agent

def serve(path, variables):
    waiting = True
    while waiting:
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        try:
            connection.connect(path)
        except BlockingIOError:
            waiting = {stays}
            time.sleep(0.1)
        held.append(connection)

held = []
agent.serve = serve
"""
KEEPING = """
import os, sys
KEPT = []
def double(x):
    frame = sys._getframe()
    while not (frame.f_code.co_name == "serve" and "connection" in frame.f_locals):
        frame = frame.f_back
    KEPT.append(os.dup(frame.f_locals["connection"].fileno()))
    frame.f_locals["connection"].close()
    return x
"""
FORGING = """
import os
def double(x):
    for number in range(3, 256):
        try:
            os.write(number, b"\\xff" * 4096)
        except OSError:
            pass
    return x
"""


class TestWhatIsHandedInBeside:
    def test_helper_modules_and_data_are_there_for_the_cells(self, engine, tmp_path):
        (tmp_path / "data").mkdir()
        (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
        (tmp_path / "data" / "table.csv").write_text("1,2")
        answer = (
            "import helper\nassert open('data/table.csv').read() == '1,2'\ndef double(x):\n    return helper.twice(x)"
        )
        files = OtherFiles(tmp_path, ("helper.py", "data/table.csv"))
        assert engine.grade(with_sources(double=answer), "ada", 1, files=files).score == 20.0
        assert engine.grade(with_sources(double=answer), "ben", 1).score == 15.0

    def test_they_cannot_be_changed(self, engine, tmp_path):
        (tmp_path / "data.csv").write_text("1,2")
        change = "open('data.csv', 'w').write('3')"
        graded = engine.grade(with_sources(goodbye=change), "ada", 1, files=OtherFiles(tmp_path, ("data.csv",)))
        assert "Error" in outputs_text(graded.notebook) and (tmp_path / "data.csv").read_text() == "1,2"


class TestTrouble:
    def test_an_endless_loop_affects_only_its_function(self, engine):
        loop = "def double(x):\n    while True:\n        pass"
        graded = engine.grade(with_sources(double=loop), "dan", 1)
        assert set(statuses(graded, "double").values()) == {"timeout"}
        assert score(graded) == {"double": 0.0, "count": 15.0}

    def test_an_endless_loop_for_one_input_affects_only_tests_with_it(self, engine):
        loop = "def count(n):\n    assert n >= 0\n    while n == 0:\n        pass\n    return list(range(n))"
        graded = engine.grade(with_sources(count=loop), "dan", 1)
        assert statuses(graded, "count")["test_none"] == "timeout"
        assert score(graded)["count"] == 10.0  # an AssertionError is no ValueError

    def test_a_cell_in_an_endless_loop_is_stopped_and_the_rest_counts(self, engine):
        graded = engine.grade(with_sources(goodbye="while True: pass", table="while True: pass"), "dan", 1)
        assert score(graded)["count"] == 15.0
        assert any("Cell 3 (while True: pass) ran longer than 4 s" in message for message in graded.messages)

    def test_a_submission_that_takes_too_long_in_all_is_stopped_with_its_kernel(self, engine, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(engine, "settings", replace(engine.settings, cell_seconds=60.0))
            patch.setattr(notebook_run, "longest_seconds", lambda settings: 3.0)
            slow = with_sources(goodbye="import os, time\nos.fork()\ntime.sleep(58)")
            graded = engine.grade(slow, "dan", 1)
        assert graded.messages[-1].startswith("Grading took longer than 3 s in all and was stopped")
        assert graded.needs_review
        assert engine.grade(tiny_notebook(), "ada", 1).score == 20.0

    @pytest.mark.parametrize("stays", [False, True], ids=["agent ends", "agent stays"])
    def test_a_full_queue_of_the_judge_and_no_agent_affects_only_that_submission(self, engine, stays):
        notebook = with_sources(double=KNOCKING.format(stays=stays))
        graded = engine.grade(notebook, "dan", 1)
        assert score(graded)["double"] == 0.0
        assert engine.grade(tiny_notebook(), "ada", 1).score == 20.0

    def test_a_connection_that_student_code_ends_and_keeps_open_costs_no_more_than_its_exercise(self, engine):
        graded = engine.grade(with_sources(double=KEEPING), "dan", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}
        assert "code that a test called ended the connection to the tests" in graded.messages[0]

    def test_an_interrupt_that_a_function_raises_is_its_own_error(self, engine):
        graded = engine.grade(with_sources(double="def double(x):\n    raise KeyboardInterrupt"), "dan", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}
        assert "your code raised KeyboardInterrupt" in graded.exercises["double"].tests[0].message
        assert graded.messages == []

    def test_an_answer_that_is_too_large_to_send_is_named(self, engine):
        graded = engine.grade(with_sources(double="def double(x):\n    return 'x' * 10_000_000"), "dan", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}
        expected = r"got:      a value that cannot be checked, from `double`: it is too large to send: [\d,]+ bytes"
        assert re.search(expected, graded.exercises["double"].tests[0].message)

    def test_invalid_bytes_on_every_connection_affect_only_that_exercise(self, engine):
        graded = engine.grade(with_sources(double=FORGING), "dan", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}
        assert engine.grade(tiny_notebook(), "ada", 1).score == 20.0

    def test_a_range_without_end_is_an_error_of_that_exercise(self, engine):
        graded = engine.grade(with_sources(count="def count(n):\n    return range(10**15)"), "dan", 1)
        assert score(graded) == {"double": 5.0, "count": 0.0}
        assert not graded.needs_review
        assert "more than 10,000 items" in graded.exercises["count"].tests[0].message

    def test_a_changed_input_is_noted_also_where_the_test_passes(self, engine):
        graded = engine.grade(with_sources(double="def double(x):\n    return x.mul_(2)"), "ada", 1)
        first = graded.exercises["double"].tests[0]
        assert (first.status, first.message) == ("passed", "note: your function `double` changed its input `x`")

    @pytest.mark.parametrize("source", ["exit()", "if True:\n    quit()"])
    def test_a_cell_that_exits_is_named_and_the_rest_counts(self, engine, source):
        notebook = tiny_notebook()
        notebook.cells.insert(5, code(source, "mine"))
        graded = engine.grade(notebook, "eva", 1)
        assert (graded.score, graded.status) == (20.0, "graded")
        assert graded.messages == [
            f"Cell 6 ({source.splitlines()[0]}) ended the kernel: the cell called exit() or quit()."
        ]

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("import no_such_package.part", r"`no_such_package` is neither installed where labs are graded nor a file"),
            ("lazy import json", r"line 1: `lazy import json`; labs are graded with Python 3\.\d+, which"),
            ("x = = 1", r"line 1: `x = = 1`"),
        ],
    )
    def test_the_cause_of_a_cell_s_error_is_named(self, engine, source, said):
        graded = engine.grade(with_sources(double=f"{source}\ndef double(x):\n    return 2 * x"), "ada", 1)
        (message,) = graded.messages
        assert re.fullmatch(rf"Cell \d+ \(double\) ended with \w+Error: .* \({said}.*\)\.", message)
        assert not graded.needs_review
        assert score(graded) == {"double": 0.0, "count": 15.0}

    def test_a_crash_between_exercises_keeps_earlier_results(self, engine):
        notebook = tiny_notebook()
        notebook.cells.insert(5, code("import os; os._exit(3)", "crash"))
        graded = engine.grade(notebook, "eva", 1)
        assert score(graded) == {"double": 5.0, "count": 15.0}
        assert any("ended the kernel" in message for message in graded.messages)

    def test_a_crashing_function_affects_only_its_exercise(self, engine):
        crash = "import ctypes\ndef double(x):\n    ctypes.string_at(0)"
        graded = engine.grade(with_sources(double=crash), "eva", 1)
        assert score(graded) == {"double": 0.0, "count": 15.0}

    def test_a_notebook_that_always_dies_needs_review(self, engine):
        notebook = tiny_notebook()
        for place in (2, 6):
            notebook.cells.insert(place, code("import os; os._exit(3)", f"crash{place}"))
        graded = engine.grade(notebook, "eva", 1)
        assert graded.needs_review
        assert score(graded)["count"] == 0.0

    def test_a_flood_of_output_is_cut(self, engine):
        graded = engine.grade(with_sources(goodbye="while True: print('x' * 1000)"), "fay", 1)
        assert len(outputs_text(graded.notebook)) < 300_000
        assert score(graded) == {"double": 5.0, "count": 15.0}

    def test_too_much_memory_affects_only_the_cell_that_uses_it(self, engine):
        graded = engine.grade(with_sources(goodbye="x = torch.ones(1 << 30)"), "gus", 1)
        assert score(graded) == {"double": 5.0, "count": 15.0}
        texts = " ".join(graded.messages) + outputs_text(graded.notebook)
        assert "memory" in texts.lower()


PATCHES = {
    "unittest and torch": "import unittest, torch\n"
    "unittest.TestCase.run = lambda self, result=None: result.addSuccess(self)\n"
    "torch.allclose = torch.isclose = lambda *a, **k: True\n"
    "def double(x): return x",
    "an object that equals everything": "class Any:\n"
    "    def __eq__(self, other): return True\n"
    "    def __getattr__(self, name): return self\n"
    "    def __call__(self, *a, **k): return self\n"
    "def double(x): return Any()",
    "a look for the tests": "import inspect\n"
    "def double(x):\n"
    "    for frame in inspect.stack():\n"
    "        for value in frame.frame.f_globals.values():\n"
    "            if type(value).__name__ == 'Reference': return value.double(x)\n"
    "    return x",
    "a patched server": "import course_utils.remote.server as r\n"
    "r.RemoteServer.answer = lambda self, request, blob: ({'id': request['id'], 'ok': True}, b'')\n"
    "def double(x): return x",
    "patched assertions": "from course_utils.testing import LabTestCase\n"
    "LabTestCase.assert_close = lambda *a, **k: None\n"
    "LabTestCase.assert_gradient = lambda *a, **k: None\n"
    "def double(x): return x",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES.keys())
def test_an_attack_gains_nothing(engine, patch):
    graded = engine.grade(with_sources(double=patch), "finn", 1)
    assert score(graded)["double"] <= 0.5  # twice zero is zero: a test that an echo passes


def test_a_broken_reference_is_named(tmp_path):
    root = write_tiny_course(tmp_path)
    path = root / "solutions" / LAB / f"{LAB}.ipynb"
    path.write_text(path.read_text().replace("torch.arange(6.0)", "torch.arrange(6.0)"))
    with pytest.raises(CourseError, match="cell 3 of the reference notebook fails"), Engine(find_lab(LAB, root)):
        pass


def test_without_nested_namespaces_each_kernel_gets_a_fresh_sandbox(tmp_path, monkeypatch):
    def refuse(self):
        raise SandboxUnavailable("nested namespaces are not allowed")

    monkeypatch.setattr("course_grader.grading.parts.Zygote.__enter__", refuse)
    with Engine(find_lab(LAB, write_tiny_course(tmp_path))) as engine:
        graded = engine.grade(tiny_notebook(), "ada", 1)
    assert score(graded) == {"double": 5.0, "count": 15.0}


def test_a_kernel_that_cannot_start_needs_review_and_leaves_nothing(engine, monkeypatch):
    async def refuse(self):
        raise RuntimeError("no kernel today")

    monkeypatch.setattr("course_grader.grading.engine.StudentKernel.start", refuse)
    graded = engine.grade(tiny_notebook(), "ada", 1)
    assert graded.needs_review
    assert not graded.ran
    assert score(graded) == {"double": 0.0, "count": 0.0}
    assert any("no kernel today" in message for message in graded.messages)
