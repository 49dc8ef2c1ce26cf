"""A submission's folder as it comes: what is read of it, what is restored, and what is refused with a sentence."""

import copy
import io
import json
import os

import pytest

from course_grader.lab_settings import LabSettings
from course_grader.notebooks import nbgrader_metadata
from course_grader.repair import LabCells, Submission, other_files, repair_submission, submission_hash
from course_grader.repair.json_selection import EVERYTHING, TooLarge, read_selection
from course_grader.repair.notes import Notes
from tests.tiny_course import LAB, cell_named, code, tiny_notebook, with_sources


def lab_cells(**settings):
    notebook = tiny_notebook()
    for cell in notebook.cells:
        if metadata := nbgrader_metadata(cell):
            metadata["cell_type"], metadata["checksum"] = cell.cell_type, ""
    cells = {nbgrader_metadata(cell)["grade_id"]: cell for cell in notebook.cells if nbgrader_metadata(cell)}
    return LabCells(cells, tiny_notebook().cells, LabSettings(**settings))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "ada" / LAB
    folder.mkdir(parents=True)
    return folder


def repaired(folder, notebook=None, lab=None):
    if notebook is not None:
        (folder / f"{LAB}.ipynb").write_text(json.dumps(notebook))
    return repair_submission(Submission("ada", LAB, folder), lab or lab_cells())


def sources(result):
    return [cell.source for cell in result.notebook.cells if cell.cell_type == "code"]


