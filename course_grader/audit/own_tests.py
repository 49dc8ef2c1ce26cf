"""Judges a reference by its own tests, in a process of its own: `python -m course_grader.audit.own_tests ROOT LAB`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from course_grader.errors import CourseError
from course_grader.judge.clean_environment import judge_environment
from course_grader.notebooks import Lab


class OwnTests:
    """The run of a reference's own tests, beside other work. Ends with the `with` block, whether it is done or not."""

    def __init__(self, lab: Lab):
        self._lab = lab
        self._folder = tempfile.TemporaryDirectory(prefix="own-tests-")
        command = [sys.executable, "-m", "course_grader.audit.own_tests", str(lab.root), lab.name]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=judge_environment(self._folder.name),
        )

    def __enter__(self) -> Self:
        return self

    def expect_passed(self) -> None:
        """Wait for the end. CourseError names the tests that the reference fails: they would cost every student."""
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            last = (errors.strip().splitlines() or ["no output"])[-1]
            raise CourseError(f"{self._lab.name}: the reference could not be judged by its own tests: {last}")
        if failures := json.loads(output):
            raise CourseError(f"{self._lab.name}, the tests or the reference must be corrected first:\n  "
                              + "\n  ".join(failures))  # fmt: skip

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


def main(root: str, name: str) -> None:
    from course_grader.audit.check import InProcess
    from course_grader.audit.in_child import ChildEnded
    from course_grader.audit.lab_audit import reference_failures
    from course_grader.notebooks import find_lab

    try:
        failures = reference_failures(InProcess(find_lab(name, Path(root)).reference()))
    except ChildEnded as end:
        failures = [f"the reference's tests: {end}"]
    except CourseError as error:
        sys.exit(str(error))
    print(json.dumps(failures))


if __name__ == "__main__":
    main(*sys.argv[1:])
