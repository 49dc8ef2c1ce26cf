"""The setup cell in Colab: an environment without the course, a stub of google.colab, an address on this machine.

The cell starts in an empty folder with only the notebook in it, as in Colab. COLAB_PYTHON=/path/to/python uses that
environment's packages instead of this one's, such as Colab's published versions (listed in tests/test_environment.py).
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader")

from course_grader.cli import main
from course_grader.release import make_labs
from course_grader.release.colab import install_lines
from course_grader.release.course_settings import WHEEL, parse_install
from course_utils import __version__
from tests.local_server import serve
from tests.nbgrader_course import DOUBLE, answered, hand_in, write_course
from tests.paths import ROOT
from tests.tiny_course import COUNT, LAB

# Runs cells one after another as IPython does, prints what a student would see, and keeps it for each cell.
RUN_CELLS = """
import json, sys, types
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

sys.modules["google"], sys.modules["google.colab"] = types.ModuleType("google"), types.ModuleType("google.colab")
shell = InteractiveShell.instance(colors="NoColor")
printed = []
for source in json.load(open("cells.json")):
    with capture_output() as seen:
        done = shell.run_cell(source)
    printed.append(seen.stdout)
    sys.stdout.write(seen.stdout)
    sys.stderr.write(seen.stderr)
    if not done.success:
        break
