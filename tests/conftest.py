"""Skips, each with its reason: what needs a browser, a GPU, a hub or patience runs only where that is there."""

import os
import shutil

import pytest


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests of `make test-all` too")


def pytest_collection_modifyitems(config, items):
    for name, missing in _missing(config, {mark.name for item in items for mark in item.iter_markers()}).items():
        for item in items:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=missing))


def _missing(config, used):
    """Why the tests of each marker in `used` cannot run here; a marker whose tests can run is left out."""
    reasons = {}
    if "slow" in used and not config.getoption("--slow"):
        reasons["slow"] = "slow: make test-all runs it"
    if "browser" in used and not find_chromium():
        reasons["browser"] = "no Chromium on PATH: sudo apt-get install chromium"
    if "hub" in used and os.environ.get("COURSE_HUB") != "1":
        reasons["hub"] = "needs the Hugging Face hub: COURSE_HUB=1 make test"
    if "gpu" in used and not _has_gpu():
        reasons["gpu"] = "no CUDA device"
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
