import math

import torch


# %% repeats gain kind="misconception"
# A relevant item that comes again gains again, so that NDCG can exceed 1. Only its first sight counts.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% ideal of what was found kind="misconception"
# The ideal is built from the hits, so that what was missed costs nothing. It has min(k, number of relevant items)
# items.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(seen) + 1)) or 1.0
    return gain / ideal


# %% ideal of k items kind="misconception"
# The ideal has k relevant items even where fewer exist, so that a perfect ranking stays below 1.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, k + 1))
    return gain / ideal


# %% ideal of all relevant items kind="misconception"
# The ideal ranks all relevant items, though only k places count. Then a perfect ranking stays below 1 when k is
# small.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(relevant) + 1))
    return gain / ideal


# %% natural logarithm kind="misconception"
# The natural logarithm in the gain and log2 in the ideal do not fit each other. Both take log2.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% ranks from 0 kind="misconception"
# The first rank is 1. Here the gain takes log2(rank + 2), so that even the best ranking is below 1.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 2)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% not normalised kind="misconception"
# This is the DCG: it exceeds 1. Normalised means divided by the ideal.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain


# %% no discount kind="misconception"
# Each hit gains 1 here, wherever it stands. The gain at rank r is 1 / log2(r + 1).
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1.0
            seen.add(item)
    ideal = min(k, len(relevant))
    return gain / ideal


# %% repeats dropped before ranking kind="misconception"
# The repeats are taken out first, so that later items move up to better ranks. A repeat keeps its rank and gains
# nothing.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(list(dict.fromkeys(ranked))[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% 0 for nothing relevant kind="misconception"
# Without relevant items the ideal is 0 and the NDCG does not exist: raise ValueError.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        return 0.0
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% the whole ranking kind="misconception"
# All of the ranking gains here. Only the first k ranks count.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked, start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal


# %% two sums kind="alternative"
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    top = list(ranked[:k])
    hits = [i for i, item in enumerate(top) if item in relevant and item not in top[:i]]
    return sum(1 / math.log2(i + 2) for i in hits) / sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))


# %% by tensors kind="alternative"
def ndcg_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("nothing is relevant")
    size = max(k, len(relevant))
    discount = 1 / torch.log2(torch.arange(2, size + 2, dtype=torch.float64))
    left, gains = set(relevant), torch.zeros(size, dtype=torch.float64)
    for place, item in enumerate(ranked[:k]):
        if item in left:
            gains[place] = 1
            left.discard(item)
    return ((gains * discount).sum() / discount[: min(k, len(relevant))].sum()).item()
