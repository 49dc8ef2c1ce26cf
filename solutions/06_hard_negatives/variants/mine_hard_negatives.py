import math

import torch
import torch.nn.functional as F


# %% right passages set to 0 kind="misconception" also_affects=["train_with_refresh"]
# A score of 0 is no low score: where all others are negative it is the highest. What shall never be chosen needs a
# score below every number.
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


# %% one right passage a question kind="misconception" also_affects=["train_with_refresh"]
# A question may have several right passages, and all of them have to go. Here only one of each set is left out.
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


# %% places in the chunk, not indices kind="misconception" also_affects=["train_with_refresh"]
# In the second chunk, place 0 is item chunk_size. The chunk's start has to be added to the places in it.
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


# %% cosine instead of dot product kind="misconception" also_affects=["train_with_refresh"]
# Scores are dot products as they are. Normalised vectors rank differently where lengths differ.
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


# %% no check for enough negatives kind="misconception" also_affects=["train_with_refresh"]
# With fewer than k negatives the list is filled up with right passages, or is too short, and nobody notices. Count
# first and raise a ValueError.
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


# %% counts all items, not the negatives kind="misconception" also_affects=["train_with_refresh"]
# What has to be at least k is the number of items that are not right, for every question; there may be items enough
# and negatives too few.
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


# %% the easiest first kind="misconception" also_affects=["train_with_refresh"]
# The hardest negatives have the highest scores. This takes the lowest, which teach nothing.
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


# %% a missing question is an error kind="misconception" also_affects=["train_with_refresh"]
# positive_indices[query] raises a KeyError for a question without right passages; `get(query, ())` has a default.
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


# %% right passages dropped after the best k kind="misconception" also_affects=["train_with_refresh"]
# When k items are taken first and the right ones dropped from them, fewer than k are left. They have to go before the
# best k are chosen.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    best = (query_embeddings @ item_embeddings.T).topk(k, dim=1).indices.tolist()
    return {i: [item for item in row if item not in positive_indices.get(i, ())] for i, row in enumerate(best)}


# %% question i is answered by passage i kind="misconception" also_affects=["train_with_refresh"]
# This leaves out passage i for question i, as in a batch. Here the dict says which passages are right.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    scores = query_embeddings @ item_embeddings.T
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    scores.fill_diagonal_(-math.inf)
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))


# %% all scores at once kind="misconception" also_affects=["train_with_refresh"]
# This makes a score for every question and every passage and forgets chunk_size: with a million passages it does not
# fit into memory. Keep the best k so far and go on with the next chunk.
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    scores = query_embeddings @ item_embeddings.T
    for query, items in positive_indices.items():
        if len(items) > scores.shape[1] - k:
            raise ValueError("too few")
        scores[query, list(items)] = -math.inf
    if scores.shape[1] < k:
        raise ValueError("too few")
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))


# %% each chunk's scores kept to the end kind="misconception" also_affects=["train_with_refresh"]
# The chunks are computed one by one, but all are kept and joined at the end: that is the whole matrix again. After
# each chunk only the best k so far are needed.
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


# %% a loop over all passages kind="misconception" also_affects=["train_with_refresh"]
# Python takes a step for every passage and every question here. A mask on the scores and `topk` do the same for all
# passages in one operation.
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
