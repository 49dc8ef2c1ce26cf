"""Skips tests, with a reason, that need what is not here, such as a GPU, and slow tests unless they are requested."""

import os
import re
import shutil

import pytest

from tests.postgresql import find_program
from tests.slurm import missing_programs

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # processes side by side share the cores


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests of `make test-all` too")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests that share costly fixtures run in one process: those of a file, or of one lab in it."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileAndLab(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file, _, rest = nodeid.partition("::")
            values = rest.partition("[")[2].rstrip("]").split("-")
            return " ".join([file, *filter(re.compile(r"\d\d_\w+").fullmatch, values)])

    return ByFileAndLab(config, log)


def pytest_make_parametrize_id(val, argname):
    """Bytes are numbered, not quoted: where they hold a time, two processes of a run would name a test differently."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config, items):
    for name, missing in _missing(config, {mark.name for item in items for mark in item.iter_markers()}).items():
        for item in items:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=missing))


def _missing(config, used):
    """Why the tests of each marker in `used` cannot run; markers whose tests can run are left out."""
    reasons = {}
    if "slow" in used and not config.getoption("--slow"):
        reasons["slow"] = "slow: make test-all runs it"
    if "browser" in used and not find_chromium():
        reasons["browser"] = "no Chromium on PATH: sudo apt-get install chromium"
    if "hub" in used and os.environ.get("COURSE_HUB") != "1":
        reasons["hub"] = "needs the Hugging Face hub: COURSE_HUB=1 make test"
    if "gpu" in used and not _has_gpu():
        reasons["gpu"] = "no CUDA device"
    if "postgresql" in used and not find_program("initdb"):
        reasons["postgresql"] = "no PostgreSQL server: sudo apt-get install postgresql"
    if "slurm" in used and (programs := missing_programs()):
        reasons["slurm"] = f"no {', '.join(programs)}: sudo apt-get install slurm-wlm munge"
    return reasons


def find_chromium():
    """Path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _has_gpu():
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def chromium_path():
    """Path of the system's Chromium, for Playwright's `executable_path`."""
    return find_chromium()
