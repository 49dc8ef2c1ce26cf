"""`--profile full`: the students' cells run in it, the tests do not, and scores are the same."""

import pytest

from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.grading import Engine
from course_grader.notebooks import find_lab
from course_grader.sandbox import model_caches
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, cell_named, code, score, tiny_notebook, write_tiny_course

FULL_MARKS = {"double": 5.0, "count": 15.0}
SHOW = """\
import os
print(runtime.profile(), os.environ.get("HF_HUB_CACHE"), os.listdir(os.environ["COURSE_CACHE"]))
"""


class TestCaches:
    def test_models_and_data_but_not_the_token(self, tmp_path):
        (tmp_path / "hf" / "hub").mkdir(parents=True)
        (tmp_path / "hf" / "token").write_text("secret")
        (tmp_path / "data").mkdir()
        found = model_caches({"HF_HOME": str(tmp_path / "hf"), "COURSE_CACHE": str(tmp_path / "data")})
        assert found == {"HF_HUB_CACHE": str(tmp_path / "hf" / "hub"), "COURSE_CACHE": str(tmp_path / "data")}

    def test_what_does_not_exist_is_not_shown(self, tmp_path):
        assert model_caches({"HF_HOME": str(tmp_path), "COURSE_CACHE": str(tmp_path / "none")}) == {}


@pytest.fixture
def caches(tmp_path, monkeypatch):
    """A cache of data with one file, which every user may read."""
    tmp_path.chmod(0o755)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "questions.json").write_text("{}")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "data"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no hub"))


def fixture(root, source):
    """Put a line at the end of the lab's fixture cell."""
    from nbformat import write

    notebook = tiny_notebook()
    cell_named(notebook, "table").source += f"\n{source}"
    write(notebook, root / "solutions" / LAB / f"{LAB}.ipynb")


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")
class TestEngine:
    def test_students_cells_run_in_it_with_the_caches_and_tests_do_not(self, caches, tmp_path):
        root = write_tiny_course(tmp_path / "course", "full_memory_mb = 2500\n")
        fixture(root, "if runtime.profile() == 'full':\n    table = table[:1]")
        with Engine(find_lab(LAB, root), EngineOptions(run_all=True, profile="full")) as engine:
            notebook = find_lab(LAB, root).reference()
            notebook.cells.append(code(SHOW, "show"))
            graded = engine.grade(notebook, "ada", 1)
            assert engine.limits.memory_mb == 2500
        assert cell_named(graded.notebook, "show").outputs[0].text == "full None ['questions.json']\n"
        assert score(graded) == FULL_MARKS

    def test_a_setup_cell_that_asks_for_it_does_not_get_it(self, tmp_path):
        root = write_tiny_course(tmp_path / "course")
        with Engine(find_lab(LAB, root), EngineOptions(run_all=True)) as engine:
            notebook = find_lab(LAB, root).reference()
            notebook.cells.append(code("runtime.setup('00_tiny', profile='full')\nprint(runtime.profile())", "show"))
            graded = engine.grade(notebook, "ada", 1)
        assert cell_named(graded.notebook, "show").outputs[0].text.endswith("\ncpu\n")

    @pytest.mark.parametrize(
        ("step", "why"),
        [("import os; os._exit(1)", "ended the kernel"), ("raise OSError('not in the cache')", "not in the cache")],
    )
    def test_where_the_reference_cannot_run_in_it_nobody_is_graded(self, caches, tmp_path, step, why):
        root = write_tiny_course(tmp_path / "course")
        fixture(root, f"if runtime.profile() == 'full':\n    {step}")
        with pytest.raises(CourseError, match=rf"in profile full the reference itself gets .*{why}"):
            Engine(find_lab(LAB, root), EngineOptions(profile="full")).__enter__()
