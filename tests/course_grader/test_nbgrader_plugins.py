"""Grading through nbgrader: repair, damaged submissions, and which scores count."""

import asyncio
import copy
import json
import os
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader")

from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory

from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.fingerprint import content_hash
from course_grader.gradebook.provenance import all_provenance
from course_grader.gradebook.reading import reading
from course_grader.nbgrader_plugins import NO_KERNEL, Course, preconditions
from course_grader.nbgrader_plugins.preconditions import before_autograde
from course_grader.sandbox import SandboxUnavailable, check
from tests.nbgrader_course import (
    COUNT,
    DOUBLE,
    FakeEngine,
    answered,
    autograde_by_nbgrader,
    autograde_by_writer,
    autograded,
    grades,
    hand_in,
    repaired,
)
from tests.tiny_course import LAB, cell_named, code

HALF = {"test_double": (2.5, False), "test_count": (7.5, False)}


def automatic(course, student):
    return {name: grade for name, grade in grades(course, student).items() if name.startswith("test_")}


class TestGrading:
    def test_the_judges_points_are_saved_as_partial_credit(self, course, released, fake_engine, autograde):
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        assert autograde(["ada"]) == {}
        assert automatic(course, "ada") == HALF

    def test_one_engine_grades_the_whole_class(self, course, released, fake_engine, autograde):
        for student in ("ada", "ben"):
            hand_in(course.root, student, released)
        autograde(["ada", "ben"])
        assert [engine.graded for engine in fake_engine] == [["ada", "ben"]]

    def test_both_ways_grade_the_same_notebook_and_write_the_same_file(
        self, course, released, fake_engine, monkeypatch
    ):
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        seen = []
        grade = FakeEngine.grade
        monkeypatch.setattr(
            FakeEngine, "grade", lambda self, nb, *rest: seen.append(content_hash(nb)) or grade(self, nb, *rest)
        )
        files = []
        for way in (autograde_by_writer, autograde_by_nbgrader):
            course.config.CourseExecute.seed = 7
            assert way(course, ["ada"]) == {}
            files.append((autograded(course, "ada"), grades(course, "ada")))
        assert seen == [content_hash(repaired(course, "ada").notebook)] * 2
        assert files[0] == files[1]

    def test_hidden_tests_are_back_in_the_graded_notebook(self, course, released, fake_engine, autograde):
        hand_in(course.root, "ada", released)
        autograde(["ada"])
        assert "HiddenDouble" in cell_named(autograded(course, "ada"), "test_double").source

    def test_a_test_without_a_verdict_scores_zero(self, course, released, fake_engine, autograde, monkeypatch):
        def no_verdict(graded):
            graded.exercises["double"].tests = []

        monkeypatch.setattr(FakeEngine, "change", staticmethod(no_verdict))
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        autograde(["ada"])
        assert automatic(course, "ada") == {"test_double": (0.0, False), "test_count": (7.5, False)}

    def test_an_ordinary_test_cell_that_never_ran_scores_zero(self, course, released, fake_engine, autograde):
        reference = course.root / "solutions" / LAB / f"{LAB}.ipynb"
        notebook = nbformat.read(reference, as_version=4)
        cell_named(notebook, "test_double").source = "assert double(1) == 2"
        nbformat.write(notebook, reference)
        course.register_lab(LAB)
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        autograde(["ada"])
        assert automatic(course, "ada") == {"test_double": (0.0, False), "test_count": (7.5, False)}

    def test_a_submission_that_needs_review_is_marked_in_the_gradebook(
        self, course, released, fake_engine, autograde, monkeypatch
    ):
        def trouble(graded):
            graded.needs_review, graded.messages = True, ["The kernel died."]

        monkeypatch.setattr(FakeEngine, "change", staticmethod(trouble))
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        autograde(["ada"])
        assert automatic(course, "ada") == {"test_double": (2.5, True), "test_count": (7.5, True)}
        assert autograded(course, "ada").metadata.course_grader.messages == ["The kernel died."]

    def test_grading_again_replaces_the_grades(self, course, released, fake_engine, autograde):
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        autograde(["ada"])
        hand_in(course.root, "ada", answered(released, count=COUNT))
        autograde(["ada"])
        assert automatic(course, "ada") == {"test_double": (0.0, False), "test_count": (7.5, False)}

    def test_a_lab_with_grades_can_be_registered_again(self, course, released, fake_engine, autograde):
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        autograde(["ada"])
        course.register_lab(LAB)
        assert automatic(course, "ada") == HALF

    def test_an_ordinary_submission_causes_no_warnings(self, course, released, fake_engine, autograde, tmp_path):
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT, explain_nothing="So it is."))
        autograde(["ada"])
        log = (tmp_path / "nbgrader.log").read_text()
        assert "Autograding" in log or "Saved ada" in log
        assert "WARNING" not in log

    def test_nothing_is_printed(self, course, released, fake_engine, autograde, capfd):
        hand_in(course.root, "ada", b"no notebook")
        hand_in(course.root, "ben", released)
        autograde(["ada", "ben"])
        assert capfd.readouterr() == ("", "")


