"""Lab 05's reference against transformers, sentence-transformers, faiss and torchmetrics; what its outputs claim."""

import re

import faiss
import pytest
import torch
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, DataLoader, RandomSampler
from torchmetrics.retrieval import RetrievalHitRate

from course_grader.judge.reference import ReferenceSource, execute_reference
from course_grader.notebooks import find_lab
from course_utils.remote.models import build
from course_utils.training import fine_tuning
from course_utils.training.memory import peak_bytes
from tests.paths import ROOT

NAME = "05_nce_dual_encoder"


@pytest.fixture(scope="module")
def notebook():
    return find_lab(NAME, ROOT).reference()


@pytest.fixture(scope="module")
def lab(notebook):
    return execute_reference(ReferenceSource.of(notebook))


def draw(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("kind", ["distilbert", "bert"])
def test_the_encoder_gives_the_models_own_hidden_state(lab, kind):
    encoder = build("tiny_transformer", kind=kind, vocab_size=31, dim=12).eval()
    ids = torch.randint(0, 31, (4, 7), generator=torch.Generator().manual_seed(1))
    mask = (torch.arange(7) < torch.tensor([[7], [3], [1], [5]])).long()
    states = encoder(input_ids=ids, attention_mask=mask, return_dict=True).last_hidden_state
    torch.testing.assert_close(lab["CLSEncoder"](encoder)(ids, mask), states[:, 0, :])
    for row, count in enumerate((7, 3, 1, 5)):  # padding changes nothing
        alone = lab["CLSEncoder"](encoder)(ids[row : row + 1, :count])
        torch.testing.assert_close(states[row, 0], alone[0], rtol=1e-4, atol=1e-5)


def test_a_tied_dual_encoder_has_the_weights_of_one(lab):
    one = lab["CLSEncoder"](build("tiny_transformer", kind="distilbert", vocab_size=31, dim=12))
    other = lab["CLSEncoder"](build("tiny_transformer", kind="distilbert", vocab_size=31, dim=12))
    count = sum(parameter.numel() for parameter in one.parameters())
    for second, times in ((one, 1), (other, 2)):
        assert sum(p.numel() for p in lab["DualEncoder"](one, second).parameters()) == times * count


def sample(number, hard_negative=None):
    context = {"title": f"bridge {number}", "text": f"it was built in the year {number} " * (1 + number)}
    more = {} if hard_negative is None else {"hard_negative": {"title": "mill", "text": f"not {hard_negative}"}}
    return {"question": f"who built bridge {number}", "answers": [], "gold_context": context, **more}


def test_every_label_points_to_the_tokens_of_its_gold_passage(lab):
    tokenizer, samples = lab["tokenizer"], [sample(3, 1), sample(1), sample(3), sample(9, 2)]
    Q, Q_mask, P, P_mask, labels = lab["tensorize"](samples, tokenizer, 40, True)
    assert (len(Q), len(P)) == (4, 6)
    for row, (one, label) in enumerate(zip(samples, labels.tolist(), strict=True)):
        gold = tokenizer(one["gold_context"]["title"], one["gold_context"]["text"], truncation=True, max_length=40)
        assert P[label][P_mask[label].bool()].tolist() == gold["input_ids"]
        assert Q[row][Q_mask[row].bool()].tolist() == tokenizer(one["question"])["input_ids"]
    assert P.shape[1] == 40
    assert tokenizer.decode(P[labels[0]]).count("[SEP]") == 2


@pytest.mark.parametrize("chunk_size", [1, 64, 1000, 4096])
def test_top_k_finds_what_faiss_finds(lab, chunk_size):
    questions, passages = draw(13, 24, seed=1), draw(1000, 24, seed=2)
    index = faiss.IndexFlatIP(24)
    index.add(passages.numpy())
    scores, indices = index.search(questions.numpy(), 20)
    got_scores, got_indices = lab["top_k_passages"](questions, passages, 20, chunk_size)
    torch.testing.assert_close(got_scores, torch.from_numpy(scores), rtol=1e-4, atol=1e-4)
    assert torch.equal(got_indices, torch.from_numpy(indices))


def test_top_k_takes_no_more_memory_for_more_passages(lab):
    questions = draw(200, 4)

    def peak(count):
        passages = draw(count, 4)
        return peak_bytes(lambda: lab["top_k_passages"](questions, passages, 10, 200))

    assert peak(20_000) < 1.1 * peak(1000)


def test_recall_is_the_hit_rate_of_torchmetrics(lab):
    generator = torch.Generator().manual_seed(3)
    rankings = torch.stack([torch.randperm(40, generator=generator) for _ in range(50)])  # (50, 40)
    gold = torch.randint(0, 40, (50,), generator=generator)
    got = lab["recall_at_k"](rankings, gold, [1, 5, 20])
    relevance = (rankings == gold[:, None]).flatten()
    falling = torch.arange(40, 0, -1).repeat(50).float()
    question = torch.arange(50).repeat_interleave(40)
    for k in (1, 5, 20):
        expected = RetrievalHitRate(top_k=k)(falling, relevance, indexes=question).item()
        assert got[k] == pytest.approx(100 * expected)


def test_recall_refuses_what_it_cannot_know(lab):
    with pytest.raises(ValueError, match="at most 3, the length of the rankings; got 5"):
        lab["recall_at_k"](torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, dtype=torch.int64), [5, 1])


