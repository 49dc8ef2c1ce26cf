"""PyTorch's documentation as a corpus: entries, samples made of its sentences, and questions in everyday words."""

import pytest

from course_utils.data.torch_docs import DocEntry, held_out_questions, torch_docs, training_samples


@pytest.fixture(scope="module")
def entries():
    return torch_docs()


@pytest.fixture(scope="module")
def by_name(entries):
    return {entry.name: entry for entry in entries}


def test_an_entry_has_name_signature_and_first_paragraph(by_name):
    entry = by_name["torch.unsqueeze"]
    assert entry.signature == "unsqueeze(input, dim) -> Tensor"
    assert entry.summary == "Returns a new tensor with a dimension of size one inserted at the specified position."
    assert entry.passage["title"] == "unsqueeze"


def test_functions_modules_optimisers_and_methods_are_there(by_name):
    wanted = {"torch.bmm", "torch.nn.CrossEntropyLoss", "torch.nn.functional.one_hot", "torch.optim.AdamW"}
    assert wanted | {"torch.Tensor.expand", "torch.utils.data.DataLoader"} <= by_name.keys()


def test_texts_are_plain(entries):
    for entry in entries:
        assert "`" not in entry.summary
        assert ":attr:" not in entry.summary
        assert "\n" not in entry.summary


def test_pointers_second_names_and_inherited_texts_are_left_out(entries, by_name):
    assert "torch.Tensor.atan2" not in by_name  # "See torch.atan2"
    assert not any(
        entry.summary.startswith("Base class for all neural")
        for entry in entries[1:]
        if entry.name != "torch.nn.Module"
    )
    assert len({entry.name for entry in entries}) == len(entries) > 800


def test_the_order_is_the_same_each_time(entries):
    torch_docs.cache_clear()
    assert [entry.name for entry in torch_docs()] == [entry.name for entry in entries]


def test_a_sample_does_not_contain_its_question():
    text = "Stacks many small tensors along some axis. It is quite slow for long lists of them."
    entry = DocEntry("torch.pile_up", "pile_up(tensors)", text, ("More is said in this second paragraph here.",))
    samples = training_samples([entry])
    assert [sample["answers"] for sample in samples] == [["torch.pile_up"]] * 4
    assert samples[0]["question"] in ("pile up", "pile", "up")
    first, second, third = (sample["gold_context"]["text"] for sample in samples[1:])
    assert first == "It is quite slow for long lists of them."
    assert second == "Stacks many small tensors along some axis."
    assert third == text


def test_the_seed_decides_which_words_are_left_out(entries):
    one, same, other = (training_samples(entries[:40], seed=seed) for seed in (1, 1, 2))
    assert one == same != other
    assert [sample["gold_context"] for sample in one] == [sample["gold_context"] for sample in other]


def test_every_question_names_functions_that_exist(entries):
    questions, gold = held_out_questions(entries)
    assert len(questions) == len(set(questions)) == len(gold) >= 75
    assert all(gold)
    place = questions.index("repeat a tensor along a new axis")
    assert "torch.stack" in {entries[index].name for index in gold[place]}


def test_questions_whose_functions_are_missing_are_left_out(entries):
    few = [entry for entry in entries if entry.name == "torch.topk"]
    assert held_out_questions(few) == (["the k biggest numbers and where they are"], [{0}])
