"""labs/ from solutions/: what is released, what is not, and what lint refuses."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader")

from course_grader.errors import CourseError
from course_grader.release import LintError, differences, lint, make_labs
from course_grader.release.colab import INSTALL_LINE
from course_grader.release.steps import release_hash
from course_utils import __version__
from tests.nbgrader_course import write_course
from tests.tiny_course import LAB, TEST_DOUBLE, cell_named, code, solution, tiny_notebook, with_sources

ROOT = Path(__file__).parents[2]
BADGE = "[![Open](x.svg)](https://colab.research.google.com/github/old-owner/old.name/blob/main/labs/a/a.ipynb)"


class TestWhatStudentsGet:
    def test_solutions_hidden_tests_and_model_answers_are_removed(self, released):
        text = nbformat.writes(released)
        for secret in ("return 2 * x", "HiddenDouble", "reference.double", "HIDDEN TESTS", "SOLUTION", "Model answer"):
            assert secret not in text

    def test_a_stub_names_its_exercise(self, released):
        assert 'raise NotImplementedError("finish `double` first")' in cell_named(released, "double").source
        assert 'raise NotImplementedError("finish `count` first")' in cell_named(released, "count").source

    def test_signature_and_docstring_are_kept(self, released):
        assert cell_named(released, "double").source.startswith('# Exercise: double\ndef double(x):\n    """Twice x')

    def test_visible_tests_and_marker_are_kept(self, released):
        source = cell_named(released, "test_double").source
        assert source.startswith("# Test: double\nclass VisibleDouble(LabTestCase):")
        assert source.endswith('run_tests("double")')

    def test_only_test_cells_are_folded(self, released):
        folded = [cell for cell in released.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
        assert [cell.metadata.get("cellView") for cell in folded] == ["form"] * len(folded)
        assert folded == [cell for cell in released.cells if cell.source.startswith("# Test:")] != []

    def test_a_written_answer_keeps_its_question(self, released):
        assert cell_named(released, "explain_nothing").source == "Why is twice nothing nothing?\n\n*Your answer here.*"

    def test_there_are_no_outputs(self, released):
        assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in released.cells)

    def test_the_release_is_shown_and_in_the_metadata(self, released):
        course = released.metadata["course"]
        assert (course["lab"], course["version"]) == (LAB, __version__)
        assert f"version {__version__} · release {course['release']}" in released.cells[0].source

    def test_only_the_notebook_is_released(self, course):
        assert [path.name for path in (course.root / "labs").rglob("*") if path.is_file()] == [f"{LAB}.ipynb"]

    def test_the_release_hash_depends_on_the_cells(self):
        changed = with_sources(double="def double(x): ...")
        assert release_hash(tiny_notebook()) == release_hash(tiny_notebook()) != release_hash(changed)

    def test_the_outline_lists_exercises_and_written_answers(self, course):
        outline = json.loads((course.root / "course_utils" / "outline.json").read_text())[LAB]
        assert outline == {
            "version": __version__,
            "exercises": [{"id": "double", "points": 5.0}, {"id": "count", "points": 15.0}],
            "written_stub": "*Your answer here.*",
            "written": [{"id": "explain_nothing", "points": 5.0}],
        }


