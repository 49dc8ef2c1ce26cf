"""Make the tiny DistilBERT that comes with the course (`make tiny-encoder`); takes five minutes on one core.

Vocabulary and weights come from a mini-NQ world whose seed no lab uses. There are three stages; the first two train on
dot products of [CLS] vectors:

1. words: which words and phrases have the same meaning, and which title a question belongs to;
2. passages: which title belongs to a passage, and which phrases paraphrase it;
3. masked tokens, like DistilBERT's own pretraining. After it, the vectors of questions and passages are hardly
   comparable, as in a real encoder before fine-tuning, although the knowledge is still there.

A question and a passage never form a pair. Steps, thread and seed are fixed: the same machine makes the same file.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import DistilBertConfig, DistilBertForMaskedLM, DistilBertModel, PreTrainedTokenizerFast

from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.data.nq.words import ATTRIBUTES, KINDS, RELATIONS, TOWNS
from course_utils.training.encoders import TINY_ENCODER

WORLD_SEED, WORLD_SIZE = 10_000, 12_000
VOCABULARY = 2_000
SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LONGEST = 128
SQUARED_LENGTH = 16.0
"""Of a [CLS] vector at the start, so that a softmax of dot products is neither saturated nor flat."""
MASKED_SHARE = 0.2
HEAD_STEPS = 200
"""To train only the head that predicts masked tokens: untrained, it would send noise through the encoder."""

# A meaning: (phrases in questions, phrases in passages)
MEANINGS: dict[Hashable, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **{(axis, value): phrases for axis, values in ATTRIBUTES.items() for value, phrases in values.items()},
    **{("relation", name): (about, stated) for name, (_, about, _, _, stated) in RELATIONS.items()},
}

Pair = tuple[str, str, Hashable]
"""Two texts that belong together, and what they share: pairs that share the same are not negatives of each other."""
Losses = dict[str, torch.Tensor]


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A lower-case WordPiece tokenizer with BERT's special tokens, [CLS] first."""
    tokenizer = _wordpiece({token: i for i, token in enumerate(SPECIAL_TOKENS)})
    # The trainer numbers the pieces inside words in random order and breaks ties by number. Numbering them beforehand
    # makes every run learn the same pieces.
    letters = sorted(set("".join(texts).lower()) - {" "})
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        show_progress=False,
        special_tokens=SPECIAL_TOKENS + [f"##{letter}" for letter in letters],
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer = _wordpiece(tokenizer.get_vocab())
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=256,
        model_input_names=["input_ids", "attention_mask"],
        **{f"{token[1:-1].lower()}_token": token for token in SPECIAL_TOKENS},
    )


