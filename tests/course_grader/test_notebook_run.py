"""The way through a notebook, with a kernel and a judge that do as they are told: what happens after a death."""

import asyncio
import gc
import threading

import pytest
from nbformat.v4 import new_output

from course_grader.grading import notebook_run
from course_grader.grading.notebook_run import NotebookRun, fail_closed
from course_grader.judge.launcher import JudgeError
from course_grader.kernel_client import CellEnd
from course_grader.lab_settings import LabSettings
from course_grader.notebooks import is_autograded_cell
from course_grader.results import ExerciseResult, GradedSubmission, TestResult
from tests.tiny_course import LAB, cell_named, code, score, tiny_notebook

FULL = {"double": 5.0, "count": 15.0}


class FakeKernel:
    """Dies in a cell of `deadly`, or while an exercise of `deadly` is judged."""

    def __init__(self, deadly, death):
        self._deadly, self._death = deadly, death
        self.death = self.fault = self.cause = ""
        self.stalled = self.sudden = False
        self.left_running = 0
        self.ran = []

    async def run(self, cell, index, seconds):
        self.ran.append(cell.id)
        if cell.id in self._deadly:
            self.death = self._death
            return CellEnd.DEAD
        return CellEnd.DONE

    async def serve_judge(self, path, judging):
        result = judging()
        if f"test_{result.id}" in self._deadly:
            self.death = self._death
        return result

    async def close(self):
        pass


class FakeJudge:
    """Gives full points for each exercise, except those that it cannot judge."""

    def __init__(self, fails=()):
        self.asked, self._fails = [], fails

    def judge(self, source, exercise, maximum, lost="", fault=""):
        self.asked.append((exercise, lost))
        if exercise in self._fails:
            raise JudgeError("the judge gave no answer")
        points = 0.0 if lost else maximum
        return ExerciseResult(exercise, maximum, [TestResult("Hidden.test", "All", "passed", points, maximum)])


def run(*kernels, judge=None, notebook=None):
    """The graded submission after a run in these kernels, one after the other."""
    graded = GradedSubmission("ada", LAB, 1, notebook or tiny_notebook())
    waiting = list(kernels)

    async def start(notebook, session):
        return waiting.pop(0), "path"

    asyncio.run(NotebookRun(graded, judge or FakeJudge(), start, LabSettings(), False).run())
    return graded


def kernels(*deadly, death="a crash"):
    return FakeKernel(set(deadly), death), FakeKernel(set(), "")


class Forgetful(FakeKernel):
    """Leaves a task behind that fails, as a request does whose connection is closed."""

    async def run(self, cell, index, seconds):
        async def fail():
            raise JudgeError("the judge gave no answer")

        self.left = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        return await super().run(cell, index, seconds)


def test_what_nobody_waits_for_anymore_is_not_printed(caplog):
    run(Forgetful(set(), ""))
    gc.collect()  # a task complains when it is removed
    assert [record for record in caplog.records if record.levelname != "DEBUG"] == []


class TestAfterADeath:
    def test_the_cells_before_it_run_again_but_not_the_one_that_killed_it(self):
        first, second = kernels("count")
        graded = run(first, second)
        assert first.ran == ["setup", "table", "double", "count"]
        assert second.ran == ["setup", "table", "double", "goodbye"]
        assert score(graded) == FULL

    def test_nor_the_cell_whose_function_killed_it_in_a_test(self):
        first, second = kernels("test_double")
        run(first, second)
        assert first.ran == ["setup", "table", "double"]
        assert second.ran == ["setup", "table", "count", "goodbye"]

    def test_nor_an_earlier_cell_that_kept_the_next_one_from_starting(self):
        first, second = kernels("count", death="something was left running")
        first.stalled = True
        graded = run(first, second)
        assert second.ran == ["setup", "table", "count", "goodbye"]  # without `double`, which ran before `count`
        assert graded.messages == ["Cell 4 (double) ended the kernel: something was left running."]

    def test_a_test_that_an_earlier_cell_kept_from_starting_is_judged_again(self):
        first, second = kernels("test_count", death="something was left running")
        first.stalled = True
        judge = FakeJudge()
        run(first, second, judge=judge)
        assert [exercise for exercise, _ in judge.asked] == ["double", "count", "count"]
        assert second.ran == ["setup", "table", "double", "goodbye"]

    def test_by_wall_time_there_is_no_other_kernel(self):
        first, second = kernels("double", death="wall time: more than 60 s")
        judge = FakeJudge()
        graded = run(first, second, judge=judge)
        assert second.ran == []
        assert first.ran == ["setup", "table", "double"]
        assert graded.needs_review
        assert [exercise for exercise, lost in judge.asked if "wall time" in lost] == ["double", "count"]
        assert score(graded) == dict.fromkeys(FULL, 0.0)

    def test_a_second_death_is_the_last(self):
        graded = run(*(FakeKernel({"double", "count"}, "a crash") for _ in range(2)))
        assert graded.needs_review
        assert score(graded)["count"] == 0.0

    def test_what_the_cells_showed_before_it_stays(self):
        first, second = kernels("count")
        notebook = tiny_notebook()

        async def show(cell, index, seconds, ends=first.run):
            cell.outputs = [new_output("stream", text="shown")]
            return await ends(cell, index, seconds)

        first.run = show
        graded = run(first, second, notebook=notebook)
        assert cell_named(graded.notebook, "table").outputs[0].text == "shown"


