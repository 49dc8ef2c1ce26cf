"""Runs a lab's test cells with inputs on a FAKE GPU (tests/fake_cuda.py), in this process."""

from contextlib import contextmanager

from course_grader.judge import session
from course_grader.judge.reference import ReferenceSource, execute_reference, execute_source
from course_grader.notebooks import is_judged_cell, setup_imports, tested_exercise
from course_utils.remote.client import RemoteClient
from course_utils.remote.proxies import local_transport, reference, student


class _Here:
    """Stands for the student's kernel: the answers are in `variables`."""

    def __init__(self, variables):
        self._variables = variables

    def connect(self, lost, fault):
        return RemoteClient(local_transport(self._variables))

    def release(self):
        pass


class GpuCheck:
    """`problem` is what a check of one exercise finds, for the reference's answers or others in their place."""

    def __init__(self, lab):
        self._notebook = lab.reference()
        self._source = ReferenceSource.of(self._notebook)
        self._variables = execute_reference(self._source)
        self.exercises = {tested_exercise(c.source): c.source for c in self._notebook.cells if is_judged_cell(c)}

    def problem(self, exercise, answer=""):
        variables = dict(self._variables)
        if answer:
            execute_source(answer, "<cell of the student>", variables)
        asked = {"source": self.exercises[exercise], "exercise": exercise, "lost": "", "fault": ""}
        side, imports = _Here(variables), setup_imports(self._notebook)
        with connected(self._variables):
            verdict = session.judge_cell(side, imports, asked)
            passed = [test["name"] for test in verdict["tests"] if test["status"] == "passed"]
            return session.check_device(side, imports, {**asked, "passed": passed})["problem"], passed, verdict


@contextmanager
def connected(variables):
    before, session.test_session.judged = session.test_session.judged, True
    reference._connect(variables)
    try:
        yield
    finally:
        session.test_session.judged = before
        reference._connect(None)
        student._connect(None)
