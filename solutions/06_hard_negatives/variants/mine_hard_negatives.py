import math

import torch
import torch.nn.functional as F


# %% right items scored 0 kind="misconception" also_affects=["train_with_refresh"]
# Right items get a score of 0 so that they are not chosen. But 0 is not a low score: where all other scores are
# negative, it is the highest. Think about which score can never win.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = 0.0
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% only one right item removed kind="misconception" also_affects=["train_with_refresh"]
# Only one right item of each question is removed: with the right items {3, 8}, item 8 can come back as a negative.
# Check how you read `positive_indices`.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in sorted(positive_indices.get(query, ()))[:1]]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% indices within the chunk kind="misconception" also_affects=["train_with_refresh"]
# The indices count from the start of each chunk: in chunks of 4, item 5 gets the index 1. They should count from the
# first item of all. Check what an index refers to.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% cosine similarity kind="misconception" also_affects=["train_with_refresh"]
# All vectors are scaled to length 1, so a long vector loses its advantage, and the ranking changes. Scores are dot
# products here. Look at what you do to the vectors before you multiply them.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = (
            F.normalize(query_embeddings, dim=1) @ F.normalize(item_embeddings[start : start + chunk_size], dim=1).T
        )
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% number of negatives not checked kind="misconception" also_affects=["train_with_refresh"]
# With 5 items of which 3 are right, there are 2 negatives; for k = 3 the list is filled up with right items or is too
# short, and there is no error. Check in the docstring what should happen.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            continue
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% all items counted as negatives kind="misconception" also_affects=["train_with_refresh"]
# k is compared with the number of all items. Of 5 items with 4 right ones, only one is a negative, which is too few
# for k = 2, but no error is raised. Check which items a question can use.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% easiest items kind="misconception" also_affects=["train_with_refresh"]
# This returns the items with the lowest scores: of the scores 9, 5 and 1, the one with 1 comes first. They are easy
# to tell from the right ones and teach little. Check which items are hardest.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(
            min(k, best.shape[1] + ids.shape[1]), dim=1, largest=False
        )
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% missing question raises an error kind="misconception" also_affects=["train_with_refresh"]
# A question that is missing from `positive_indices` raises a KeyError. Check in the docstring what its absence means.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices[query]) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices[query]]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))


# %% right items removed after the best k kind="misconception" also_affects=["train_with_refresh"]
# The best k items are taken first, and the right ones are removed from them: with k = 3, and one right item among
# them, 2 are left. Think about the order of these two steps.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    best = (query_embeddings @ item_embeddings.T).topk(k, dim=1).indices.tolist()
    return {i: [item for item in row if item not in positive_indices.get(i, ())] for i, row in enumerate(best)}


# %% item i taken as right kind="misconception" also_affects=["train_with_refresh"]
# Item i is excluded for question i: item 0 for question 0, even if its right items are {3, 8}. A question may have
# other right items, several, or none. Check how you find the items to exclude.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    scores = query_embeddings @ item_embeddings.T
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    scores.fill_diagonal_(-math.inf)
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))


# %% all scores at once kind="misconception" also_affects=["train_with_refresh"] hidden_because="the result is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The scores of all items are in memory at once: for 1,000 questions and a million items, this matrix needs 4 GB. The
# memory should grow only with k and the chunk. Check where you use `chunk_size`.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    scores = query_embeddings @ item_embeddings.T
    for query, items in positive_indices.items():
        if len(items) > scores.shape[1] - k:
            raise ValueError("too few")
        scores[query, list(items)] = -math.inf
    if scores.shape[1] < k:
        raise ValueError("too few")
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))


# %% scores of all chunks kept kind="misconception" also_affects=["train_with_refresh"] hidden_because="the result is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The scores are computed in chunks, but all of them are kept and joined at the end: for 10,000 items and k = 5,
# 10,000 scores for each question. Think about what you need to remember from one chunk to the next.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    parts = [query_embeddings @ part.T for part in item_embeddings.split(chunk_size)]
    scores = torch.cat(parts, dim=1)
    for query in range(count):
        items = list(positive_indices.get(query, ()))
        if total - len(items) < k:
            raise ValueError("too few")
        scores[query, items] = -math.inf
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))