def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def with_copied_cell(notebook, name):
    twin = copy.deepcopy(cell_named(notebook, name))
    twin.id = "copied"
    notebook.cells.insert(3, twin)
    return notebook


def without_cell(notebook, name):
    notebook.cells = [cell for cell in notebook.cells if cell.id != name]
    return notebook


def with_mark(notebook, name, **changes):
    cell_named(notebook, name).metadata.nbgrader.update(changes)
    return notebook


def from_another_lab(notebook, keep):
    """All solution cells but one, which both labs have, belong to other exercises."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and cell.id != keep:
            cell.metadata.nbgrader.grade_id += "_elsewhere"
    return notebook


def as_colab_saves_it(notebook):
    notebook.nbformat_minor = 0
    notebook.metadata.colab = {"provenance": []}
    return json.dumps(notebook).encode()


def zipped(notebook):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("lab.ipynb", nbformat.writes(notebook))
    return file.getvalue()


UNREADABLE = {
    "cut off": (lambda nb: nbformat.writes(nb).encode()[:-500], "is not valid JSON (line "),
    "empty": (lambda nb: b"", "is not valid JSON (line 1)"),
    "a zip file": (zipped, "is not UTF-8 text"),
    "JSON, not a notebook": (lambda nb: b'{"a": 1}', "is JSON, but not a valid notebook"),
    "a list": (lambda nb: b"[]", "is JSON, but not a valid notebook"),
    "empty cells": (lambda nb: b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}', "not a valid"),
    "nested too deeply": (lambda nb: b"[" * 100_000, "nested too deeply"),
}  # fmt: skip


class TestDamage:
    """Each damaged submission is graded together with an intact one, since the batch must go on."""

    def grade(self, autograde, course, released, content, name=LAB):
        hand_in(course.root, "ada", content, name)
        return self.batch(autograde, course, released)

    def batch(self, autograde, course, released):
        """ada's scores and messages, graded beside zoe."""
        hand_in(course.root, "zoe", answered(released, double=DOUBLE, count=COUNT))
        assert autograde(["ada", "zoe"]) == {}
        assert automatic(course, "zoe") == HALF
        messages = autograded(course, "ada").metadata.course_grader.messages
        assert messages == repaired(course, "ada").notes.problems
        return automatic(course, "ada"), " ".join(messages)

    @pytest.mark.parametrize("damage, reason", UNREADABLE.values(), ids=UNREADABLE.keys())
    def test_an_unreadable_submission_scores_zero_and_needs_review(
        self, course, released, fake_engine, autograde, damage, reason
    ):
        found, messages = self.grade(autograde, course, released, damage(answered(released, double=DOUBLE)))
        assert reason in messages
        assert found == {"test_double": (0.0, True), "test_count": (0.0, True)}
        assert "ada" not in fake_engine[0].graded
        assert repaired(course, "ada").notes.unreadable

    def test_a_renamed_file_that_is_clearly_this_lab_s_is_graded(self, course, released, fake_engine, autograde):
        notebook = answered(released, double=DOUBLE, count=COUNT)
        found, messages = self.grade(autograde, course, released, notebook, name=f"{LAB} (1)")
        assert messages == f"The notebook is named {LAB} (1).ipynb, expected {LAB}.ipynb; it was graded anyway."
        assert found == HALF

    @pytest.mark.parametrize("others", [["scratch"], ["one", "two"]])
    def test_a_renamed_file_that_may_be_something_else_is_not(self, course, released, fake_engine, autograde, others):
        notebook = answered(released, double=DOUBLE)
        if len(others) == 1:
            notebook = without_metadata(notebook)
        for name in others:
            hand_in(course.root, "ada", notebook, name)
        found, messages = self.batch(autograde, course, released)
        names = ", ".join(f"{name}.ipynb" for name in others)
        assert messages == f"Expected a notebook named {LAB}.ipynb, found {names}: was it renamed?"
        assert found == {"test_double": (0.0, True), "test_count": (0.0, True)}

    @pytest.mark.parametrize(
        ("files", "found"),
        [
            ((), "the folder is empty"),
            ((os.fsdecode(b"s\xfcss.txt"),), "found s?ss.txt"),
            ((f"in/{LAB}.ipynb", *"abcde"), "found a, b, c, d, e and 1 more"),
        ],
        ids=str,
    )
    def test_a_folder_without_a_notebook(self, course, released, fake_engine, autograde, files, found):
        folder = course.root / "submitted" / "ada" / LAB
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("{}")
        scores, messages = self.batch(autograde, course, released)
        assert messages == f"The submission contains no notebook: expected {LAB}.ipynb, {found}."
        assert scores == {"test_double": (0.0, True), "test_count": (0.0, True)}

    def test_a_byte_order_mark_costs_no_points(self, course, released, fake_engine, autograde):
        text = nbformat.writes(answered(released, double=DOUBLE, count=COUNT))
        found, messages = self.grade(autograde, course, released, text.encode("utf-8-sig"))
        assert found == HALF
        assert "byte-order mark" in messages

    def test_a_copied_answer_cell_needs_review(self, course, released, fake_engine, autograde):
        notebook = with_copied_cell(answered(released, double=DOUBLE, count=COUNT), "double")
        found, messages = self.grade(autograde, course, released, notebook)
        assert found == {"test_double": (2.5, True), "test_count": (7.5, True)}
        assert messages == "Cell `double` appears more than once; the last one counts."

    def test_a_copied_test_cell_costs_no_points(self, course, released, fake_engine, autograde):
        notebook = with_copied_cell(answered(released, double=DOUBLE, count=COUNT), "test_double")
        found, messages = self.grade(autograde, course, released, notebook)
        assert found == HALF
        assert "`test_double` appears more than once" in messages

    def test_a_missing_test_cell_is_restored(self, course, released, fake_engine, autograde):
        notebook = without_cell(answered(released, double=DOUBLE, count=COUNT), "test_double")
        found, messages = self.grade(autograde, course, released, notebook)
        assert found == HALF
        assert messages == "The test cell `test_double` was missing and has been restored."

    def test_a_missing_answer_cell_needs_review(self, course, released, fake_engine, autograde):
        notebook = without_cell(answered(released, count=COUNT), "double")
        _, messages = self.grade(autograde, course, released, notebook)
        assert messages == "The answer cell `double` is missing or has lost its nbgrader metadata."
        assert repaired(course, "ada").notes.needs_review

    def test_without_metadata_every_grade_still_gets_a_score(self, course, released, fake_engine, autograde):
        notebook = without_metadata(answered(released, double=DOUBLE, count=COUNT))
        found, messages = self.grade(autograde, course, released, notebook)
        assert found == {"test_double": (2.5, True), "test_count": (7.5, True)}
        assert messages.startswith("All cells have lost their nbgrader metadata") and messages.count(".") == 1

    @pytest.mark.parametrize(
        ("course_mark", "name"),
        [
            ({"lab": "02_attention"}, "the notebook of 02_attention"),
            ({"lab": LAB}, "another lab's notebook"),
            ({"lab": "<b>full points</b>"}, "another lab's notebook"),
            ("", "another lab's notebook"),
        ],
        ids=str,
    )
    def test_another_labs_notebook_is_reported_in_one_sentence(
        self, course, released, fake_engine, autograde, course_mark, name
    ):
        notebook = from_another_lab(answered(released, double=DOUBLE, count=COUNT), keep="double")
        notebook.metadata.course = course_mark
        _, messages = self.grade(autograde, course, released, notebook)
        assert messages == f"This is {name}, not that of {LAB}: hand in the right one."
        assert repaired(course, "ada").notes.needs_review

    def test_one_answer_of_another_lab_is_reported_by_its_cell(self, course, released, fake_engine, autograde):
        notebook = with_mark(answered(released, count=COUNT), "double", grade_id="of_another_lab")
        notebook.metadata.course = {"lab": "02_attention"}
        _, messages = self.grade(autograde, course, released, notebook)
        assert messages == (
            "Cell 4 has an nbgrader id that this lab does not know. "
            "The answer cell `double` is missing or has lost its nbgrader metadata."
        )

    @pytest.mark.parametrize(
        "mark", [{"schema_version": 99}, {"grade_id": 7}, {"solution": "yes"}, {"points": "many"}], ids=str
    )
    def test_damaged_metadata_does_not_stop_the_batch(self, course, released, fake_engine, autograde, mark):
        notebook = with_mark(answered(released, double=DOUBLE, count=COUNT), "double", **mark)
        _, messages = self.grade(autograde, course, released, notebook)
        assert "The nbgrader metadata of cell 4 was damaged and has been removed." in messages

    def test_unknown_metadata_is_removed(self, course, released, fake_engine, autograde):
        notebook = answered(released, double=DOUBLE, count=COUNT)
        notebook.cells.append(code("1000.0", "mine", grade=True, solution=False, points=1000))
        found, messages = self.grade(autograde, course, released, notebook)
        assert found == HALF
        assert "has an nbgrader id that this lab does not know" in messages

    def test_changed_tests_points_and_flags_are_restored(self, course, released, fake_engine, autograde):
        notebook = answered(released, double=DOUBLE, count=COUNT, test_double="1000.0")
        found, _ = self.grade(
            autograde, course, released, with_mark(notebook, "test_double", solution=True, points=1000)
        )
        assert found == HALF
        cell = cell_named(autograded(course, "ada"), "test_double")
        assert "HiddenDouble" in cell.source
        assert cell.metadata.nbgrader.points == 5

    def test_notes_written_by_a_student_are_ignored(self, course, released, fake_engine, autograde):
        notebook = answered(released, double=DOUBLE, count=COUNT)
        notebook.metadata.course_grader = {"unreadable": True, "problems": ["give me full points"]}
        assert self.grade(autograde, course, released, notebook) == (HALF, "")

    def test_a_notebook_saved_in_colab(self, course, released, fake_engine, autograde):
        content = as_colab_saves_it(answered(released, double=DOUBLE, count=COUNT))
        assert self.grade(autograde, course, released, content) == (HALF, "")
        graded = autograded(course, "ada")
        nbformat.validate(graded)  # Colab's format 4.0 knows no cell ids, but Colab writes them
        assert cell_named(graded, "double").source == DOUBLE

    def test_an_invalid_timestamp(self, course, released, fake_engine, autograde):
        path = hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        (path.parent / "timestamp.txt").write_text("yesterday evening, honestly")
        assert repaired(course, "ada").notes.problems == ["timestamp.txt contains no valid timestamp and is ignored."]
        assert autograde(["ada"]) == {}
        assert automatic(course, "ada") == HALF

    def test_a_pipe_as_timestamp(self, course, released, fake_engine, autograde):
        path = hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        os.mkfifo(path.parent / "timestamp.txt")
        assert autograde(["ada"]) == {}
        assert automatic(course, "ada") == HALF

    def test_links_pipes_and_files_that_the_lab_does_not_allow_stay_where_they_are(
        self, course, released, fake_engine, autograde
    ):
        folder = hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT)).parent
        (folder / "secret.csv").symlink_to(course.root / "nbgrader_config.py")
        os.mkfifo(folder / "pipe.csv")
        (folder / "program.exe").write_bytes(b"MZ")
        (folder / "data.csv").write_text("1,2")
        found, messages = self.batch(autograde, course, released)
        assert found == HALF
        assert messages == "Files that this lab does not allow were left out: pipe.csv, program.exe, secret.csv."
        graded = course.root / "autograded" / "ada" / LAB
        assert {path.name for path in graded.iterdir()} == {f"{LAB}.ipynb", "data.csv"}

    def test_a_folder_that_is_a_link_is_not_followed(self, course, released, fake_engine, autograde):
        hand_in(course.root, "ben", answered(released, double=DOUBLE, count=COUNT))
        (course.root / "submitted" / "ada").symlink_to("ben")
        found, messages = self.batch(autograde, course, released)
        assert found == {"test_double": (0.0, True), "test_count": (0.0, True)}
        assert messages == "The folder ada is a link: hand in the files themselves."

    def test_nbgraders_command_goes_on_after_a_name_that_it_cannot_match(self, course, released, fake_engine):
        for student in ("ada [2]", "ada\nada", "ada ", "zoe"):
            hand_in(course.root, student, answered(released, double=DOUBLE, count=COUNT))
        assert autograde_by_nbgrader(course, ["*"]) == {}
        assert automatic(course, "zoe") == HALF
        assert fake_engine[0].graded == ["zoe"]

    def test_a_folder_name_that_nbgrader_cannot_read(self, course, released, fake_engine):
        hand_in(course.root, "ada [2]", released)
        hand_in(course.root, "zoe", answered(released, double=DOUBLE, count=COUNT))
        failed = autograde_by_writer(course, ["ada [2]", "zoe"])
        assert list(failed) == ["ada [2]"]
        assert "contains *, ? or [, which nbgrader cannot handle; rename the folder" in failed["ada [2]"]
        assert automatic(course, "zoe") == HALF


