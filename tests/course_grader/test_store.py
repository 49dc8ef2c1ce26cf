"""Results by content."""

from dataclasses import replace

import nbformat
import pytest

from course_grader.marking import GradedNotebook
from course_grader.notebooks import find_lab
from course_grader.results import ExerciseResult, TestResult
from course_grader.store import Store, content_hash, lab_fingerprint, result_key
from tests.tiny_course import LAB, cell_named, tiny_notebook, with_sources, write_tiny_course


@pytest.fixture
def graded():
    test = TestResult("HiddenDouble.test_random", "It doubles", "failed", 0.0, 2.0, True, "expected ½, got NaN")
    return GradedNotebook(
        tiny_notebook(), seed=2**62, exercises={"double": ExerciseResult("double", 5.0, [test])},
        messages=["Cell 3 was stopped."], needs_person=True, seconds=1.5,
    )  # fmt: skip


def test_a_result_comes_back_whole(tmp_path, graded):
    Store(tmp_path).put("ab12", graded)
    assert GradedNotebook(**Store(tmp_path).get("ab12")) == graded


def test_what_was_never_put_is_missing(tmp_path):
    assert Store(tmp_path).get("ab12") is None


def test_a_file_cut_off_counts_as_missing(tmp_path, graded):
    store = Store(tmp_path)
    store.put("ab12", graded)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(path.read_text()[:100])
    assert store.get("ab12") is None


def test_an_interrupted_write_leaves_the_old_result(tmp_path, graded):
    store = Store(tmp_path)
    store.put("ab12", graded)
    with pytest.raises(TypeError):
        store.put("ab12", replace(graded, messages=[object()]))
    assert store.get("ab12")["messages"] == graded.messages


class TestContent:
    def test_outputs_and_ids_do_not_count(self):
        notebook = tiny_notebook()
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="hello")]
        notebook.cells[1].id = "another"
        assert content_hash(notebook) == content_hash(tiny_notebook())

    @pytest.mark.parametrize("change", ["source", "mark", "tag", "type", "order"])
    def test_whatever_can_change_a_result_counts(self, change):
        notebook = tiny_notebook()
        cell = cell_named(notebook, "double")
        match change:
            case "source":
                cell.source += " "
            case "mark":
                cell.metadata.nbgrader.grade_id = "other"
            case "tag":
                cell.metadata.tags = ["experiment"]
            case "type":
                cell.cell_type = "raw"
            case "order":
                notebook.cells.reverse()
        assert content_hash(notebook) != content_hash(tiny_notebook())

    @pytest.mark.parametrize("other", [("ben", "f", 1, False), ("ada", "g", 1, False), ("ada", "f", 2, False)])
    def test_a_key_stands_for_student_lab_seed_and_options(self, other):
        def key(student, fingerprint, seed, experiments):
            return result_key(tiny_notebook(), student, fingerprint, seed, run_experiments=experiments)

        assert key("ada", "f", 1, False) == key("ada", "f", 1, False)
        assert len({key("ada", "f", 1, False), key("ada", "f", 1, True), key(*other)}) == 3


class TestFingerprint:
    def test_it_changes_with_the_reference_and_with_lab_toml(self, tmp_path):
        root = write_tiny_course(tmp_path)
        first = lab_fingerprint(find_lab(LAB, root))
        assert lab_fingerprint(find_lab(LAB, root)) == first
        nbformat.write(with_sources(double="def double(x):\n    return x + x"), find_lab(LAB, root).reference_path)
        second = lab_fingerprint(find_lab(LAB, root))
        (root / "solutions" / LAB / "lab.toml").write_text("memory_mb = 1234\n")
        assert len({first, second, lab_fingerprint(find_lab(LAB, root))}) == 3