# %% Python loop over the items kind="misconception" also_affects=["train_with_refresh"] hidden_because="the result is right; only a probe that counts steps in the student's kernel can tell, and the docstring forbids the loop"
# Python takes a step for every item of every question: for 1,000 questions and a million items, a billion steps. Look
# for operations that handle a whole chunk at once.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    mined = {}
    for query, embedding in enumerate(query_embeddings):
        right = positive_indices.get(query, ())
        ranked = []
        for start in range(0, len(item_embeddings), chunk_size):
            scores = (item_embeddings[start : start + chunk_size] @ embedding).tolist()
            for place, score in enumerate(scores):
                if start + place not in right:
                    ranked.append((score, start + place))
            ranked = sorted(ranked, reverse=True)[:k]
        if len(ranked) < k:
            raise ValueError("too few")
        mined[query] = [item for _, item in ranked]
    return mined


# %% a loop over queries to mask, lists to collect kind="alternative"
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    num_items = item_embeddings.size(0)
    for query in range(query_embeddings.size(0)):
        if num_items - len(positive_indices.get(query, set())) < k:
            raise ValueError(f"query {query} has too few negatives")
    kept_scores, kept = [], []
    for start in range(0, num_items, chunk_size):
        chunk = item_embeddings[start : start + chunk_size]
        scores = torch.matmul(query_embeddings, chunk.transpose(0, 1))
        for query, positives in positive_indices.items():
            inside = [item - start for item in positives if start <= item < start + len(chunk)]
            scores[query, inside] = float("-inf")
        values, places = scores.topk(min(k, len(chunk)), dim=1)
        kept_scores.append(values)
        kept.append(places + start)
        merged, ids = torch.cat(kept_scores, dim=1), torch.cat(kept, dim=1)
        order = merged.argsort(dim=1, descending=True)[:, :k]
        kept_scores, kept = [merged.gather(1, order)], [ids.gather(1, order)]
    return {query: row.tolist() for query, row in enumerate(kept[0])}


# %% numpy, and a boolean mask of each chunk kind="alternative"
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    import numpy as np

    queries, items = query_embeddings.detach().numpy(), item_embeddings.detach().numpy()
    n, p = len(queries), len(items)
    if any(p - len(positive_indices.get(q, [])) < k for q in range(n)):
        raise ValueError("not enough negatives")
    best, ids = np.empty((n, 0), queries.dtype), np.empty((n, 0), int)
    for start in range(0, p, chunk_size):
        block = queries @ items[start : start + chunk_size].T
        right = np.zeros(block.shape, dtype=bool)
        for q in range(n):
            for item in positive_indices.get(q, ()):
                if 0 <= item - start < block.shape[1]:
                    right[q, item - start] = True
        block[right] = -np.inf
        best = np.hstack([best, block])
        ids = np.hstack([ids, np.tile(np.arange(start, start + block.shape[1]), (n, 1))])
        order = np.argsort(-best, axis=1)[:, :k]
        best, ids = np.take_along_axis(best, order, 1), np.take_along_axis(ids, order, 1)
    return {q: [int(i) for i in ids[q]] for q in range(n)}


# %% as many more as a question has right passages, dropped at the end kind="alternative"
# Nothing is masked: keep k candidates and as many more as any query has positives, and drop the positives at the end.
# The loop over chunks stays simple, at the price of a few more columns.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    most = max((len(items) for items in positive_indices.values()), default=0)
    scores, indices = query_embeddings.new_zeros(count, 0), torch.zeros(count, 0, dtype=torch.long)
    for start in range(0, total, chunk_size):
        part = query_embeddings @ item_embeddings[start : start + chunk_size].T
        scores = torch.cat((scores, part), dim=1)
        indices = torch.cat((indices, torch.arange(start, start + part.shape[1]).repeat(count, 1)), dim=1)
        scores, places = scores.topk(min(k + most, scores.shape[1]), dim=1)
        indices = indices.gather(1, places)
    mined = {}
    for query, row in enumerate(indices.tolist()):
        mined[query] = [item for item in row if item not in positive_indices.get(query, ())][:k]
        if len(mined[query]) < k:
            raise ValueError(f"query {query} has fewer than {k} negatives")
    return mined
