"""Lab 06's reference against faiss, sentence-transformers' ranking loss, BM25's formula, and what training used."""

import ast
import math
import re
from collections import Counter

import faiss
import pytest
import torch
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab, is_solution_cell, nbgrader_metadata
from course_utils.remote import models
from tests.paths import ROOT


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("06_hard_negatives", ROOT))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def positives_of(queries, items, seed=0):
    """Up to four right items a query, the best ones among them; query 0 has none."""
    best = (queries @ items.T).topk(3, dim=1).indices.tolist()
    generator = torch.Generator().manual_seed(seed)
    return {
        q: {*best[q][: q % 4], int(torch.randint(len(items), (), generator=generator))} for q in range(1, len(queries))
    }


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("chunk_size", [7, 100, 4096])
@pytest.mark.parametrize("shift", [0.0, -9.0])
def test_mining_is_faiss_search_without_the_positives(lab, k, chunk_size, shift):
    queries, items = draw(40, 8, dtype=torch.float32).abs(), draw(300, 8, seed=1, dtype=torch.float32) + shift
    positives = positives_of(queries, items)
    index = faiss.IndexFlatIP(8)
    index.add(items.numpy())
    _, found = index.search(queries.numpy(), k + 4)
    expected = {q: [i for i in row if i not in positives.get(q, ())][:k] for q, row in enumerate(found.tolist())}
    assert lab["mine_hard_negatives"](queries, items, positives, k, chunk_size) == expected


def test_mining_refuses_where_negatives_run_out(lab):
    queries, items = draw(3, 4), draw(9, 4, seed=1)
    positives = {1: set(range(6))}
    assert [len(row) for row in lab["mine_hard_negatives"](queries, items, positives, 3).values()] == [3, 3, 3]
    with pytest.raises(ValueError, match="query 1 has 3 items"):
        lab["mine_hard_negatives"](queries, items, positives, 4)


def test_choosing_skips_gold_by_number(lab):
    assert lab["choose_hard_negative"]([10**6, 0, 5], int("1000000")) == 0
    with pytest.raises(ValueError, match="gold"):
        lab["choose_hard_negative"]([3, 3], 3)


def bm25(words, text, texts, k1=1.5, b=0.75):
    """Robertson's formula, with the idf that is never negative."""
    mean, total = sum(map(len, texts)) / len(texts), 0.0
    for word in words:
        frequency = sum(word in other for other in texts)
        idf = math.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
        count = Counter(text)[word]
        total += idf * count * (k1 + 1) / (count + k1 * (1 - b + b * len(text) / mean))
    return total


def test_bm25_negatives_rank_by_the_formula(lab):
    generator = torch.Generator().manual_seed(3)
    vocabulary = [a + b for a in ("zuba", "miro", "kela", "fodu") for b in ("tak", "lon", "rix")]
    texts = []
    for _ in range(30):
        length = int(torch.randint(4, 15, (), generator=generator))
        texts.append([vocabulary[i] for i in torch.randint(len(vocabulary), (length,), generator=generator).tolist()])
    questions = [vocabulary[start : start + 3] for start in range(0, 12, 3)]
    gold = [4, 11, 0, 29]
    got = lab["bm25_negatives"]([" ".join(q) for q in questions], [" ".join(t) for t in texts], gold, 6)
    for words, own, row in zip(questions, gold, got, strict=True):
        scores = {i: bm25(words, text, texts) for i, text in enumerate(texts) if i != own}
        assert row == sorted(scores, key=scores.get, reverse=True)[:6]


@pytest.mark.parametrize("margin", [-1.5, 0, 2.25])
def test_filter_is_what_the_sentence_says(lab, margin):
    scores, gold = (4 * draw(7, 5)).round() / 4, (4 * draw(7, seed=1)).round() / 4
    keep = lab["filter_false_negatives"](scores, gold, margin)
    assert keep.tolist() == [
        [s <= g - margin for s in row] for row, g in zip(scores.tolist(), gold.tolist(), strict=True)
    ]


@pytest.mark.parametrize("scale", [1, 300])
@pytest.mark.parametrize("negatives", [0, 7])
def test_loss_is_the_librarys_ranking_loss(lab, scale, negatives):
    queries, passages = scale * draw(7, 5, seed=1), scale * draw(7 + negatives, 5, seed=2)
    oracle = MultipleNegativesRankingLoss(None, scale=1.0, similarity_fct=lambda a, b: a @ b.T)
    parts = [part for part in (queries, passages[:7], passages[7:]) if len(part)]
    expected = oracle.compute_loss_from_embeddings(parts, labels=torch.zeros(7))
    order = torch.randperm(len(passages), generator=torch.Generator().manual_seed(0))
    labels = order.argsort()[:7]  # where the shuffled passages have each question's own
    loss, num_correct = lab["hard_negative_loss"](queries, passages[order], labels)
    torch.testing.assert_close(loss, expected)
    assert type(num_correct) is int
    assert num_correct == ((queries @ passages.T).argmax(dim=1) == torch.arange(7)).sum()


def test_gradients_of_the_loss_are_the_librarys(lab):
    mine = [draw(6, 5, seed=1).requires_grad_(), draw(12, 5, seed=2).requires_grad_()]
    right = [side.detach().clone().requires_grad_() for side in mine]
    lab["hard_negative_loss"](*mine, torch.arange(6))[0].backward()
    oracle = MultipleNegativesRankingLoss(None, scale=1.0, similarity_fct=lambda a, b: a @ b.T)
    oracle.compute_loss_from_embeddings([right[0], right[1][:6], right[1][6:]], labels=torch.zeros(6)).backward()
    for got, expected in zip(mine, right, strict=True):
        torch.testing.assert_close(got.grad, expected.grad)


