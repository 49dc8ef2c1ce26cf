"""What every notebook needs from its machine: seeds, device, profile, where it runs, and freeing GPU memory."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from course_utils import variables
from course_utils._version import __version__
from course_utils.environment import PROFILES

_STUB = re.compile(r"(finish .+ first)?")  # the message of the NotImplementedError in a released exercise
_profile = "cpu"
_lab = ""


def setup(lab: str, profile: str | None = None, seed: int = 0) -> None:
    """Seed everything, choose the profile and print one line that says what this notebook runs on.

    profile: "cpu" (default: offline, two cores) or "full" (real data, real models, a GPU if available). The environment
    variable COURSE_PROFILE overrides it. Raises ValueError for any other profile.
    """
    global _profile, _lab
    chosen = os.environ.get("COURSE_PROFILE") or profile or "cpu"
    if chosen not in PROFILES:
        raise ValueError(
            f"expected a profile out of {', '.join(PROFILES)}, got {chosen!r}: check the setup cell and COURSE_PROFILE"
        )
    _profile, _lab = chosen, lab
    seed_everything(seed)
    print(f"{lab}: course {__version__}, profile {chosen}, device {device().type}, seed {seed}")


def current_lab() -> str:
    """The lab that `setup` named. Raises RuntimeError before the setup cell has been run."""
    if not _lab:
        raise RuntimeError("the setup cell has not been run yet: run the first code cell of this notebook")
    return _lab


def profile() -> str:
    """The profile that `setup` chose: "cpu" or "full"."""
    return _profile


def seed_everything(seed: int) -> None:
    """Seed random, numpy, torch and every CUDA device."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)


def device() -> torch.device:
    """CUDA if a GPU is available and the profile is "full", else the CPU: a GPU does not make small labs faster."""
    return torch.device("cuda" if _profile == "full" and torch.cuda.is_available() else "cpu")


def in_colab() -> bool:
    """Whether this notebook runs in Google Colab."""
    return "google.colab" in sys.modules


def in_grading() -> bool:
    """Whether this notebook is being graded, by nbgrader or by the course's grader."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


@contextlib.contextmanager
def free_gpu_memory(*names: str) -> Iterator[None]:
    """Free GPU memory when the block ends: delete the notebook variables `names`, collect garbage, empty the cache.

    Setting a function's local variable to None, as tutorials often do, frees nothing while something else refers to the
    tensor: the notebook's own variable, the saved output of a cell, or the traceback of an error. This function deletes
    the notebook's variables and those other references.

    See also: `course_utils.training.peak_bytes`, which measures memory.
    """
    try:
        yield
    except BaseException as error:
        variables.empty_frames(error)
        raise
    finally:
        variables.delete_variables(names)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
            torch.cuda.empty_cache()


@contextlib.contextmanager
def needs(*exercises: str) -> Iterator[None]:
    """Wrap a demonstration: if it uses an unfinished exercise, print a sentence instead of raising an error.

    exercises: the names of the functions that the demonstration calls. Other errors are raised as usual.
    """
    present: Any = variables.notebook_variables()
    missing = [name for name in exercises if name not in present]
    try:
        yield
    except NotImplementedError as error:
        if not says_unfinished(str(error)):
            raise
        print(_finish_first(str(error), exercises))
    except NameError as error:
        if error.name not in missing:
            raise
        print(f"Run the cell that defines `{error.name}` first, then run this cell again.")


def says_unfinished(text: str) -> bool:
    """Whether a NotImplementedError comes from a released exercise, judged by its text; PyTorch raises this error too.

    >>> says_unfinished("finish `embed_tokens` first"), says_unfinished("no kernel for this dtype")
    (True, False)
    """
    return _STUB.fullmatch(text) is not None


def _finish_first(text: str, exercises: tuple[str, ...]) -> str:
    names = " and ".join(f"`{name}`" for name in exercises) or "the exercise above"
    return f"F{(text or f'finish {names} first')[1:]}, then run this cell again."
