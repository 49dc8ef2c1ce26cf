"""Mini-NQ: the real schema, the same bytes everywhere, one right passage per question, and hard for BM25."""

import hashlib
import json
import re

import bm25s
import pytest
import torch

from course_utils.data.nq import words
from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.training.encoders import load_tokenizer

SEEDS = (0, 1)


@pytest.fixture(scope="module", params=SEEDS)
def data(request):
    return make_mini_nq(seed=request.param)


def samples(data):
    return [sample for part in data for sample in part]


def test_samples_have_the_schema_of_the_real_data(data):
    train, validation = data
    assert (len(train), len(validation)) == (500, 1000)
    for sample in train + validation:
        assert list(sample) == ["question", "answers", "gold_context"]
        assert list(sample["gold_context"]) == ["title", "text"]
        assert isinstance(sample["question"], str)
        (answer,) = sample["answers"]
        assert answer in sample["gold_context"]["text"]
        assert answer not in sample["question"]
        assert not re.search(r"[{}]|\s\s", sample["question"] + sample["gold_context"]["text"])


def checksum(data) -> str:
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((500, 1000, 0), "421d32ca7197ad9ce044880550563fad6cbc62fb982a571765c465c13641835f"),
        ((30, 7, 5), "abe19676ed2b053197a07311e5a620e227c85c802587b0e094ca4d1cd4971dd9"),
    ],
)
def test_the_same_bytes_on_every_machine(arguments, expected):
    num_train, num_validation, seed = arguments
    assert checksum(make_mini_nq(num_train, num_validation, seed=seed)) == expected


def test_questions_are_sentences(data):
    for sample in samples(data):
        assert re.fullmatch(r"[A-Z][^.?!]+\?", sample["question"])


def test_a_passage_describes_first_and_tells_then(data):
    seen = [*words.DETAILS, *(scene for scenes in words.SCENES.values() for scene in scenes)]
    for sample in samples(data):
        sentences = re.findall(r"[^.]+\.", sample["gold_context"]["text"])
        described = [i for i, sentence in enumerate(sentences) if sentence.strip() in seen]
        told = [i for i, sentence in enumerate(sentences) if sample["answers"][0] in sentence]
        told += [i for i, sentence in enumerate(sentences) if sentence.strip() in words.FILLERS]
        assert described and told and max(described) < min(told)


def test_every_kind_of_building_has_scenes_of_its_own():
    assert list(words.SCENES) == list(words.KINDS)
    scenes = [scene for scenes in words.SCENES.values() for scene in scenes]
    assert len(scenes) == len(set(scenes))


def test_a_different_seed_gives_different_facts():
    one, other = ({s["gold_context"]["text"] for s in samples(make_mini_nq(seed=seed))} for seed in SEEDS)
    assert len(one & other) < 15


def test_passages_have_60_to_110_tokens(data):
    tokenizer = load_tokenizer()
    contexts = [sample["gold_context"] for sample in samples(data)]
    ids = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts])["input_ids"]
    lengths = torch.tensor([len(row) for row in ids])
    assert lengths.min() >= 60
    assert lengths.max() <= 110
    assert not any(tokenizer.unk_token_id in row for row in ids)


def test_validation_has_other_buildings_and_wordings(data):
    train, validation = data
    titles, held_out_titles = ({s["gold_context"]["title"] for s in part} for part in data)
    assert not titles & held_out_titles
    known = [matcher(w) for entry in words.RELATIONS.values() for w in entry[2]]
    held_out = [matcher(w) for entry in words.RELATIONS.values() for w in entry[3]]
    assert all(any(m.fullmatch(s["question"]) for m in known) for s in train)
    assert not any(m.fullmatch(s["question"]) for m in held_out for s in train)
    assert all(any(m.fullmatch(s["question"]) for m in held_out) for s in validation)
    assert not any(m.fullmatch(s["question"]) for m in known for s in validation)


