"""course-grader release: what is in it, what it refuses, and the check of the address that labs install from."""

import base64
import gzip
import hashlib
import html
import io
import json
import os
import shutil
import subprocess
import zipfile

import nbformat
import pytest

pytest.importorskip("nbgrader")

from course_grader.cli import main
from course_grader.errors import CourseError
from course_grader.release import LeakError, make_labs, make_release
from course_grader.release.bundle import package_files
from course_grader.release.course_settings import WHEEL, parse_install
from course_grader.release.leaks import expect_no_leak
from course_grader.release.secrets import leaks, secrets_of
from course_utils import __version__
from tests.local_server import serve
from tests.nbgrader_course import write_course
from tests.paths import ROOT
from tests.tiny_course import LAB, WRITTEN, cell_named, tiny_notebook

DOUBLE = '''\
# Exercise: double
def double(x):
    """Twice x; x is a tensor of any shape."""
    ### BEGIN SOLUTION
    doubled_by_addition = torch.add(x, x)
    return doubled_by_addition.reshape(x.shape)
    ### END SOLUTION
'''
SOLUTION = "doubled_by_addition = torch.add(x, x)\n    return doubled_by_addition.reshape(x.shape)\n"
HIDDEN = '@points(1)\ndef test_gradient(self):\n    "The gradient agrees with the reference\'s"\n'
VARIANT = """
# %% four times x kind="misconception"
# This doubles twice.
def double(x):
    twice_by_multiplication = torch.mul(x, 2)
    return twice_by_multiplication + twice_by_multiplication
"""
MODEL_ANSWER = "Because zero is the neutral element of addition, so adding it changes nothing."
RUBRIC = "One point for naming the neutral element, one for the reason."
TOKEN = "hf_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7".translate(str.maketrans("0123456789", "abcdefghij"))

# Where each leak is planted, and what the refusal calls it.
LEAKS = {
    "a solution in a given cell": ("cell", SOLUTION, f"a solution of {LAB}"),
    "a solution in a JSON file of the package": ("json", SOLUTION, f"a solution of {LAB}"),
    "a hidden test": ("package", HIDDEN, f"a hidden test of {LAB}"),
    "a class of hidden tests": ("cell", "class HiddenThings(LabTestCase):\n    pass", "a class of hidden tests"),
    "a marker that was left": ("package", "### END HIDDEN TESTS", "a marker of what is kept back"),
    "a misconception": ("package", VARIANT, f"a variant of {LAB} (double)"),
    "a model answer": ("text", MODEL_ANSWER, f"a model answer or rubric of {LAB}"),
    "a rubric": ("json", RUBRIC, f"a model answer or rubric of {LAB}"),
    "a token": ("changelog", f'HUB = "{TOKEN}"', "a token"),
    "a local path": ("package", 'CACHE = "/home/teacher/cache"', "a local path"),
}


PACKAGE_DATA = '[tool.setuptools.package-data]\ncourse_utils = ["**/*.json"]\n'


def write_reference(root, **sources):
    notebook = tiny_notebook()
    written = WRITTEN.replace("Model answer.", f"{MODEL_ANSWER}\n\n{RUBRIC}")
    for name, source in {"double": DOUBLE, "explain_nothing": written, **sources}.items():
        cell_named(notebook, name).source = source.strip()
    nbformat.write(notebook, root / "solutions" / LAB / f"{LAB}.ipynb")


def make_wheel(root):
    """A wheel with the same package, made by hand: building one takes seconds."""
    path = root / "dist" / WHEEL
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((root / "course_utils").rglob("*")):
            archive.writestr(zipfile.ZipInfo(file.relative_to(root).as_posix()), file.read_bytes())


