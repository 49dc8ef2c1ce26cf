"""Natural Questions from files in DPR's format on a local server, and from a folder, with every kind of failure."""

import gzip
import json
import os
import subprocess
import sys
import threading
import tracemalloc

import pytest

from course_utils.data.errors import CourseDataError
from course_utils.data.nq import natural_questions
from course_utils.data.nq.natural_questions import load_natural_questions
from tests.local_server import serve

TRAIN, DEV = "/biencoder-nq-train.json.gz", "/biencoder-nq-dev.json.gz"


def passage(name):
    return {"title": f"Title {name}", "text": f"“Text” of {name}.", "score": 1000, "title_score": 1, "passage_id": "7"}


def question(name, positives=2):
    """A question as DPR's files hold it."""
    return {
        "dataset": "nq_train_psgs_w100",
        "question": f"who is {name}",
        "answers": [f"Äda {name}", "Ada"],
        "positive_ctxs": [passage(f"{name}{number}") for number in range(positives)],
        "negative_ctxs": [passage("negative")] * 3,
        "hard_negative_ctxs": [passage("hard")] * 3,
    }


def sample(name):
    """The same in the course's schema."""
    gold = {"title": f"Title {name}0", "text": f"“Text” of {name}0."}
    return {"question": f"who is {name}", "answers": [f"Äda {name}", "Ada"], "gold_context": gold}


def packed(content):
    return gzip.compress(json.dumps(content, indent=4).encode())


@pytest.fixture
def site():
    files = {
        TRAIN: packed([question("a"), question("none", positives=0), question("b"), question("c", positives=1)]),
        DEV: packed([question("d"), question("e")]),
    }
    with serve(files) as site:
        yield site


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def load(site, cache):
    return load_natural_questions(cache=cache, urls={"train": site.url + TRAIN, "val": site.url + DEV})


def fails(site, cache, *words):
    """Loading fails with a message that holds the words, and leaves no converted file, whole or half."""
    with pytest.raises(CourseDataError) as caught:
        load(site, cache)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert not {"nq-train.json", "nq-train.json.part"} & {path.name for path in cache.iterdir()}


def test_gold_is_the_first_positive_passage_and_the_schema_is_the_courses(site, cache):
    train, validation = load(site, cache)
    assert train == [sample("a"), sample("b"), sample("c")]
    assert validation == [sample("d"), sample("e")]


def test_questions_that_are_left_out_are_counted(site, cache, capsys):
    load(site, cache)
    out = capsys.readouterr().out
    assert "nq-train.json: 3 questions; 1 without a positive passage left out" in out
    assert "nq-val.json: 2 questions; 0 without" in out


def test_converted_once_and_the_downloads_are_removed(site, cache, capsys):
    first = load(site, cache)
    names = {"nq-train.json", "nq-train.json.sha256", "nq-val.json", "nq-val.json.sha256", "lock"}
    assert {path.name for path in cache.iterdir()} <= names
    capsys.readouterr()
    assert load(site, cache) == first
    assert len(site.requests) == 2 and capsys.readouterr().out == ""


def test_the_cache_can_be_used_as_a_folder(site, cache):
    assert load(site, cache) == load_natural_questions(cache)


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace("who", "how"), lambda text: ""])
def test_a_damaged_cache_is_made_again(site, cache, damage):
    expected = load(site, cache)
    path = cache / "nq-train.json"
    path.write_text(damage(path.read_text()))
    assert load(site, cache) == expected
    assert [path for _, path, _ in site.requests] == [TRAIN, DEV, TRAIN]


def test_an_interrupted_download_is_resumed(site, cache):
    site.cut[TRAIN] = 100
    fails(site, cache, "was interrupted", "100 of")
    site.cut.clear()
    assert load(site, cache)[0] == [sample("a"), sample("b"), sample("c")]
    assert (TRAIN, "bytes=100-") in [(path, asked) for _, path, asked in site.requests]


def test_no_network(cache):
    with serve({}) as gone:
        pass
    fails(gone, cache, "cannot be reached", "profile cpu")


def test_a_file_missing_on_the_server(site, cache):
    del site.files[TRAIN]
    fails(site, cache, "404", TRAIN)


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda content: content[:-300], ["train.json.gz", "near byte", "end-of-stream"]),
        (lambda content: content[:-8] + b"\0" * 8, ["train.json.gz", "near byte", "CRC"]),
        (lambda content: content[:60] + b"\xff" * 40 + content[100:], ["train.json.gz", "near byte"]),
        (lambda content: b"<html>no such file</html>", ["train.json.gz", "Not a gzipped file"]),
        (lambda content: gzip.compress(gzip.decompress(content)[:-400]), ["not a complete JSON list", "after 3 items"]),
        (lambda content: gzip.compress(b""), ["not a complete JSON list", "after 0 items"]),
    ],
    ids=["truncated", "wrong CRC", "garbled", "no gzip", "JSON cut off", "empty"],
)
def test_damaged_files_are_named_and_downloaded_again(site, cache, break_it, words):
    whole = site.files[TRAIN]
    site.files[TRAIN] = break_it(whole)
    fails(site, cache, *words, "run this again")
    site.files[TRAIN] = whole
    assert load(site, cache)[0] == [sample("a"), sample("b"), sample("c")]


