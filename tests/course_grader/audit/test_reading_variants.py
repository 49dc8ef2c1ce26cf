"""Variants in percent cells: what is read, and the error messages for cells with mistakes."""

import pytest

pytest.importorskip("jupytext")

from course_grader.audit.variants import Kind, Variant, load_variants, preamble, read_variants
from course_grader.errors import CourseError
from course_grader.notebooks import find_lab
from tests.tiny_course import LAB, write_tiny_course

DOUBLE = "def double(x):\n    return x\n"
RIGHT = f'# %% right kind="alternative"\n{DOUBLE}'


@pytest.fixture
def lab(tmp_path):
    return find_lab(LAB, write_tiny_course(tmp_path))


@pytest.fixture
def read(tmp_path):
    """Reads variants from a file double.py with the given text; the lab's exercises are double, count and halve."""

    def read(text):
        path = tmp_path / "double.py"
        path.write_text(text)
        return read_variants(path, ["double", "count", "halve"])

    return read


class TestReading:
    def test_header_explanation_and_code(self, lab):
        wrong, right = load_variants(lab)
        assert wrong == Variant(
            Kind.MISCONCEPTION,
            "double",
            "three times x",
            "This adds x once too often: count the plus signs.",
            "# Exercise: double\ndef double(x):\n    return x + x + x",
            ("count",),
        )
        assert (right.kind, right.name, right.explanation) == (Kind.ALTERNATIVE, "a product", "")

    def test_the_preamble_is_not_an_answer(self, lab):
        assert preamble(lab.source_folder / "variants" / "double.py") == "import torch"

    def test_a_preamble_is_optional(self, read, tmp_path):
        assert [variant.name for variant in read(RIGHT)] == ["right"]
        assert preamble(tmp_path / "double.py") == ""

    @pytest.mark.parametrize("name", ["5% and 95% quantiles", "it's right (n, d)", "x[0] first, then x[1:]"])
    def test_names_are_prose(self, read, name):
        assert [variant.name for variant in read(RIGHT.replace("right", name))] == [name]

    @pytest.mark.parametrize("line", ["less than n, not n", "cat takes a list", "%timeit shows it", "!"])
    def test_an_explanation_that_looks_like_a_command_is_prose(self, read, line):
        [variant] = read(f'# %% wrong kind="misconception"\n# {line}\n{DOUBLE}')
        assert variant.explanation == line

    def test_comments_in_the_code_stay(self, read):
        [variant] = read(f"{RIGHT}# a comment\n\n    # and another")
        assert variant.code.endswith("return x\n# a comment\n\n    # and another")

    @pytest.mark.parametrize(
        "code", ["class double:\n    pass", "double = float.__mul__", "import math\ndouble = halve = math.exp"]
    )
    def test_classes_and_assignments_define_an_exercise_too(self, read, code):
        [variant] = read(f'# %% right kind="alternative"\n{code}')
        assert variant.code == f"# Exercise: double\n{code}"

    def test_a_lab_without_variants_has_none(self, lab):
        (lab.source_folder / "variants" / "double.py").unlink()
        assert load_variants(lab) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            RIGHT.replace("alternative", "other"),
            r"cell 1 \(right\): kind is 'other'; expected 'misconception' or",
        ),
        (RIGHT.replace(' kind="alternative"', ""), r"cell 1 \(right\): kind is None; expected 'misconception' or"),
        (RIGHT.replace("right ", ""), r'cell 1: no name; expected `# %% name kind="misconception"`'),
        (f"# %%\n{DOUBLE}", "cell 1: no name"),
        (f"{RIGHT}\n# %%\nimport torch", "cell 2: no name"),
        (f"{RIGHT}\n{RIGHT}", r"cell 2 \(right\): expected a name that no other cell of this file has"),
        (RIGHT.replace("alternative", "misconception"), r"cell 1 \(right\): no explanation; expected comment lines"),
        (RIGHT.replace("double", "treble"), r"cell 1 \(right\): does not define 'double', the exercise that the file"),
        (RIGHT.replace("(x)", "(x"), r"cell 1 \(right\): not valid Python: .*, line 1 of the code"),
        (
            RIGHT.replace("right", "right, n = 0"),
            r"cell 1 \(right,\): cannot read n in the header; expected .* no `=`",
        ),
        (RIGHT.replace('"\n', '" affects=["count"]\n'), r"cell 1 \(right\): cannot read affects in the header"),
        (
            RIGHT.replace('"alternative"', "alternative"),
            r"cell 1 \(right\): cannot read kind=alternative in the header; expected",
        ),
        (f"{RIGHT}\n# %% [markdown]\n# An explanation.", r"cell 2: a markdown cell; expected code, its explanation as"),
        (RIGHT.replace('"\n', '" also_affects=["count"]\n'), "an alternative is a right answer"),
    ],
)
def test_an_error_names_file_cell_and_expectation(read, text, message):
    with pytest.raises(CourseError, match=rf"double\.py, {message}" if message.startswith("cell") else message):
        read(text)


def test_a_misconception_may_say_why_it_stays_hidden(read):
    [variant] = read(f'# %% wrong kind="misconception" hidden_because="it shows the formula"\n# Explained.\n{DOUBLE}')
    assert variant.hidden_because == "it shows the formula"


@pytest.mark.parametrize(
    ("kind", "reason", "message"),
    [
        ("misconception", '" "', "hidden_because is ' '; expected the reason"),
        ("misconception", "true", "hidden_because is True; expected the reason"),
        ("alternative", '"a reason"', "an alternative fails no test, so it cannot have hidden_because"),
    ],
)
def test_the_reason_is_a_text_of_a_misconception(read, kind, reason, message):
    with pytest.raises(CourseError, match=message):
        read(f'# %% one kind="{kind}" hidden_because={reason}\n# Explained.\n{DOUBLE}')


@pytest.mark.parametrize("also_affects", ['["conut"]', '["double"]', '"count"', "[1]", '["count", "conut"]'])
def test_also_affects_lists_other_exercises_of_the_lab(read, also_affects):
    with pytest.raises(CourseError, match=r"double\.py, cell 1 \(wrong\): also_affects is .*; expected a list of"):
        read(f'# %% wrong kind="misconception" also_affects={also_affects}\n# Explained.\n{DOUBLE}')


def test_a_file_is_named_after_an_exercise(lab):
    stray = lab.source_folder / "variants" / "treble.py"
    stray.write_text(RIGHT)
    with pytest.raises(CourseError, match=r"treble\.py: 00_tiny has no exercise 'treble'; .* one of double, count"):
        load_variants(lab)
