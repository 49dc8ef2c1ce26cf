"""Do mined hard negatives help? The published comparison on mini-NQ, with controls that the publication lacks.

    python benchmarks/hard_negatives.py --seeds 5
    python benchmarks/hard_negatives.py --train 1500 --batch 32 --epochs 2 --arms plain random mined

Each seed has its own corpus and batches; all arms of a seed start from the same pretrained encoder. Prints a Markdown
table of recalls (percent; mean and standard deviation over the seeds) and the differences for each seed, and writes
build/hard_negatives.json. Uses one thread, so that the number of cores does not matter.

The arms:
  untrained  the encoder as it ships            bm25      bm25s, no stemmer
  nce        in-batch negatives, --nce-batch    plain     the same with --batch: more steps per epoch, fewer negatives
  random     --batch, and one more random passage per question: controls for the number of steps and the batch size
  mined      like random, but the passage is the hardest for the model of arm nce
  mined10    like mined, but drawn each time from the ten hardest
  refreshed  like mined, but mined again by the model itself after every second epoch
  longer     like random, with as many more epochs as the model for mining took: controls for compute
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import bm25s
import torch
import torch.nn as nn

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.training.batching import embed
from course_utils.training.encoders import load_encoder, load_tokenizer
from course_utils.training.fine_tuning import fine_tune

ROOT = Path(__file__).resolve().parents[1]
KS = (1, 5, 10, 20, 100)
ARMS = ("untrained", "bm25", "nce", "plain", "random", "mined", "mined10", "refreshed", "longer")
Ids = list[list[int]]
Extra = Callable[[int], int] | None
"""Question -> an additional passage in its batch."""


def padded(ids: Ids) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask, (B, L) both."""
    rows = [torch.tensor(row) for row in ids]
    tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return tokens, (tokens != 0).long()


@cache
def lab05() -> dict[str, Any]:
    """The functions of lab 05's reference."""
    return run_reference(find_lab("05_nce_dual_encoder", ROOT))


def raw_model() -> nn.Module:
    """Two encoders that start with the same pretrained weights; [CLS] represents the text."""
    towers = (lab05()["CLSEncoder"](load_encoder()) for _ in range(2))
    return lab05()["DualEncoder"](*towers)


@dataclass
class Corpus:
    """Token ids of one seed's questions and passages. Passage i is the gold passage of question i; training first."""

    train: Ids
    validation: Ids
    passages: Ids
    questions: list[str]
    texts: list[str]
    titles: list[str]

    @classmethod
    def of(cls, num_train: int, num_validation: int, seed: int) -> Corpus:
        tokenizer = load_tokenizer()
        train, validation = make_mini_nq(num_train, num_validation, seed=seed)
        contexts = [sample["gold_context"] for sample in train + validation]
        titles, texts = [c["title"] for c in contexts], [c["text"] for c in contexts]
        questions = [sample["question"] for sample in train + validation]
        ids = tokenizer(questions, truncation=True, max_length=100)["input_ids"]
        passages = tokenizer(titles, texts, truncation=True, max_length=100)["input_ids"]
        whole = [f"{title}. {text}" for title, text in zip(titles, texts, strict=True)]
        return cls(ids[:num_train], ids[num_train:], passages, questions[num_train:], whole, titles)

    def recalls(self, ranks: torch.Tensor) -> dict[int, float]:
        return {k: 100 * (ranks < k).float().mean().item() for k in KS}

    def evaluate(self, model: nn.Module) -> dict[int, float]:
        """Recall of the validation questions over all passages, in percent."""
        scores = _scores(model, self.validation, self.passages)
        gold = torch.arange(len(self.train), len(self.passages))[:, None]
        return self.recalls((scores > scores.gather(1, gold)).sum(1))

    def bm25(self) -> dict[int, float]:
        retriever = bm25s.BM25()
        retriever.index(bm25s.tokenize(self.texts, stopwords="en", show_progress=False), show_progress=False)
        tokens = bm25s.tokenize(self.questions, stopwords="en", show_progress=False)
        found, _ = retriever.retrieve(tokens, k=min(100, len(self.texts)), show_progress=False)
        hits = torch.from_numpy(found.astype("int64")) == torch.arange(len(self.train), len(self.passages))[:, None]
        return self.recalls(torch.where(hits.any(1), hits.int().argmax(1), len(self.texts)))

    def mine(self, model: nn.Module, k: int) -> list[list[int]]:
        """For each training question, the k highest-scoring training passages except its own."""
        scores = _scores(model, self.train, self.passages[: len(self.train)])
        return scores.fill_diagonal_(-torch.inf).topk(k, dim=1).indices.tolist()


def _scores(model: nn.Module, questions: Ids, passages: Ids) -> torch.Tensor:
    """(questions, passages): raw dot products."""
    return embed(model.query_encoder, questions, padded) @ embed(model.passage_encoder, passages, padded).T


