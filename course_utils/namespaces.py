"""`student` and `reference`: what a test cell talks to.

`student.f(x)` calls the submission's function through the codec, wherever it runs: in this notebook, or in the sandbox.
`reference.f(x)` calls the reference's own function; it exists for the judge and in the reference notebook only.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import json
import os
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import __main__
from course_utils import probes
from course_utils.link import Link, Remote, StudentError, Transport
from course_utils.responder import Responder


class Student:
    """`student.f` is the submission's f. Without a connection it is this notebook's."""

    def __init__(self) -> None:
        self._link: Link | None = None

    def _connect(self, link: Link) -> None:
        self._link = link

    def _connected(self) -> Link:
        if self._link is None:
            self._link = Link(local_transport(notebook_variables()))
        return self._link

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self._connected(), name)

    def value(self, name: str) -> Any:
        """A variable of the submission that is no function, as plain data."""
        return self._connected().request("value", target=name)

    def run(self, probe: Callable, *args: Any, **kwargs: Any) -> Any:
        """Run `probe(student, *args)` beside the student's code; only the probe's source crosses."""
        source = textwrap.dedent(inspect.getsource(probe))
        probes.check(source, probe.__name__)
        return self._connected().request("run", args, kwargs, source=source, name=probe.__name__)

    def _release(self) -> None:
        """Forget the objects and graphs that tests left on the student's side."""
        if self._link is not None and not self._link.broken:
            with contextlib.suppress(StudentError):
                self._link.request("drop")


class ReferenceUnavailable(Exception):
    """There is no reference here."""


class Reference:
    """`reference.f` is the reference's f: for the judge, and in the reference notebook itself."""

    def __init__(self) -> None:
        self._variables: Mapping[str, Any] | None = None

    def _connect(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        variables = self._variables if self._variables is not None else _reference_notebook()
        if name not in variables:
            raise NameError(f"the reference has no `{name}`")
        return variables[name]


def _reference_notebook() -> Mapping[str, Any]:
    refuse_unprotected_grading()
    if in_reference_notebook():
        return notebook_variables()
    raise ReferenceUnavailable(
        "this test needs the course's reference solution, which is only there when your notebook is graded. "
        "A visible test does not use it: nothing is wrong with your answer."
    )


def in_reference_notebook() -> bool:
    """Whether this is a lab's reference notebook: its folder also holds lab.toml, which is never released."""
    return Path("lab.toml").is_file()


def in_sandbox() -> bool:
    """Whether this is a student's kernel of the course's own grader, where the judge runs the tests."""
    return os.environ.get("COURSE_GRADING") == "sandbox"


def refuse_unprotected_grading() -> None:
    """End the kernel where nbgrader would run tests in the student's process; nbgrader then scores nothing."""
    if os.environ.get("NBGRADER_EXECUTION") != "autograde" or in_sandbox():
        return
    print(
        "This notebook is being autograded without the course's grader, so a student's code could change its score. "
        "Expected: nbgrader started where the course's nbgrader_config.py lies, which hands the tests to the judge. "
        "Run it from the course's folder, or use `course-grader grade`. Nothing was scored.",
        file=sys.__stderr__,
        flush=True,
    )
    os._exit(1)


def notebook_variables() -> dict[str, Any]:
    """The variables of the notebook that runs in this process."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else vars(__main__)


def delete_variables(names: Iterable[str]) -> None:
    """Delete those variables of the notebook that are there, and whatever else the notebook keeps of their values.

    That is: other names of them, the results that cells have shown, and the last error with what its functions held.
    """
    from IPython import get_ipython

    shell, variables = get_ipython(), notebook_variables()
    for name in variables.keys() & set(names):
        if shell is not None and gc.is_tracked(variables[name]):  # else all names of None, or of 3, would go
            shell.del_var(name)
        else:
            del variables[name]
    if isinstance(last := getattr(sys, "last_value", None), BaseException):
        empty_frames(last)


def empty_frames(error: BaseException) -> None:
    """Let go of what the functions that ended with `error` had in their variables."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        with contextlib.suppress(RuntimeError):  # one that still runs
            frame.clear()
            frame.f_locals  # noqa: B018  the copy that a drawn traceback has left is renewed by looking


def local_transport(variables: Mapping[str, Any]) -> Transport:
    """Requests answered in this process, through the same JSON and bytes as between processes."""
    responder = Responder(variables)

    def transport(request: dict, blob: bytes) -> tuple[dict, bytes]:
        with contextlib.redirect_stderr(sys.stdout):  # nbgrader's validate counts any stderr as a failure
            reply, answer = responder.answer(json.loads(json.dumps(request)), blob)
        return json.loads(json.dumps(reply)), answer

    return transport


student = Student()
reference = Reference()