class TestRefusals:
    @pytest.fixture
    def at_course(self, course, monkeypatch):
        monkeypatch.chdir(course.root)
        monkeypatch.setattr(preconditions, "check", lambda: None)

    def test_without_a_sandbox_the_command_ends_with_advice(self, at_course, monkeypatch):
        def unavailable():
            raise SandboxUnavailable("Install bubblewrap.")

        monkeypatch.setattr(preconditions, "check", unavailable)
        with pytest.raises(SystemExit, match=r"Nothing was graded: Install bubblewrap\."):
            before_autograde(LAB, "*", [f"submitted/ada/{LAB}/{LAB}.ipynb"])

    def test_without_a_reference_too(self, at_course, course):
        shutil.rmtree(course.root / "solutions" / LAB)
        with pytest.raises(SystemExit, match=f"no lab named '{LAB}'"):
            before_autograde(LAB, "*", [f"submitted/ada/{LAB}/{LAB}.ipynb"])

    def test_a_gradebook_without_the_lab_too(self, at_course, course, tmp_path):
        app = NbGrader.instance()
        try:
            app.coursedir = CourseDirectory(config=course.config)  # as nbgrader's own command has it
            before_autograde(LAB, "*", [f"submitted/ada/{LAB}/{LAB}.ipynb"])
            app.coursedir.db_url = f"sqlite:///{tmp_path / 'other.db'}"
            with pytest.raises(SystemExit, match=f"Nothing was graded.*nbgrader generate_assignment {LAB} --force"):
                before_autograde(LAB, "*", [f"submitted/ada/{LAB}/{LAB}.ipynb"])
        finally:
            NbGrader.clear_instance()

    def test_the_notebook_named_after_the_lab_is_converted(self, at_course):
        notebooks = [f"submitted/ada/{LAB}/scratch.ipynb", f"submitted/ada/{LAB}/{LAB} (1).ipynb"]
        before_autograde(LAB, "*", notebooks)
        assert notebooks == [f"submitted/ada/{LAB}/{LAB}.ipynb"]

    def test_no_execute_is_refused(self, course, released, fake_engine):
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        course.config.Execute.enabled = False
        reason = autograde_by_nbgrader(course, ["ada"])["ada"]
        assert "--no-execute would take the scores from the submission itself" in reason

    def test_nbgraders_command_has_the_same_options(self, course, released, fake_engine):
        course.config.CourseExecute.update(profile="full", gpu=True, run_all=True, run_experiments=True)
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        assert autograde_by_nbgrader(course, ["ada"]) == {}
        options = EngineOptions(profile="full", gpu=True, run_all=True, run_experiments=True)
        assert [engine.options for engine in fake_engine] == [options]
        with reading(course.db_url) as session:
            assert all_provenance(session, LAB)["ada"].fingerprint.options == options.in_words

    def test_if_the_engine_refuses_nobody_is_scored(self, course, released, monkeypatch):
        from course_grader.nbgrader_plugins import execute

        def refuse(lab, options):
            raise CourseError("cell 3 of the reference notebook fails")

        monkeypatch.setattr(execute, "make_engine", refuse)
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        assert autograde_by_nbgrader(course, ["ada"]) == {"ada": "cell 3 of the reference notebook fails"}
        with course.gradebook() as gradebook, pytest.raises(MissingEntry):
            gradebook.find_submission(LAB, "ada")  # not there with 0 points

    def test_a_course_without_configuration_is_refused(self, tmp_path):
        with pytest.raises(CourseError, match=r"has no nbgrader_config\.py"):
            Course(tmp_path)

    def test_a_gradebook_that_cannot_be_opened_is_named_as_the_reason(self, course):
        elsewhere = Course(course.root, db_url="sqlite:////no/such/folder/grades.db")
        with pytest.raises(CourseError, match=r"unable to open database file$"):
            elsewhere.register_lab(LAB)

    def test_a_lab_that_changed_under_its_submissions_is_refused(self, course, released, fake_engine):
        hand_in(course.root, "ada", released)
        autograde_by_nbgrader(course, ["ada"])
        reference = course.root / "solutions" / LAB / f"{LAB}.ipynb"
        nbformat.write(without_cell(nbformat.read(reference, as_version=4), "test_count"), reference)
        with pytest.raises(CourseError, match="Cannot add or remove cells"):
            course.register_lab(LAB)


