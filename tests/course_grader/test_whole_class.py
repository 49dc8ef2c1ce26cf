"""A class on a cluster, one worker and the controller killed in the middle: the gradebook of an undisturbed run.

Real processes throughout. COURSE_CLASS=300 chooses the size of the class.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict

import nbformat
import pytest

pytest.importorskip("distributed")

from nbgrader.api import Gradebook

from course_grader.grading.record import read_record
from tests.dask_cluster import cluster
from tests.paths import ROOT, sandbox_missing
from tests.printed_results import read_results
from tests.submissions.bank import LAB
from tests.submissions.whole_class import make_class

pytestmark = pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")

SIZE = int(os.environ.get("COURSE_CLASS", "40"))
SEED = "3"


@pytest.fixture
def course(tmp_path):
    """Lab 01 with a class."""
    root = tmp_path / "course"
    for name in ("solutions", "labs"):
        shutil.copytree(ROOT / name / LAB, root / name / LAB)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    make_class(root / "submitted", SIZE)
    return root


@pytest.mark.slow
@pytest.mark.timeout(300 + 30 * SIZE)
def test_a_killed_worker_and_a_killed_controller_change_nothing(course, tmp_path):
    printed = disturbed(course, tmp_path)
    assert f"of {SIZE} are graded already" in printed and "Goes on with run" in printed, printed
    undisturbed(course, tmp_path / "undisturbed.db")
    here, there = tmp_path / "undisturbed.db", course / "gradebook.db"
    assert in_gradebook(there) == in_gradebook(here)
    assert records(course / "autograded") == records(tmp_path / "undisturbed-autograded")
    assert scores(course / "there.json") == scores(course / "here.json")
    assert len(in_gradebook(there)) == SIZE
    diagnosed = [
        each for each in scores(course / "there.json") if any(e["diagnoses"] for e in each["exercises"].values())
    ]
    assert len(diagnosed) >= SIZE // 6


def disturbed(course, tmp_path):
    """Grade on two workers; a quarter through, one is killed and replaced, halfway the controller is killed."""
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster", course) as started:
        options = ("--scheduler", started.file, "--json", course / "there.json")
        with start(course, *options) as first:
            read_results(first, LAB, SIZE // 4)
            started.workers[0].kill()
            started.add_worker()  # as a batch system does
            read_results(first, LAB, SIZE // 4)
            first.kill()
        with start(course, *options) as second:
            printed, _ = second.communicate()
    assert second.returncode in (0, 3), printed
    return printed


def undisturbed(course, gradebook):
    with start(course, "--submissions", course / "submitted", "--db", f"sqlite:///{gradebook}",
               "--json", course / "here.json") as running:  # fmt: skip
        printed, _ = running.communicate()
    assert running.returncode in (0, 3), printed


def start(course, *options):
    command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course, "--seed", SEED, *options]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def in_gradebook(path):
    """Everything that is graded, by student."""
    found = {}
    with Gradebook(f"sqlite:///{path}", "deep-learning-labs") as gradebook:
        for submission in gradebook.assignment_submissions(LAB):
            assert submission.student_id not in found, "two rows"
            (notebook,) = submission.notebooks
            grades = {
                each.name: (each.auto_score, each.manual_score, each.needs_manual_grade) for each in notebook.grades
            }
            found[submission.student_id] = (submission.score, notebook.late_submission_penalty, grades)
    return found


def records(folder):
    """What each graded notebook says, by student, without the time that it took."""
    found = {}
    for path in folder.glob(f"*/{LAB}/{LAB}.ipynb"):
        record = read_record(nbformat.read(path, as_version=4))
        tests = {name: [asdict(test) for test in each.tests] for name, each in record.exercises.items()}
        found[record.student] = {**record.public(), "seconds": None, "tests": tests}
    return found


def scores(path):
    """What `--json` wrote, without the times."""
    return [{**entry, "seconds": None} for entry in json.loads(path.read_text())["submissions"]]
