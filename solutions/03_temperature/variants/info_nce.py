import torch
import torch.nn.functional as F


# %% does not normalise kind="misconception"
# The plain dot products are used, so that long vectors get large scores. Bring queries and items to length 1 first.
def info_nce(queries, items, temperature):
    return F.cross_entropy(queries @ items.T / temperature, torch.arange(len(queries)))


# %% normalises one side only kind="misconception"
# Only the queries have length 1. The lengths of the items still change the scores.
def info_nce(queries, items, temperature):
    return F.cross_entropy(F.normalize(queries, dim=-1) @ items.T / temperature, torch.arange(len(queries)))


# %% normalises each feature kind="misconception"
# The columns are brought to length 1, not the rows: a feature over the batch instead of a vector over its features.
# Mind the dim.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=0) @ F.normalize(items, dim=0).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% items choose among queries kind="misconception"
# The direction is the other one: here each item picks its query. Rows belong to queries, columns to items.
def info_nce(queries, items, temperature):
    cosines = F.normalize(items, dim=-1) @ F.normalize(queries, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% both directions kind="misconception"
# This is the symmetric form, the mean of both directions, as CLIP uses it. Here only queries choose among items.
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    positives = torch.arange(len(queries))
    return (F.cross_entropy(logits, positives) + F.cross_entropy(logits.T, positives)) / 2


# %% multiplies by the temperature kind="misconception"
# The cosines are multiplied by T. They should be divided by it.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines * temperature, torch.arange(len(queries)))


# %% divides the loss kind="misconception"
# T divides the finished loss. It belongs inside, where it divides the cosines before the softmax.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines, torch.arange(len(queries))) / temperature


# %% sum over the batch kind="misconception"
# The losses of the queries are summed. The mean is wanted, so that the size of the batch does not scale it.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)), reduction="sum")


# %% softmax and logarithm apart kind="misconception"
# A probability that rounds to 0 has an infinite logarithm. Cross-entropy takes the logits and stays finite.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return -torch.softmax(cosines / temperature, dim=-1).diagonal().log().mean()


# %% softmax before cross-entropy kind="misconception"
# F.cross_entropy applies a softmax itself. With another one before it the probabilities are flattened twice.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(torch.softmax(cosines / temperature, dim=-1), torch.arange(len(queries)))


# %% the positive is not among the candidates kind="misconception"
# The positive is left out of the sum in the denominator. The query chooses among all items of the batch, its own
# included.
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    others = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool), float("-inf"))
    return (others.logsumexp(dim=-1) - logits.diagonal()).mean()


# %% items do not learn kind="misconception"
# The items are detached, so only the query tower gets a gradient. Both towers have to learn.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).detach().T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))


# %% the temperature as a plain number kind="misconception"
# float() and item() cut a temperature that is a tensor off from the graph, so it cannot learn. Divide by it as it
# comes.
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / torch.as_tensor(temperature).item(), torch.arange(len(queries)))


# %% log-softmax and its diagonal kind="alternative"
def info_nce(queries, items, temperature):
    queries = queries / queries.norm(dim=1, keepdim=True)
    items = items / items.norm(dim=1, keepdim=True)
    return -torch.log_softmax(queries @ items.T / temperature, dim=1).diagonal().mean()


# %% cosine similarity by broadcasting, logsumexp kind="alternative"
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
