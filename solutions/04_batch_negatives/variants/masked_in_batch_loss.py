import math

import torch
import torch.nn.functional as F


# %% masks the positive too kind="misconception"
# Passage i has the group of query i, of course, so the positive is masked with the others and the loss is infinite.
# Leave it in.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)


# %% score 0 instead of none kind="misconception"
# A score of 0 still counts: exp(0) is 1. Only minus infinity leaves the softmax.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, 0.0), positives)


# %% mask not low enough kind="misconception"
# A fixed low score such as -10000 is not below every score: raw dot products can be lower. Minus infinity is.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -1e4), positives)


# %% masks the others kind="misconception"
# The mask is upside down: negatives of other groups are left out, and the false negatives stay.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    keep = same.clone()
    keep[positives, positives] = True
    return F.cross_entropy(scores.masked_fill(~keep, -math.inf), positives)


# %% extra passages are never masked kind="misconception"
# Only the first B passages are compared with the query's group. The extra ones have groups too.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[:, len(queries) :] = False
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)


# %% passages of the group become positives kind="misconception"
# Here every passage of the group is pulled closer. That is another loss; this one only stops pushing, and passage i
# stays the one positive.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    log_probabilities = scores.log_softmax(dim=1)
    return -((log_probabilities * same).sum(dim=1) / same.sum(dim=1)).mean()


# %% no mask at all kind="misconception"
# The groups are not used: this is in_batch_loss, with its false negatives.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    return F.cross_entropy(scores, positives)


# %% whole queries left out kind="misconception"
# A query that has a false negative is dropped here, with all its true negatives. Only the false one must go.
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
# A passage whose group occurs elsewhere in the batch is left out for every query. It is a fine negative for queries
# of other groups.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    repeated = (group_ids[:, None] == group_ids).sum(dim=0) > 1
    left_out = repeated.expand(len(queries), -1).clone()
    left_out[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(left_out, -math.inf), positives)


# %% exp overflows kind="misconception"
# The formula is right, but exp() of a large score is infinite. Mask the scores and leave the softmax to
# F.cross_entropy.
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    same = group_ids[: len(queries), None] == group_ids
    same[positives, positives] = False
    weights = scores.exp() * ~same
    return -(scores.exp()[positives, positives] / weights.sum(dim=1)).log().mean()


# %% temperature after the mask is left out kind="misconception"
# The mask is right, but the scores are no longer divided by the temperature.
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
