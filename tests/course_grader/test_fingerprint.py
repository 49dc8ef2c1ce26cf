"""Fingerprints change if, and only if, something changes that can change a result."""

from types import SimpleNamespace

import nbformat
import pytest

from course_grader import fingerprint
from course_grader.fingerprint import content_hash, grader_hash, installed_grader_hash, lab_fingerprint, libraries
from course_grader.notebooks import find_lab
from tests.paths import ROOT
from tests.tiny_course import LAB, cell_named, tiny_notebook, with_sources, write_tiny_course


class TestContent:
    def test_outputs_and_ids_are_ignored(self):
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


class TestFingerprint:
    def test_it_changes_with_the_reference_and_with_lab_toml(self, tmp_path):
        root = write_tiny_course(tmp_path)
        first = lab_fingerprint(find_lab(LAB, root))
        assert lab_fingerprint(find_lab(LAB, root)) == first
        nbformat.write(with_sources(double="def double(x):\n    return x + x"), find_lab(LAB, root).reference_path)
        second = lab_fingerprint(find_lab(LAB, root))
        (root / "solutions" / LAB / "lab.toml").write_text("memory_mb = 1234\n")
        assert len({first, second, lab_fingerprint(find_lab(LAB, root))}) == 3

    def test_it_changes_with_the_grader(self, tmp_path, monkeypatch):
        lab = find_lab(LAB, write_tiny_course(tmp_path))
        first = lab_fingerprint(lab)
        monkeypatch.setattr(fingerprint, "_ROOT", tmp_path)
        assert lab_fingerprint(lab) != first


GRADER = {
    "course_grader/judge/session.py": True,
    "course_utils/testing/comparison.py": True,
    "course_utils/data/nq/words.json": True,
    "course_utils/models/tiny_encoder/model.safetensors": True,
    "course_utils/outline.json": False,
    "course_utils/study/texts/01_tensor_basics.json": False,
}


@pytest.mark.parametrize(("changed", "counts"), GRADER.items(), ids=GRADER)
def test_the_grader_is_its_code_and_the_data_that_it_reads(tmp_path, changed, counts):
    for name in GRADER:
        assert (ROOT / name).is_file()
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    before = grader_hash(tmp_path)
    (tmp_path / changed).write_text("two")
    assert (grader_hash(tmp_path) != before) is counts


class TestLibraries:
    """A machine with another build of the same versions gives the same grades, so nothing is graded again there."""

    @pytest.mark.parametrize(
        ("python", "torch", "counts"),
        [
            ((3, 12, 9), "2.13.0+cpu", False),
            ((3, 12, 4), "2.13.0+cu130", False),
            ((3, 12, 4), "2.13.0", False),
            ((3, 13, 4), "2.13.0+cpu", True),
            ((3, 12, 4), "2.13.1+cpu", True),
        ],
    )
    def test_what_counts_as_another_grader(self, monkeypatch, python, torch, counts):
        self.install(monkeypatch, (3, 12, 4), "2.13.0+cpu")
        before = installed_grader_hash(), libraries()
        self.install(monkeypatch, python, torch)
        assert (installed_grader_hash() != before[0]) is (libraries() != before[1]) is counts

    def install(self, monkeypatch, python, torch):
        monkeypatch.setattr(fingerprint.sys, "version_info", SimpleNamespace(major=python[0], minor=python[1]))
        monkeypatch.setattr(fingerprint, "version", {"torch": torch}.__getitem__)
