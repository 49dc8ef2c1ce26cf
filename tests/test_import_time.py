"""Importing course_utils is fast: it loads no grader, and slow packages only when they are used."""

import subprocess
import sys

import pytest

# Each takes between a tenth of a second and several seconds to import.
HEAVY = {"course_grader", "nbgrader", "nbconvert", "transformers", "matplotlib.pyplot", "distributed"}


def modules_after(statement):
    """Names of all modules that are loaded in a new interpreter after one statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    # -P: so that the installed course is found, not the one in the working directory.
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_framing_and_seeds_need_no_torch():
    found = modules_after("import course_utils.remote.framing, course_utils.seeds")
    assert found.isdisjoint(HEAVY | {"torch", "numpy"})


def test_the_package_alone_does_not_load_torch():
    assert modules_after("import course_utils").isdisjoint(HEAVY | {"torch", "numpy"})


@pytest.mark.parametrize(
    "module", ["runtime", "testing", "training", "data.nq", "data.playlists", "remote.codec", "interactive", "diagrams"]
)
def test_what_labs_import_first_is_light(module):
    found = modules_after(f"import torch, course_utils.{module}") & HEAVY
    assert not found, f"course_utils.{module} imports {found}: import it in the function that needs it"


def test_the_controller_needs_no_torch():
    """Only the judge and the kernels do; its import would cost every run a second and 200 MB."""
    found = modules_after("import course_grader.runner.grade, course_grader.runner.plan, course_grader.audit.own_tests")
    assert found.isdisjoint({"torch", "numpy"})