class TestMaking:
    @pytest.fixture
    def root(self, tmp_path):
        return write_course(tmp_path)

    def change(self, root, **sources):
        path = root / "solutions" / LAB / f"{LAB}.ipynb"
        nbformat.write(with_sources(**sources), path)

    def test_addresses_and_version_come_from_the_settings(self, root):
        self.change(root, title=f"# Tiny\n\n{BADGE}\n\nText")
        (folder,) = make_labs(root)
        notebook = nbformat.read(folder / f"{LAB}.ipynb", as_version=4)
        link = "https://colab.research.google.com/github/someone/their-course/blob/main/labs/a/a.ipynb"
        assert notebook.cells[0].source.startswith(f"# Tiny\n\n[Open in Colab]({link})\n\nText\n")
        setup = cell_named(notebook, "setup").source
        assert f"git+https://github.com/someone/their-course@v{__version__}" in setup
        assert INSTALL_LINE not in setup

    def test_a_lint_problem_stops_the_release_and_changes_nothing(self, root):
        make_labs(root)
        before = (root / "labs" / LAB / f"{LAB}.ipynb").read_bytes()
        self.change(root, test_double=TEST_DOUBLE.replace("@points(2)", "@points(3)"))
        with pytest.raises(LintError, match="its tests have 6 points in total, but the cell has 5"):
            make_labs(root)
        assert (root / "labs" / LAB / f"{LAB}.ipynb").read_bytes() == before

    def test_differences_name_outdated_files(self, root):
        make_labs(root)
        assert differences(root) == []
        self.change(root, goodbye="print('farewell')")
        (root / "labs" / "extra.txt").write_text("left over")
        assert differences(root) == [f"labs/{LAB}/{LAB}.ipynb", "labs/extra.txt"]

    def test_a_lab_without_a_reference_is_removed(self, root):
        (root / "labs" / "99_old").mkdir(parents=True)
        make_labs(root)
        assert [path.name for path in (root / "labs").iterdir()] == [LAB]

    def test_without_an_address_nothing_is_released(self, root):
        (root / "pyproject.toml").write_text("")
        with pytest.raises(CourseError, match='expected `repository = "owner/name"`'):
            make_labs(root)
        assert not (root / "labs").exists()


class TestLint:
    def test_the_tiny_lab_passes(self):
        assert lint(tiny_notebook()) == []

    @pytest.mark.parametrize(
        "old, new, problem",
        [
            ("@points(2)", "@points(3)", "its tests have 6 points in total, but the cell has 5"),
            ("@points(2)", "@points(2.1)", "HiddenDouble.test_random needs @points"),
            ("    @points(2)\n", "", "HiddenDouble.test_random needs @points"),
            ("student.double(torch.zeros(2))", "double(torch.zeros(2))", "uses double, which the setup cell"),
            ("student.double(torch.zeros(2))", "reference.double(torch.zeros(2))", "a visible test uses `reference`"),
            ("class HiddenDouble", "class VisibleMore", "class VisibleMore: a class is named Hidden"),
            ("class VisibleDouble", "class HiddenFirst", "class HiddenFirst: a class is named Hidden"),
            ('run_tests("double")', 'run_tests("double")\nprint(1)', "must end with run_tests"),
            ('        "Twice nothing is nothing"\n', "", "VisibleDouble.test_zero needs a docstring"),
            ("# Test: double\n", "", "first line must be `# Test: double`"),
            ('run_tests("double")', 'run_tests("treble")', "expected `test_treble`"),
        ],
    )
    def test_test_cells(self, old, new, problem):
        assert old in TEST_DOUBLE
        found = lint(with_sources(test_double=TEST_DOUBLE.replace(old, new).strip()))
        assert any(line.startswith("cell 5: ") and problem in line for line in found), found

    def test_the_setup_cell_needs_the_line_that_installs_the_course_in_colab(self):
        source = cell_named(tiny_notebook(), "setup").source
        assert any(INSTALL_LINE in line for line in lint(with_sources(setup=source.replace(INSTALL_LINE, ""))))

    def test_visible_tests_must_not_need_a_helper_from_the_hidden_region(self):
        source = TEST_DOUBLE.replace("torch.zeros(2)), torch", "helper()), torch")
        source = source.replace(
            "### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\ndef helper(): return torch.zeros(2)\n"
        )
        found = lint(with_sources(test_double=source.strip()))
        assert "cell 5: uses helper, which is defined only among its hidden tests" in found

    def test_at_least_two_visible_and_three_hidden_tests(self):
        notebook = with_sources(test_double=TEST_DOUBLE.replace("def test_zero", "def zero").strip())
        assert any("has 1 visible tests; expected at least 2" in line for line in lint(notebook))

    def test_an_ordinary_test_cell_is_reported_as_unprotected(self):
        assert any("runs in the student's kernel" in line for line in lint(with_sources(test_double="assert double")))

    def test_points_of_a_lab(self):
        notebook = tiny_notebook()
        cell_named(notebook, "explain_nothing").metadata.nbgrader.points = 4
        cell_named(notebook, "test_count").metadata.nbgrader.points = 14
        found = lint(notebook)
        assert "the test cells have 19 points in total; expected 20" in found
        assert "the written answers have 4 points in total; expected 5" in found

    def test_solution_cells_carry_their_marker_and_a_region(self):
        found = lint(with_sources(double="def double(x): return 2 * x"))
        assert "cell 4: a solution cell's first line must be `# Exercise: double`" in found
        assert any("needs a `### BEGIN SOLUTION` region" in line for line in found)

    def test_exercises_and_tests_come_in_pairs(self):
        notebook = tiny_notebook()
        notebook.cells.append(solution("# Exercise: lone\n### BEGIN SOLUTION\n### END SOLUTION", "lone"))
        assert "exercise `lone` has no test cell" in lint(notebook)

    def test_gpu_exercises_that_do_not_exist(self):
        assert lint(tiny_notebook(), ["double"]) == []
        assert lint(tiny_notebook(), ["dubble"]) == ["lab.toml: gpu_exercises names `dubble`, which has no tests"]

    def test_grade_ids_are_unique(self):
        notebook = tiny_notebook()
        notebook.cells.append(solution("# Exercise: double\n### BEGIN SOLUTION\n### END SOLUTION", "double"))
        assert "2 cells have the grade_id `double`" in lint(notebook)

    def test_the_setup_cell_comes_first(self):
        notebook = tiny_notebook()
        notebook.cells.insert(0, code("print('hi')", "early"))
        assert "the first code cell must be tagged `setup`" in lint(notebook)

    @pytest.mark.parametrize("output", [("stream", {"name": "stderr", "text": "w"}), ("error", {"ename": "E"})])
    def test_saved_errors_are_found(self, output):
        notebook = tiny_notebook()
        cell_named(notebook, "goodbye").outputs = [nbformat.v4.new_output(output[0], **output[1])]
        assert "cell 10: its saved output contains an error or text on stderr" in lint(notebook)

    def test_local_paths_are_found(self):
        (problem,) = lint(with_sources(goodbye="open('/home/ada/data.csv')"))
        assert problem == "cell 10: contains the local path /home/ada, which exists on one machine only"

    def test_a_web_address_is_not_a_local_path(self):
        assert lint(with_sources(title="# Tiny\n\nhttps://example.org/home/ada")) == []