class TestGuard:
    """The kernel that the gradebook names, with which plain nbgrader cannot run a submission."""

    def kernel(self, course):
        with course.gradebook() as gradebook:
            return json.loads(gradebook.find_notebook(LAB, LAB).kernelspec)["name"]

    def test_labs_and_graded_notebooks_name_python(self, course, released, fake_engine):
        notebook = answered(released, double=DOUBLE)
        notebook.metadata.kernelspec = {"name": "somebody-s-own", "display_name": "Mine"}
        hand_in(course.root, "ada", notebook)
        autograde_by_nbgrader(course, ["ada"])
        kernels = [nb.metadata.kernelspec["name"] for nb in (released, autograded(course, "ada"))]
        assert kernels == ["python3", "python3"]
        assert self.kernel(course) == NO_KERNEL

    @pytest.mark.parametrize("step", ["register_lab", "autograde"])
    def test_an_older_gradebook_is_guarded_too(self, course, released, fake_engine, step):
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        autograde_by_nbgrader(course, ["ada"])
        unguard(course)
        assert self.kernel(course) == "python3"
        course.register_lab(LAB) if step == "register_lab" else autograde_by_nbgrader(course, ["ada"])
        assert self.kernel(course) == NO_KERNEL


def unguard(course):
    """The gradebook as nbgrader's own SaveCells makes it."""
    with course.gradebook() as gradebook:
        gradebook.find_notebook(LAB, LAB).kernelspec = '{"name": "python3", "display_name": "Python 3"}'
        gradebook.db.commit()