def write_releasable_course(root):
    write_course(root)
    write_reference(root)
    with (root / "solutions" / LAB / "variants" / "double.py").open("a") as file:
        file.write(VARIANT)
    package = root / "course_utils"
    package.mkdir()
    (package / "__init__.py").write_text('"""The package."""\n')
    (package / "texts.json").write_text('{"title": "Tiny"}')
    with (root / "pyproject.toml").open("a") as settings:
        settings.write(PACKAGE_DATA)
    (root / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{__version__}] - 2026-01-01\n\nThe first.\n\n## [0.0.1]\n")
    make_labs(root)
    make_wheel(root)
    return root


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_releasable_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def root(template, tmp_path):
    return shutil.copytree(template, tmp_path / "course")


def plant(root, where, leak):
    package = root / "course_utils"
    if where == "cell":
        write_reference(root, goodbye=leak)
    elif where == "text":
        write_reference(root, title=f"# Tiny\n\n{leak}")
    elif where == "json":
        (package / "texts.json").write_text(json.dumps({"title": leak}))
    elif where == "package":
        (package / "__init__.py").write_text(leak)
    else:
        (root / "CHANGELOG.md").write_text((root / "CHANGELOG.md").read_text() + leak)
    make_labs(root)
    make_wheel(root)


class TestLeaks:
    @pytest.mark.parametrize("name", LEAKS)
    def test_a_planted_leak_is_refused_and_nothing_is_written(self, root, tmp_path, name):
        where, leak, what = LEAKS[name]
        plant(root, where, leak)
        with pytest.raises(LeakError) as refused:
            make_release(root, [], tmp_path / "out", published=False)
        assert what in str(refused.value)
        assert TOKEN not in str(refused.value)
        assert not (tmp_path / "out").exists()

    def test_what_is_given_anyway_is_no_leak(self, root, tmp_path):
        plant(root, "package", '@points(0.5)\ndef test_example(self):\n    "Twice [1, 2] is [2, 4]"\n')
        make_release(root, [], tmp_path, published=False)


@pytest.fixture(scope="module")
def secrets(template):
    return secrets_of(template, [LAB])


def zipped(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def notebook_with(**parts):
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], **parts}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


LINES = SOLUTION.splitlines(keepends=True)
HIGHLIGHTED = "".join(f"<span class='n'>{html.escape(line)}</span>" for line in LINES)
BASE64 = base64.encodebytes(DOUBLE.encode()).decode()
# Files that a release could contain, each with a leak in a place that a search for text alone would miss.
HIDING_PLACES = {
    "a printed solution": ("lab.ipynb", notebook_with(outputs=[{"output_type": "stream", "text": LINES}])),
    "a printed solution, with escapes": ("lab.ipynb", notebook_with(outputs=[{"text": repr(SOLUTION)}])),
    "a solution in HTML": ("lab.ipynb", notebook_with(outputs=[{"data": {"text/html": HIGHLIGHTED}}])),
    "a cell's metadata": ("lab.ipynb", notebook_with(metadata={"answer": SOLUTION})),
    "an attachment": ("lab.ipynb", notebook_with(attachments={"a.txt": {"text/plain": BASE64}})),
    "base64 in a text": ("data.csv", f"1,{base64.b64encode(DOUBLE.encode()).decode()}\n".encode()),
    "a string in Python": ("data.py", f"source = {DOUBLE!r}".encode()),
    "other line ends": ("data.txt", SOLUTION.replace("\n", "\r\n").encode()),
    "UTF-16": ("data.txt", SOLUTION.encode("utf-16")),
    "a zip file": ("data.npz", zipped("a.txt", SOLUTION)),
    "a zip file in a zip file": ("data.zip", zipped("inner.zip", zipped("a.txt", SOLUTION))),
    "a compressed file": ("data.gz", gzip.compress(SOLUTION.encode())),
}
TOKENS = {
    "a key of Google": "AIza" + "Sy" * 16 + "D-4",
    "a token of npm": "npm_" + "a1B2" * 9,
    "a token of PyPI": "pypi-AgEI" + "cHlwaS5v" * 6,
    "a temporary key of AWS": "ASIA" + "ABCD2345" * 2,
    "a web token": ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJ0ZWFjaGVyIn0", "s" * 30]),
    "a header": "Authorization: Bearer " + "x7" * 14,
    "a password in an address": "git clone https://teacher:open-sesame@example.org/course.git",
    "an address of JupyterLab": "http://127.0.0.1:8888/lab?token=" + "0af9" * 12,
    "a variable of the shell": "export WANDB_API_KEY=" + "0af9" * 10,
}
PATHS = ["file:///srv/course/lab.ipynb", "C:/Users/teacher/course", r"C:\Users\teacher\course", "/Users/teacher/course"]
LEFT_BEHIND = [".env", ".ipynb_checkpoints/lab-checkpoint.ipynb", "__pycache__/answers.cpython-311.pyc", "answers.pyc"]


