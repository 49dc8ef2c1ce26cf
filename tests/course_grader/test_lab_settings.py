"""lab.toml: its keys, its defaults, and one sentence for each kind of mistake."""

from dataclasses import MISSING, dataclass, field, fields

import pytest

from course_grader.errors import CourseError
from course_grader.lab_settings import LabSettings, read_settings
from course_grader.lab_settings.toml_table import Key, load_toml, read_table
from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT

NUMBERS = [entry.name for entry in fields(LabSettings) if entry.metadata["key"].low is not None]


@pytest.fixture
def toml(tmp_path):
    """Writes lab.toml and returns its path."""

    def write(text):
        path = tmp_path / "lab.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def mistake(path):
    """The error message on reading the file, without the file's name."""
    with pytest.raises(CourseError) as caught:
        read_settings(path)
    before, _, sentence = str(caught.value).partition(f"{path}: ")
    assert (before, sentence.count("\n")) == ("", 0)
    return sentence


def test_without_a_file_the_defaults_apply(tmp_path):
    assert read_settings(tmp_path / "lab.toml") == LabSettings()


def test_an_empty_file_gives_the_defaults(toml):
    assert read_settings(toml("")) == LabSettings()


def test_every_key_is_read(toml):
    text = """
        imports = ["torch.nn", "numpy"]
        memory_mb = 512
        call_seconds = 2
        cell_seconds = 2.5
        notebook_seconds = 60
        experiment_seconds = 1200
        files = ["*.npz"]
        files_mb = 1
        gpu = true
        gpu_memory_mb = 4000
        gpu_exercises = ["double"]
        full_memory_mb = 8000
        full_seconds = 90
    """
    settings = read_settings(toml(text))
    assert settings == LabSettings(
        ("torch.nn", "numpy"), 512, 2.0, 2.5, 60.0, 1200.0, ("*.npz",), 1.0, True, 4000, ("double",), 8000, 90.0
    )
    types = [tuple, int, float, float, float, float, tuple, float, bool, int, tuple, int, float]
    assert [type(value) for value in vars(settings).values()] == types


def test_the_defaults_pass_their_own_validation(toml):
    lines = [f"{name} = {value}" for name, value in vars(LabSettings()).items() if name in NUMBERS]
    assert read_settings(toml("\n".join(lines))) == LabSettings()


@pytest.mark.parametrize("name", lab_names(ROOT))
def test_the_labs_own_files_are_valid(name):
    assert find_lab(name, ROOT).settings.imports


@pytest.mark.parametrize("entry", fields(LabSettings), ids=lambda entry: entry.name)
def test_every_key_is_documented(entry):
    assert entry.metadata["key"].doc.endswith(".")
    assert entry.default is not MISSING


@pytest.mark.parametrize(
    "name, suggestion",
    [
        ("memory", "did you mean 'memory_mb'?"),
        ("cells_seconds", "did you mean 'cell_seconds'?"),
        ("Gpu", "did you mean 'gpu'?"),
        (
            "zzz",
            "expected one of call_seconds, cell_seconds, experiment_seconds, files, files_mb, full_memory_mb, ",
        ),
    ],
)
def test_an_unknown_key_gets_a_suggestion(toml, name, suggestion):
    assert mistake(toml(f"{name} = 1")).startswith(f"unknown key {name!r}; {suggestion}")


@pytest.mark.parametrize(
    "line, sentence",
    [
        ('imports = "torch"', "imports takes a list of strings such as 'torch.nn.functional', got 'torch'"),
        ("imports = [1]", "imports takes a list of strings such as 'torch.nn.functional', got [1]"),
        ('imports = ["a b"]', "imports takes a list of strings such as 'torch.nn.functional', got ['a b']"),
        ('imports = ["torch."]', "imports takes a list of strings such as 'torch.nn.functional', got ['torch.']"),
        ("memory_mb = true", "memory_mb takes a whole number from 256 to 1,000,000 MB, got true"),
        ("memory_mb = 2000.0", "memory_mb takes a whole number from 256 to 1,000,000 MB, got 2000.0"),
        ('memory_mb = "2000"', "memory_mb takes a whole number from 256 to 1,000,000 MB, got '2000'"),
        ("memory_mb = [2000]", "memory_mb takes a whole number from 256 to 1,000,000 MB, got [2000]"),
        ("cell_seconds = false", "cell_seconds takes a number from 0.1 to 86,400 seconds, got false"),
        ('cell_seconds = "20"', "cell_seconds takes a number from 0.1 to 86,400 seconds, got '20'"),
        ("notebook_seconds = true", "notebook_seconds takes a number from 1 to 86,400 seconds, got true"),
        ("gpu = 1", "gpu takes true or false, got 1"),
        ('gpu = "true"', "gpu takes true or false, got 'true'"),
        ("gpu = {count = 1}", "gpu takes true or false, got a table"),
        ("gpu = 2026-01-01", "gpu takes true or false, got 2026-01-01"),
    ],
)
def test_a_value_of_the_wrong_type(toml, line, sentence):
    assert mistake(toml(line)) == sentence


