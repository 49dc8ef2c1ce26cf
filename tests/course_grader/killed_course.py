"""Run as a process that ends itself with SIGKILL at a given moment, for test_killed.py: python -m ... MOMENT COURSE.

Everything but the grading of single submissions is real.
"""

import os
import signal
import sys
from pathlib import Path

from course_grader import cli
from course_grader.nbgrader_plugins import autograded_files, writer
from course_grader.runner import grade, run_record
from tests.course_grader.fake_grading import FakeEngine
from tests.tiny_course import LAB

STUDENT = "ben"  # whose submission is just being saved


def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)


def before(module, name, nth=1):
    """Die before the nth call of a function."""
    function, calls = getattr(module, name), []

    def wrapped(*arguments, **options):
        calls.append(name)
        return die() if len(calls) == nth else function(*arguments, **options)

    setattr(module, name, wrapped)


def at_commit():
    """Die in the middle of the transaction, after everything has been written to the gradebook's file."""
    saved, calls = writer.GradebookWriter._save_late_penalty, []

    def wrapped(self, *arguments):
        saved(self, *arguments)
        calls.append(self)
        if len(calls) == 2:
            self._gradebook.db.flush()
            die()

    writer.GradebookWriter._save_late_penalty = wrapped


MOMENTS = {
    "while the graded notebook is written": lambda: before(autograded_files, "_set_permissions", 2),
    "before the transaction": lambda: before(writer, "one_transaction", 2),
    "in the transaction": at_commit,
    "after the transaction": lambda: before(autograded_files, "_publish", 2),
    "while the old notebook is replaced": lambda: before(Path, "rename", 4),
    "after the last transaction": lambda: before(autograded_files, "_publish", 3),
    "before its end is recorded": lambda: before(run_record, "write_json", 2),
}

if __name__ == "__main__":
    moment, course, *arguments = sys.argv[1:]
    if moment in MOMENTS:
        MOMENTS[moment]()
    grade.Engine = FakeEngine({STUDENT: 0.5})
    sys.exit(cli.main(["grade", LAB, "--course", course, "--workers", "1", *arguments]))