class TestHidingPlaces:
    def refused(self, folder, name, content, secrets):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        with pytest.raises(LeakError) as error:
            expect_no_leak(folder, secrets)
        return str(error.value)

    @pytest.mark.parametrize("place", HIDING_PLACES)
    def test_a_solution_is_found(self, tmp_path, secrets, place):
        name, content = HIDING_PLACES[place]
        assert f"a solution of {LAB} (doubled_by_addition" in self.refused(tmp_path, name, content, secrets)

    @pytest.mark.parametrize("kind", ["zip", "gzip"])
    def test_an_archive_that_cannot_be_read_is_refused(self, tmp_path, secrets, kind):
        content = zipped("a.txt", "some text")[:-30] if kind == "zip" else gzip.compress(b"some text")[:-9]
        assert "an archive that cannot be read" in self.refused(tmp_path, "data", content, secrets)

    @pytest.mark.parametrize("token", TOKENS)
    def test_a_token_is_found_and_not_repeated(self, tmp_path, secrets, token):
        content = notebook_with(outputs=[{"text": f"first line\n{TOKENS[token]}\n"}])
        said = self.refused(tmp_path, "lab.ipynb", content, secrets)
        assert "lab.ipynb: a token" in said and TOKENS[token] not in said

    @pytest.mark.parametrize("path", PATHS)
    def test_a_path_in_a_notebooks_metadata_is_found(self, tmp_path, secrets, path):
        content = json.dumps({"cells": [], "metadata": {"vscode": {"folder": path}}}).encode()
        assert "a local path" in self.refused(tmp_path, "lab.ipynb", content, secrets)

    @pytest.mark.parametrize("name", LEFT_BEHIND)
    def test_what_editors_and_python_leave_behind_is_refused(self, tmp_path, secrets, name):
        assert "editors and Python leave behind" in self.refused(tmp_path, name, b"harmless", secrets)
        (tmp_path / name).unlink()
        assert "editors and Python" in self.refused(tmp_path, "data.zip", zipped(name, "harmless"), secrets)

    @pytest.mark.parametrize(
        "text",
        [
            "https://example.org/home/me", "the token=1 of a sentence", "?token=<TOKEN>", "a bearer of good news",
            "https://example.org:8080/a@b", "QUJD" * 30, "API_KEY=...",
        ],
    )  # fmt: skip
    def test_what_only_looks_like_a_leak_is_allowed(self, secrets, text):
        assert leaks(text, secrets) == []


@pytest.fixture(scope="module")
def release(template, tmp_path_factory):
    return make_release(template, [LAB], tmp_path_factory.mktemp("out"), published=False)