@dataclass
class Trainer:
    """Trains a new dual encoder on one corpus, always with the same settings."""

    corpus: Corpus
    epochs: int
    learning_rate: float
    seed: int
    select: bool

    def __call__(
        self, batch_size: int, extra: Extra = None, *, epochs: int | None = None, after_epoch: Callable | None = None
    ) -> tuple[nn.Module, dict[int, float]]:
        model = raw_model()

        def tensorize(chosen: list[int]) -> tuple[torch.Tensor, ...]:
            passages = chosen + [extra(i) for i in chosen] if extra else chosen
            questions = padded([self.corpus.train[i] for i in chosen])
            return *questions, *padded([self.corpus.passages[i] for i in passages]), torch.arange(len(chosen))

        def evaluate(model: nn.Module) -> dict[int, float]:
            if after_epoch:
                after_epoch(model)
            return self.corpus.evaluate(model) if self.select else {}

        fine_tune(
            model, range(len(self.corpus.train)), tensorize, lab05()["in_batch_nce_loss"],
            epochs=epochs or self.epochs, batch_size=batch_size, learning_rate=self.learning_rate, seed=self.seed,
            evaluate=evaluate, select_by=5 if self.select else None,
        )  # fmt: skip
        return model, self.corpus.evaluate(model)


def run_seed(settings: argparse.Namespace, seed: int) -> dict[str, dict[int, float]]:
    """The recalls of each requested arm."""
    corpus = Corpus.of(settings.train, settings.validation, seed)
    train = Trainer(corpus, settings.epochs, settings.lr, seed, settings.select)
    draw, count = random.Random(seed), settings.train
    recalls, hardest = {}, []

    def another(i: int) -> int:
        return (i + draw.randrange(1, count)) % count

    def remine() -> Callable[[nn.Module], None]:
        done = []

        def after_epoch(model: nn.Module) -> None:
            done.append(1)
            if len(done) % 2 == 0:
                hardest[:] = corpus.mine(model, 10)

        return after_epoch

    def nce() -> dict[int, float]:
        model, found = train(settings.nce_batch)
        hardest[:] = corpus.mine(model, 10)
        twins = statistics.mean(corpus.titles[i] == corpus.titles[row[0]] for i, row in enumerate(hardest))
        print(f"seed {seed}: {twins:.0%} of the hardest are of the gold's kind and town", flush=True)
        return found

    arms = {
        "untrained": lambda: corpus.evaluate(raw_model()),
        "bm25": corpus.bm25,
        "nce": nce,
        "plain": lambda: train(settings.batch)[1],
        "random": lambda: train(settings.batch, another)[1],
        "mined": lambda: train(settings.batch, lambda i: hardest[i][0])[1],
        "mined10": lambda: train(settings.batch, lambda i: draw.choice(hardest[i]))[1],
        "longer": lambda: train(settings.batch, another, epochs=-(-3 * settings.epochs // 2))[1],
        "refreshed": lambda: train(settings.batch, lambda i: hardest[i][0], after_epoch=remine())[1],
    }
    for name, run in arms.items():
        if name in settings.arms:
            began = time.monotonic()
            recalls[name] = run()
            shown = " ".join(f"{value:5.1f}" for value in recalls[name].values())
            print(f"seed {seed} {name:10} {shown}  {time.monotonic() - began:.0f} s", flush=True)
    return recalls


def table(results: list[dict[str, dict[int, float]]], arms: list[str]) -> str:
    lines = ["| | " + " | ".join(f"R@{k}" for k in KS) + " |", "|---" * (len(KS) + 1) + "|"]
    for arm in arms:
        columns = [[result[arm][k] for result in results] for k in KS]
        spread = (f" ({statistics.stdev(c):.1f})" if len(c) > 1 else "" for c in columns)
        cells = [f"{statistics.mean(c):.1f}{s}" for c, s in zip(columns, spread, strict=True)]
        lines.append(f"| {arm} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def differences(results: list[dict[str, dict[int, float]]], one: str, other: str) -> str:
    """R@1 of one arm minus that of another, for each seed."""
    each = [result[one][1] - result[other][1] for result in results]
    return f"{one} - {other}, R@1: " + ", ".join(f"{d:+.1f}" for d in each) + f"; mean {statistics.mean(each):+.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, default=500, help="training questions")
    parser.add_argument("--validation", type=int, default=1000, help="validation questions")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--nce-batch", type=int, default=128)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--last-epoch", dest="select", action="store_false", help="use the last epoch, not the best by R@5"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "hard_negatives.json")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    settings = parser.parse_args()
    if {"mined", "mined10", "refreshed"} & set(settings.arms) and "nce" not in settings.arms:
        settings.arms.append("nce")  # needed for mining
    settings.arms.sort(key=ARMS.index)
    torch.set_num_threads(1)
    results = [run_seed(settings, settings.first_seed + i) for i in range(settings.seeds)]
    print("\n" + table(results, settings.arms) + "\n")
    pairs = [(one, other) for one in ("mined", "mined10") for other in ("nce", "plain", "random", "longer")]
    for one, other in pairs:
        if one in settings.arms and other in settings.arms:
            print(differences(results, one, other))
    settings.out.parent.mkdir(exist_ok=True)
    shown = {name: value for name, value in vars(settings).items() if name != "out"}
    settings.out.write_text(json.dumps({"settings": shown, "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
