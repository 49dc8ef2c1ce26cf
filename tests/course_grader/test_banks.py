"""Classes with hostile and damaged submissions, graded to the end by the real command: each gets what it deserves.

The submissions are in tests/submissions/hostile/ and damaged/; see tests/submissions/bank.py.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from course_grader.grading.record import read_record
from tests.paths import ROOT, sandbox_missing
from tests.submissions.bank import FULL, LAB, HandIn, entries, kinds, right

pytestmark = pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")

BANKS = ("damaged", "hostile")
KINDS = [(bank, kind) for bank in BANKS for kind in kinds(bank)]
# Those that differ in what is read; cells and answers run in the same engine, whichever command grades them.
READING = [(bank, kind) for bank, kind in KINDS if kind in ("files", "notebooks")]
WORST = [entry for bank, kind in KINDS for entry in entries(bank, kind) if entry.worst]
# Small, so that a loop without end costs seconds. Not call_seconds: the first optimizer of a kernel imports
# torch._dynamo within the call, and an interrupted import makes all later ones fail.
LIMITS = {"cell_seconds": 4, "notebook_seconds": 80}
# They end their kernel in different ways: by exit(), by a crash, by a call, by broken connections.
NOISY = {"ends_by_exit", "ends_by_a_crash", "the_end_of_the_process", "every_file_closed", "forged_answers"}
PR_SET_CHILD_SUBREAPER = 36
SECONDS_TO_VANISH = 15


@pytest.fixture
def course(tmp_path):
    """A course with lab 01 and small limits."""
    for name in ("solutions", "labs"):
        shutil.copytree(ROOT / name / LAB, tmp_path / name / LAB)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    settings = tmp_path / "solutions" / LAB / "lab.toml"
    others = [line for line in settings.read_text().splitlines() if line.partition(" ")[0] not in LIMITS]
    settings.write_text("\n".join([*others, *(f"{key} = {value}" for key, value in LIMITS.items())]))
    return tmp_path


@pytest.fixture
def temporary_folder():
    """The run's own folder for temporary files: short, because sockets lie in it, and open to the kernels' users."""
    folder = Path(tempfile.mkdtemp(prefix="bank-"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_class_with_the_worst_of_both_banks(course, temporary_folder):
    short = [entry for entry in WORST if not entry.slow]
    assert len(short) >= 10
    mistakes = graded_as_deserved(course, temporary_folder, short, right_ones=10)
    assert not mistakes, "\n".join(mistakes)


@pytest.mark.slow
def test_a_class_of_thirty_with_the_worst_of_both_banks(course, temporary_folder):
    assert len(WORST) >= 20
    mistakes = graded_as_deserved(course, temporary_folder, WORST, right_ones=10)
    assert not mistakes, "\n".join(mistakes)


def test_nothing_but_results_reaches_a_terminal_that_is_closed_in_the_middle(course, temporary_folder):
    """Kernels that die and connections that break leave no traceback; the JSON file is written all the same."""
    noisy = [entry for bank, kind in KINDS for entry in entries(bank, kind) if entry.name in NOISY]
    assert len(noisy) == len(NOISY)
    submitted = course / "submitted"
    for entry in noisy:
        entry.make(submitted)
    HandIn(submitted, "right_0").save(right())
    with start(course, temporary_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as grading:
        assert "to grade" in grading.stdout.readline()
        assert "graded" in grading.stdout.readline()
        grading.stdout.close()
        noise = grading.stderr.read()
    assert (grading.returncode, noise) == (0, "")
    assert results_of(course).keys() == NOISY | {"right_0"}


@pytest.mark.slow
@pytest.mark.parametrize(("bank", "kind"), KINDS, ids=["_".join(names) for names in KINDS])
def test_every_submission_of_a_bank(course, temporary_folder, bank, kind):
    mistakes = graded_as_deserved(course, temporary_folder, entries(bank, kind), right_ones=1)
    assert not mistakes, "\n".join(mistakes)


@pytest.mark.slow
@pytest.mark.parametrize(("bank", "kind"), READING, ids=["_".join(names) for names in READING])
def test_nbgraders_own_command_does_the_same_with_what_lies_in_the_folder(course, temporary_folder, bank, kind):
    chosen = entries(bank, kind)
    for entry in chosen:
        entry.make(course / "submitted")
    HandIn(course / "submitted", "right_0").save(right())
    with nothing_left_behind(temporary_folder):
        by_nbgrader(course, temporary_folder, "generate_assignment", "--force")
        by_nbgrader(course, temporary_folder, "autograde")
    scores, mistakes = in_gradebook(course), []
    for entry in chosen:
        texts = test_texts(course, entry.name) + (messages := messages_of(course, entry.name))
        mistakes += entry.mistakes(scores.pop(entry.name, None), texts, messages)
    assert not mistakes, "\n".join(mistakes)
    assert scores == {"right_0": FULL}


def by_nbgrader(course, temporary_folder, command, *options):
    environment = os.environ | {"TMPDIR": str(temporary_folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-m", "nbgrader", command, LAB, *options]
    done = subprocess.run(run, cwd=course, env=environment, text=True, capture_output=True, timeout=570)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


def in_gradebook(course):
    """{student: score} of the tests' points."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "deep-learning-labs") as gradebook:
        return {
            found.student_id: sum(grade.auto_score or 0.0 for grade in found.notebooks[0].grades)
            for found in gradebook.assignment_submissions(LAB)
        }


