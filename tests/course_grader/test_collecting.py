"""nbgrader's zip_collect with the course's settings: submissions as learning platforms hand them out."""

import re
import zipfile

import pytest

pytest.importorskip("nbgrader")
from nbgrader.apps import ZipCollectApp

from course_grader.release import make_labs
from tests.nbgrader_course import write_course
from tests.paths import ROOT
from tests.tiny_course import LAB


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("course"))
    make_labs(root)
    return root


@pytest.fixture
def collect(template, tmp_path, monkeypatch):
    """Runs zip_collect on the files {name: in a zip file or not}; {student: what was collected}."""
    archive = tmp_path / "downloaded" / LAB / "archive"
    archive.mkdir(parents=True)
    for name in ("nbgrader_config.py", "labs", "solutions"):
        (tmp_path / name).symlink_to(template / name)
    monkeypatch.chdir(tmp_path)

    def run(*names):
        for name in names:
            packed, _, file = name.rpartition("!")
            if packed:
                with zipfile.ZipFile(archive / packed, "a") as platform:
                    platform.writestr(file, name)
            else:
                (archive / file).write_text(name)
        app = ZipCollectApp()
        app.initialize([LAB])
        app.start()
        return {
            path.parents[1].name: path.read_text() for path in (tmp_path / "submitted").glob(f"*/{LAB}/{LAB}.ipynb")
        }

    yield run
    ZipCollectApp.clear_instance()


@pytest.mark.parametrize(
    "name, student",
    [
        ("anna.ipynb", "anna"),
        ("Anna Meyer-O'Neil.ipynb", "Anna Meyer-O'Neil"),
        ("class.zip!ben.ipynb", "ben"),
        (f"class.zip!ben/{LAB}.ipynb", "ben"),
        (f"class.zip!all of them/ben_7/{LAB}.ipynb", "ben_7"),
        (f"moodle.zip!Zoë Müller_123456_assignsubmission_file_/{LAB}.ipynb", "Zoë Müller"),
        (f"moodle.zip!Zoë Müller_123456_assignsubmission_file/{LAB}.ipynb", "Zoë Müller"),
        ("moodle.zip!Zoë Müller_123456_assignsubmission_file_/my answers.ipynb", "Zoë Müller"),
    ],
)
def test_a_student_is_found_by_the_name_of_a_file_or_folder(collect, name, student):
    assert collect(name) == {student: name}


def test_a_whole_class_is_collected(collect):
    names = ["anna.ipynb", "class.zip!ben.ipynb", f"class.zip!chloe/{LAB}.ipynb"]
    assert collect(*names).keys() == {"anna", "ben", "chloe"}


def test_the_example_for_other_names_in_the_documentation():
    page = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    (pattern,), (file,) = re.findall(r"named_regexp='(.+)'", page), re.findall(r"for example for `(.+)`", page)
    found = re.match(pattern, f"/course/downloaded/01_tensor_basics/extracted/{file}")
    assert found.groupdict() == {"student_id": "meyeranna", "file_id": "01_tensor_basics"}
