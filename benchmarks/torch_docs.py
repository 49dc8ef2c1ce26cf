"""Can an encoder that is trained from scratch for a minute search PyTorch's documentation as well as BM25?

    python benchmarks/torch_docs.py [--epochs 1 4 15] [--seeds 3]

Trains lab 05's own `DualEncoder` with its `train_epoch` on sentences of the documentation, and measures it on questions
that were written by hand before any search was tried. benchmarks/torch_docs.md has the figures that we measured.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import bm25s
import torch

from course_grader.judge.reference import ReferenceSource, execute_reference
from course_grader.notebooks import find_lab
from course_utils.data.torch_docs import held_out_questions, torch_docs, training_samples
from course_utils.training import SubwordEncoder, SubwordTokenizer, load_encoder, load_tokenizer, one_thread

ROOT = Path(__file__).resolve().parents[1]
KS = (1, 3, 5, 10)
ENTRIES = torch_docs()
PASSAGES = [entry.passage for entry in ENTRIES]
QUESTIONS, GOLD = held_out_questions(ENTRIES)


def recall(ranking: Sequence[Sequence[int]]) -> dict[int, float]:
    """{k: percent of the questions with a right entry among the first k}."""
    found = zip(ranking, GOLD, strict=True)
    hits = [[bool(gold & set(row[:k])) for k in KS] for row, gold in found]
    return {k: 100 * statistics.mean(row[place] for row in hits) for place, k in enumerate(KS)}


def bm25() -> dict[int, float]:
    retriever = bm25s.BM25()
    texts = [f"{passage['title']}. {passage['text']}" for passage in PASSAGES]
    retriever.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    asked = bm25s.tokenize(QUESTIONS, stopwords="en", show_progress=False)
    return recall(retriever.retrieve(asked, k=KS[-1], show_progress=False)[0].tolist())


def new_model(lab: dict, kind: str):
    """(tied dual encoder, its tokenizer, learning rate)."""
    if kind == "tiny encoder":
        encoder = lab["CLSEncoder"](load_encoder())
        return lab["DualEncoder"](encoder, encoder), load_tokenizer(), 5e-4
    encoder = SubwordEncoder()
    return lab["DualEncoder"](encoder, encoder), SubwordTokenizer(), 3e-3


@torch.no_grad()
def measure(lab: dict, model, tokenizer) -> dict[int, float]:
    model.eval()
    samples = [{"question": question, "gold_context": PASSAGES[0]} for question in QUESTIONS]
    X, _ = model(*lab["tensorize"](samples, tokenizer, 400)[:2])
    rows = [{"question": "", "gold_context": passage} for passage in PASSAGES]
    parts = [lab["tensorize"](rows[i : i + 64], tokenizer, 400) for i in range(0, len(rows), 64)]
    Y = torch.cat([model(P=P, P_mask=P_mask)[1] for _, _, P, P_mask, _ in parts])
    return recall(lab["top_k_passages"](X, Y, KS[-1])[1].tolist())


def train(lab: dict, kind: str, epochs: int, seed: int) -> tuple[dict[int, float], float]:
    """Recall after the training, and its processor seconds."""
    torch.manual_seed(seed)
    model, tokenizer, rate = new_model(lab, kind)
    samples = training_samples(ENTRIES, seed=seed)
    start = time.process_time()
    loader = lab["question_loader"](
        samples, tokenizer, 128, shuffle=True, seed=seed, max_length=400 if rate > 1e-3 else 64
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0, total_iters=max(1, epochs * len(loader)))
    for _ in range(epochs):
        lab["train_epoch"](model, loader, optimizer, schedule)
    return measure(lab, model, tokenizer), time.process_time() - start


def row(name: str, recalls: Sequence[dict[int, float]], seconds: str) -> None:
    cells = []
    for k in KS:
        values = [found[k] for found in recalls]
        spread = f" ({min(values):.1f} to {max(values):.1f})" if len(values) > 1 else ""
        cells.append(f"{statistics.mean(values):.1f}{spread}")
    print(f"| {name} | {' | '.join(cells)} | {seconds} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, nargs="*", default=[0, 1, 4, 15])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kind", default="subwords", choices=["subwords", "tiny encoder"])
    options = parser.parse_args()
    lab = execute_reference(ReferenceSource.of(find_lab("05_nce_dual_encoder", ROOT).reference()))
    print(f"{len(ENTRIES)} entries of PyTorch {torch.__version__}, {len(QUESTIONS)} questions\n")
    print("| search | " + " | ".join(f"R@{k}" for k in KS) + " | processor seconds |\n|---|" + "---|" * (len(KS) + 1))
    with one_thread():
        row("BM25", [bm25()], "-")
        for epochs in options.epochs:
            runs = [train(lab, options.kind, epochs, seed) for seed in range(options.seeds)]
            seconds = statistics.mean(run[1] for run in runs)
            row(f"{options.kind}, {epochs} epochs", [run[0] for run in runs], f"{seconds:.0f}")


if __name__ == "__main__":
    main()
