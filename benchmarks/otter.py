"""otter-grader's `otter run`, installed from PyPI into a separate environment below build/."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from watching import Watched, watch

# otter's own test; the lab's tests run in the notebook, as with plain nbgrader, and print their points there.
TEST = """\
OK_FORMAT = True
test = {"name": "ran", "points": 1, "suites": [{"cases": [{"code": ">>> bool(last_outcomes)\\nTrue"}],
        "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""


def environment(folder: Path) -> Path | None:
    """The Python of an environment with otter-grader and, after its own packages, ours; None if it cannot be made."""
    python = folder / "bin" / "python"
    if not python.is_file():
        done = subprocess.run([sys.executable, "-m", "venv", folder], check=False)
        done = done.returncode or subprocess.run([python, "-m", "pip", "install", "-q", "otter-grader"], check=False)
        if not python.is_file() or getattr(done, "returncode", done):
            shutil.rmtree(folder, ignore_errors=True)
            return None
        own = next(folder.glob("lib/python*/site-packages"))
        (own / "the_course.pth").write_text(f"{sysconfig.get_path('purelib')}\n{Path(__file__).parents[1]}\n")
    return python


def run_otter(python: Path, folder: Path, notebook: NotebookNode) -> Watched | None:
    """`otter run` on one notebook with its tests in it; None if it does not give the point for having run it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells.append(nbformat.v4.new_code_cell("from course_utils.testing import last_outcomes"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata), folder / "submission.ipynb")
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"show_stdout": False}))
        archive.writestr("environment.yml", "")
        archive.writestr("tests/ran.py", TEST)
    command = [str(python), "-m", "otter", "run", "-a", "autograder.zip", "-o", ".", "submission.ipynb"]
    watched = watch(command, folder, dict(os.environ), folder / "otter.log")
    results = folder / "results.json"
    passed = results.is_file() and json.loads(results.read_text())["tests"][-1].get("score") == 1
    return watched if watched.returncode == 0 and passed else None