class TestReading:
    @pytest.mark.parametrize("minor", ["5", 5.0, [5], None, True, float("inf")], ids=str)
    def test_a_malformed_minor_version_is_reported_and_the_notebook_read(self, folder, minor):
        result = repaired(folder, tiny_notebook() | {"nbformat_minor": minor})
        assert not result.notes.unreadable and result.notes.needs_review
        assert "nbformat_minor" in result.notes.problems[0]

    @pytest.mark.parametrize("version", [3, "4", 4.5, True, None, [4], 10**30], ids=str)
    def test_another_format_is_unreadable(self, folder, version):
        result = repaired(folder, tiny_notebook() | {"nbformat": version})
        assert result.notes.unreadable and "expected 4" in result.notes.problems[0]

    @pytest.mark.parametrize(
        "change",
        [
            {"cell_type": "heading", "level": 10**19}, {"cell_type": 7}, {"source": 7}, {"source": ["x", 1]},
            {"cell_type": None}, {"source": {"a": 1}},
        ],
        ids=str,
    )  # fmt: skip
    def test_a_malformed_cell_is_unreadable(self, folder, change):
        notebook = tiny_notebook()
        notebook.cells[0].update(change)
        result = repaired(folder, notebook)
        assert result.notes.unreadable and "cell 1" in result.notes.problems[0]

    @pytest.mark.parametrize("metadata", [7, [], "x", {"nbgrader": [1]}, {"tags": {"a": 1}}, None], ids=str)
    def test_malformed_metadata_costs_nothing_else(self, folder, metadata):
        notebook = tiny_notebook()
        notebook.cells[0]["metadata"] = metadata
        notebook["metadata"] = metadata
        assert not repaired(folder, notebook).notes.unreadable

    def test_many_cells_with_damaged_nbgrader_metadata_are_one_note(self, folder):
        notebook = tiny_notebook()
        for name in ("double", "test_double"):
            cell_named(notebook, name).metadata["nbgrader"]["grade_id"] = {"a": 1}
        noted = [problem for problem in repaired(folder, notebook).notes.problems if "damaged" in problem]
        assert noted == ["The nbgrader metadata of cells 4, 5 was damaged and has been removed."]

    def test_a_restored_cell_never_has_the_id_of_another(self, folder):
        notebook = tiny_notebook()
        notebook.cells = [cell for cell in notebook.cells if cell.id != "test_double"]
        cell_named(notebook, "goodbye").id = "test_double"
        ids = [cell.id for cell in repaired(folder, notebook).notebook.cells]
        assert len(ids) == len(set(ids))

    def test_outputs_are_left_behind_before_the_size_is_taken(self, folder):
        notebook = tiny_notebook()
        cell_named(notebook, "goodbye").outputs = [
            {"output_type": "stream", "name": "stdout", "text": "x" * (60 << 20)}
        ]
        result = repaired(folder, notebook)
        assert result.notes.problems == [] and cell_named(result.notebook, "goodbye").outputs == []

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**30], ids=str)
    def test_numbers_that_strict_json_does_not_have_may_stand_in_outputs(self, folder, number):
        notebook = tiny_notebook()
        cell_named(notebook, "goodbye").outputs = [
            {"output_type": "display_data", "data": {"application/json": number}}
        ]
        result = repaired(folder, notebook)
        assert result.notes.problems == [] and len(result.notebook.cells) == len(notebook.cells)

    @pytest.mark.parametrize("ending", [".txt", ".json", ".IPYNB"])
    def test_a_second_ending_from_a_browser_is_no_obstacle(self, folder, ending):
        name = f"{LAB}.ipynb{ending}".replace(".ipynb.IPYNB", ".IPYNB")
        (folder / name).write_text(json.dumps(tiny_notebook()))
        expected = f"The notebook is named {name}, expected {LAB}.ipynb; it was graded anyway."
        assert repaired(folder).notes.problems == [expected]

    def test_a_merge_conflict_is_called_by_its_name(self, folder):
        text = json.dumps(tiny_notebook(), indent=1).replace("\n", "\n<<<<<<< HEAD\n", 1)
        (folder / f"{LAB}.ipynb").write_text(text)
        assert "(line 2): Git has left a merge conflict in it." in repaired(folder).notes.problems[0]

    def test_half_of_a_surrogate_pair_can_be_saved(self, folder):
        notebook = tiny_notebook()
        cell_named(notebook, "goodbye").source = "print('\ud800')"
        json.dumps(repaired(folder, notebook).notebook).encode()
        assert "?" in cell_named(repaired(folder).notebook, "goodbye").source

    @pytest.mark.parametrize("text", ["[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300])
    def test_deep_nesting_is_refused(self, folder, text):
        (folder / f"{LAB}.ipynb").write_text(text)
        assert "nested too deeply" in repaired(folder).notes.problems[0]

    def test_what_is_not_selected_is_not_kept(self):
        file = io.BytesIO(json.dumps({"a": {"b": [1, {"c": 2}]}, "d": ["x"] * 1000, "e": [{"f": 1, "g": 2}]}).encode())
        assert read_selection(file, {"a": EVERYTHING, "e": [{"f": EVERYTHING}]}) == {
            "a": {"b": [1, {"c": 2}]},
            "e": [{"f": 1}],
        }

    def test_more_values_than_a_notebook_has_are_refused(self, monkeypatch):
        monkeypatch.setattr("course_grader.repair.json_selection.MAX_EVENTS", 100)
        with pytest.raises(TooLarge, match="more than 100 JSON values"):
            read_selection(io.BytesIO(b"[" + b"[]," * 100 + b"[]]"), EVERYTHING)


class TestPlainFiles:
    def test_a_linked_lab_folder_is_refused(self, folder, tmp_path):
        (folder / f"{LAB}.ipynb").write_text(json.dumps(tiny_notebook()))
        link = tmp_path / "mallory" / LAB
        link.parent.mkdir()
        link.symlink_to(folder)
        result = repair_submission(Submission("mallory", LAB, link), lab_cells())
        assert result.notes.unreadable and "is a link" in result.notes.problems[0]

    def test_a_linked_student_s_folder_is_refused(self, folder, tmp_path):
        (folder / f"{LAB}.ipynb").write_text(json.dumps(tiny_notebook()))
        (tmp_path / "copycat").symlink_to("ada")
        result = repair_submission(Submission("copycat", LAB, tmp_path / "copycat" / LAB), lab_cells())
        assert result.notes.unreadable and "copycat is a link" in result.notes.problems[0]

    def test_a_linked_notebook_is_refused(self, folder, tmp_path):
        (tmp_path / "solution.ipynb").write_text(json.dumps(tiny_notebook()))
        (folder / f"{LAB}.ipynb").symlink_to(tmp_path / "solution.ipynb")
        assert "is a link" in repaired(folder).notes.problems[0]

    @pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
    def test_a_pipe_or_folder_of_the_notebook_s_name_is_refused_at_once(self, folder, make):
        make(folder / f"{LAB}.ipynb")
        assert repaired(folder).notes.unreadable

    def test_many_nested_folders_are_not_followed(self, folder):
        deepest = folder
        for _ in range(600):
            deepest = deepest / "d"
            try:
                deepest.mkdir()
            except OSError:  # the path is longer than the system takes
                break
        assert not repaired(folder, tiny_notebook()).notes.unreadable


class TestChoosing:
    """Which notebook counts if a folder has several."""

    COPY = f"{LAB}-Copy1.ipynb"
    OTHER = f"{LAB} (1).ipynb"

    @staticmethod
    def answered(text="mine"):
        return with_sources(double=text)

    def put(self, folder, **notebooks):
        for name, notebook in notebooks.items():
            (folder / {"own": f"{LAB}.ipynb", "copy": self.COPY, "other": self.OTHER}[name]).write_text(
                json.dumps(notebook)
            )

    def test_a_copy_with_answers_beside_the_unchanged_notebook_is_graded_and_reviewed(self, folder):
        self.put(folder, own=tiny_notebook(), copy=self.answered())
        result = repaired(folder)
        assert cell_named(result.notebook, "double").source == "mine"
        assert f"{LAB}.ipynb is unchanged, and {self.COPY} contains answers: {self.COPY} was graded." in (
            result.notes.problems
        )
        assert result.notes.needs_review and not result.notes.unreadable

    def test_a_notebook_with_answers_counts_whatever_is_beside_it(self, folder):
        self.put(folder, own=self.answered(), copy=self.answered("yours"))
        result = repaired(folder)
        assert cell_named(result.notebook, "double").source == "mine"
        assert not result.notes.needs_review

    def test_between_two_copies_with_answers_an_instructor_decides(self, folder):
        self.put(folder, own=tiny_notebook(), copy=self.answered(), other=self.answered("yours"))
        result = repaired(folder)
        assert cell_named(result.notebook, "double").source == cell_named(tiny_notebook(), "double").source
        assert any(
            f"several other notebooks contain answers: {self.OTHER}, {self.COPY}" in problem
            for problem in result.notes.problems
        )
        assert result.notes.needs_review

    @pytest.mark.parametrize("beside", ["unchanged", "damaged", "another lab's", "a link"])
    def test_nothing_but_answers_to_this_lab_takes_the_place_of_the_notebook(self, folder, beside):
        self.put(folder, own=tiny_notebook())
        place = folder / self.COPY
        if beside == "a link":
            place.symlink_to(folder / f"{LAB}.ipynb")
        else:
            others = {"unchanged": tiny_notebook(), "damaged": "{", "another lab's": {"cells": [], "nbformat": 4}}
            place.write_text(json.dumps(others[beside]))
        result = repaired(folder)
        assert cell_named(result.notebook, "double").source == cell_named(tiny_notebook(), "double").source
        assert not any("was graded" in problem for problem in result.notes.problems)

    def test_of_two_notebooks_with_other_names_the_one_with_answers_is_graded_and_reviewed(self, folder):
        self.put(folder, copy=tiny_notebook(), other=self.answered())
        result = repaired(folder)
        assert cell_named(result.notebook, "double").source == "mine"
        assert any("only this one contains answers" in problem for problem in result.notes.problems)
        assert result.notes.needs_review

    def test_two_notebooks_with_other_names_and_answers_are_not_graded(self, folder):
        self.put(folder, copy=self.answered(), other=self.answered("yours"))
        assert repaired(folder).notes.unreadable

    def test_a_change_in_the_copy_is_a_change_of_the_submission(self, folder):
        submission = Submission("ada", LAB, folder)
        self.put(folder, own=tiny_notebook(), copy=self.answered())
        before = submission_hash(submission, LabSettings())
        self.put(folder, copy=self.answered("yours"))
        assert submission_hash(submission, LabSettings()) != before


class TestOtherFiles:
    def test_allowed_files_are_there_and_others_are_named(self, folder):
        for name in ("helper.py", "data/table.csv", "notes.docx", ".DS_Store", "timestamp.txt"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("2026-01-01 12:00:00 UTC" if name == "timestamp.txt" else "x")
        (folder / "link.py").symlink_to("helper.py")
        result = repaired(folder, tiny_notebook())
        assert result.files.names == ("data/table.csv", "helper.py")
        assert result.notes.problems == ["Files that this lab does not allow were left out: link.py, notes.docx."]

    def test_what_may_not_be_read_is_left_out(self, folder, monkeypatch):
        """Patched, since root may read everything."""
        (folder / "closed").mkdir()
        (folder / "mine.csv").touch()
        access, scandir = os.access, os.scandir

        def scan(path):
            if path == folder / "closed/":
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "access", lambda path, mode: path.name != "mine.csv" and access(path, mode))
        monkeypatch.setattr(os, "scandir", scan)
        result = repaired(folder, tiny_notebook())
        left_out = "closed, mine.csv (cannot be read)"
        assert result.notes.problems == [f"Files that this lab does not allow were left out: {left_out}."]

    def test_beyond_the_size_files_are_left_out(self, folder):
        (folder / "a.csv").write_bytes(b"x" * 600_000)
        (folder / "b.csv").write_bytes(b"x" * 600_000)
        result = repaired(folder, tiny_notebook(), lab_cells(files_mb=1.0))
        assert result.files.names == ("a.csv",) and "b.csv (too large)" in result.notes.problems[0]

    def test_beyond_the_number_files_are_left_out(self, folder, monkeypatch):
        monkeypatch.setattr(other_files, "MAX_FILES", 1)
        for name in ("a.csv", "b.csv"):
            (folder / name).touch()
        result = repaired(folder, tiny_notebook())
        assert result.files.names == ("a.csv",) and "b.csv (too many files)" in result.notes.problems[0]

    def test_names_that_are_not_text_are_shown_with_question_marks(self, folder):
        for name in (b"\xff.bin", b"two\nlines.bin", b"\x1b[2J.bin"):
            (folder / os.fsdecode(name)).touch()
        result = repaired(folder, tiny_notebook())
        listed = "?[2J.bin, two?lines.bin, ?.bin"
        assert result.notes.problems == [f"Files that this lab does not allow were left out: {listed}."]


def moved(notebook, name, place):
    """The notebook with one cell at another place, counted without it."""
    cell = cell_named(notebook, name)
    others = [each for each in notebook.cells if each is not cell]
    notebook.cells = [*others[:place], cell, *others[place:]]
    return notebook


def ids(result):
    return [cell.id for cell in result.notebook.cells]


class TestOrder:
    def test_a_test_above_its_answer_is_moved_below_it(self, folder):
        result = repaired(folder, moved(tiny_notebook(), "test_double", 1))
        assert ids(result) == ids(repaired(folder, tiny_notebook()))
        assert result.notes.problems == [
            "The test cell `test_double` was above its answer and has been moved below it."
        ]
        assert not result.notes.needs_review

    def test_each_test_cell_of_an_exercise_is_moved(self, folder):
        lab, second = lab_cells(), copy.deepcopy(cell_named(tiny_notebook(), "test_double"))
        second.id = second.metadata["nbgrader"]["grade_id"] = "test_double_too"
        lab.cells["test_double_too"] = second
        notebook = moved(tiny_notebook(), "test_double", 1)
        notebook.cells.insert(1, copy.deepcopy(second))
        names = ids(repaired(folder, notebook, lab))
        assert names.index("double") + 1 == names.index("test_double_too") == names.index("test_double") - 1

    def test_a_test_without_an_answer_and_a_test_further_below_stay_where_they_are(self, folder):
        notebook = moved(tiny_notebook(), "test_double", 99)
        notebook.cells = [cell for cell in notebook.cells if cell.id != "count"]
        assert "moved" not in " ".join(repaired(folder, notebook).notes.problems)
        assert ids(repaired(folder, notebook)) == [cell.id for cell in notebook.cells]

    def test_all_cells_in_reverse_order_keep_all_that_they_need(self, folder):
        notebook = tiny_notebook()
        notebook.cells.reverse()
        names = ids(repaired(folder, notebook))
        for name in ("double", "count"):
            assert names.index("given-setup") < names.index(name) < names.index(f"test_{name}")


class TestNotes:
    def test_equal_notes_are_listed_once_and_many_are_cut(self):
        notes = Notes()
        for number in (1, 1, *range(200)):
            notes.add(f"Problem {number}.")
        assert notes.problems[:2] == ["Problem 1.", "Problem 0."]
        assert len(notes.problems) == 51
        assert notes.problems[-1] == "There are more problems, which are not listed."

    def test_a_long_name_is_cut_in_the_middle(self):
        notes = Notes()
        notes.add(f"Cell `{'x' * 1_000_000}` is damaged.")
        assert len(notes.problems[0]) < 700 and notes.problems[0].endswith("xx` is damaged.")


class TestGivenCells:
    def test_an_untouched_notebook_stays_as_it_is(self, folder):
        result = repaired(folder, tiny_notebook())
        assert sources(result) == [cell.source for cell in tiny_notebook().cells if cell.cell_type == "code"]
        assert result.notes.problems == []

    def test_a_deleted_setup_cell_is_restored_at_its_place(self, folder):
        notebook = tiny_notebook()
        notebook.cells = [cell for cell in notebook.cells if cell.id not in ("setup", "table")]
        found = sources(repaired(folder, notebook))
        assert found[0].startswith("# Setup") and found[1].startswith("table =")

    def test_a_changed_setup_cell_is_run_after_the_original(self, folder):
        notebook = tiny_notebook()
        cell_named(notebook, "setup").source = "from google.colab import drive\n" + cell_named(notebook, "setup").source
        result = repaired(folder, notebook)
        assert sources(result)[0].startswith("# Setup") and sources(result)[1].startswith("from google.colab")
        assert "was changed" in result.notes.problems[0] and not result.notes.needs_review

    def test_a_changed_fixture_is_run_before_the_original(self, folder):
        notebook = tiny_notebook()
        cell_named(notebook, "table").source = "table = None"
        found = sources(repaired(folder, notebook))
        assert found.index("table = None") + 1 == next(i for i, s in enumerate(found) if s.startswith("table = torch"))

    def test_a_cell_of_the_student_s_own_stays_where_it_is(self, folder):
        notebook = tiny_notebook()
        notebook.cells.insert(3, code("import math", "mine"))
        assert "import math" in sources(repaired(folder, notebook))