class TestFormgrader:
    """The API behind the formgrader's buttons, called like in its server: within a running event loop."""

    def call(self, course, method, *arguments):
        config = course.config.copy()
        config.CourseDirectory.root = str(course.root)

        async def click():
            return getattr(NbGraderAPI(config=config), method)(*arguments)

        return asyncio.run(click())

    def test_the_buttons_generate_and_autograde(self, course, released, fake_engine, monkeypatch):
        monkeypatch.setattr(preconditions, "check", lambda: None)
        release = course.root / "labs" / LAB / f"{LAB}.ipynb"
        before = release.read_bytes()
        assert self.call(course, "generate_assignment", LAB)["success"]
        assert release.read_bytes() == before
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        assert self.call(course, "autograde", LAB, "ada")["success"]
        assert automatic(course, "ada") == HALF
        assert self.call(course, "generate_feedback", LAB, "ada")["success"]

    @pytest.fixture
    def corrected(self, course, released, fake_engine, monkeypatch):
        """A graded submission of Ada's; after it, a test in solutions/ was corrected. Call it with a line to add."""
        monkeypatch.setattr(preconditions, "check", lambda: None)
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        autograde_by_nbgrader(course, ["ada"])

        def correct(line):
            path = course.root / "solutions" / LAB / f"{LAB}.ipynb"
            notebook = nbformat.read(path, as_version=4)
            cell = cell_named(notebook, "test_double")
            cell.source = cell.source.replace("### END HIDDEN TESTS", f"        {line}\n### END HIDDEN TESTS")
            nbformat.write(notebook, path)

        return correct

    def test_the_autograde_button_takes_the_current_tests_and_says_so(self, course, corrected):
        corrected("self.assertTrue(True)  # corrected")
        result = self.call(course, "autograde", LAB, "ada")
        assert result["success"]
        assert result["log"].count(f"solutions/{LAB} has changed since the gradebook learned the lab") == 1
        assert "# corrected" in cell_named(autograded(course, "ada"), "test_double").source
        assert "has changed since" not in self.call(course, "autograde", LAB, "ada")["log"]

    def test_a_corrected_test_that_the_reference_fails_grades_nobody(self, course, corrected):
        corrected("self.fail('wrong')")
        before = grades(course, "ada")
        result = self.call(course, "autograde", LAB, "ada")
        assert "Nothing was graded" in result["error"]
        assert "the tests or the reference must be corrected first" in result["error"]
        assert grades(course, "ada") == before

    def test_a_failed_precondition_is_shown_and_changes_no_grades(self, course, released, monkeypatch):
        def unavailable():
            raise SandboxUnavailable("Install bubblewrap.")

        monkeypatch.setattr(preconditions, "check", unavailable)
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        result = self.call(course, "autograde", LAB, "ada")
        assert not result["success"]
        assert "Nothing was graded: Install bubblewrap." in result["error"]
        with course.gradebook() as gradebook, pytest.raises(MissingEntry):
            gradebook.find_submission(LAB, "ada")


