import math

import torch
import torch.nn.functional as F


# %% all scores at once kind="misconception" hidden_because="the values are right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The scores of all passages are in memory at once: for 1,000 questions and a million passages, this matrix needs 4
# GB. The memory should not grow with the number of passages. Check where you use `chunk_size`.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best = (question_embeddings @ passage_embeddings.T).topk(k, dim=1)
    return best.values, best.indices


# %% scores of all chunks kept kind="misconception" hidden_because="the values are right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The scores are computed in chunks, but all of them are kept and joined at the end: for 10,000 passages and k = 5,
# 10,000 scores for each question. Think about what you need to remember from one chunk to the next.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    parts = [question_embeddings @ chunk.T for chunk in passage_embeddings.split(chunk_size)]
    best = torch.cat(parts, dim=1).topk(k, dim=1)
    return best.values, best.indices


# %% k best of every chunk kept kind="misconception" hidden_because="the values are right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The k best of every chunk are kept until the end, so the memory grows with the number of chunks: 1,000 chunks keep
# 1,000 k scores for each question. Think about which of them can still win after the next chunk.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    scores, indices, start = [], [], 0
    for chunk in passage_embeddings.split(chunk_size):
        best = (question_embeddings @ chunk.T).topk(min(k, len(chunk)), dim=1)
        scores.append(best.values)
        indices.append(best.indices + start)
        start += len(chunk)
    scores, indices = torch.cat(scores, dim=1), torch.cat(indices, dim=1)
    best_scores, places = scores.topk(k, dim=1)
    return best_scores, indices.gather(1, places)


# %% indices within the chunk kind="misconception"
# The indices count from the start of each chunk: in chunks of 4, passage 5 gets the index 1. They should count from
# the first passage of all. Check what an index refers to.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% positions instead of indices kind="misconception"
# The result holds the positions that `topk` found in a table of the best passages so far and a new chunk. A position
# in this table is not the index of a passage. Check what each position refers to.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = places
        start += len(chunk)
    return best_scores, best_indices


# %% starts with zeros kind="misconception"
# The list of the best starts with scores of 0 at index 0. They win against every negative score, although they belong
# to no passage. Think about what the list should contain before the first chunk.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_zeros(len(question_embeddings), k)
    best_indices = torch.zeros(len(question_embeddings), k, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% k not checked kind="misconception"
# When k is larger than the number of passages, as with k = 5 and 3 passages, there is no ValueError; a result with
# too few columns, or an error of PyTorch's own, comes later. Check in the docstring what should happen.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% k limited by the chunk size kind="misconception"
# A k above `chunk_size` raises an error, although the k best may come from several chunks. Check in the docstring
# what limits k.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > min(chunk_size, len(passage_embeddings)):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% cosine similarity kind="misconception"
# All vectors are scaled to length 1, so a long vector loses its advantage, and another passage may win. The docstring
# asks for dot products. Look at what you do to the vectors before you multiply them.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, F.normalize(question_embeddings) @ F.normalize(chunk).T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% worst first kind="misconception"
# The k best passages are in ascending order: scores of 3, 7 and 9 instead of 9, 7 and 3. Check the order that the
# docstring asks for.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores.flip(1), best_indices.flip(1)


# %% incomplete chunk dropped kind="misconception"
# Passages after the last full chunk are never scored: of 10 passages in chunks of 4, the last two are missing. Check
# where your loop ends.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings[: max(chunk_size, len(passage_embeddings) // chunk_size * chunk_size)].split(
        chunk_size
    ):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% indices before scores kind="misconception"
# The two results are exchanged: the first has whole numbers such as 5, the indices, and the second the scores. Check
# the order in the docstring.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_indices, best_scores


# %% lowest scores kind="misconception"
# The k passages with the lowest dot products are kept, as if the scores were distances: of the scores 3, 7 and 9, the
# best one is 9. Check which end of the ranking you keep.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1, largest=False)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices


# %% begins with minus infinity kind="alternative"
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    total = passage_embeddings.size(0)
    if k > total:
        raise ValueError("k is too large")
    n = question_embeddings.size(0)
    scores = torch.full((n, k), -math.inf, dtype=question_embeddings.dtype)
    indices = torch.full((n, k), -1)
    for start in range(0, total, chunk_size):
        stop = min(start + chunk_size, total)
        new = torch.einsum("nd,md->nm", question_embeddings, passage_embeddings[start:stop])
        candidates = torch.cat((scores, new), dim=1)
        names = torch.cat((indices, torch.arange(start, stop).repeat(n, 1)), dim=1)
        scores, order = torch.topk(candidates, k, dim=1)
        indices = torch.gather(names, 1, order)
    return scores, indices


# %% the best of each chunk first, and a sort kind="alternative"
# Taking the best k of each chunk before joining keeps what is sorted short: 2 k numbers in place of k + chunk_size.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if len(passage_embeddings) < k:
        raise ValueError(f"{k} of {len(passage_embeddings)} passages")
    best = None
    for number, chunk in enumerate(torch.split(passage_embeddings, chunk_size)):
        values, places = torch.matmul(question_embeddings, chunk.mT).topk(min(k, len(chunk)), dim=-1)
        places = places + number * chunk_size
        if best is not None:
            values, places = torch.cat([values, best[0]], dim=-1), torch.cat([places, best[1]], dim=-1)
        values, order = values.sort(dim=-1, descending=True)
        best = values[:, :k].clone(), places.take_along_dim(order[:, :k], dim=-1)
    return best
