"""What runs this notebook: a student's kernel, the reference's kernel, nbgrader, or the course's sandbox."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PROFILES = ("cpu", "full")
_NO_GPU = re.compile("not compiled with CUDA|no NVIDIA driver|no CUDA GPUs|not linked with support for mps", re.I)


def in_reference_notebook() -> bool:
    """Whether this is a lab's reference notebook: beside it are variants/ or lab.toml, which are never released."""
    return Path("variants").is_dir() or Path("lab.toml").is_file()


def in_sandbox() -> bool:
    """Whether this is a student's kernel inside the course's grader, where the judge runs the tests."""
    return os.environ.get("COURSE_GRADING") == "sandbox"


def in_validation() -> bool:
    """Whether nbgrader validates this notebook: its Validate button, or `nbgrader validate`."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


def misses_a_gpu(error: str) -> bool:
    """Whether PyTorch's message `error` says that the code asked for a GPU where there is none."""
    return bool(_NO_GPU.search(error))


def refuse_unprotected_grading() -> None:
    """End the kernel if nbgrader is about to run tests in the student's process, so that nothing is scored."""
    if os.environ.get("NBGRADER_EXECUTION") != "autograde" or in_sandbox():
        return
    print(
        "This notebook is being autograded without the course's grader, so a student's code could change its own "
        "score. Nothing was scored. Expected: nbgrader uses the course's nbgrader_config.py, which hands the tests to "
        "the judge. Run nbgrader from the folder that contains this file, or use `course-grader grade`.",
        file=sys.__stderr__,
        flush=True,
    )
    os._exit(1)