def test_the_banks_are_as_large_as_promised_and_every_name_is_its_own():
    names = {bank: [entry.name for kind in kinds(bank) for entry in entries(bank, kind)] for bank in BANKS}
    assert len(names["hostile"]) >= 60 and len(names["damaged"]) >= 40
    everyone = names["hostile"] + names["damaged"]
    assert len(set(everyone)) == len(everyone)


def graded_as_deserved(course, temporary_folder, chosen, right_ones):
    """Grades a class; everything in its results, and everything left behind, that is not as it should be."""
    submitted = course / "submitted"
    for number in range(right_ones):
        made = HandIn(submitted, f"right_{number}")
        made.save(right())
    for entry in chosen:
        entry.make(submitted)
    with nothing_left_behind(temporary_folder):
        results = grade(course, temporary_folder)
    mistakes = [
        f"{name}: expected {FULL} points and no message, got {result['score']}: {result['messages']}"
        for name, result in results.items()
        if name.startswith("right_") and (result["score"], result["status"], result["messages"]) != (FULL, "graded", [])
    ]
    for entry in chosen:
        if (result := results.get(entry.name)) is None:
            mistakes.append(f"{entry.name} has no result")
        else:
            texts = result["messages"] + test_texts(course, entry.name)
            mistakes += entry.mistakes(result["score"], texts, result["messages"])
    assert len(results) == right_ones + len(chosen)
    return mistakes


def grade(course, temporary_folder):
    """{student: result} of `course-grader grade`, run as an instructor runs it."""
    with start(course, temporary_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as grading:
        printed, noise = grading.communicate(timeout=570)
    assert grading.returncode in (0, 3), printed + noise
    assert noise == ""
    return results_of(course)


def start(course, temporary_folder, **streams):
    command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course]
    environment = os.environ | {"TMPDIR": str(temporary_folder), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [*command, "--json", course / "scores.json"], cwd=ROOT, env=environment, text=True, **streams
    )


def results_of(course):
    return {result["student"]: result for result in json.loads((course / "scores.json").read_text())["submissions"]}


def test_texts(course, student):
    """What the test cells of a graded submission say."""
    exercises = record_of(course, student).exercises.values()
    return [test.message for exercise in exercises for test in exercise.tests if test.message]


def messages_of(course, student):
    return record_of(course, student).messages


def record_of(course, student):
    path = course / "autograded" / student / LAB / f"{LAB}.ipynb"
    return read_record(nbformat.read(path, as_version=4))


test_texts.__test__ = False


@contextmanager
def nothing_left_behind(temporary_folder):
    """Processes, temporary files and shared memory of what runs here are gone soon after it ends.

    As a subreaper, this process becomes the parent of every process that outlives its own parent.
    """
    processes, shared = _descendants(), set(os.listdir("/dev/shm"))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
        deadline = time.monotonic() + SECONDS_TO_VANISH
        while (left := _left(processes, shared, temporary_folder)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not left
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _left(processes, shared, temporary_folder):
    new = [process.cmdline() for process in _descendants() - processes]
    left = sorted(name for name in set(os.listdir("/dev/shm")) - shared if not _is_used("/dev/shm/" + name))
    return [*new, *left, *temporary_folder.iterdir()]


def _is_used(path):
    """Whether a process has the shared memory: then it is another program's, since ours have ended."""
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):
            if path in maps.read_text():
                return True
    return False


def _descendants():
    """This process's descendants that still run; those that have ended are reaped."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
            elif process.ppid() == os.getpid():
                os.waitpid(process.pid, os.WNOHANG)
        except (psutil.NoSuchProcess, ChildProcessError):
            continue
    return found
