"""When controls are shown: only in a notebook that somebody has open; and never without a page that needs none."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from course_utils import widgets


@pytest.fixture
def kernel(monkeypatch):
    """A kernel that no front end is known of; returns its variables."""
    variables = {}
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=object(), user_ns=variables))
    for name in ("JPY_SESSION_NAME", "NBGRADER_EXECUTION", "COURSE_GRADING", "COURSE_WIDGETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    return variables


def test_a_kernel_without_a_front_end_shows_no_widgets(kernel):
    assert not widgets.live()


def test_an_open_notebook_shows_widgets(kernel, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/work/lab.ipynb")
    assert widgets.live()


def test_vs_code_and_colab_show_widgets(kernel, monkeypatch):
    kernel["__vsc_ipynb_file__"] = "/work/lab.ipynb"
    assert widgets.live()
    kernel.clear()
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert widgets.live()


@pytest.mark.parametrize(
    "name, value",
    [
        ("NBGRADER_EXECUTION", "autograde"),
        ("NBGRADER_EXECUTION", "validate"),
        ("COURSE_GRADING", "sandbox"),
        ("COURSE_WIDGETS", "0"),
    ],
)
def test_nobody_moves_controls_while_grading_or_exporting(kernel, monkeypatch, name, value):
    monkeypatch.setenv("JPY_SESSION_NAME", "/work/lab.ipynb")
    monkeypatch.setenv(name, value)
    assert not widgets.live()


def test_without_ipywidgets_nothing_is_live(kernel, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/work/lab.ipynb")
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert not widgets.live()


def test_a_terminal_shows_no_widgets(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    monkeypatch.setenv("JPY_SESSION_NAME", "/work/lab.ipynb")
    assert not widgets.live()


def test_importing_the_module_does_not_load_ipywidgets():
    code = "import sys, course_utils.widgets, course_utils.interactive; print('ipywidgets' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "False"
