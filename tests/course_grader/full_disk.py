"""Grades a course on a small file system that is full for a while, for test_killed.py: python -m ... COURSE BALLAST.

Prints the scores in the gradebook last.
"""

import json
import sys
from pathlib import Path

from course_grader import cli
from course_grader.runner import grade, patience
from course_grader.runner.run_progress import _Lines
from tests.course_grader.fake_grading import FakeEngine
from tests.course_grader.test_killed import in_gradebook
from tests.tiny_course import LAB


def fill(ballast):
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass


def main(course, ballast):
    report = _Lines.report

    def report_and_fill(lines, result):
        report(lines, result)
        if result.student == "ada":
            fill(ballast)

    def empty(seconds):
        ballast.unlink(missing_ok=True)

    _Lines.report, patience.time.sleep = report_and_fill, empty
    grade.Engine = FakeEngine({"ben": 0.5})
    code = cli.main(["grade", LAB, "--course", str(course), "--workers", "1"])
    print(json.dumps(in_gradebook(course)))
    return code


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
