"""Questions by profile: generated offline, or drawn from Natural Questions."""

import json
import random

import pytest

from course_utils import runtime
from course_utils.data.errors import CourseDataError
from course_utils.data.nq import mini_nq, natural_questions
from course_utils.data.nq.questions import load_questions


def samples(prefix, count):
    return [
        {"question": f"{prefix} {i}", "answers": [str(i)], "gold_context": {"title": f"T{i}", "text": f"text {i}"}}
        for i in range(count)
    ]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nq-train.json").write_text(json.dumps(samples("train", 40)))
    (tmp_path / "nq-val.json").write_text(json.dumps(samples("val", 30)))
    return tmp_path


@pytest.fixture
def cpu(monkeypatch):
    monkeypatch.setattr(runtime, "_profile", "cpu")


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr(runtime, "_profile", "full")


def test_cpu_generates_questions(cpu, monkeypatch):
    monkeypatch.setattr(natural_questions, "download", lambda *_: pytest.fail("the cpu profile needs no network"))
    train, validation = load_questions(num_train=7, num_validation=11)
    assert (train, validation) == mini_nq.make_mini_nq(7, 11, seed=42)
    assert set(train[0]) == {"question", "answers", "gold_context"} and set(train[0]["gold_context"]) == {
        "title",
        "text",
    }


def test_sizes_of_the_labs_by_default(cpu):
    assert list(map(len, load_questions())) == [500, 1000]


def test_another_seed_gives_other_questions(cpu, folder):
    assert load_questions(num_train=7, num_validation=7, seed=1) != load_questions(num_train=7, num_validation=7)
    one, other = (load_questions(num_train=7, num_validation=7, seed=seed, folder=folder) for seed in (1, 2))
    assert one[0] != other[0] and one[1] != other[1]


def test_full_draws_from_all_natural_questions(full, folder, monkeypatch):
    monkeypatch.setattr(natural_questions, "load_natural_questions", lambda _: (samples("a", 100), samples("b", 200)))
    train, validation = load_questions(num_train=50, num_validation=60)
    assert (train, validation) == load_questions(num_train=50, num_validation=60)
    for drawn, whole in ((train, samples("a", 100)), (validation, samples("b", 200))):
        positions = [whole.index(sample) for sample in drawn]
        assert len(set(positions)) == len(drawn) in (50, 60)
        assert positions != sorted(positions) and max(positions) >= len(drawn)


def test_one_generator_draws_both_as_published(full, monkeypatch):
    whole = samples("a", 100), samples("b", 200)
    monkeypatch.setattr(natural_questions, "load_natural_questions", lambda _: whole)
    random.seed(42)  # the published script: the global generator, training questions first
    expected = random.sample(whole[0], 50), random.sample(whole[1], 60)
    assert load_questions(num_train=50, num_validation=60, seed=42) == expected


@pytest.mark.parametrize("profile", ["cpu", "full"])
def test_a_folder_is_used_in_either_profile(profile, folder, request):
    request.getfixturevalue(profile)
    train, validation = load_questions(num_train=40, num_validation=3, folder=folder)
    assert sorted(train, key=lambda s: int(s["answers"][0])) == samples("train", 40)
    assert len(validation) == 3 and all(sample in samples("val", 30) for sample in validation)


def test_the_environment_variable_is_only_used_in_full(folder, monkeypatch):
    monkeypatch.setenv("COURSE_NQ_FOLDER", str(folder))
    monkeypatch.setattr(runtime, "_profile", "full")
    assert load_questions(num_train=40, num_validation=3) == load_questions(
        num_train=40, num_validation=3, folder=folder
    )
    monkeypatch.setattr(runtime, "_profile", "cpu")
    assert load_questions(num_train=4, num_validation=3) == mini_nq.make_mini_nq(4, 3, seed=42)


@pytest.mark.parametrize(("name", "count", "there"), [("num_train", 41, 40), ("num_validation", -1, 30)])
def test_more_questions_than_there_are(full, folder, name, count, there):
    with pytest.raises(ValueError, match=rf"{name} must lie in 0 to {there}.* got {count}"):
        load_questions(**({"num_train": 1, "num_validation": 1} | {name: count}), folder=folder)


def test_a_folder_without_the_files(full, tmp_path):
    with pytest.raises(CourseDataError, match=r"must contain nq-train.json and nq-val.json"):
        load_questions(folder=tmp_path)