class TestContents:
    def test_the_folder_contains_what_students_need(self, release):
        files = {path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*") if path.is_file()}
        assert files == {
            "README.md", "CHANGELOG.md", "pyproject.toml", "SHA256SUMS", WHEEL, f"labs/{LAB}/{LAB}.ipynb",
            f"colab/{LAB}.ipynb", "course_utils/__init__.py", "course_utils/texts.json", "course_utils/outline.json",
        }  # fmt: skip

    def test_the_archive_is_the_folder(self, release):
        with zipfile.ZipFile(release.archive) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        parent = release.folder.parent
        files = {path.relative_to(parent).as_posix(): path for path in release.folder.rglob("*") if path.is_file()}
        assert packed == {name: path.read_bytes() for name, path in files.items()}

    def test_the_checksums_are_right(self, release):
        for sums in (release.checksums, release.folder / "SHA256SUMS"):
            lines = [line.split("  ") for line in sums.read_text().splitlines()]
            assert lines
            for digest, name in lines:
                assert digest == hashlib.sha256((sums.parent / name).read_bytes()).hexdigest()

    def test_the_notes_are_this_versions_part_of_the_changelog(self, release):
        assert release.notes.read_text() == "The first.\n"

    def test_a_colab_copy_has_no_badge_and_the_same_cells(self, release):
        lab = nbformat.read(release.folder / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
        colab = nbformat.read(release.folder / "colab" / f"{LAB}.ipynb", as_version=4)
        assert [cell.source for cell in colab.cells[1:]] == [cell.source for cell in lab.cells[1:]]
        assert colab.metadata["colab"]["name"] == f"{LAB}.ipynb" and colab.metadata["course"] == lab.metadata["course"]

    def test_the_same_course_gives_the_same_bytes(self, release, root, tmp_path):
        again = make_release(root, [], tmp_path, published=False)
        assert again.archive.read_bytes() == release.archive.read_bytes()
        assert again.checksums.read_bytes() == release.checksums.read_bytes()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: git does not know the files")
def test_every_file_of_the_package_is_released():
    """Files of a new kind must be added to the package data in pyproject.toml, or the wheel lacks them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "course_utils"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    released = {path.relative_to(ROOT).as_posix() for path in package_files(ROOT)}
    assert set(filter(None, listed.split("\0"))) == released


class TestRefusals:
    def refused(self, root, tmp_path, **options):
        with pytest.raises(CourseError) as error:
            make_release(root, [], tmp_path / "out", **{"published": False, **options})
        return str(error.value)

    def test_labs_out_of_step(self, root, tmp_path):
        (root / "labs" / LAB / "notes.txt").write_text("my solutions")
        assert f"out of step with solutions/: labs/{LAB}/notes.txt" in self.refused(root, tmp_path)

    def test_an_old_wheel(self, root, tmp_path):
        (root / "course_utils" / "__init__.py").write_text("changed = True\n")
        said = self.refused(root, tmp_path)
        assert "differs from course_utils (course_utils/__init__.py)" in said and "make wheel" in said

    def test_no_wheel(self, root, tmp_path):
        (root / "dist" / WHEEL).unlink()
        assert "make it with: make wheel" in self.refused(root, tmp_path)

    def test_no_part_of_the_changelog(self, root, tmp_path):
        (root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
        assert f"expected a section `## [{__version__}] - DATE`" in self.refused(root, tmp_path)

    def test_another_versions_tag(self, root, tmp_path, capsys):
        assert main(["release", "--to", str(tmp_path), "--tag", "v99.0", "--course", str(root)]) == 2
        assert f"expected the tag v{__version__} for this version, got v99.0" in capsys.readouterr().err


class TestPublished:
    """With a real server: the tag, wheel or version that the labs install in Colab exists."""

    def release(self, root, tmp_path, install):
        text = f'[tool.course]\nrepository = "someone/their-course"\ninstall = "{install}"\n'
        (root / "pyproject.toml").write_text(text + PACKAGE_DATA)
        make_labs(root)
        return make_release(root, [], tmp_path / "out")

    def test_a_wheel_at_an_address(self, root, tmp_path):
        wheel = (root / "dist" / WHEEL).read_bytes()
        with serve({f"/files/{WHEEL}": wheel}) as site:
            install = f"{site.url}/files/{WHEEL.replace(__version__, '{version}')}"
            self.release(root, tmp_path, install)
            site.files[f"/files/{WHEEL}"] = b"an older build"
            with pytest.raises(CourseError, match="serves another wheel"):
                self.release(root, tmp_path, install)
            del site.files[f"/files/{WHEEL}"]
            with pytest.raises(CourseError, match=r"does not exist: Not Found.*--unpublished"):
                self.release(root, tmp_path, install)

    def test_a_server_that_is_not_there(self, root, tmp_path):
        with serve({}) as site:
            gone = site.url
        with pytest.raises(CourseError, match=r"does not exist: .*refused"):
            self.release(root, tmp_path, f"{gone}/{WHEEL.replace(__version__, '{version}')}")

    def test_a_tag_of_a_repository(self, root, tmp_path):
        with serve(repository(tmp_path, f"v{__version__}")) as site:
            self.release(root, tmp_path, f"git+{site.url}/course.git@v{{version}}")
            with pytest.raises(CourseError, match=f"has no tag release-{__version__}"):
                self.release(root, tmp_path, f"git+{site.url}/course.git@release-{{version}}")
            with pytest.raises(CourseError, match=r"cannot be read: .*not found"):
                self.release(root, tmp_path, f"git+{site.url}/other.git@v{{version}}")

    def test_a_version_in_an_index(self, root, tmp_path, monkeypatch):
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)  # pip would look in this machine's other places, too
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        page = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
        headers = {"Content-Type": "text/html"}
        with serve({"/simple/deep-learning-labs/": page, f"/{WHEEL}": real_wheel(tmp_path)}) as site:
            site.headers = headers
            install = f"deep-learning-labs=={{version}} --index-url {site.url}/simple"
            self.release(root, tmp_path, install)
            del site.files["/simple/deep-learning-labs/"]
            with pytest.raises(CourseError, match="pip does not find deep-learning-labs"):
                self.release(root, tmp_path, install)


def repository(folder, tag):
    """The files of a git repository with a tag, as a plain web server has them."""
    work, bare = folder / "work", folder / "course.git"
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "--quiet", str(work)], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "first"], cwd=work, check=True)
    subprocess.run([*git, "tag", tag], cwd=work, check=True)
    subprocess.run([*git, "clone", "--quiet", "--bare", str(work), str(bare)], check=True)
    subprocess.run([*git, "update-server-info"], cwd=bare, check=True)
    return {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in bare.rglob("*") if path.is_file()}


def real_wheel(folder):
    """The smallest wheel that pip accepts, as bytes."""
    info = f"deep_learning_labs-{__version__}.dist-info"
    path = folder / "small.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: deep-learning-labs\nVersion: {__version__}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path.read_bytes()


class TestTheSetting:
    @pytest.mark.parametrize(
        "text, kind, address",
        [
            ("git+https://example.org/a/b@v{version}", "tag", "https://example.org/a/b"),
            (
                "https://example.org/~me/deep_learning_labs-{version}-py3-none-any.whl",
                "wheel",
                f"https://example.org/~me/{WHEEL}",
            ),
            ("deep-learning-labs=={version}", "index", ""),
            (
                "deep-learning-labs=={version} --index-url https://example.org/simple",
                "index",
                "https://example.org/simple",
            ),
        ],
    )
    def test_the_three_forms(self, text, kind, address):
        install = parse_install(text)
        assert (install.kind, install.address) == (kind, address)
        assert __version__ in str(install)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "git+https://example.org/a/b@main",
            "https://example.org/other-{version}-py3-none-any.whl",
            "https://example.org/$(reboot)/deep_learning_labs-{version}-py3-none-any.whl",
            "deep-learning-labs=={version}; reboot",
            "deep-learning-labs=={version} --index-url",
            "numpy=={version}",
        ],
    )
    def test_others_are_refused_with_the_forms(self, text):
        with pytest.raises(ValueError, match=r"expected a tag .*, a wheel .* or a version in a package index"):
            parse_install(text)
