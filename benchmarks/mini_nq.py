"""What the generated questions and passages of labs 05 and 06 are like, in figures.

Prints the rows of benchmarks/mini_nq.md: means over the seeds, in brackets the smallest and the largest of a seed.
Run it: python benchmarks/mini_nq.py [--seeds 5] [--first-seed 0].
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter

import bm25s

from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.training.encoders import load_tokenizer

KS = (1, 5, 20, 100)


def words(text: str) -> set[str]:
    """Words as BM25 counts them: in lower case, without the most frequent English ones."""
    (tokens,) = bm25s.tokenize([text], stopwords="en", show_progress=False, return_ids=False)
    return set(tokens)


def bm25_recall(questions: list[str], passages: list[str], first: int) -> dict[str, float]:
    """Percentage of questions whose passage, `first` + their number, is among the first k."""
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=max(KS), show_progress=False)
    ranked = found.tolist()
    hits = {k: statistics.mean(first + i in row[:k] for i, row in enumerate(ranked)) for k in KS}
    return {f"BM25, R@{k} (%)": 100 * share for k, share in hits.items()}


def figures(seed: int) -> dict[str, float]:
    """The figures of one seed's 500 training and 1,000 validation questions."""
    train, validation = make_mini_nq(seed=seed)
    samples = train + validation
    tokenizer = load_tokenizer()
    questions = [sample["question"] for sample in samples]
    titles = [sample["gold_context"]["title"] for sample in samples]
    texts = [sample["gold_context"]["text"] for sample in samples]
    lengths = [len(ids) for ids in tokenizer(titles, texts)["input_ids"]]
    passages = [f"{title}. {text}" for title, text in zip(titles, texts, strict=True)]
    shared = [len(words(q) & words(p)) for q, p in zip(questions, passages, strict=True)]
    pieces = [piece for text in passages for piece in tokenizer.tokenize(text)]
    return {
        "tokens of a passage": statistics.mean(lengths),
        "tokens of the shortest passage": min(lengths),
        "tokens of the longest passage": max(lengths),
        "passages cut at 100 tokens (%)": 100 * statistics.mean(length > 100 for length in lengths),
        "tokens of a question": statistics.mean(map(len, tokenizer(questions)["input_ids"])),
        "words that question and passage share": statistics.mean(shared),
        "pieces inside words (%)": 100 * statistics.mean(piece.startswith("##") for piece in pieces),
        "different words in passages": len(set().union(*map(words, texts))),
        "titles": len(set(titles)),
        "passages of the most frequent title": max(Counter(titles).values()),
        **bm25_recall([sample["question"] for sample in validation], passages, len(train)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds")
    parser.add_argument("--first-seed", type=int, default=0)
    settings = parser.parse_args()
    runs = [figures(settings.first_seed + i) for i in range(settings.seeds)]
    print("| | mean (smallest to largest) |\n|---|---|")
    for name in runs[0]:
        values = [run[name] for run in runs]
        print(f"| {name} | {statistics.mean(values):.1f} ({min(values):.1f} to {max(values):.1f}) |")


if __name__ == "__main__":
    main()
