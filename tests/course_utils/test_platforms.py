"""What other systems do differently, as far as this one can show it: encodings, paths, line ends, new processes."""

import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys

import pytest

from course_utils.data.nq import load_questions
from course_utils.data.playlists import load_playlists
from course_utils.data.torch_docs import torch_docs
from tests.imports import imports_of_student_tests
from tests.paths import ROOT

LAB = "01_tensor_basics"
FOLDER = "Übung ł 1 – neu (ß)"
TEXTS = {".py", ".json", ".md", ".txt", ".css", ".js", ".svg", ".ipynb", ".toml"}
# Without an encoding, a file is opened in the system's: cp1252 on Windows, here ASCII, so that every other letter is an
# error. A kernel's output is UTF-8 everywhere.
OTHER_ENCODING = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "utf-8"}

USE = f"""
import locale, sys
from pathlib import Path

assert locale.getpreferredencoding(False).lower() not in ("utf-8", "utf8")
import course_utils
from course_utils import runtime, start, study
from course_utils.hand_in import read_outline

assert Path(course_utils.__file__).resolve().parent.parent == Path.cwd().resolve()
runtime.setup("{LAB}")
study.quiz("{LAB}")
study.flashcards("{LAB}")
study.save_flashcards("{LAB}", "cards.csv")
assert read_outline("{LAB}")["exercises"]
start.working_copy(Path.cwd(), "{LAB}").write_text("mine")
assert start.main(["again", "{LAB}"]) == 0
start.jupyterlab.write_start_page(Path.cwd(), start.command.datetime.now())
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The package and a lab in a folder with spaces and other letters in its name; texts have Windows' line ends."""
    folder = tmp_path_factory.mktemp("other") / FOLDER
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / "course_utils", folder / "course_utils", ignore=ignore)
    shutil.copytree(ROOT / "labs" / LAB, folder / "labs" / LAB, ignore=ignore)
    for path in folder.rglob("*"):
        if path.suffix in TEXTS:
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return folder


def test_the_course_in_another_encoding_with_other_line_ends(elsewhere):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    (elsewhere / "use.py").write_text(USE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "use.py"], cwd=elsewhere, env={**own, **OTHER_ENCODING}, capture_output=True, timeout=300
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    assert f"Your old copy is in work/old/{LAB}" in said
    (old,) = (elsewhere / "work" / "old").glob(f"*/{LAB}.ipynb")
    assert old.read_text() == "mine"
    page = (elsewhere / "work" / "Start.ipynb").read_text(encoding="utf-8")
    assert "Tensor basics" in page and "about two and a half hours" in page


def test_every_text_file_is_opened_in_utf_8():
    """ruff's rule PLW1514, which is still a preview: it finds what opens a file in the system's encoding."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--select", "PLW1514", "--quiet"]
    done = subprocess.run([*command, "course_utils"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


NOT_ON_WINDOWS = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios"}


def test_windows_can_import_the_package_and_its_tests():
    assert [f"{path} imports {name}" for path, name in imports_of_student_tests() if name in NOT_ON_WINDOWS] == []


DATA = {
    "questions": lambda: load_questions(),
    "playlists": lambda: load_playlists(num_playlists=60, num_tracks=500),
    "pages": torch_docs,
}


@pytest.mark.parametrize("name", DATA)
def test_data_can_be_sent_to_a_new_process(name):
    """Windows and macOS start a DataLoader's workers anew instead of forking, and send them the data."""
    data = DATA[name]()
    assert repr(pickle.loads(pickle.dumps(data))) == repr(data)


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted({"spawn", "forkserver"} & set(multiprocessing.get_all_start_methods())))
def test_workers_that_are_started_anew_load_the_data(tmp_path, method):
    script = tmp_path / "workers.py"
    script.write_text(
        "from torch.utils.data import DataLoader\n"
        "from course_utils.data.nq import load_questions\n"
        "if __name__ == '__main__':\n"
        "    data = load_questions()[0][:8]\n"
        f"    loader = DataLoader(data, 4, num_workers=1, collate_fn=list, multiprocessing_context='{method}')\n"
        "    assert sum(loader, []) == data\n",
        encoding="utf-8",
    )
    subprocess.run([sys.executable, str(script)], check=True, timeout=120)
