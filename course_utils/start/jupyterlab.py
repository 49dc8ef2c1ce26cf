"""Opens the start page, or a lab, in JupyterLab."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from course_utils.start.copies import WORK, StartError, lab_names, working_copy
from course_utils.start.page import start_page

_CONFIG = Path(__file__).parent / "jupyter_config"
PAGE = "Start.ipynb"  # a notebook, since JupyterLab shows a Markdown file as its source
# As ipykernel describes itself: JupyterLab would add it, and ask whether to save the page.
_LANGUAGE = {
    "name": "python",
    "version": platform.python_version(),
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


def open_start_page(root: Path) -> int:
    """Write the start page, make the copies that it links to, and run JupyterLab; returns its exit code."""
    for name in lab_names(root):
        working_copy(root, name)
    return _run(root, write_start_page(root, datetime.now()))


def write_start_page(root: Path, now: datetime) -> Path:
    """work/Start.ipynb, with the page as its only cell."""
    cell = {"cell_type": "markdown", "id": "start", "metadata": {"editable": False}, "source": start_page(root, now)}
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": _LANGUAGE}
    notebook = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = root / WORK / PAGE
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def open_lab(root: Path, name: str) -> int:
    """Run JupyterLab with the student's copy of a lab; returns its exit code."""
    return _run(root, working_copy(root, name))


def _environment() -> dict[str, str]:
    """This process's variables, and a folder of settings in which JupyterLab looks first.

    They turn off its question about news, which lies over the page, and what nbgrader shows only to authors of labs;
    and they wrap long lines of code, which it cuts off otherwise, the exercises' texts among them.
    """
    folders = [str(_CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(folders)}


def _run(root: Path, notebook: Path) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        raise StartError("JupyterLab is not installed in this environment: pip install jupyterlab")
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    quiet = ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # no request to the network
    folder = f"--ServerApp.root_dir={root / WORK}"
    # The address that JupyterLab prints, for those whose browser does not open by itself.
    address = f"--LabApp.default_url=/lab/tree/{quote(notebook.relative_to(root / WORK).as_posix())}"
    try:
        return subprocess.call(
            [sys.executable, "-m", "jupyterlab", folder, address, *quiet, *as_root, str(notebook)], env=_environment()
        )
    except KeyboardInterrupt:  # Ctrl-C also reaches JupyterLab, which asks before it stops
        return 0