json.dump(printed, open("printed.json", "w"))
"""
ADDRESS = "deep_learning_labs-{version}-py3-none-any.whl"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with this one's packages, without the course, and a Debian package, as in Colab; its python."""
    folder = tmp_path_factory.mktemp("colab")
    packages = folder / "packages"
    (packages / "distro_info-1.1build1.dist-info").mkdir(parents=True)
    (packages / "distro_info-1.1build1.dist-info" / "METADATA").write_text("Name: distro-info\nVersion: 1.1build1\n")
    source, python = Path(sysconfig.get_path("purelib")), os.environ.get("COLAB_PYTHON", sys.executable)
    if python != sys.executable:
        (source,) = Path(python).parents[1].glob("lib/python*/site-packages")
    for path in source.iterdir():
        if "deep_learning_labs" not in path.name:
            (packages / path.name).symlink_to(path)
    subprocess.run([python, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "colab.pth").write_text(f"{packages}\n")
    return folder / "venv" / "bin" / "python"


@pytest.fixture
def colab(environment, tmp_path):
    """A function that runs cells in a new session in an empty folder; the course is not installed at first."""
    (site,) = environment.parents[1].glob("lib/python*/site-packages")
    for path in [*site.glob("deep_learning_labs-*"), *site.glob("course_*")]:
        shutil.rmtree(path)
    folder = tmp_path / "content"
    folder.mkdir()

    def run(*cells):
        (folder / "cells.json").write_text(json.dumps(cells))
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        own |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "IPYTHONDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
        done = subprocess.run([environment, "-c", RUN_CELLS], cwd=folder, env=own, capture_output=True, text=True)
        return done.stdout + done.stderr

    run.folder = folder
    return run


def wheel(folder, requires=()):
    """A wheel with an empty course_utils and these requirements, as bytes."""
    info, path = f"deep_learning_labs-{__version__}.dist-info", folder / "course.whl"
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("course_utils/__init__.py", "print('the course is here')")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: deep-learning-labs\nVersion: {__version__}\n{needs}"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path.read_bytes()


def setup_cell(address):
    return install_lines(parse_install(address)) + "\nimport course_utils"


def test_the_course_is_installed_once(colab, tmp_path):
    with serve({f"/{WHEEL}": wheel(tmp_path, ["numpy>=2.0"])}) as site:
        cell = setup_cell(f"{site.url}/{ADDRESS}")
        assert colab(cell) == "the course is here\n"
        asked = len(site.requests)
        assert asked and colab(cell) == "the course is here\n"
        assert len(site.requests) == asked


@pytest.mark.slow
def test_a_package_of_colab_is_never_changed(colab, tmp_path):
    """A version that the course asks for and pip could get: the installation fails instead of changing Colab's."""
    newer = tmp_path / "tqdm-9999-py3-none-any.whl"
    with zipfile.ZipFile(newer, "w") as archive:
        archive.writestr("tqdm-9999.dist-info/METADATA", "Metadata-Version: 2.1\nName: tqdm\nVersion: 9999\n")
        archive.writestr("tqdm-9999.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tqdm-9999.dist-info/RECORD", "")
    with serve({f"/{WHEEL}": wheel(tmp_path, [f"tqdm @ {newer.as_uri()}"])}) as site:
        said = colab(setup_cell(f"{site.url}/{ADDRESS}"))
    assert said.startswith("The course could not be installed")
    assert "tqdm" in (colab.folder / "install.log").read_text()


def test_a_failure_is_two_lines_that_say_what_to_do(colab):
    with serve({}) as site:
        said = colab(setup_cell(f"{site.url}/{ADDRESS}"))
    address = f"{site.url}/{WHEEL}"
    assert said.splitlines() == [
        f"The course could not be installed from {address}. Does {address} open in a browser tab?",
        f"If that does not help, upload {WHEEL} with the folder button on the left and run this cell again; "
        "install.log, in the same place, says why it failed.",
    ]
    assert "404" in (colab.folder / "install.log").read_text()


NOWHERE = "http://127.0.0.1:9"


@pytest.mark.slow
@pytest.mark.parametrize(
    "address, question",
    [
        (f"{NOWHERE}/{ADDRESS}", f"Does {NOWHERE}/{WHEEL} open in a browser tab?"),
        (f"git+{NOWHERE}/course@v{{version}}", f"Does {NOWHERE}/course open in a browser tab?"),
        (f"deep-learning-labs=={{version}} --index-url {NOWHERE}", f"Does {NOWHERE} open in a browser tab?"),
        ("deep-learning-labs=={version}", "Is this version published?"),
    ],
)
def test_no_address_that_fails_shows_more_than_two_lines(colab, address, question):
    first, second = colab(setup_cell(address)).splitlines()
    assert first.startswith("The course could not be installed from ") and first.endswith(question)
    assert second.startswith(f"If that does not help, upload {WHEEL}")


@pytest.mark.slow
def test_a_damaged_upload_or_a_missing_package_is_two_lines_too(colab, tmp_path):
    (colab.folder / WHEEL).write_bytes(wheel(tmp_path)[:100])
    first, second = colab(setup_cell(f"{NOWHERE}/{ADDRESS}")).splitlines()
    assert first == f"The course could not be installed from {WHEEL}. Is it complete? Upload it again."
    (colab.folder / WHEEL).write_bytes(wheel(tmp_path, ["no-such-package"]))
    first, second = colab(setup_cell(f"{NOWHERE}/{ADDRESS}")).splitlines()
    assert "install.log" in second and "no-such-package" in (colab.folder / "install.log").read_text()


@pytest.mark.slow
def test_an_uploaded_wheel_replaces_the_address(colab, tmp_path):
    (colab.folder / WHEEL).write_bytes(wheel(tmp_path))
    assert colab(setup_cell("git+http://127.0.0.1:9/nothing@v{version}")) == "the course is here\n"


def test_outside_colab_nothing_is_installed(monkeypatch):
    def never(*_arguments, **_options):
        raise AssertionError("pip was called")

    monkeypatch.setattr(subprocess, "call", never)
    exec(compile(install_lines(parse_install("deep-learning-labs=={version}")), "<setup>", "exec"), {})


def as_colab_saves(notebook, printed):
    """What Colab writes: no cell ids but its own in the metadata, its notes on outputs, widgets without their state."""
    saved = json.loads(nbformat.writes(notebook))
    saved["nbformat_minor"] = 0
    saved["metadata"] |= {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"a1": {"model_name": "HBoxModel", "state": {}}}},
    }
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    for number, (cell, text) in enumerate(zip(code, printed, strict=True), start=1):
        cell["execution_count"] = number
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}]
        cell["metadata"] |= {"outputId": f"o{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    for number, cell in enumerate(saved["cells"]):
        cell.pop("id", None)
        cell["metadata"]["id"] = f"x{number}"
    return json.dumps(saved).encode()


@pytest.mark.slow
def test_a_lab_from_an_empty_folder_to_its_grade(colab, tmp_path, monkeypatch):
    """The real wheel, installed from an address; a released lab with answers, run, saved by Colab, and graded."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(tmp_path), str(ROOT)], check=True, capture_output=True)
    root = write_course(tmp_path / "course")
    with serve({f"/{WHEEL}": (tmp_path / WHEEL).read_bytes()}) as site:
        (root / "pyproject.toml").write_text(
            f'[tool.course]\nrepository = "a/b"\ninstall = "{site.url}/{ADDRESS}"\n', encoding="utf-8"
        )
        (folder,) = make_labs(root)
        released = nbformat.read(folder / f"{LAB}.ipynb", as_version=4)
        notebook = answered(released, double=DOUBLE, count=COUNT, explain_nothing="It adds nothing.")
        said = colab(*[cell.source for cell in notebook.cells if cell.cell_type == "code"])
    assert f"00_tiny: course {__version__}, profile cpu" in said
    assert "double: 2 of 2 tests passed" in said
    hand_in(root, "alice", as_colab_saves(notebook, json.loads((colab.folder / "printed.json").read_text())))
    scores = tmp_path / "scores.json"
    monkeypatch.chdir(root)
    assert main(["grade", LAB, "--workers", "1", "--json", str(scores)]) == 0
    (student,) = json.loads(scores.read_text())["submissions"]
    assert student["score"] == student["max_score"]