def with_a_cell_of_its_own():
    notebook = tiny_notebook()
    notebook.cells.insert(3, code("own = 1", "own"))
    return notebook


class Leaving(FakeKernel):
    """Leaves something running after each cell of `leaves`, and ends suddenly; in cells of `failing` is an error."""

    def __init__(self, leaves, deadly, failing=()):
        super().__init__(set(deadly), "a crash")
        self._leaves, self._failing = leaves, failing

    def _start(self):
        self.left_running = sum(name in self._leaves for name in self.ran)

    async def run(self, cell, index, seconds):
        self._start()
        end = await super().run(cell, index, seconds)
        self.sudden = end is CellEnd.DEAD
        self.fault = "ended with NameError" if cell.id in self._failing else ""
        return end

    async def serve_judge(self, path, judging):
        self._start()
        result = await super().serve_judge(path, judging)
        self.sudden = bool(self.death)
        return result


class TestWhatAnEarlierCellLeftRunning:
    SAID = "Cell 4 (double) ended the kernel: a crash, probably by what this cell left running"

    def test_ends_the_kernel_in_a_later_cell_which_is_then_run_again(self):
        first, second = Leaving({"double"}, {"count"}), Leaving({"double"}, ())
        graded = run(first, second)
        assert second.ran == ["setup", "table", "count", "goodbye"]
        assert [message.partition(" (a thread")[0] for message in graded.messages] == [self.SAID]
        assert score(graded) == FULL

    def test_ends_the_kernel_in_a_later_test_which_is_then_judged_again(self):
        class Judge(FakeJudge):
            def judge(self, source, exercise, maximum, lost="", fault=""):
                result = super().judge(source, exercise, maximum, lost, fault)
                if self.asked.count(("count", "")) == 1 and exercise == "count":
                    result.tests[0].points = 0.0
                return result

        first, second = Leaving({"double"}, {"test_count"}), Leaving({"double"}, ())
        graded = run(first, second, judge=Judge())
        assert second.ran == ["setup", "table", "count", "goodbye"]
        assert [message.partition(" (a thread")[0] for message in graded.messages] == [self.SAID]
        assert score(graded) == FULL

    @pytest.mark.parametrize(
        "again", [{"deadly": {"count"}}, {"deadly": (), "failing": {"count"}}], ids=["dies", "fails"]
    )
    def test_is_innocent_if_the_later_cell_goes_no_better_without_it(self, again):
        first, third = Leaving({"double"}, {"count"}), Leaving({"double"}, ())
        second = Leaving({"double"}, **again)
        graded = run(first, second, third)
        assert second.ran[:3] == ["setup", "table", "count"]
        assert third.ran == ["setup", "table", "double", "goodbye"]
        assert graded.messages == ["Cell 6 (count) ended the kernel: a crash."]
        assert not graded.needs_review

    @pytest.mark.parametrize("again", [{"test_count"}, ()], ids=["dies", "has no more points"])
    def test_is_innocent_if_the_later_test_goes_no_better_without_it(self, again):
        first, second, third = (Leaving({"double"}, deadly) for deadly in ({"test_count"}, again, ()))
        graded = run(first, second, third)
        assert third.ran == ["setup", "table", "double", "goodbye"]
        assert graded.messages == ["Cell 7 (test_count) ended the kernel: a crash."]
        assert score(graded) == FULL

    def test_ends_the_kernel_between_two_cells_and_the_one_that_has_just_run_is_innocent(self):
        first, second = Leaving({"own"}, {"count"}), Leaving({"own"}, ())
        first.stalled = True  # `count` had not started
        graded = run(first, second, notebook=with_a_cell_of_its_own())
        assert second.ran == ["setup", "table", "double", "count", "goodbye"]
        assert graded.messages == ["Cell 4 (own = 1) ended the kernel: a crash."]
        assert score(graded) == FULL

    def test_ends_the_kernel_before_a_test_has_started(self):
        first, second = Leaving({"own"}, {"test_count"}), Leaving({"own"}, ())
        first.stalled = True
        judge = FakeJudge()
        graded = run(first, second, notebook=with_a_cell_of_its_own(), judge=judge)
        assert [exercise for exercise, _ in judge.asked] == ["double", "count", "count"]
        assert second.ran == ["setup", "table", "double", "count", "goodbye"]
        assert graded.messages == ["Cell 4 (own = 1) ended the kernel: a crash."]

    def test_is_innocent_if_the_kernel_ends_again_before_the_next_cell_has_started(self):
        first, second, third = Leaving({"own"}, {"count"}), Leaving({"own"}, {"count"}), Leaving({"own"}, ())
        first.stalled = second.stalled = True
        graded = run(first, second, third, notebook=with_a_cell_of_its_own())
        assert graded.messages == ["Cell 5 (double) ended the kernel: a crash."]
        assert third.ran == ["setup", "table", "own", "count", "goodbye"]

    def test_is_not_suspected_where_a_limit_ended_the_kernel(self):
        class Limited(Leaving):
            sudden = property(lambda kernel: False, lambda kernel, value: None)

        graded = run(Limited({"double"}, {"count"}), FakeKernel(set(), ""))
        assert graded.messages == ["Cell 6 (count) ended the kernel: a crash."]

    def test_is_not_suspected_if_it_is_the_course_s_own_cell(self):
        graded = run(Leaving({"setup", "table"}, {"count"}), FakeKernel(set(), ""))
        assert graded.messages == ["Cell 6 (count) ended the kernel: a crash."]