def _wordpiece(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def make_model(vocabulary: int) -> DistilBertForMaskedLM:
    """Two layers of width 128, no dropout."""
    config = DistilBertConfig(
        vocab_size=vocabulary, max_position_embeddings=256, dim=128, n_layers=2, n_heads=4, hidden_dim=256,
        dropout=0.0, attention_dropout=0.0,
        # The default 0.02 is for width 768; here, [CLS] would hardly depend on its text for hundreds of steps.
        initializer_range=0.08,
    )  # fmt: skip
    model = DistilBertForMaskedLM(config)
    last_norm = model.distilbert.transformer.layer[-1].output_layer_norm
    torch.nn.init.constant_(last_norm.weight, (SQUARED_LENGTH / config.dim) ** 0.5)
    return model


class World:
    """The texts for pretraining, and pairs drawn from them."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        samples, _ = make_mini_nq(WORLD_SIZE, 1, seed=WORLD_SEED)
        self.questions = [sample["question"] for sample in samples]
        self.titles = [sample["gold_context"]["title"] for sample in samples]
        self.texts = [sample["gold_context"]["text"] for sample in samples]
        # A text contains a statement if it contains the statement's longest fixed part.
        marks = {max(s.split("{V}"), key=len): key for key, (_, stated) in MEANINGS.items() for s in stated}
        self.said = [{key for mark, key in marks.items() if mark in text} for text in self.texts]

    def vocabulary_texts(self) -> list[str]:
        """Texts for the tokenizer; the word tables are repeated so that each word becomes a token."""
        tables = [(word, *others) for table in (KINDS, TOWNS) for word, others in table.items()]
        tables += [(*asked, *stated) for asked, stated in MEANINGS.values()]
        return self.texts + self.questions + [phrase for phrases in tables for phrase in phrases] * 20

    def draw(self, count: int) -> list[int]:
        """Numbers of distinct samples."""
        return self.rng.sample(range(len(self.texts)), count)

    def questions_and_titles(self, count: int) -> list[Pair]:
        return [(self.questions[i], self.titles[i], self.titles[i]) for i in self.draw(count)]

    def synonyms(self, count: int) -> list[Pair]:
        return [self._synonym() for _ in range(count)]

    def _synonym(self) -> Pair:
        choose = self.rng.choice
        table = choose((KINDS, TOWNS, MEANINGS, MEANINGS))
        key = choose(list(table))
        if table is not MEANINGS:
            return choose(table[key]), key, key
        asked, stated = MEANINGS[key]
        return choose(asked), choose(stated).replace("{V}", ""), key

    def phrases(self, chosen: list[int]) -> list[tuple[int, Hashable, str]]:
        """For each statement in a chosen passage: (index in `chosen`, the key of its meaning, a phrase for it)."""
        return [
            (place, key, self.rng.choice(MEANINGS[key][0]))
            for place, i in enumerate(chosen)
            for key in sorted(self.said[i])
        ]


class Pretraining:
    """The losses of each stage; those of one step are added up."""

    def __init__(self, model: DistilBertForMaskedLM, tokenizer: PreTrainedTokenizerFast, world: World):
        self.model, self.tokenizer, self.world = model, tokenizer, world

    def vectors(self, texts: list[str]) -> torch.Tensor:
        """[CLS] vectors (N, D)."""
        return self.model.distilbert(**self._tokens(texts)).last_hidden_state[:, 0]

    def words(self) -> Losses:
        world = self.world
        return {"titles": self._pairs(world.questions_and_titles(64)), "synonyms": self._pairs(world.synonyms(64))}

    def passages(self) -> Losses:
        world, chosen = self.world, self.world.draw(40)
        passages = self.vectors([world.texts[i] for i in chosen])  # (B, D)
        titles = [world.titles[i] for i in chosen]
        phrases = world.phrases(chosen)
        said = torch.tensor([[key in world.said[i] for i in chosen] for _, key, _ in phrases])  # (phrases, B)
        own = torch.tensor([place for place, _, _ in phrases])
        return {
            "questions": self._pairs(world.questions_and_titles(32)),
            "synonyms": self._pairs(world.synonyms(32)),
            "titles": contrast(self.vectors(titles) @ passages.T, shared(titles), torch.arange(len(chosen))),
            "phrases": 2 * contrast(self.vectors([text for _, _, text in phrases]) @ passages.T, said, own),
        }

    def masked(self) -> Losses:
        """Masked tokens: cross-entropy at the masked positions."""
        batch = self._tokens([self.world.texts[i] for i in self.world.draw(24)])
        ids = batch["input_ids"]
        chosen = (torch.rand(ids.shape) < MASKED_SHARE) & (ids >= len(SPECIAL_TOKENS))
        masked = ids.masked_fill(chosen, self.tokenizer.mask_token_id)
        hidden = self.model.distilbert(masked, batch["attention_mask"]).last_hidden_state[chosen]
        model = self.model  # its own forward would compute logits for every position
        logits = model.vocab_projector(model.vocab_layer_norm(F.gelu(model.vocab_transform(hidden))))
        return {"masked": F.cross_entropy(logits, ids[chosen])}

    def _pairs(self, pairs: list[Pair]) -> torch.Tensor:
        left, right, keys = zip(*pairs, strict=True)
        scores = self.vectors(list(left)) @ self.vectors(list(right)).T  # (B, B)
        return contrast(scores, shared(keys), torch.arange(len(pairs)))

    def _tokens(self, texts: list[str]) -> dict[str, torch.Tensor]:
        return self.tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")


def contrast(scores: torch.Tensor, positives: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of scores (N, M), own column (N,) as target; other positives (N, M) do not count as negatives."""
    others = positives.scatter(1, own[:, None], False)
    return F.cross_entropy(scores.masked_fill(others, -torch.inf), own)


def shared(keys: Iterable[Hashable]) -> torch.Tensor:
    """(N, N) bool: where keys are equal."""
    keys = list(keys)
    return torch.tensor([[one == other for other in keys] for one in keys])


def optimise(
    parameters: Iterable[torch.nn.Parameter], losses_of_step: Callable[[], Losses], steps: int, learning_rate: float
) -> None:
    """AdamW with a short warm-up and a linear decay; prints the mean losses of every hundred steps."""
    parameters = list(parameters)
    optimiser = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / 50, 1 - 0.95 * step / steps))
    began, seen = time.monotonic(), []
    for step in range(1, steps + 1):
        losses = losses_of_step()
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        seen.append([loss.item() for loss in losses.values()])
        if step % 100 == 0:
            means = torch.tensor(seen[-100:]).mean(dim=0).tolist()
            shown = ", ".join(f"{name} {mean:.3f}" for name, mean in zip(losses, means, strict=True))
            print(f"step {step}: {shown} ({time.monotonic() - began:.0f} s)", flush=True)


def save(model: DistilBertModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Replace each file in one step: a running notebook has the old weights mapped into its memory."""
    model.eval()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        made = Path(unfinished)
        model.save_pretrained(made)
        tokenizer.save_pretrained(made)
        settings = made / "tokenizer_config.json"
        # The name that every version of transformers knows.
        settings.write_text(settings.read_text().replace("TokenizersBackend", "PreTrainedTokenizerFast"))
        for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
            (made / name).chmod(0o644)
            (made / name).replace(folder / name)


def make_tiny_encoder(folder: Path, *, words: int, passages: int, masked: int, seed: int = 0) -> None:
    """Pretrain for so many steps per stage and save model and tokenizer to `folder`; keeps its README.md."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    world = World(seed)
    tokenizer = make_tokenizer(world.vocabulary_texts())
    model = make_model(len(tokenizer))
    pretraining = Pretraining(model, tokenizer, world)
    encoder = {id(parameter) for parameter in model.distilbert.parameters()}
    head = [parameter for parameter in model.parameters() if id(parameter) not in encoder]
    optimise(model.distilbert.parameters(), pretraining.words, words, 1e-3)
    optimise(model.distilbert.parameters(), pretraining.passages, passages, 1e-3)
    optimise(head, pretraining.masked, HEAD_STEPS, 2e-3)
    optimise(model.parameters(), pretraining.masked, masked, 1e-3)
    save(model.distilbert, tokenizer, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=TINY_ENCODER, help="the folder to write to")
    parser.add_argument("--words", type=int, default=300, help="steps of the first stage")
    parser.add_argument("--passages", type=int, default=700, help="steps of the second stage")
    parser.add_argument("--masked", type=int, default=370, help="steps of the third stage")
    settings = parser.parse_args()
    make_tiny_encoder(settings.out, words=settings.words, passages=settings.passages, masked=settings.masked)


if __name__ == "__main__":
    main()
