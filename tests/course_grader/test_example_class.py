"""The example class: made from the released labs, and given the expected scores by nbgrader's own commands."""

import csv
import os
import shutil
import subprocess
import sys
import tomllib

import pytest

from course_grader.runner.example import CLASS, EXPECTED
from tests.paths import ROOT, sandbox_missing
from tests.submissions.make_example_class import make

LABS = sorted(path.stem for path in (ROOT / "tests" / "submissions" / "answers").glob("*.py"))
AGAIN = "the lab or the answers have changed; run: python tests/submissions/make_example_class.py"


def expected(lab):
    return tomllib.loads((ROOT / CLASS / EXPECTED).read_text(encoding="utf-8"))[lab]


@pytest.mark.parametrize("lab", LABS)
def test_the_submissions_are_based_on_the_released_lab(lab, tmp_path):
    made = {path.relative_to(tmp_path): path.read_bytes() for path in make(lab, tmp_path)}
    assert {path.parts[0] for path in made} == set(expected(lab)), f"not the students of {EXPECTED}"
    changed = [str(path) for path, content in made.items() if (ROOT / CLASS / path).read_bytes() != content]
    assert not changed, AGAIN


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")
@pytest.mark.parametrize("lab", LABS)
def test_nbgraders_own_commands_give_the_expected_scores(lab, tmp_path):
    for name in ("solutions", "nbgrader_config.py", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / CLASS, tmp_path / "submitted")
    for command in (("generate_assignment", lab), ("autograde", lab), ("export", "--to", "grades.csv")):
        nbgrader(tmp_path, *command)
    with (tmp_path / "grades.csv").open(newline="") as file:
        found = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert found == {student: entry["score"] for student, entry in expected(lab).items()}


def nbgrader(course, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=570)
    assert done.returncode == 0, done.stderr
