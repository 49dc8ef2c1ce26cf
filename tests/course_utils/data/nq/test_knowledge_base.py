"""The knowledge base: every gold passage once, and its index for each question."""

import pytest
import torch

from course_utils.data.nq.knowledge_base import make_knowledge_base


def sample(title, text, question="?"):
    return {"question": question, "answers": ["x"], "gold_context": {"title": title, "text": text}}


TRAIN = [sample("A", "one"), sample("A", "two"), sample("A", "one"), sample("B", "one")]
VALIDATION = [sample("C", "three"), sample("A", "two"), sample("C", "three")]


def test_identical_passages_are_merged_in_order_of_first_appearance():
    knowledge_base = make_knowledge_base(TRAIN, VALIDATION)
    assert [(p["title"], p["text"]) for p in knowledge_base.passages] == [
        ("A", "one"),
        ("A", "two"),
        ("B", "one"),
        ("C", "three"),
    ]
    assert len(knowledge_base) == 4


def test_every_index_is_that_of_its_samples_passage():
    knowledge_base = make_knowledge_base(TRAIN, VALIDATION)
    assert knowledge_base.train_gold.tolist() == [0, 1, 0, 2]
    assert knowledge_base.validation_gold.tolist() == [3, 1, 3]
    assert knowledge_base.train_gold.dtype == knowledge_base.validation_gold.dtype == torch.int64


def test_title_and_text_are_compared_separately():
    knowledge_base = make_knowledge_base([sample("ab", "c"), sample("a", "bc")], [sample("c", "ab")])
    assert knowledge_base.train_gold.tolist() == [0, 1] and knowledge_base.validation_gold.tolist() == [2]


def test_an_empty_part_gives_an_empty_tensor_of_indices():
    knowledge_base = make_knowledge_base([], VALIDATION)
    assert knowledge_base.train_gold.shape == (0,) and knowledge_base.train_gold.dtype == torch.int64


def test_passages_are_copies():
    train = [sample("A", "one")]
    make_knowledge_base(train, []).passages[0]["text"] = "changed"
    assert train[0]["gold_context"]["text"] == "one"


@pytest.mark.parametrize("gold", [None, {"title": "A"}, "A one"])
def test_a_sample_without_a_gold_passage_is_named(gold):
    broken = {"question": "which", "gold_context": gold}
    with pytest.raises(ValueError, match=r"validation sample 1 must have a gold_context with title and text.*which"):
        make_knowledge_base(TRAIN, [VALIDATION[0], broken])
    with pytest.raises(ValueError, match=r"train sample 0 .*which"):
        make_knowledge_base([{"question": "which"}], VALIDATION)
