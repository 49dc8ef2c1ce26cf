"""course-lab: copies, starting again, and the start page."""

import contextlib
import io
import json
import os
import subprocess
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from course_utils.start import jupyterlab, main, start_again, working_copy
from course_utils.start.page import lab_card, start_page
from course_utils.testing.cell_runner import Outcome, _render

LAB = "01_shapes"
NOW = datetime(2026, 3, 4, 5, 6, 7)
INTRO = """\
# Lab 01 · Shapes: a | b

**You need** Python and basic
algebra. **Time:** about two hours of
work. The notebook runs in a minute.
"""


def report(*passed):
    """What a test cell prints."""
    outcomes = [Outcome("V.t", "a title", 1.0, False, "passed" if each else "failed", "") for each in passed]
    return _render("f", outcomes)


def test_cell(name, *printed):
    outputs = [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)} for text in printed]
    return {"cell_type": "code", "source": [f"# Test: {name}\n", f'run_tests("{name}")'], "outputs": outputs}


test_cell.__test__ = False


def write_lab(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": INTRO}, *cells]}), encoding="utf-8")


@pytest.fixture
def root(tmp_path, monkeypatch):
    write_lab(tmp_path / "labs" / LAB / f"{LAB}.ipynb", test_cell("f"), test_cell("g"))
    write_lab(tmp_path / "labs" / "02_more" / "02_more.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Calls(list):
    variables = None


@pytest.fixture
def opened(monkeypatch):
    """The arguments with which JupyterLab would have been started, and (as attribute) its variables."""
    calls = Calls()

    def call(command, env):
        calls.append(command)
        calls.variables = env
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    return calls


class TestCopies:
    def test_a_copy_is_made_once(self, root):
        path = working_copy(root, LAB)
        assert path == root / "work" / LAB / f"{LAB}.ipynb"
        path.write_text("mine")
        assert working_copy(root, LAB).read_text() == "mine"

    def test_a_copy_of_an_earlier_version_of_the_course_is_kept(self, root):
        earlier = root / "build" / "work" / LAB
        earlier.mkdir(parents=True)
        (earlier / f"{LAB}.ipynb").write_text("mine")
        assert working_copy(root, LAB).read_text() == "mine"

    def test_starting_again_keeps_the_old_copy(self, root):
        working_copy(root, LAB).write_text("mine")
        kept = start_again(root, LAB, NOW)
        assert (kept / f"{LAB}.ipynb").read_text() == "mine"
        assert ":" not in kept.name
        fresh = working_copy(root, LAB)
        assert fresh.read_text() == (root / "labs" / LAB / f"{LAB}.ipynb").read_text()

    def test_starting_again_twice_keeps_both(self, root):
        first = start_again(root, LAB, NOW)
        second = start_again(root, LAB, NOW.replace(second=8))
        third = start_again(root, LAB, NOW.replace(second=9))
        assert first is None and second.is_dir() and third.is_dir()


class TestPage:
    def test_it_lists_the_labs_in_order_with_times_and_needs(self, root):
        first, second = [line for line in start_page(root, NOW).splitlines() if ".ipynb" in line]
        assert first == (
            f"| 01 | [Shapes: a \\| b]({LAB}/{LAB}.ipynb) | about two hours | Python and basic algebra | not begun |"
        )
        assert second.startswith("| 02 |")

    @pytest.mark.parametrize(
        "printed, passing",
        [
            ([], 0),
            ([report(True, True)], 1),
            ([report(True, False)], 0),
            ([report(True, False), report(True, True)], 1),
            ([report(True, True), report(False)], 0),
            ([report()], 0),
        ],
    )
    def test_progress_is_what_the_saved_reports_say(self, root, printed, passing):
        write_lab(root / "work" / LAB / f"{LAB}.ipynb", test_cell("f", *printed), test_cell("g"))
        assert lab_card(root, LAB).progress == f"{passing} of 2 exercises"

    def test_a_finished_lab_has_a_mark(self, root):
        write_lab(root / "work" / LAB / f"{LAB}.ipynb", test_cell("f", report(True)), test_cell("g", report(True)))
        assert lab_card(root, LAB).progress == "2 of 2 exercises ✓"

    @pytest.mark.parametrize(
        "level, commands",
        [
            (None, [f"`course-lab again {LAB}`", "`course-lab` again"]),
            ("1", [f"`make again LAB={LAB}`", "`make lab` again"]),
        ],
    )
    def test_it_names_the_commands_as_the_student_gives_them(self, root, monkeypatch, level, commands):
        """With make, course-lab is in .venv/bin, which a terminal does not find."""
        monkeypatch.delenv("MAKELEVEL", raising=False)
        if level:
            monkeypatch.setenv("MAKELEVEL", level)
        page = start_page(root, NOW)
        assert [command for command in commands if command not in page] == []

    def test_a_damaged_copy_does_not_stop_the_page(self, root):
        working_copy(root, LAB).write_text("{ damaged")
        assert "0 of 2 exercises" in start_page(root, NOW)


class TestCommand:
    def run(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()

    def test_without_a_lab_it_opens_the_start_page(self, root, opened):
        assert self.run()[0] == 0
        page = root / "work" / "Start.ipynb"
        assert opened[0][-1] == str(page)
        nbformat.validate(nbformat.read(page, as_version=4))
        assert (root / "work" / "02_more" / "02_more.ipynb").is_file()

    def test_a_lab_opens_its_copy_also_from_a_folder_below(self, root, opened, monkeypatch):
        monkeypatch.chdir(root / "labs" / LAB)
        assert self.run(LAB)[0] == 0
        assert opened[0][-1] == str(root / "work" / LAB / f"{LAB}.ipynb")

    def test_again_says_where_the_old_copy_is(self, root):
        working_copy(root, LAB)
        code, said, _ = self.run("again", LAB)
        assert code == 0 and "Your old copy is in work/old/01_shapes 20" in said

    @pytest.mark.parametrize("level, command", [(None, f": course-lab {LAB}\n"), ("1", f": make lab LAB={LAB}\n")])
    def test_again_says_how_to_open_the_new_copy(self, root, monkeypatch, level, command):
        monkeypatch.delenv("MAKELEVEL", raising=False)
        if level:
            monkeypatch.setenv("MAKELEVEL", level)
        assert command in self.run("again", LAB)[1]

    def test_the_printed_address_leads_to_the_notebook(self, root, opened):
        self.run(LAB)
        assert f"--LabApp.default_url=/lab/tree/{LAB}/{LAB}.ipynb" in opened[0]

    @pytest.mark.parametrize(
        "arguments, advice",
        [
            (["03_none"], "no lab named '03_none'; choose one of: 01_shapes, 02_more"),
            (["again"], "expected course-lab | course-lab LAB | course-lab again LAB, got: again"),
            (["again", "03_none"], "choose one of: 01_shapes, 02_more"),
        ],
    )
    def test_a_mistake_is_one_sentence(self, root, arguments, advice):
        code, _, said = self.run(*arguments)
        assert code == 2 and advice in said

    def test_a_folder_without_labs(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        code, _, said = self.run()
        assert code == 2 and "expected a folder labs/" in said

    def test_without_jupyterlab_it_says_what_to_install(self, root, monkeypatch):
        monkeypatch.setattr(jupyterlab.importlib.util, "find_spec", lambda name: None)
        code, _, said = self.run(LAB)
        assert code == 2 and "pip install jupyterlab" in said

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no root")
    def test_jupyterlab_starts_as_root_too(self, root, opened, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        self.run(LAB)
        assert "--allow-root" in opened[0]

    def test_jupyterlab_shows_no_question_and_nothing_for_authors(self, root, opened, monkeypatch):
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
        self.run(LAB)
        first, own = opened.variables["JUPYTER_CONFIG_PATH"].split(os.pathsep)
        settings = json.loads((Path(first) / "labconfig" / "page_config.json").read_text(encoding="utf-8"))
        assert own == "mine"
        assert settings["disabledExtensions"].keys() == {
            "@jupyterlab/apputils-extension:announcements", "@jupyter/nbgrader:create-assignment",
        }  # fmt: skip
