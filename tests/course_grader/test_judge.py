"""The judge's process and its sessions: every answer stands on its own request, and nothing outlives the run."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from course_grader.judge.clean_environment import judge_environment
from course_grader.judge.launcher import JudgeError, JudgeServer, JudgeSession
from course_grader.judge.session import StudentSide
from course_grader.notebooks import find_lab
from course_utils.remote.framing import receive_frame, send_frame
from tests.paths import ROOT
from tests.tiny_course import LAB, write_tiny_course

PATIENCE = 60.0
ENDLESS = "while True: pass"
VERDICT = {"tests": [], "text": "", "error": ""}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return find_lab(LAB, write_tiny_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def server(lab):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROFILE", "full")
        patch.setenv("SECRET_TOKEN", "secret")
        with JudgeServer(lab) as server:
            server.wait_until_ready()
            yield server


@pytest.fixture
def session(server):
    session = server.session(seed=1, call_seconds=1, seconds=30)
    yield session
    session.close()


def say(session, source):
    """What a test cell with this source prints in the judge, or its error."""
    result = session.judge(source, "double", 5.0, lost="no kernel")
    return result.error or result.text.strip()


def pid_of(session):
    return int(say(session, "import os; print(os.getpid())"))


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(pid):
    """Wait until the process has ended."""
    end = time.monotonic() + PATIENCE
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(pid)


def test_closing_a_session_ends_the_wait_for_its_answer():
    ours, theirs = socket.socketpair()
    session, ends = JudgeSession(ours, PATIENCE * 10), []

    def wait():
        try:
            say(session, ENDLESS)
        except JudgeError as error:
            ends.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    receive_frame(theirs, time.monotonic() + PATIENCE)  # the request has come; there will be no answer
    session.close()
    thread.join(PATIENCE)
    assert len(ends) == 1
    theirs.close()


def test_connections_that_student_code_has_queued_are_not_taken_for_the_next_agent(tmp_path):
    side, path = StudentSide(1.0), str(tmp_path / "judge")
    side.listen(path)

    def connected():
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return connection

    def answer(agent):
        send_frame(agent, {"id": receive_frame(agent)[0]["id"], "ok": 7})

    with contextlib.closing(side._listener), connected():
        side.connect("", "")
        with connected(), connected():
            side.release()
            with connected() as agent:
                link = side.connect("", "")
                threading.Thread(target=answer, args=[agent]).start()
                assert link.request("value", target="x") == 7
                side.release()


class TestAnswers:
    """Of a judge whose answers are written here."""

    @pytest.fixture
    def ends(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            yield JudgeSession(ours, 0.5), theirs

    @staticmethod
    def answer(judge, **changes):
        """Take one request and answer it, with some of the answer changed."""

        def serve():
            request, _ = receive_frame(judge)
            send_frame(judge, {**VERDICT, "number": request["number"], "exercise": request["exercise"], **changes})

        thread = threading.Thread(target=serve)
        thread.start()
        return thread

    def test_the_answer_to_a_request_is_taken(self, ends):
        session, judge = ends
        for exercise in ("one", "two"):
            thread = self.answer(judge, text=f"of {exercise}")
            assert session.judge("", exercise, 1.0).text == f"of {exercise}"
            thread.join()

    @pytest.mark.parametrize(
        "changes", [{"number": 7}, {"number": None}, {"exercise": "other"}], ids=["late", "unnumbered", "of another"]
    )
    def test_another_request_s_answer_is_an_error_and_ends_the_session(self, ends, changes):
        session, judge = ends
        thread = self.answer(judge, **changes)
        with pytest.raises(JudgeError, match="answers another request"):
            session.judge("", "one", 1.0)
        thread.join()
        with pytest.raises(JudgeError, match="an earlier request"):
            session.judge("", "two", 1.0)

    def test_after_a_missed_answer_nothing_is_asked_any_more(self, ends):
        session, judge = ends
        with pytest.raises(JudgeError, match="no answer in time"):
            session.judge("", "one", 1.0)
        request, _ = receive_frame(judge)
        assert request["exercise"] == "one"
        for exercise in ("one", "two"):
            with pytest.raises(JudgeError, match="no answer in time"):
                session.judge("", exercise, 1.0)
        assert judge.recv(1) == b""  # closed: no other request came

    def test_a_judge_that_takes_nothing_is_not_waited_for_without_limit(self, ends):
        session, _ = ends
        with pytest.raises(JudgeError):
            session.judge("x" * 3_000_000, "one", 1.0)


class TestEnvironment:
    def test_is_made_and_not_inherited(self, session):
        names = set(say(session, "import os; print(*os.environ)").split())
        assert {"COURSE_PROFILE", "SECRET_TOKEN"}.isdisjoint(names)
        assert names - {"LC_CTYPE"} == set(judge_environment(""))

    def test_runs_the_profile_of_the_students_kernels(self, session):
        assert say(session, "from course_utils import runtime; print(runtime.profile())") == "cpu"


class TestLimits:
    def test_memory_beyond_the_limit_is_an_error_of_that_test_cell(self, session):
        assert "MemoryError" in say(session, "x = bytearray(1 << 33)")
        assert say(session, "print(len(bytearray(1 << 20)))") == "1048576"

    @pytest.mark.parametrize("source", [ENDLESS, "import time; time.sleep(1000)"], ids=["busy", "asleep"])
    def test_a_test_cell_without_end_costs_its_session_alone(self, server, session, source):
        other = server.session(seed=1, call_seconds=1, seconds=1)
        pid = pid_of(other)
        with pytest.raises(JudgeError):
            say(other, source)
        with pytest.raises(JudgeError, match="an earlier request"):
            say(other, "print(1)")
        assert gone(pid)
        assert say(session, "print(1)") == "1"

    def test_processor_time_has_a_limit_too(self, server):
        session = server.session(seed=1, call_seconds=1, seconds=1)
        pid = pid_of(session)
        unlimited = "import signal; signal.setitimer(signal.ITIMER_REAL, 0)\n"  # as if the alarm were lost
        with pytest.raises(JudgeError):
            say(session, unlimited + ENDLESS)
        assert gone(pid)

    def test_a_session_ends_when_it_is_closed(self, server):
        session = server.session(seed=1, call_seconds=1, seconds=30)
        pid = pid_of(session)
        session.close()
        assert gone(pid)


CONTROLLER = """
import sys, threading
from pathlib import Path
from course_grader.judge.launcher import JudgeServer
from course_grader.notebooks import find_lab

