import torch


# %% share instead of percentage kind="misconception"
# This returns shares from 0 to 1, such as 0.5 for one of two questions. The docstring asks for percentages. Check the
# unit of your result.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% divided by k kind="misconception"
# The hits are divided by k: with k = 2, a gold passage in first place counts only 1/2. This is precision. Check what
# recall asks of each question.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].double().mean().item() for k in ks}


# %% repeats counted kind="misconception"
# Every place that holds gold counts: if a title stands at three of the first 5 places, its question counts three times,
# and the recall may exceed 100. Check what is counted, places or questions.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].sum().item() / len(gold) for k in ks}


# %% only the k-th place kind="misconception"
# Only place k is checked: with k = 2, a gold passage in first place counts as missed. It may be anywhere among the
# first k. Check which columns you compare.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices[:, k - 1] == gold).double().mean().item() for k in ks}


# %% one place too many kind="misconception"
# This checks k + 1 places: with k = 1, a gold passage in second place counts as found. Check where your slice ends.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, : k + 1].any(dim=1).double().mean().item() for k in ks}


# %% tensors instead of floats kind="misconception"
# The values are tensors with one element, such as tensor(50.), but the docstring promises Python floats. Check the
# type of the values.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean() for k in ks}


# %% rounded kind="misconception"
# The values are rounded to one decimal, so 33.33... becomes 33.3, and small differences between two models disappear.
# Rounding is for printing. Look at your last step.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: round(100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item(), 1) for k in ks}


# %% k not checked kind="misconception"
# A slice beyond the end returns what is there, without an error: for rankings of length 20, R@100 is really R@20.
# Check in the docstring what should happen with such a k.
def recall_at_k(indices, gold, ks):
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% only the last k checked kind="misconception"
# Only the last of `ks` is compared with the length of the rankings: with rankings of length 20 and the ks (100, 5),
# nothing is noticed. The ks may come in any order. Check which of them decides.
def recall_at_k(indices, gold, ks):
    if ks[-1] > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}


# %% any question's gold counts kind="misconception"
# A question counts as right when the gold passage of any question is in its ranking: with gold 4 and 7, the ranking
# [7, 1] of question 0 counts as a hit. Check how `gold` lines up with the rows.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: 100 * torch.isin(indices[:, :k], gold).any(dim=1).double().mean().item() for k in ks}


# %% list instead of dict kind="misconception"
# This returns a list such as [50.0, 75.0], which does not say which value belongs to which k. Check in the docstring
# what type the result has.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return [100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in sorted(ks)]


# %% count instead of percentage kind="misconception"
# This returns the number of questions, such as 150 of 300, not the percentage, 50. Numbers from test sets of different
# sizes cannot be compared. Check the unit of your result.
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
    return {k: (indices == gold[:, None])[:, :k].any(dim=1).double().sum().item() for k in ks}


# %% by rank kind="alternative"
# The rank of the gold passage is computed once, and each k is then one comparison. With ranks you can compute other
# measures too, such as the mean reciprocal rank.
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
