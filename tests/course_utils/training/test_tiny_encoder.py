"""The tiny DistilBERT of the package: its architecture, its recall untrained and after a few steps, how it is made."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from transformers import AutoModel, AutoTokenizer

from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.training.encoders import TINY_ENCODER

SCRIPT = Path(__file__).parents[3] / "scripts" / "tiny_encoder.py"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(TINY_ENCODER, local_files_only=True)


def load():
    return AutoModel.from_pretrained(TINY_ENCODER, local_files_only=True)


def test_it_is_a_distilbert_of_about_two_megabytes():
    model = load()
    assert type(model).__name__ == "DistilBertModel"
    config = model.config
    assert (config.dim, config.n_layers, config.n_heads, config.vocab_size) == (128, 2, 4, 2000)
    assert 1.8 < (TINY_ENCODER / "model.safetensors").stat().st_size / 1e6 < 2.5
    assert f"{model.num_parameters():,} parameters" in card()


def test_tokens_are_those_of_bert(tokenizer):
    assert tokenizer.special_tokens_map == {
        "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    }  # fmt: skip
    assert tokenizer.pad_token_id == 0
    assert tokenizer.is_fast
    batch = tokenizer(["Lighthouse in Norburg", "a"], ["It faces the sea.", "b"], padding=True)
    assert list(batch) == ["input_ids", "attention_mask"]
    first, second = (tokenizer.convert_ids_to_tokens(row) for row in batch["input_ids"])
    assert first[:2] == ["[CLS]", "lighthouse"]
    assert first.count("[SEP]") == 2
    assert second == ["[CLS]", "a", "[SEP]", "b", "[SEP]"] + ["[PAD]"] * (len(first) - 5)
    assert batch["attention_mask"][1] == [1] * 5 + [0] * (len(first) - 5)


def test_unknown_words_are_split_into_pieces(tokenizer):
    assert tokenizer.tokenize("quizzing") != ["[UNK]"]
    assert "".join(piece.removeprefix("##") for piece in tokenizer.tokenize("Quizzing")) == "quizzing"


def test_sentence_vectors_have_a_length_that_suits_dot_products(tokenizer):
    batch = tokenizer(["who designed the beacon in the town famous for clocks"], return_tensors="pt")
    vector = load()(**batch).last_hidden_state[0, 0]
    assert 10 < vector.square().sum() < 40


def test_padding_changes_nothing(tokenizer):
    model, texts = (
        load(),
        ["the jail by the lake", "who runs the oldest of all the jails by the lake in the town known for lava"],
    )
    together = model(**tokenizer(texts, padding=True, return_tensors="pt")).last_hidden_state[0, 0]
    alone = model(**tokenizer(texts[:1], return_tensors="pt")).last_hidden_state[0, 0]
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


class Retrieval:
    """One small corpus: train by in-batch cross-entropy, measure recall among all its passages."""

    def __init__(self, tokenizer, num_train, num_validation):
        parts = make_mini_nq(num_train, num_validation)
        contexts = [sample["gold_context"] for part in parts for sample in part]
        options = {"padding": True, "truncation": True, "max_length": 100, "return_tensors": "pt"}
        self.passages = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **options)
        self.train, self.validation = (tokenizer([s["question"] for s in part], **options) for part in parts)
        self.num_train = num_train
        self.query_encoder, self.passage_encoder = load(), load()

    @staticmethod
    def vectors(encoder, batch, rows=slice(None)):
        return encoder(batch["input_ids"][rows], batch["attention_mask"][rows]).last_hidden_state[:, 0]

    def steps(self, count, batch_size=64):
        parameters = [*self.query_encoder.parameters(), *self.passage_encoder.parameters()]
        optimiser = torch.optim.AdamW(parameters, lr=1e-3)
        generator = torch.Generator().manual_seed(0)
        for _ in range(count):
            rows = torch.randperm(self.num_train, generator=generator)[:batch_size]
            questions = self.vectors(self.query_encoder, self.train, rows)
            scores = questions @ self.vectors(self.passage_encoder, self.passages, rows).T  # (B, B)
            loss = F.cross_entropy(scores, torch.arange(batch_size))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()

    @torch.no_grad()
    def recall_at_1(self):
        passages = self.vectors(self.passage_encoder, self.passages)
        best = (self.vectors(self.query_encoder, self.validation) @ passages.T).argmax(dim=1)
        return 100 * (best == torch.arange(self.num_train, len(passages))).float().mean().item()


def card() -> str:
    return (TINY_ENCODER / "README.md").read_text(encoding="utf-8")


def card_row(name: str) -> list[float]:
    """Mean recalls of a row of the card's table."""
    (row,) = re.findall(rf"^\| {re.escape(name)} \|(.+)\|$", card(), flags=re.MULTILINE)
    return [float(cell.split()[0]) for cell in row.split("|")]


def test_untrained_it_finds_hardly_anything_as_the_card_says(tokenizer):
    recall = Retrieval(tokenizer, 500, 1000).recall_at_1()
    assert recall < 5
    assert recall == pytest.approx(card_row("untrained")[0], abs=1.5)


def test_a_few_steps_bring_questions_and_passages_together(tokenizer):
    retrieval = Retrieval(tokenizer, 500, 200)
    untrained = retrieval.recall_at_1()
    retrieval.steps(12)
    assert retrieval.recall_at_1() > untrained + 20


def test_the_card_supports_the_claims_of_the_labs():
    untrained, bm25, nce, hard = map(card_row, ("untrained", "BM25", "NCE", "NCE + hard"))
    assert untrained[0] < 5
    assert nce[0] >= untrained[0] + 25
    assert all(trained >= lexical for trained, lexical in zip(nce, bm25, strict=True))
    assert hard[0] > nce[0]
    assert "BSD-3-Clause" in card()


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("tiny_encoder_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_vocabulary_that_ships(script, tokenizer):
    made = script.make_tokenizer(script.World(0).vocabulary_texts())
    assert made.get_vocab() == tokenizer.get_vocab()


def test_the_script_makes_a_model_of_the_same_architecture(script, tmp_path, monkeypatch):
    monkeypatch.setattr(script, "HEAD_STEPS", 1)
    threads = torch.get_num_threads()
    try:
        script.make_tiny_encoder(tmp_path, words=1, passages=1, masked=1)
    finally:
        torch.set_num_threads(threads)
    made, shipped = AutoModel.from_pretrained(tmp_path), load()
    shapes = {name: weight.shape for name, weight in made.state_dict().items()}
    assert shapes == {name: weight.shape for name, weight in shipped.state_dict().items()}
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert json.loads((tmp_path / name).read_text()) == json.loads((TINY_ENCODER / name).read_text())


def test_a_question_and_a_passage_are_never_a_pair(script):
    world = script.World(0)
    texts = set(world.texts)
    pairs = world.questions_and_titles(200) + world.synonyms(200)
    assert not any({left, right} & texts for left, right, _ in pairs)
    phrases = {text for _, _, text in world.phrases(world.draw(200))}
    assert not phrases & set(world.questions)