class TestEarlierFiles:
    """nbgrader's Autograde deletes a student's graded files first; they come back if it does not grade again."""

    @pytest.fixture
    def earlier(self, course, released, fake_engine):
        """Ada's graded notebook, as bytes."""
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        assert autograde_by_nbgrader(course, ["ada"]) == {}
        return self.path(course).read_bytes()

    def path(self, course):
        return course.root / "autograded" / "ada" / LAB / f"{LAB}.ipynb"

    def expect(self, course, content):
        assert self.path(course).read_bytes() == content
        assert [path.name for path in self.path(course).parents[1].iterdir()] == [LAB]

    def test_they_stay_if_a_precondition_fails(self, course, earlier, monkeypatch):
        def unavailable():
            raise SandboxUnavailable("Install bubblewrap.")

        monkeypatch.setattr(preconditions, "check", unavailable)
        config = course.config.copy()
        config.CourseDirectory.root = str(course.root)
        assert "Nothing was graded" in NbGraderAPI(config=config).autograde(LAB, "ada")["error"]
        self.expect(course, earlier)

    def test_they_stay_if_grading_fails(self, course, earlier, monkeypatch):
        before = grades(course, "ada")
        monkeypatch.setattr(FakeEngine, "change", staticmethod(lambda graded: 1 / 0))
        assert "ZeroDivisionError" in autograde_by_nbgrader(course, ["ada"])["ada"]
        self.expect(course, earlier)
        assert grades(course, "ada") == before

    def test_they_go_if_the_gradebook_has_newer_grades(self, course, earlier, released, monkeypatch):
        """The grades are saved, and then the notebook cannot be written."""
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))

        def fail(step, *arguments):
            raise OSError("no space left on device")

        monkeypatch.setattr("nbgrader.preprocessors.AssignLatePenalties.preprocess", fail)
        assert "no space left" in autograde_by_nbgrader(course, ["ada"])["ada"]
        assert automatic(course, "ada") == HALF and not self.path(course).exists()

    def test_those_that_a_killed_process_left_come_back(self, course, earlier, monkeypatch):
        kept = self.path(course).parents[1] / f".{LAB}.kept"
        self.path(course).parent.rename(kept)
        shutil.copytree(course.root / "submitted" / "ada" / LAB, self.path(course).parent)  # as after the first stage
        monkeypatch.setattr(FakeEngine, "change", staticmethod(lambda graded: 1 / 0))
        autograde_by_nbgrader(course, ["ada"])
        self.expect(course, earlier)

    def test_new_ones_take_their_place(self, course, earlier, released):
        hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
        assert autograde_by_nbgrader(course, ["ada"]) == {}
        assert b"list(range(n))" in self.path(course).read_bytes() and b"list(range(n))" not in earlier
        self.expect(course, self.path(course).read_bytes())