@pytest.mark.skipif(not list(ROOT.glob("solutions/*/*.ipynb")), reason="no lab is written yet")
class TestNbgradersOwnCommand:
    """`nbgrader generate_assignment --force`, which deletes a release before it makes the new one."""

    def generate(self, root):
        command = [Path(sys.executable).with_name("nbgrader"), "generate_assignment", LAB, "--force"]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)

    def change_reference(self, root, change):
        path = root / "solutions" / LAB / f"{LAB}.ipynb"
        path.write_text(change(path.read_text()))

    def test_a_failure_keeps_the_released_lab(self, tmp_path):
        root = write_course(tmp_path)
        assert self.generate(root).returncode == 0
        released = root / "labs" / LAB
        before = (released / f"{LAB}.ipynb").read_bytes()
        (released / "data.csv").write_text("1,2")
        self.change_reference(root, lambda text: text.replace("### END SOLUTION", "", 1))
        failed = self.generate(root)
        assert failed.returncode != 0
        assert f"{LAB} was not made again; the earlier release in" in failed.stderr
        assert (released / f"{LAB}.ipynb").read_bytes() == before
        assert sorted(path.name for path in (root / "labs").rglob("*")) == sorted([LAB, f"{LAB}.ipynb", "data.csv"])

    def test_a_success_replaces_it(self, tmp_path):
        root = write_course(tmp_path)
        assert self.generate(root).returncode == 0
        self.change_reference(root, lambda text: text.replace("Twice x", "Two times x"))
        assert self.generate(root).returncode == 0
        assert "Two times x" in (root / "labs" / LAB / f"{LAB}.ipynb").read_text()
        assert [path.name for path in (root / "labs").iterdir()] == [LAB]


def test_labs_are_up_to_date_with_solutions():
    found = differences(ROOT)
    assert not found, f"out of step with solutions/: {', '.join(found)}. Run: course-grader labs"
