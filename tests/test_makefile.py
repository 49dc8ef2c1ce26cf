"""What the Makefile keeps: the environment that was chosen, and a class's grades."""

import os
import shutil
import subprocess

import pytest
from packaging.requirements import Requirement

from tests.paths import ROOT

# Stands for .venv/bin/python: writes down what pip is asked for; finds PyTorch's CPU build.
PYTHON = """#!/bin/sh
case " $* " in *" --dry-run "*) ;; *) printf '%s\\n' "$@" > asked;; esac
"""


# Without what a make that runs these tests passes on.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("MAKE") and name not in ("PYTHON", "PIP_ARGS", "CUDA", "RESOLUTION")
}


@pytest.fixture
def folder(tmp_path):
    """The course's Makefile and set-up script with an environment in which nothing is installed for real."""
    (tmp_path / "scripts").mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "scripts/setup.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in {"python": PYTHON, "pip": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return tmp_path


def make(folder, *arguments):
    """The requirements that pip is asked for; None if it is not called."""
    (folder / "asked").unlink(missing_ok=True)
    command = ["make", "--silent", "student", *arguments]
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    asked = folder / "asked"
    return asked.read_text().splitlines() if asked.exists() else None


def torch(asked):
    (found,) = [Requirement(line).specifier for line in asked if line.startswith("torch")]
    return found


def test_an_environment_is_installed_once(folder):
    assert make(folder) is not None and make(folder) is None


def test_cuda_replaces_an_installed_cpu_build_and_stays(folder):
    (version,) = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch==")]
    version = version.removeprefix("torch==")
    assert f"{version}+cu130" not in torch(make(folder))
    chosen = torch(make(folder, "CUDA=1"))
    assert version in chosen and f"{version}+cu130" in chosen and f"{version}+cpu" not in chosen
    assert make(folder, "CUDA=1") is None and make(folder) is None
    (folder / ".venv" / ".student").unlink()
    assert f"{version}+cpu" not in torch(make(folder)), "an update goes back to the CPU build"


def dry_run(*arguments):
    command = ["make", "-n", *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout


def test_grades_are_kept_where_no_target_removes_them_and_git_does_not_see_them():
    printed = dry_run("grade-class", "LAB=NAME", "SUBMISSIONS=DIR")
    assert 'realpath "class"' in printed and "build/" not in printed.partition("realpath")[2]
    removed = dry_run("clean").split()
    assert "class" not in removed and "build" in removed
    assert "/class/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "class" in (ROOT / ".dockerignore").read_text().splitlines()
