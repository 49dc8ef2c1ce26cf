# %% repeats count kind="misconception"
# Each place that holds a relevant item counts, also when the item was there before. So recall exceeds 1. Count
# different items: a set.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return sum(item in relevant for item in ranked[:k]) / len(relevant)


# %% divided by k kind="misconception"
# This is the precision: the share of the places that hold something relevant. Recall divides by the number of
# relevant items.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / k


# %% divided by what is possible kind="misconception"
# Dividing by min(k, relevant) makes 1 reachable for every k. That is another measure: recall divides by all relevant
# items.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / min(k, len(relevant))


# %% repeats dropped before counting kind="misconception"
# The repeats are taken out first, so that later items move up to better ranks. A repeat keeps its place; it just
# gains nothing.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(list(dict.fromkeys(ranked))[:k]) & relevant) / len(relevant)


# %% the whole ranking kind="misconception"
# k is not used: all of the ranking counts. Only the first k places do.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked) & relevant) / len(relevant)


# %% 0 for nothing relevant kind="misconception"
# Without relevant items recall is not 0, it does not exist: raise ValueError, or a mean over playlists would be too
# low in silence.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        return 0.0
    return len(set(ranked[:k]) & relevant) / len(relevant)


# %% hit or miss kind="misconception"
# One hit is enough for 1 here: that is the hit rate. Recall is the share of the relevant items that were found.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return float(any(item in relevant for item in ranked[:k]))


# %% percent kind="misconception"
# The result is a share from 0 to 1, not a percentage.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return 100 * len(set(ranked[:k]) & relevant) / len(relevant)


# %% one place too few kind="misconception"
# ranked[: k - 1] ends one place early. A slice to k holds the first k items already.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[: k - 1]) & relevant) / len(relevant)


# %% a count over the relevant items kind="alternative"
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("recall needs a relevant item")
    top = set(ranked[:k])
    return sum(1 for item in relevant if item in top) / len(relevant)


# %% a loop with a memory kind="alternative"
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    left, hits = set(relevant), 0
    for item in list(ranked)[:k]:
        if item in left:
            left.remove(item)
            hits += 1
    return hits / len(relevant)
