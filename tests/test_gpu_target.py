"""`make test-gpu`: what needs a GPU, and a visible sentence where there is none."""

import re
import runpy
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent.parent


def test_it_runs_the_tests_marked_gpu_and_the_benchmark():
    recipe = re.search(r"^test-gpu:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert "pytest --slow -m gpu" in recipe and "benchmarks/gpu.py" in recipe


def test_every_test_that_needs_one_is_marked():
    """A test that skips itself would not be among those of `make test-gpu`."""
    skipping = re.compile(r"skip\w*\([^\n]*cuda")
    found = [path.name for path in (ROOT / "tests").rglob("test_*.py") if skipping.search(path.read_text())]
    assert set(found) <= {Path(__file__).name}


def test_without_a_gpu_the_benchmark_says_so_and_writes_nothing(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(Path, "write_text", lambda *arguments, **options: pytest.fail("it wrote"))
    runpy.run_path(str(ROOT / "benchmarks" / "gpu.py"), run_name="__main__")
    assert capsys.readouterr().out.startswith("SKIPPED: no CUDA device")