def matcher(wording: str) -> re.Pattern:
    greeting = "|".join(sorted(set(words.GREETINGS)))
    described = re.escape(wording).replace(re.escape("{D}"), "the .+")
    return re.compile(rf"({greeting}){described}\?", re.IGNORECASE)


def meaning(question: str) -> tuple[str, str, str, str]:
    """(kind, town, attribute value, relation) that a question names, read off the word tables alone."""

    def named(table: dict[str, tuple[str, ...]]) -> str:
        """The entry with the longest phrase that the question holds: "guest house" over "house of books"."""
        hits = [(len(p), key) for key, phrases in table.items() for p in phrases if re.search(rf"\b{p}\b", question)]
        assert hits, question
        return max(hits)[1]

    values = {value: asked for axis in words.ATTRIBUTES.values() for value, (asked, _) in axis.items()}
    relations = [n for n, e in words.RELATIONS.items() if any(matcher(w).fullmatch(question) for w in e[2] + e[3])]
    assert len(relations) == 1, (question, relations)
    kinds = {key: (key, *others) for key, others in words.KINDS.items()}
    towns = {key: (f"in {key}", *(f"for {o}" for o in others)) for key, others in words.TOWNS.items()}
    return named(kinds), named(towns), named(values), relations[0]


def test_every_question_has_exactly_one_right_passage(data):
    stated = {value: said for axis in words.ATTRIBUTES.values() for value, (_, said) in axis.items()}
    passages = [sample["gold_context"] for sample in samples(data)]
    by_title = {}
    for i, passage in enumerate(passages):
        by_title.setdefault(passage["title"], []).append(i)
    for gold, sample in enumerate(samples(data)):
        kind, town, value, relation = meaning(sample["question"])
        facts = [re.escape(f).replace(re.escape("{V}"), ".+") for f in words.RELATIONS[relation][4]]
        right = [
            i
            for i in by_title[f"{kind.capitalize()} in {town}"]
            if any(s in passages[i]["text"] for s in stated[value])
            and any(re.search(rf"(^|\. ){fact}", passages[i]["text"]) for fact in facts)
        ]
        assert right == [gold], sample["question"]


def test_no_phrase_has_two_meanings():
    phrases = [p for table in (words.KINDS, words.TOWNS) for key, others in table.items() for p in (key, *others)]
    for table in words.ATTRIBUTES.values():
        phrases += [p for asked, stated in table.values() for p in (*asked, *stated)]
    for _, _, wordings, held_out, stated in words.RELATIONS.values():
        phrases += [*wordings, *held_out, *stated]
    assert len(phrases) == len(set(phrases))


def test_there_are_hard_negatives(data):
    for part in data:
        titles = [sample["gold_context"]["title"] for sample in part]
        assert len(set(titles)) < len(titles) / 3
    relations = [meaning(sample["question"])[3] for sample in samples(data)]
    assert min(relations.count(r) for r in words.RELATIONS) > 100


def test_bm25_does_not_solve_it(data):
    passages = [f"{c['title']}. {c['text']}" for c in (s["gold_context"] for s in samples(data))]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    questions = bm25s.tokenize([s["question"] for s in data[1]], stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(questions, k=20, show_progress=False)
    hits = sum(500 + i in row for i, row in enumerate(found.tolist())) / 1000
    assert 0.3 < hits < 0.7


@pytest.mark.parametrize("sizes", [(1, 1), (3, 1), (1, 3), (4000, 2000)])
def test_any_size(sizes):
    data = make_mini_nq(*sizes)
    assert tuple(map(len, data)) == sizes
    assert len({json.dumps(s["gold_context"]) for s in samples(data)}) == sum(sizes)


@pytest.mark.parametrize("sizes", [(70_000, 30_000), (99_999, 1), (1, 99_999)])
def test_up_to_100_000_passages(sizes):
    assert tuple(map(len, make_mini_nq(*sizes))) == sizes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5), "num_train must be at least 1, got 0"),
        ((5, -1), "num_validation"),
        ((99_000, 1_001), "at most 100,000"),
    ],
)
def test_impossible_sizes_are_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_mini_nq(*arguments)
