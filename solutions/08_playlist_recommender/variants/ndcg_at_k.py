import math

import torch


# %% repeats gain kind="misconception"
# A relevant item that comes again gains again, so NDCG can exceed 1: the ranking a, a with one relevant item a gives
# 1.63. Check in the docstring what a repeat does.
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


# %% ideal made of the hits kind="misconception"
# The ideal has only as many items as were found, so missing items cost nothing: one hit at rank 1 gives 1 even where
# ten items are relevant. Check in the docstring how long the ideal is.
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
# The ideal has k relevant items even where fewer exist: with one relevant item and k = 2, the best ranking gets only
# 0.61. Check in the docstring how long the ideal is.
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
# The ideal contains all relevant items, although only k ranks count: with two relevant items and k = 1, the best
# ranking gets only 0.61. Check in the docstring how long the ideal is.
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


# %% ideal as long as the ranking kind="misconception"
# The ideal has no more items than the ranking, so a short ranking looks better than it is: [4] with the relevant items 2
# and 4 and k = 2 gets 1 instead of 0.61. Check in the docstring how long the ideal is.
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(ranked), len(relevant)) + 1)) or 1.0
    return gain / ideal


# %% natural logarithm kind="misconception"
# The gain uses the natural logarithm and the ideal uses log2, so the best ranking gets 1.44 instead of 1. Compare the
# two formulas.
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


# %% discount shifted by one rank kind="misconception"
# The first rank gains only 1 / log2(3), about 0.63, so even the best ranking stays below 1. Check the formula of the
# gain for rank 1.
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
# This is the DCG, which can exceed 1: hits at ranks 1 and 2 give 1.63. Think about what makes rankings with different
# numbers of relevant items comparable.
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
# Every hit gains 1, whatever its rank, so the order of the first k items does not matter. Look at the gain in the
# docstring.
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


# %% repeats removed before ranking kind="misconception"
# The repeats are removed first, so later items move up: in the ranking a, a, b, item b counts at rank 2 instead of 3.
# Check in the docstring what a repeat keeps.
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


# %% 0 instead of an error kind="misconception"
# Without relevant items this returns 0, which would lower the mean over all playlists unnoticed. Check in the
# docstring what should happen.
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


# %% whole ranking kind="misconception"
# Every item of the ranking can gain, whatever k is: with k = 2, a relevant item at rank 3 still counts. Check where
# you use k.
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
# Gains times discounts is a dot product. With graded relevance you would write 2 or 3 in place of some of the ones,
# and sort them for the ideal ranking.
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
