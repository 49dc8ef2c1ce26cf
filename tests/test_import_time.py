"""Importing what students have stays light: no grader, and no package that takes seconds before it is used."""

import subprocess
import sys

import pytest

# Each takes from a tenth of a second to several seconds to import.
HEAVY = {"course_grader", "nbgrader", "nbconvert", "transformers", "matplotlib.pyplot", "distributed"}


def modules_after(statement):
    """Names of all modules that a fresh interpreter holds after one statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    # -P: the course is found as installed, not because of the working directory.
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_the_graders_controller_needs_no_torch_for_framing_and_seeds():
    found = modules_after("import course_utils.remote.framing, course_utils.seeds")
    assert found.isdisjoint(HEAVY | {"torch", "numpy"})


def test_the_package_itself_loads_not_even_torch():
    assert modules_after("import course_utils").isdisjoint(HEAVY | {"torch", "numpy"})


@pytest.mark.parametrize("module", ["runtime", "testing", "training", "data.nq", "data.playlists", "remote.codec"])
def test_what_every_lab_imports_first_is_light(module):
    found = modules_after(f"import torch, course_utils.{module}") & HEAVY
    assert not found, f"course_utils.{module} imports {found}: import it in the function that needs it"