@pytest.mark.parametrize("scale", [1, 300])
def test_nce_loss_with_all_negatives_is_cross_entropy(lab, scale):
    scores = scale * draw(6, 9, dtype=torch.float64)
    positive = torch.tensor([3, 0, 8, 8, 1, 4])
    others = torch.stack([torch.tensor([c for c in range(9) if c != p]) for p in positive.tolist()])
    torch.testing.assert_close(lab["nce_loss"](scores, positive, others.flip(1)), F.cross_entropy(scores, positive))


class Fixed(nn.Module):
    """A model whose embeddings are given."""

    def __init__(self, X, Y):
        super().__init__()
        self.X, self.Y = nn.Parameter(X), nn.Parameter(Y)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self.X[Q[:, 0]], self.Y[P[:, 0]]


def dot_product(a, b):
    return a @ b.T


@pytest.mark.parametrize("extra", [0, 7])
def test_in_batch_loss_is_that_of_sentence_transformers(lab, extra):
    """The library wants positives first; a shuffled batch with its labels must give the same loss and gradients."""
    X, Y = draw(7, 5, seed=4, dtype=torch.float64), draw(7 + extra, 5, seed=5, dtype=torch.float64)
    order = torch.randperm(7 + extra, generator=torch.Generator().manual_seed(6))
    labels = order.argsort()[:7]
    model = Fixed(X, Y)
    ones = torch.ones(7 + extra, 1, dtype=torch.int64)
    batch = (torch.arange(7)[:, None], ones[:7], order[:, None], ones, labels)
    loss, num_correct = lab["in_batch_nce_loss"](model, batch)
    loss.backward()

    sides = [side.clone().requires_grad_() for side in (X, Y)]
    embeddings = [sides[0], sides[1][:7], *([sides[1][7:]] if extra else [])]
    oracle = MultipleNegativesRankingLoss(nn.Identity(), scale=1.0, similarity_fct=dot_product)
    expected = oracle.compute_loss_from_embeddings(embeddings, labels=None)
    expected.backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close([model.X.grad, model.Y.grad], [side.grad for side in sides])
    assert num_correct == int(((X @ Y.T).argmax(dim=1) == torch.arange(7)).sum())
    assert type(num_correct) is int


def test_the_loader_gives_each_sample_once_per_epoch_in_the_order_of_torchs_own_sampler(lab):
    samples, tokenizer = [sample(number) for number in range(11)], lab["tokenizer"]
    loader = lab["question_loader"](samples, tokenizer, 4, shuffle=True, seed=3, max_length=20)
    assert isinstance(loader, DataLoader)
    generator = torch.Generator().manual_seed(3)
    for _ in range(2):
        torch.empty((), dtype=torch.int64).random_(generator=generator)  # what a pass of a DataLoader draws first
        order = list(BatchSampler(RandomSampler(samples, generator=generator), 4, drop_last=False))
        for chosen, batch in zip(order, loader, strict=True):
            torch.testing.assert_close(batch, lab["tensorize"]([samples[i] for i in chosen], tokenizer, 20))


@pytest.mark.parametrize("max_norm", [1.0, 0.03])
def test_an_epoch_is_that_of_the_courses_own_loop(lab, max_norm):
    """The course's loop takes the loss as an argument, and also counts."""
    models = [build("two_tables", num_embeddings=30, dim=6) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    batches = []
    for number in range(7):
        ids = torch.randint(0, 30, (9, 3), generator=torch.Generator().manual_seed(number))
        ones = torch.ones_like(ids)
        batches.append((ids[:4], ones[:4], ids, ones, torch.tensor([8, 2, 0, 5])))
    results = []
    for model, run in zip(models, (lab["train_epoch"], fine_tuning.train_epoch), strict=True):
        optimizer = fine_tuning.make_optimiser(model, 0.05)
        scheduler = fine_tuning.warmup_schedule(optimizer, 20)
        if run is lab["train_epoch"]:
            results.append(run(model, batches, optimizer, scheduler, max_norm))
        else:
            results.append(run(model, batches, lab["in_batch_nce_loss"], optimizer, scheduler, max_norm=max_norm)[0])
    assert results[0] == pytest.approx(results[1], rel=1e-5)
    assert all(type(loss) is float for loss in results[0])
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict())


def saved_text(notebook, cell_id):
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(output.get("text", "") for output in cell.outputs)


def saved_table(notebook):
    """The results table of the saved outputs: name -> recall at 1, 5, 10, 20, 100."""
    by_index = saved_text(notebook, "results").split("by title:")[0]
    rows = re.findall(r"^(\w+)((?: +\d+\.\d){5})$", by_index, flags=re.MULTILINE)
    return {name: [float(value) for value in values.split()] for name, values in rows}


def test_saved_outputs_show_what_the_lab_claims(notebook):
    table = saved_table(notebook)
    assert set(table) == {"Untrained", "BM25", "NCE"}
    assert table["Untrained"][0] < 5
    assert table["NCE"][0] >= table["Untrained"][0] + 25
    assert all(nce >= bm25 for nce, bm25 in zip(table["NCE"], table["BM25"], strict=True)), table
    assert table["BM25"][3] < 99  # else the questions are solved by their words