@pytest.mark.parametrize(
    "name, value",
    [(name, value) for name in NUMBERS for value in ("0", "-1", "1_000_000_000") if (name, value) != ("files_mb", "0")],
)
def test_a_number_out_of_range(toml, name, value):
    assert mistake(toml(f"{name} = {value}")).startswith(f"{name} takes a ")


@pytest.mark.parametrize("name", [name for name in NUMBERS if name.endswith("_seconds")])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_is_not_finite(toml, name, value):
    assert mistake(toml(f"{name} = {value}")).endswith(f"got {value}")


@pytest.mark.parametrize("name", NUMBERS)
def test_ranges_are_inclusive(toml, name):
    key = next(entry.metadata["key"] for entry in fields(LabSettings) if entry.name == name)
    wide = "" if name == "notebook_seconds" else "notebook_seconds = 86400\n"
    low = f"call_seconds = 1\ncell_seconds = 1\n{name} = 1" if not wide else f"{name} = {key.low}"
    assert getattr(read_settings(toml(low)), name) == key.low
    assert getattr(read_settings(toml(f"{wide}{name} = {key.high}")), name) == key.high


@pytest.mark.parametrize("name", ["call_seconds", "cell_seconds"])
def test_a_part_may_not_take_longer_than_the_whole(toml, name):
    assert mistake(toml(f"{name} = 181")) == f"{name} takes at most notebook_seconds (180, the default), got 181"
    other = {"call_seconds": "cell_seconds", "cell_seconds": "call_seconds"}[name]
    assert (
        mistake(toml(f"{other} = 1\nnotebook_seconds = 10\n{name} = 10.5"))
        == f"{name} takes at most notebook_seconds (10), got 10.5"
    )
    assert getattr(read_settings(toml(f"notebook_seconds = 400\n{name} = 400")), name) == 400


def test_invalid_toml(toml):
    assert mistake(toml("gpu = yes")).startswith("not valid TOML: ")


def test_invalid_utf8(toml):
    assert mistake(toml(b"# \xe9\n")) == "expected UTF-8 text, got byte 0xe9 at position 2"


@dataclass(frozen=True)
class Inner:
    size: int = field(default=3, metadata={"key": Key("A size.", low=1, high=9, at_most="most")})
    most: int = 9


@dataclass(frozen=True)
class Outer:
    name: str = field(default="x", metadata={"key": Key("A name.", item="[a-z]+", example="abc")})
    files: tuple[str, ...] = ()
    inner: Inner = Inner()


class TestTables:
    """Kinds of keys that LabSettings does not have."""

    def read(self, path):
        return read_table(Outer, load_toml(path), path)

    def test_a_table_within_the_table(self, toml):
        text = 'name = "abc"\nfiles = ["*.txt"]\n[inner]\nsize = 4\n'
        assert self.read(toml(text)) == Outer("abc", ("*.txt",), Inner(4))

    @pytest.mark.parametrize(
        "text, sentence",
        [
            ("inner = 3", "inner takes a table, got 3"),
            ("[inner]\nsiz = 4", "unknown key 'inner.siz'; did you mean 'size'?"),
            ("[inner]\nsize = 10", "inner.size takes a whole number from 1 to 9, got 10"),
            ("[inner]\nsize = 4\nmost = 3", "inner.size takes at most inner.most (3), got 4"),
            ('name = "ABC"', "name takes a string such as 'abc', got 'ABC'"),
        ],
    )
    def test_a_mistake_names_the_key_in_full(self, toml, text, sentence):
        path = toml(text)
        with pytest.raises(CourseError) as caught:
            self.read(path)
        assert str(caught.value) == f"{path}: {sentence}"
