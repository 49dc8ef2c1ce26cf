"""Whatever prints results goes on when nobody can read them anymore, as in `course-grader grade LAB | head -1`."""

import subprocess
import sys

import pytest

from tests.paths import ROOT

PROGRAM = """
import sys
from nbformat.v4 import new_notebook
from course_grader.audit.result import LabAudit
from course_grader.audit.showing import print_audit
from course_grader.report.table import print_results
from course_grader.results import GradedSubmission
from course_grader.runner.run_progress import progress
from course_grader.terminal import Terminal, say

console, result = Terminal(), GradedSubmission("ada", "lab", 1, new_notebook())
sys.stdin.read()  # until the reader is gone
{call}
print("went on", file=sys.stderr)
"""
CALLS = {
    "a line": 'say(console, "text")',
    "the class": "print_results([result], console)",
    "the audit": 'print_audit(LabAudit("lab", "hash", True, [], ["a problem"]), console)',
    "the progress": 'with progress(console, "lab", 1) as report: report(result)',
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_reader_that_is_gone_ends_nothing(call):
    command = [sys.executable, "-c", PROGRAM.format(call=call)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as program:
        program.stdout.close()
        program.stdin.close()
        assert program.stderr.read() == "went on\n"
    assert program.returncode == 0
