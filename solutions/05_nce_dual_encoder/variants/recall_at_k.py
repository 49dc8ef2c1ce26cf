import torch


# %% a share instead of percent kind="misconception"
# Recall is asked for in percent: 0 to 100.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% divided by k kind="misconception"
# That is precision: which part of the k passages is right. Recall asks for how many questions the gold passage is
# among them.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].double().mean().item() for k in ks}


# %% only the k-th place kind="misconception"
# R@k counts what is anywhere among the first k, not only in the k-th place.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices[:, k - 1] == gold).double().mean().item() for k in ks}


# %% one place too many kind="misconception"
# The first k places are 0 to k - 1, so the slice ends at k.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, : k + 1].any(dim=1).double().mean().item() for k in ks}


# %% tensors instead of floats kind="misconception"
# The values are to be Python floats; item() takes a number out of a tensor.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean() for k in ks}


# %% rounded kind="misconception"
# Round when you print, not when you count.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: round(100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item(), 1) for k in ks}


# %% slices beyond the end kind="misconception"
# A slice beyond the end gives what there is, without a word: R@100 of rankings of length 20 would really be R@20.
# That must be a ValueError.
def recall_at_k(indices, gold, ks):
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% only the last k is checked kind="misconception"
# ks come in any order, so that any of them may be the largest.
def recall_at_k(indices, gold, ks):
    if ks[-1] > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% gold compared across questions kind="misconception"
# Each ranking has a gold passage of its own. Here a question counts as right when any question's gold passage is
# found.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * torch.isin(indices[:, :k], gold).any(dim=1).double().mean().item() for k in ks}


# %% a list instead of a dict kind="misconception"
# A dict from k to its recall is wanted: a list does not say which value belongs to which k.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return [100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in sorted(ks)]


# %% by rank kind="alternative"
def recall_at_k(indices, gold, ks):
    longest = indices.size(1)
    for k in ks:
        if k > longest:
            raise ValueError(f"k = {k} is beyond {longest}")
    hits = indices == gold.unsqueeze(1)
    rank = torch.where(hits.any(dim=1), hits.int().argmax(dim=1), longest)
    return {k: float((rank < k).sum()) / len(gold) * 100.0 for k in ks}


# %% in plain Python kind="alternative"
def recall_at_k(indices, gold, ks):
    result = {}
    rankings, answers = indices.tolist(), gold.tolist()
    for k in ks:
        if k > indices.shape[1]:
            raise ValueError(k)
        found = sum(answer in ranking[:k] for ranking, answer in zip(rankings, answers))
        result[k] = 100 * found / len(answers)
    return result
