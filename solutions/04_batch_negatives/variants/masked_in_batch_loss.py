import math

import torch
import torch.nn.functional as F


# %% masks the positive, too kind="misconception"
# Passage i always has the same group as query i, so the mask also hides the positive: its probability becomes 0, and
# the loss infinite. Look at the diagonal of the mask.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)


# %% masked scores set to 0 kind="misconception"
# The masked scores are set to 0, but exp(0) is 1, so these passages still count. Look at what a score must be to have
# no effect on the softmax.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, 0.0), positives)


# %% mask not low enough kind="misconception"
# The masked scores are set to a fixed number, -10000. Raw dot products can be even lower, and then the masked
# passages win the softmax. Look at the range of the scores.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -1e4), positives)


# %% mask reversed kind="misconception"
# The mask is reversed: for groups [1, 1, 2], query 0 leaves out passage 2 and keeps passage 1, its false negative.
# Look at which passages the mask marks.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    keep = same.clone()
    keep[positives, positives] = True
    return F.cross_entropy(scores.masked_fill(~keep, -math.inf), positives)


# %% extra passages are never masked kind="misconception"
# Only the first B passages are checked: with 2 queries and 3 passages of the groups [1, 2, 1], passage 2 still counts
# as a negative of query 0. Look at the shape of the mask.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[:, len(queries) :] = False
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)


# %% passages of the group become positives kind="misconception"
# Every passage of the query's group is treated as a positive: for groups [1, 1, 2], query 0 is pulled towards
# passages 0 and 1. Look at what the docstring says about these passages, and at which one is the positive.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    log_probabilities = scores.log_softmax(dim=1)
    return -((log_probabilities * same).sum(dim=1) / same.sum(dim=1)).mean()


# %% no mask at all kind="misconception"
# The groups make no difference: [1, 1, 2] and [1, 2, 3] give the same loss, with all false negatives. Look at where
# the function uses group_ids.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    return F.cross_entropy(scores, positives)


# %% whole queries left out kind="misconception"
# A query with a false negative is dropped completely: for groups [1, 1, 2], only query 2 remains, although query 0
# still has its positive and a true negative. Look at which entries of its row should go.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    fine = ~same.any(dim=1)
    if not fine.any():
        return scores.sum() * 0
    return F.cross_entropy(scores[fine], positives[fine])


# %% one mask for all queries kind="misconception"
# A passage whose group occurs more than once is left out for every query: for groups [1, 1, 2], query 2 loses
# passages 0 and 1, its true negatives. Look at whether the mask depends on the query.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    repeated = (group_ids[:, None] == group_ids).sum(dim=0) > 1
    left_out = repeated.expand(len(queries), -1).clone()
    left_out[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(left_out, -math.inf), positives)


# %% exp() overflows kind="misconception"
# The formula is right, but exp() of a large score is infinite (in float32, of any score above 89), and the loss
# becomes infinite or NaN. Look for a function that combines softmax and logarithm.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    weights = scores.exp() * ~same
    return -(scores.exp()[positives, positives] / weights.sum(dim=1)).log().mean()


# %% temperature left out kind="misconception"
# The mask is right, but the scores in the loss are not divided by the temperature: at 0.1, a score of 2 should count
# as 20. Look at which scores are masked.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    return F.cross_entropy((queries @ passages.T).masked_fill(same, -math.inf), positives)


# %% torch.where and an identity kind="alternative"
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    count = queries.size(0)
    scores = torch.matmul(queries, passages.T) / temperature
    is_positive = torch.eye(*scores.shape, dtype=torch.bool)
    keep = (group_ids[:count].unsqueeze(1) != group_ids.unsqueeze(0)) | is_positive
    scores = torch.where(keep, scores, torch.tensor(float("-inf"), dtype=scores.dtype))
    return F.cross_entropy(scores, torch.arange(count))


# %% query by query kind="alternative"
# Slow, but easy to check: each query sees its own passage and those of other groups. A loop like this is a good test
# for the fast version.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    losses = []
    for i, query in enumerate(queries):
        others = passages[group_ids != group_ids[i]]
        rows = torch.cat([passages[i : i + 1], others])
        losses.append(-torch.log_softmax(rows @ query / temperature, dim=0)[0])
    return torch.stack(losses).mean()


# %% the dtype's lowest number kind="alternative"
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    places = torch.arange(scores.shape[1])
    left_out = (group_ids[: len(scores)].view(-1, 1) == group_ids) & (places[: len(scores)].view(-1, 1) != places)
    scores = scores.masked_fill(left_out, torch.finfo(scores.dtype).min)
    return -scores.log_softmax(dim=1).diagonal().mean()
