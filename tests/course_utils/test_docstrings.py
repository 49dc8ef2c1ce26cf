"""The worked examples in the docstrings of course_utils are right."""

import doctest
import importlib
from pathlib import Path

import pytest

import course_utils

ROOT = Path(course_utils.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_examples_give_what_they_show(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.attempted and not found.failed


@pytest.mark.parametrize(
    "name",
    [
        "data.nq.knowledge_base",
        "data.nq.mini_nq",
        "data.topics",
        "plots.style",
        "remote.framing",
        "seeds",
        "testing.inputs",
        "testing.predictions",
        "training.memory",
        "training.two_tower",
    ],
)
def test_the_functions_that_labs_build_on_have_examples(name):
    assert f"course_utils.{name}" in MODULES