class Watched(dict):
    """A lab whose miner and batches are written down."""

    def __init__(self, lab):
        super().__init__(lab)
        self.mined, self.batches = [], []

    def run(self, epochs, refresh_every, **settings):
        namespace = self._namespace()
        torch.manual_seed(0)
        towers = [models.build("table_encoder", num_embeddings=len(self["tokenizer"]), dim=16) for _ in range(2)]
        model = self["DualEncoder"](*towers)
        train, validation = self["train"][:12], self["validation"][:5]
        knowledge_base = self["make_knowledge_base"](train, validation)
        data = (train, validation), knowledge_base
        settings = {"batch_size": 5, **settings}
        history = namespace["train_with_refresh"](model, *data, epochs, refresh_every, self["tokenizer"], **settings)
        return history, knowledge_base, model

    def _namespace(self):
        """The reference's functions with two of them watched; functions look names up where they were defined."""
        space = self["train_with_refresh"].__globals__
        mine, tensorize = self["mine_hard_negatives"], self["tensorize"]

        def watched_mine(queries, items, positives, k=5, chunk_size=4096):
            found = mine(queries, items, positives, k, chunk_size)
            self.mined.append((queries.clone(), positives, found))
            return found

        def watched_tensorize(samples, *args, **kwargs):
            self.batches.append([dict(sample) for sample in samples])
            return tensorize(samples, *args, **kwargs)

        return self._patched(space, mine_hard_negatives=watched_mine, tensorize=watched_tensorize)

    def _patched(self, space, **functions):
        copied = {**space, **functions}
        function = self["train_with_refresh"]
        twin = type(function)(function.__code__, copied, function.__name__, function.__defaults__)
        twin.__kwdefaults__ = function.__kwdefaults__
        return {"train_with_refresh": twin}


def test_training_mines_by_the_model_of_the_moment_and_never_gold(lab):
    watched = Watched(lab)
    history, knowledge_base, _ = watched.run(epochs=5, refresh_every=2, k=3, lr=0.01)
    assert [row["epoch"] for row in history] == [0, 1, 2, 3, 4]
    assert [row["refreshed"] for row in history] == [True, False, True, False, True]
    assert len(watched.mined) == 3
    for (before, *_), (after, *_) in zip(watched.mined, watched.mined[1:], strict=False):
        assert not torch.allclose(before, after)  # the model has learned in between
    gold = knowledge_base.train_gold.tolist()
    for _, positives, found in watched.mined:
        assert positives == {question: {index} for question, index in enumerate(gold)}
        assert all(index not in positives[question] for question, row in found.items() for index in row)
    assert all(math.isfinite(row["loss"]) for row in history)


def test_every_question_brings_one_of_its_mined_negatives_in_every_epoch(lab):
    watched = Watched(lab)
    _, knowledge_base, _ = watched.run(epochs=4, refresh_every=2, k=3, lr=0.01)
    questions = {sample["question"]: number for number, sample in enumerate(lab["train"][:12])}
    batches = [batch for batch in watched.batches if "hard_negative" in batch[0]]
    assert [len(batch) for batch in batches] == [5, 5, 2] * 4
    for number, batch in enumerate(batches):
        found = watched.mined[number // 6][2]
        for sample in batch:
            mined = [knowledge_base.passages[index] for index in found[questions[sample["question"]]]]
            assert sample["hard_negative"] in mined
            assert sample["hard_negative"] != sample["gold_context"]


def test_recall_is_that_of_faiss_and_the_same_seed_gives_the_same_history(lab):
    first, knowledge_base, model = Watched(lab).run(epochs=2, refresh_every=1, lr=0.01, seed=3)
    second, _, _ = Watched(lab).run(epochs=2, refresh_every=1, lr=0.01, seed=3)
    assert first == second
    vectors = lab["embed_both"](model, lab["validation"][:5], knowledge_base.passages, lab["tokenizer"])
    index = faiss.IndexFlatIP(16)
    index.add(vectors[1].numpy())
    _, found = index.search(vectors[0].numpy(), 10)
    for k in (1, 5, 10):
        hits = [
            gold in row[:k] for gold, row in zip(knowledge_base.validation_gold.tolist(), found.tolist(), strict=True)
        ]
        assert first[-1]["recall"][k] == pytest.approx(100 * sum(hits) / 5)
    assert set(first[-1]["recall"]) == {1, 5, 10}  # 17 passages


def test_without_hard_negatives_the_loss_is_that_of_lab_05(lab):
    batch = lab["tensorize"](lab["train"][:6], lab["tokenizer"])
    model = lab["new_model"]().eval()
    with torch.no_grad():
        X, Y = model(*batch[:4])
        assert lab["batch_loss"](model, batch)[0] == pytest.approx(F.cross_entropy(X @ Y.T, batch[4]).item(), rel=1e-5)


CARRIED = ["CLSEncoder", "DualEncoder", "tensorize", "top_k_passages", "recall_at_k"]


def definitions(source):
    """Top-level functions and classes by name, without what only an exercise has: how many lines it may take."""
    tree = ast.parse(re.sub(r"\(About [^)]*\)", "", source))
    return {node.name: "".join(ast.unparse(node).split()) for node in tree.body if hasattr(node, "name")}


def test_what_is_carried_over_is_lab_05s_own_solution():
    earlier = find_lab("05_nce_dual_encoder", ROOT).reference()
    solutions = {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in earlier.cells if is_solution_cell(cell)}
    cells = find_lab("06_hard_negatives", ROOT).reference().cells
    carried = definitions(next(cell.source for cell in cells if cell.source.startswith("# From lab 05")))
    assert list(carried) == CARRIED
    for name in CARRIED:
        assert carried[name] == definitions(solutions[name])[name]
