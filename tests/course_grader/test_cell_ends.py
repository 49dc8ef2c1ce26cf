"""How a student's cell may end, and how that is reported: endless output, errors, invalid messages."""

import pytest

from course_grader.kernel_client import capped_client
from tests.paths import sandbox_missing
from tests.tiny_course import cell_named, code, score, tiny_notebook, with_sources

pytestmark = pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")

FULL = {"double": 5.0, "count": 15.0}
MUCH = "print('x' * 200_000)"
ENDLESS = "while True: print('x' * 1000)"
DOUBLE = "\ndef double(x):\n    return 2 * x"


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def messages_of(graded, exercise):
    return {test.message for test in graded.exercises[exercise].tests}


class TestMuchOutput:
    def test_costs_nothing(self, engine):
        notebook = tiny_notebook()
        for place in (6, 5, 4, 3):  # before and after each exercise
            for number in range(4):
                notebook.cells.insert(place, code(MUCH, f"much{place}{number}"))
        for exercise in FULL:
            cell_named(notebook, exercise).source += f"\n{MUCH}"
        graded = engine.grade(notebook, "ada", 1)
        assert score(graded) == FULL
        assert not graded.needs_review
        assert graded.messages == []
        assert "Output truncated" in text_of(cell_named(graded.notebook, "much30"))

    def test_all_cells_together_have_a_limit(self, engine, monkeypatch):
        monkeypatch.setattr(capped_client, "MAX_NOTEBOOK_BYTES", 5_000)
        notebook = tiny_notebook()
        for number in range(4):
            notebook.cells.insert(3, code("print('x' * 2_000)", f"some{number}"))
        graded = engine.grade(notebook, "ada", 1)
        shown = [text_of(cell_named(graded.notebook, f"some{number}")) for number in (3, 2, 1, 0)]
        assert ["x" * 2_000 in text for text in shown] == [True, True, False, False]
        assert "the cells of this notebook printed too much in all" in shown[-1]
        assert score(graded) == FULL

    def test_a_cell_may_print_much_and_continue(self, engine):
        slow = f"import time\n{MUCH}\nfor i in range(12):\n    print('x' * 3000, flush=True)\n    time.sleep(0.15)"
        graded = engine.grade(with_sources(double=slow + DOUBLE), "ada", 1)
        assert score(graded) == FULL
        assert graded.messages == []

    def test_the_error_after_it_is_shown(self, engine):
        outputs = cell_named(engine.grade(with_sources(goodbye=f"{MUCH}\n1 / 0"), "ada", 1).notebook, "goodbye").outputs
        assert [output.get("ename") for output in outputs] == [None, "ZeroDivisionError"]

    @pytest.mark.parametrize(
        "huge",
        [
            "print('x' * 9_000_000)",
            "from IPython.display import display, Image; display(Image(bytes(9_000_000), format='png'))",
        ],
        ids=["text", "picture"],
    )
    def test_later_cells_still_show_their_output(self, engine, huge):
        table = f"{huge}\ntable = torch.arange(6.0).reshape(2, 3)"
        graded = engine.grade(with_sources(table=table, goodbye="print('good' + 'bye')"), "ada", 1)
        assert text_of(cell_named(graded.notebook, "goodbye")) == "goodbye\n"
        assert "Output truncated" in text_of(cell_named(graded.notebook, "table"))
        assert score(graded) == FULL

    @pytest.mark.parametrize("flood", [ENDLESS, "while True: display(1)"], ids=["text", "messages"])
    def test_without_end_is_stopped_and_reported(self, engine, flood):
        graded = engine.grade(with_sources(table=flood), "fay", 1)
        assert graded.messages == [f"Cell 3 ({flood}) printed too much and was stopped."]
        assert "kept printing and was stopped" in text_of(cell_named(graded.notebook, "table"))
        assert score(graded) == FULL
        assert not graded.needs_review

    def test_that_no_interrupt_stops_ends_the_kernel(self, engine):
        stubborn = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{ENDLESS}"
        graded = engine.grade(with_sources(table=stubborn), "fay", 1)
        assert graded.messages == [
            "Cell 3 (import signal) ended the kernel: a cell printed too much and did not react to the interrupt."
        ]
        assert score(graded) == FULL


FAULTS = {
    "error": ("troch.manual_seed(0)", "ended with NameError: name 'troch' is not defined"),
    "syntax": ("def half(x:", "ended with SyntaxError: "),
    "timeout": ("while True: pass", "ran longer than 4 s and was stopped"),
    "flood": (ENDLESS, "printed too much and was stopped"),
    "death": ("import os; os._exit(3)", "ended the kernel: "),
}


