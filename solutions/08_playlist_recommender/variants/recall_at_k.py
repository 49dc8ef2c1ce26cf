# %% repeats count kind="misconception"
# A relevant item that comes again counts again, so recall can exceed 1: the ranking a, a with one relevant item a
# gives 2. Check in the docstring what a repeat does.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return sum(item in relevant for item in ranked[:k]) / len(relevant)


# %% divided by k kind="misconception"
# The hits are divided by k, which is precision: two hits among the first 10 give 0.2, even where only two items are
# relevant. Check in the docstring what the result is a share of.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / k


# %% divided by the most possible hits kind="misconception"
# The hits are divided by min(k, number of relevant items), so 1 can be reached for every k. This is a different
# measure. Check in the docstring what the result is a share of.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / min(k, len(relevant))


# %% repeats removed before counting kind="misconception"
# The repeats are removed first, so later items move up: in the ranking a, a, b with k = 2, item b counts, although it
# is in third place. Check in the docstring what a repeat keeps.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(list(dict.fromkeys(ranked))[:k]) & relevant) / len(relevant)


# %% whole ranking kind="misconception"
# The whole ranking is searched, whatever k is: with k = 2, a relevant item at rank 3 still counts. Check where you
# use k.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked) & relevant) / len(relevant)


# %% 0 instead of an error kind="misconception"
# Without relevant items this returns 0, which would lower the mean over all playlists unnoticed. Check in the
# docstring what should happen.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        return 0.0
    return len(set(ranked[:k]) & relevant) / len(relevant)


# %% hit or miss kind="misconception"
# One hit is enough for 1, which is the hit rate: one of four relevant items gives 1 instead of 0.25. Check in the
# docstring what the result is a share of.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return float(any(item in relevant for item in ranked[:k]))


# %% percentage instead of share kind="misconception"
# This returns a percentage: one of two relevant items gives 50. Check in the docstring which range the result has.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return 100 * len(set(ranked[:k]) & relevant) / len(relevant)


# %% one place too few kind="misconception"
# The slice ends one place early: with k = 1 it is empty. Check how many items your slice contains.
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


# %% a loop over the items still missing kind="alternative"
# Each relevant item is taken off the list when it is found. A repeated item finds nothing the second time, so recall
# cannot exceed 1.
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    left, hits = set(relevant), 0
    for item in list(ranked)[:k]:
        if item in left:
            left.remove(item)
            hits += 1
    return hits / len(relevant)