def nbgrader(course, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=300)


OWN_VERDICT = "# Exercise: double\nrun_tests = lambda name: 2.0"
UNSCORED = {"test_double": (None, True), "test_count": (None, True)}


def autograde_without_configuration(course):
    """Plain nbgrader: the tests run in the student's kernel."""
    (course.root / "nbgrader_config.py").unlink()
    return nbgrader(course, "autograde", LAB)


def test_without_the_courses_configuration_no_student_code_runs(course, released):
    hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
    hand_in(course.root, "eve", answered(released, double=OWN_VERDICT))
    done = autograde_without_configuration(course)
    assert automatic(course, "ada") == automatic(course, "eve") == UNSCORED
    assert done.returncode == 1
    assert f"No such kernel named {NO_KERNEL}" in done.stderr
    assert not list((course.root / "autograded").glob("*/*"))


def test_without_the_courses_configuration_a_released_notebook_is_not_scored(course, released):
    """With a gradebook that is not guarded, nbgrader starts the student's kernel."""
    unguard(course)
    hand_in(course.root, "ada", answered(released, double=DOUBLE, count=COUNT))
    done = autograde_without_configuration(course)
    assert (done.returncode, automatic(course, "ada")) == (1, UNSCORED)
    assert "autograded without the course's grader" in done.stderr


def test_the_nbgrader_command_gives_the_same_scores(course, released):
    """With the real command line, sandbox and judge."""
    try:
        check()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    partly = "# Exercise: count\ndef count(n):\n    return list(range(n))"  # no ValueError
    hand_in(course.root, "ada", answered(released, double=DOUBLE, count=partly))
    hand_in(course.root, "ben", b"{")
    done = nbgrader(course, "autograde", LAB)
    assert done.returncode == 0, done.stderr
    by_command = {student: grades(course, student) for student in ("ada", "ben")}
    assert automatic(course, "ada") == {"test_double": (5.0, False), "test_count": (12.5, False)}
    assert automatic(course, "ben") == {"test_double": (0.0, True), "test_count": (0.0, True)}

    other = Course(course.root, db_url=f"sqlite:///{course.root / 'other.db'}", autograded=course.root / "other")
    other.register_lab(LAB)
    assert autograde_by_writer(other, ["ada", "ben"]) == {}
    assert {student: grades(other, student) for student in ("ada", "ben")} == by_command
    assert Path(course.root / "other" / "ada" / LAB / f"{LAB}.ipynb").is_file()
