import torch
import torch.nn.functional as F


# %% p / (1 - p) as it stands kind="misconception"
# Where the positive's softmax rounds to 1 this divides by 0. The denominator cancels: leave the positive out before
# the softmax.
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    shares = p / (1 - p.gather(1, positive[:, None]))
    return shares.scatter(1, positive[:, None], 0.0)


# %% a small number in the denominator kind="misconception"
# A small number in the denominator prevents the division by 0, but the shares no longer sum to 1 where the positive
# is far ahead.
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    negatives = p.scatter(1, positive[:, None], 0.0)
    return negatives / (negatives.sum(dim=-1, keepdim=True) + 1e-8)


# %% the positive is set to 0 before the softmax kind="misconception"
# The positive's similarity is set to 0, but a similarity of 0 still has a probability. Minus infinity has none.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], 0.0) / temperature, dim=-1)


# %% the softmax with the positive set to 0 kind="misconception"
# These are the probabilities with a 0 for the positive: they do not sum to 1. A share is a part of the whole push.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities / temperature, dim=-1).scatter(1, positive[:, None], 0.0)


# %% positives on the diagonal kind="misconception"
# The positive is looked for on the diagonal. Here the argument `positive` says in which column it stands.
def negative_gradient_share(similarities, positive, temperature):
    rows, columns = similarities.shape
    on_diagonal = torch.arange(columns) == torch.arange(rows)[:, None]
    return torch.softmax((similarities / temperature).masked_fill(on_diagonal, float("-inf")), dim=-1)


# %% all positives are taken from every row kind="misconception"
# Indexing with `[:, positive]` takes the columns of all positives out of every row. Each row has one positive of its
# own.
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities / temperature
    negatives[:, positive] = float("-inf")
    return torch.softmax(negatives, dim=-1).nan_to_num()


# %% changes its input kind="misconception"
# The shares are right, but the caller's similarities are changed: writing into an argument writes into the caller's
# tensor.
def negative_gradient_share(similarities, positive, temperature):
    similarities[torch.arange(len(positive)), positive] = float("-inf")
    return torch.softmax(similarities / temperature, dim=-1)


# %% multiplies by the temperature kind="misconception"
# The similarities are multiplied by T. They should be divided by it.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], float("-inf")) * temperature, dim=-1)


# %% softmax down the columns kind="misconception"
# The softmax runs over the queries. Each row is one query and has to sum to 1.
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities.scatter(1, positive[:, None], float("-inf"))
    return torch.softmax(negatives / temperature, dim=0).nan_to_num()


# %% the formula with exp() as it stands kind="misconception"
# exp() of a similarity divided by a small T overflows, or all negatives round to 0. A softmax over the negatives
# takes away their largest one first.
def negative_gradient_share(similarities, positive, temperature):
    weights = torch.exp(similarities / temperature).scatter(1, positive[:, None], 0.0)
    return weights / weights.sum(dim=-1, keepdim=True)


# %% a mask of the negatives kind="alternative"
def negative_gradient_share(similarities, positive, temperature):
    is_positive = F.one_hot(positive, similarities.shape[1]).bool()
    return torch.where(is_positive, float("-inf"), similarities / temperature).softmax(dim=1)


# %% row by row, the positive cut out kind="alternative"
def negative_gradient_share(similarities, positive, temperature):
    shares = torch.zeros_like(similarities)
    for i, column in enumerate(positive.tolist()):
        negatives = [j for j in range(similarities.shape[1]) if j != column]
        shares[i, negatives] = torch.softmax(similarities[i, negatives] / temperature, dim=0)
    return shares


# %% a difference of logarithms kind="alternative"
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities.scatter(1, positive[:, None], -torch.inf) / temperature
    return (negatives - negatives.logsumexp(dim=1, keepdim=True)).exp()
