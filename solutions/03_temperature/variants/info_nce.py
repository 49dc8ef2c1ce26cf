import torch
import torch.nn.functional as F


# %% does not normalise kind="misconception"
# Plain dot products are used: an item (6, 8) gets a score 10 times as large as (0.6, 0.8), although both point in the
# same direction. Look at what the docstring says about normalising.
def info_nce(queries, items, temperature):
    return F.cross_entropy(queries @ items.T / temperature, torch.arange(len(queries)))


# %% normalises one side only kind="misconception"
# Only the queries are scaled to length 1, so an item (6, 8) still gets a score 10 times as large as (0.6, 0.8). Look
# at both factors of the product.
def info_nce(queries, items, temperature):
    return F.cross_entropy(F.normalize(queries, dim=-1) @ items.T / temperature, torch.arange(len(queries)))


# %% normalises each feature kind="misconception"
# The columns are scaled to length 1, each feature over the whole batch: (3, 0) and (4, 0) become (0.6, 0) and (0.8,
# 0) instead of (1, 0) twice. Look at the dim of the normalisation.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=0) @ F.normalize(items, dim=0).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% items choose among queries kind="misconception"
# Each item chooses among the queries: with 2 queries and 2 items, the softmax for item 0 compares query 0 and query
# 1. It should be the other way round; look at what the rows and the columns of the scores stand for.
def info_nce(queries, items, temperature):
    cosines = F.normalize(items, dim=-1) @ F.normalize(queries, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% both directions kind="misconception"
# This is the mean of both directions, as in CLIP: if queries choosing among items give 1.0, and items choosing among
# queries 2.0, the result is 1.5. Look at what the docstring takes the mean over.
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    positives = torch.arange(len(queries))
    return (F.cross_entropy(logits, positives) + F.cross_entropy(logits.T, positives)) / 2


# %% multiplies by the temperature kind="misconception"
# The cosines are multiplied by T: with T = 0.1, cosines of 1 and 0 become 0.1 and 0, and the softmax gets flatter
# instead of sharper. Look at what T does to the cosines.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines * temperature, torch.arange(len(queries)))


# %% divides the loss kind="misconception"
# T divides the finished loss: with T = 0.1, a loss of 0.7 becomes 7. That changes its scale, but not which negatives
# matter most. Look at where T comes in: before the softmax or after it.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines, torch.arange(len(queries))) / temperature


# %% sum over the batch kind="misconception"
# The losses of the queries are added up: for 4 queries with a loss of 0.5 each, the result is 2 instead of 0.5. Look
# at how the docstring combines them.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)), reduction="sum")


# %% softmax and logarithm separately kind="misconception"
# At a low temperature a probability can round to 0, as exp(-200) does in float32; its logarithm is then minus
# infinity, and the loss is infinite. Look for a function that combines softmax and logarithm.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return -torch.softmax(cosines / temperature, dim=-1).diagonal().log().mean()


# %% softmax before cross-entropy kind="misconception"
# The scores go through softmax before F.cross_entropy, which applies softmax itself: even for the scores [100, 0],
# the loss is 0.31 instead of 0. Look at what F.cross_entropy expects.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(torch.softmax(cosines / temperature, dim=-1), torch.arange(len(queries)))


# %% the positive is not among the candidates kind="misconception"
# The query's own item is missing from the sum in the denominator: with scores 5 for the positive and 1 for the only
# negative, the loss is -4. A query chooses among all items of the batch; look at which ones the sum contains.
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    others = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool), float("-inf"))
    return (others.logsumexp(dim=-1) - logits.diagonal()).mean()


# %% items do not learn kind="misconception"
# The items are detached: after backward(), `items.grad` is None, so only the query tower learns. Look at what the
# docstring says the loss is differentiable in.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).detach().T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% the temperature as a plain number kind="misconception"
# The temperature is turned into a plain number such as 0.07, so a temperature tensor gets no gradient and cannot
# learn. Look at what happens to it before the division.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / torch.as_tensor(temperature).item(), torch.arange(len(queries)))


# %% log-softmax and its diagonal kind="alternative"
def info_nce(queries, items, temperature):
    queries = queries / queries.norm(dim=1, keepdim=True)
    items = items / items.norm(dim=1, keepdim=True)
    return -torch.log_softmax(queries @ items.T / temperature, dim=1).diagonal().mean()


# %% cosine similarity by broadcasting, logsumexp kind="alternative"
# The loss of a row is logsumexp of its logits minus the logit of the positive: a soft maximum over all items minus
# what the positive reached.
def info_nce(queries, items, temperature):
    logits = F.cosine_similarity(queries[:, None], items[None], dim=-1) / temperature
    return torch.mean(torch.logsumexp(logits, dim=-1) - torch.diag(logits))


# %% one query after the other kind="alternative"
def info_nce(queries, items, temperature):
    losses = []
    for i, query in enumerate(queries):
        logits = F.cosine_similarity(query[None], items) / temperature
        losses.append(logits.logsumexp(dim=0) - logits[i])
    return torch.stack(losses).mean()