class HangingKernel(FakeKernel):
    """Hangs in one cell; `stubborn`: and then goes on, as if nobody had stopped it."""

    def __init__(self, hangs, stubborn=False):
        super().__init__(set(), "")
        self._hangs, self._stubborn, self.closed = hangs, stubborn, False

    async def run(self, cell, index, seconds):
        if cell.id == self._hangs:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self._stubborn:
                    raise
        return await super().run(cell, index, seconds)

    async def serve_judge(self, path, judging):
        return await asyncio.to_thread(judging)

    async def close(self):
        self.closed = True


class HangingJudge(FakeJudge):
    """Gives no answer about one exercise until its session is closed."""

    def __init__(self, hangs=None):
        super().__init__()
        self._hangs, self.closed = hangs, threading.Event()

    def judge(self, source, exercise, maximum, lost="", fault=""):
        if exercise == self._hangs:
            self.closed.wait()
            raise JudgeError("the session is closed")
        return super().judge(source, exercise, maximum, lost, fault)

    def close(self):
        self.closed.set()


class TestTheWholeRunHasALimit:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch):
        monkeypatch.setattr(notebook_run, "longest_seconds", lambda settings: 1.0)

    @pytest.mark.parametrize("stubborn", [False, True])
    def test_a_kernel_that_never_answers(self, stubborn):
        kernel, judge = HangingKernel("count", stubborn), HangingJudge()
        graded = run(kernel, judge=judge)
        assert score(graded) == {"double": 5.0, "count": 0.0}
        assert "goodbye" not in kernel.ran
        assert kernel.closed and judge.closed.is_set()
        assert graded.needs_review
        assert graded.messages[-1].startswith("Grading took longer than 1 s in all and was stopped")

    def test_no_other_kernel_is_started_afterwards(self):
        first, second = HangingKernel("count", stubborn=True), FakeKernel(set(), "")
        first._deadly, first._death = {"count"}, "killed while it was stopped"
        graded = run(first, second, judge=HangingJudge())
        assert second.ran == []
        assert len(graded.messages) == 1

    def test_a_judge_that_never_answers(self):
        kernel, judge = HangingKernel(None), HangingJudge("double")
        graded = run(kernel, judge=judge)
        assert score(graded) == dict.fromkeys(FULL, 0.0)
        assert kernel.closed and judge.closed.is_set()
        assert len(graded.messages) == 1 and graded.needs_review


class TestFailClosed:
    @pytest.fixture
    def forged(self):
        notebook = tiny_notebook()
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [new_output("execute_result", {"text/plain": "20.0"}, execution_count=1)]
                cell.execution_count = 1
        return notebook

    def test_nothing_of_the_submission_s_own_outputs_is_left_and_every_test_has_an_error(self, forged):
        graded = GradedSubmission("ada", LAB, 1, forged)
        fail_closed(graded)
        for cell in forged.cells:
            if is_autograded_cell(cell):
                assert [output.output_type for output in cell.outputs] == ["error"]
            else:
                assert not cell.get("outputs")
            assert cell.get("execution_count") is None
        assert {name: result.max for name, result in graded.exercises.items()} == FULL
        assert score(graded) == dict.fromkeys(FULL, 0.0)

    def test_what_the_judge_does_not_judge_stays_so(self, forged):
        kernel, _ = kernels()
        graded = run(kernel, judge=FakeJudge(fails=("double", "count")), notebook=forged)
        assert score(graded) == dict.fromkeys(FULL, 0.0)
        assert graded.needs_review
        for name in ("test_double", "test_count"):
            assert [output.ename for output in cell_named(graded.notebook, name).outputs] == ["NotGraded"]

    def test_a_judge_that_is_over_when_the_kernel_is_renewed_ends_no_run(self):
        async def start(notebook, session):
            raise JudgeError("the judge gave no answer")

        graded = GradedSubmission("ada", LAB, 1, tiny_notebook())
        asyncio.run(NotebookRun(graded, FakeJudge(), start, LabSettings(), False).run())
        assert graded.needs_review
        assert score(graded) == dict.fromkeys(FULL, 0.0)


def test_a_kernel_that_died_while_the_judge_gave_no_answer_is_renewed():
    first, second = kernels()

    async def die(path, judging):
        first.death = "a crash"
        return judging()

    first.serve_judge = die
    graded = run(first, second, judge=FakeJudge(fails=("double",)))
    assert "count" in second.ran
    assert score(graded) == {"double": 0.0, "count": 15.0}