def without(key):
    return {name: value for name, value in question("x").items() if name != key}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([question("a"), without("question")], ["item 1", "`question` of type str, got none"]),
        ([question("a"), question("b"), without("answers")], ["item 2", "`answers` of type list"]),
        ([without("positive_ctxs")], ["item 0", "`positive_ctxs` of type list"]),
        ([question("a") | {"answers": [1]}], ["item 0", "`answers` that are all str"]),
        ([question("a") | {"question": 5}], ["item 0", "`question` of type str, got int"]),
        ([question("a") | {"positive_ctxs": [{"title": "t"}]}], ["the passage of item 0", "`text` of type str"]),
        (["a", "b"], ["item 0", "`positive_ctxs`"]),
        ({"data": [question("a")]}, ["no question with a positive passage", "DPR's format"]),
        ([question("a", positives=0)], ["no question with a positive passage"]),
    ],
)
def test_another_format_is_an_error_with_its_position(site, cache, content, words):
    site.files[TRAIN] = packed(content)
    fails(site, cache, *words, "train.json.gz")


def test_two_notebooks_at_once_make_the_cache_once(site, cache, capsys):
    results = []
    threads = [threading.Thread(target=lambda: results.append(load(site, cache))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [([sample("a"), sample("b"), sample("c")], [sample("d"), sample("e")])] * 3
    assert len(site.requests) == 2
    assert [line.split(":")[0] for line in capsys.readouterr().out.split("\r")[-1].splitlines()] == [
        "nq-train.json",
        "nq-val.json",
    ]


@pytest.fixture
def folder(tmp_path):
    for part, names in (("train", "ab"), ("val", "cd")):
        (tmp_path / f"nq-{part}.json").write_text(json.dumps([sample(name) for name in names]))
    return tmp_path


def test_a_folder_in_the_courses_schema_needs_no_network(folder):
    train, validation = load_natural_questions(str(folder), urls={})
    assert train == [sample("a"), sample("b")] and validation == [sample("c"), sample("d")]
    assert sorted(path.name for path in folder.iterdir()) == ["nq-train.json", "nq-val.json"]


def test_other_fields_are_ignored(folder):
    (folder / "nq-train.json").write_text(json.dumps([sample("a") | {"hard_negatives": [1, 2]}]))
    assert load_natural_questions(folder)[0] == [sample("a")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ["must contain nq-train.json and nq-val.json", "missing: nq-val.json"]),
        ("", ["nq-val.json is not a complete JSON list", "after 0 items"]),
        (json.dumps([sample("a"), sample("b")])[:-20], ["nq-val.json is not a complete JSON list", "after 1 items"]),
        ("[]", ["nq-val.json, found an empty list", "gold_context"]),
        ("{}", ["nq-val.json, found an empty list"]),
        (json.dumps([sample("a"), question("b")]), ["item 1", "nq-val.json", "`gold_context` of type dict, got none"]),
        (json.dumps([sample("a") | {"gold_context": "text"}]), ["item 0", "`gold_context` of type dict, got str"]),
        (json.dumps([sample("a") | {"question": None}]), ["item 0", "`question` of type str, got NoneType"]),
    ],
)
def test_a_folder_with_malformed_files(folder, text, words):
    (folder / "nq-val.json").unlink()
    if text is not None:
        (folder / "nq-val.json").write_text(text)
    with pytest.raises(CourseDataError) as caught:
        load_natural_questions(folder)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_the_default_is_dprs_files_in_the_cache_folder(monkeypatch, tmp_path):
    asked = []

    def download(url, target):
        asked.append((url, target))
        raise CourseDataError("stop here")

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(natural_questions, "download", download)
    with pytest.raises(CourseDataError, match="stop here"):
        load_natural_questions()
    url = "https://dl.fbaipublicfiles.com/dpr/data/retriever/biencoder-nq-train.json.gz"
    assert asked == [(url, tmp_path / "natural-questions" / "train.json.gz")]


MEASURE = """
import re, sys
from pathlib import Path
import course_utils.training, ijson, tqdm
from course_utils.data.nq.natural_questions import load_natural_questions
def kilobytes(name):  # not getrusage: its peak may be that of the process which started this one
    return int(re.search(rf"{name}:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = kilobytes("VmRSS")
train, _ = load_natural_questions(cache=sys.argv[1], urls={"train": sys.argv[2], "val": sys.argv[3]})
print(len(train), 1024 * (kilobytes("VmHWM") - before))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads memory where Linux shows it")
def test_memory_does_not_grow_with_the_file(site, cache):
    count = 3000
    item = json.dumps(question("x") | {"hard_negative_ctxs": [passage(f"{i} {'word ' * 90}") for i in range(100)]})
    tracemalloc.start()
    kept = json.loads(item)
    whole = count * tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    # A gzip file may consist of several, one after the other: so a large one is made at once.
    many = gzip.compress(f"{item},".encode()) * (count - 1)
    site.files[TRAIN] = gzip.compress(b"[") + many + gzip.compress(f"{item}]".encode())
    command = [sys.executable, "-c", MEASURE, str(cache), site.url + TRAIN, site.url + DEV]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    found, growth = map(int, run.stdout.splitlines()[-1].split())
    assert found == count and kept["question"] == "who is x"
    assert growth < 80e6 < 400e6 < whole, f"grew by {growth / 1e6:.0f} MB; whole {whole / 1e6:.0f} MB"