class TestFaultOfTheSolutionCell:
    @pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS)
    def test_is_reported_by_its_tests(self, engine, fault, words):
        graded = engine.grade(with_sources(double=fault + DOUBLE), "hal", 1)
        expected = f"your code raised NameError: `double` is not defined: its cell {words}"
        assert {message[: len(expected)] for message in messages_of(graded, "double")} == {expected}
        assert expected in " ".join(text_of(cell_named(graded.notebook, "test_double")).split())
        assert score(graded) == {"double": 0.0, "count": 15.0}

    def test_is_not_reported_for_a_misspelt_name(self, engine):
        graded = engine.grade(with_sources(double="def twice(x):\n    return 2 * x"), "hal", 1)
        assert {"run the cell that defines it" in message for message in messages_of(graded, "double")} == {True}

    def test_is_not_reported_for_a_name_that_the_code_itself_lacks(self, engine):
        graded = engine.grade(with_sources(double="def double(x):\n    return 2 * y\n1 / 0"), "hal", 1)
        assert {"name 'y' is not defined" in message for message in messages_of(graded, "double")} == {True}
        assert not any("its cell" in message for message in messages_of(graded, "double"))

    def test_a_function_from_before_the_fault_is_said_to_be_tested(self, engine):
        graded = engine.grade(with_sources(double="def double(x):\n    return 3 * x\n1 / 0"), "hal", 1)
        text = text_of(cell_named(graded.notebook, "test_double"))
        assert text.startswith("double: when its cell ran, it ended with ZeroDivisionError: division by zero, so these")
        assert "when its cell ran" not in text_of(cell_named(graded.notebook, "test_count"))

    def test_is_one_short_line(self, engine):
        graded = engine.grade(with_sources(double="raise ValueError('<b>\\x1b[31m\\n' * 5000)"), "hal", 1)
        (message,) = messages_of(graded, "double")
        assert "its cell ended with ValueError: <b>[31m <b>" in message
        assert len(message) < 450
        assert "\n" not in message


SPOILT = {
    "forged content": "kernel.session.send(kernel.iopub_socket, 'stream', {'x': 1}, parent=kernel.get_parent('shell'))",
    "forged signature": "kernel.session.key = b'another'",
    "no output": "kernel.iopub_thread.stop()",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_damaged_kernel_affects_only_its_cell(engine, spoil):
    graded = engine.grade(with_sources(table=f"kernel = get_ipython().kernel\n{spoil}"), "finn", 1)
    assert graded.messages[0].startswith("Cell 3 (kernel = get_ipython().kernel) ended the kernel: ")
    assert score(graded) == FULL


def test_a_display_changed_later_shows_only_what_is_allowed(engine):
    change = "from IPython.display import HTML\nhandle = display('a', display_id=True)\nhandle.update(HTML('<script>'))"
    again = "display('b', display_id='b')\ndisplay(HTML('<script>'), display_id='b');"
    outputs = cell_named(
        engine.grade(with_sources(goodbye=f"{change}\n{again}"), "finn", 1).notebook, "goodbye"
    ).outputs
    assert [set(output["data"]) for output in outputs] == [{"text/plain"}] * 3


def test_a_cell_that_stops_its_process_before_any_message_has_left_it_is_named(engine, monkeypatch):
    """As on a busy machine, where the threads that send messages stop before they have sent one."""
    process = capped_client.CappedClient.process_message

    def lose(client, message, cell, index):
        return None if "SIGSTOP" in cell.source else process(client, message, cell, index)

    monkeypatch.setattr(capped_client.CappedClient, "process_message", lose)
    stop = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
    graded = engine.grade(with_sources(table=stop), "finn", 1)
    assert graded.messages == [
        "Cell 3 (import os, signal) ended the kernel: a cell ran longer than 4 s and did not react to the interrupt."
    ]
    assert score(graded) == FULL


LEAVES = {
    "thread": "import os, threading\nthreading.Timer(0.3, os._exit, [3]).start()",
    "alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.3)",
    "process": "import os, subprocess\nsubprocess.Popen(['sh', '-c', f'sleep 0.3; kill -9 {os.getpid()}'])",
    "timer of the event loop": "import asyncio, os\nasyncio.get_event_loop().call_later(0.3, os._exit, 0)",
    "task": "import asyncio, os\nasync def end():\n    await asyncio.sleep(0.3)\n    os._exit(0)\n"
    "task = asyncio.ensure_future(end())",
}


@pytest.mark.parametrize("left", LEAVES.values(), ids=LEAVES)
def test_what_a_cell_leaves_running_to_end_the_kernel_later_costs_no_other_cell(engine, left):
    notebook = tiny_notebook()
    notebook.cells.insert(3, code(left, "leaves"))
    cell_named(notebook, "double").source += "\nimport time\ntime.sleep(0.6)"
    graded = engine.grade(notebook, "finn", 1)
    assert [message.partition(": ")[0] for message in graded.messages] == [
        f"Cell 4 ({left.splitlines()[0]}) ended the kernel"
    ]
    assert score(graded) == FULL


def test_a_cell_that_ends_the_kernel_is_to_blame_itself_if_an_earlier_one_left_something_harmless(engine):
    notebook = tiny_notebook()
    notebook.cells.insert(3, code("import threading, time\nthreading.Timer(60, print).start()", "leaves"))
    notebook.cells.insert(4, code("import os; os._exit(3)", "ends"))
    graded = engine.grade(notebook, "finn", 1)
    assert [message.partition(": ")[0] for message in graded.messages] == [
        "Cell 5 (import os; os._exit(3)) ended the kernel"
    ]
    assert score(graded) == FULL and not graded.needs_review
