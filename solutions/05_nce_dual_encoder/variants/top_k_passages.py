import math

import torch
import torch.nn.functional as F


# %% all scores at once kind="misconception"
# The matrix of all scores is exactly what does not fit into memory. Score chunk_size passages at a time.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    best = (question_embeddings @ passage_embeddings.T).topk(k, dim=1)
    return best.values, best.indices


# %% chunks, but every score is kept kind="misconception"
# Chunks save nothing if their scores are all joined again. Between two chunks only the k best so far are kept.
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
    parts = [question_embeddings @ chunk.T for chunk in passage_embeddings.split(chunk_size)]
    best = torch.cat(parts, dim=1).topk(k, dim=1)
    return best.values, best.indices


# %% the k best of every chunk are kept kind="misconception"
# With many chunks, k for each of them grow to more than k + chunk_size. Let them compete after every chunk.
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
# An index counts from the first passage of all, so the start of the chunk has to be added.
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


# %% places instead of indices kind="misconception"
# topk gives places within what it was asked about: the best so far and a chunk. They have to be translated into
# indices of passages.
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


# %% begins with zeros kind="misconception"
# Zeros as first scores win against every negative score. Begin with nothing, or with minus infinity.
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


# %% no more than there is kind="misconception"
# A k beyond the number of passages must be a ValueError: fewer columns than asked for would pass unnoticed.
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


# %% k compared with the chunk kind="misconception"
# k may be larger than a chunk: the k best then come from several chunks. Only the number of all passages limits it.
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
# Raw dot products are wanted. With vectors brought to length 1 another passage may win.
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


# %% lowest first kind="misconception"
# The best passage comes first: descending order.
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


# %% last chunk dropped kind="misconception"
# The number of passages need not be a multiple of chunk_size: the last chunk may be shorter, and counts.
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