with JudgeServer(find_lab(sys.argv[1], Path(sys.argv[2]))) as server:
    busy = server.session(1, 1, 600)
    pid = busy.judge("import os; print(os.getpid())", "double", 5.0, "no kernel").text.strip()
    print(server._process.pid, pid, flush=True)
    busy.judge("while True: pass", "double", 5.0, "no kernel")
"""


class TestNothingIsLeft:
    @pytest.fixture
    def run(self, lab, tmp_path):
        """A run whose judge is busy without end: the controller, and the pids of the judge and of its session."""
        command = [sys.executable, "-c", CONTROLLER, LAB, str(lab.source_folder.parents[1])]
        controller = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        with controller:
            pids = [int(pid) for pid in controller.stdout.readline().split()]
            yield controller, *pids
            controller.kill()
        for pid in pids:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)

    def test_when_the_controller_is_killed(self, run):
        controller, judge, session = run
        controller.kill()
        assert gone(judge)
        assert gone(session)

    def test_when_the_judge_is_killed(self, run):
        _, judge, session = run
        os.kill(judge, signal.SIGKILL)
        assert gone(session)

    def test_when_the_run_ends(self, lab):
        with JudgeServer(lab) as server:
            session = server.session(seed=1, call_seconds=1, seconds=600)
            pid = pid_of(session)
            asking = threading.Thread(target=self.ask_in_vain, args=[session])
            asking.start()
        asking.join()
        assert gone(pid)

    @staticmethod
    def ask_in_vain(session):
        with pytest.raises(JudgeError):
            say(session, ENDLESS)
