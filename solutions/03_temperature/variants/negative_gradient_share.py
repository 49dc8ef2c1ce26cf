import torch
import torch.nn.functional as F


# %% p / (1 - p) as it stands kind="misconception"
# If the positive's softmax rounds to 1, 1 - p is 0, and the shares become infinite or NaN. Write out the fraction
# with its exponentials and look at what cancels.
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    shares = p / (1 - p.gather(1, positive[:, None]))
    return shares.scatter(1, positive[:, None], 0.0)


# %% a small number in the denominator kind="misconception"
# A small number in the denominator avoids the division by 0. But if the positive is far ahead, the negatives'
# probabilities are even smaller than that number, and the shares no longer sum to 1. Look at how large the true
# denominator is.
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    negatives = p.scatter(1, positive[:, None], 0.0)
    return negatives / (negatives.sum(dim=-1, keepdim=True) + 1e-8)


# %% similarity of the positive set to 0 kind="misconception"
# The positive's similarity is set to 0, but exp(0) is 1, so the positive still gets a share. Look at what a
# similarity must be to get no share.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], 0.0) / temperature, dim=-1)


# %% probability of the positive set to 0 kind="misconception"
# These are the softmax probabilities with a 0 at the positive: if the positive has 0.9, the rest sums to only 0.1.
# Look at what each row should sum to.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities / temperature, dim=-1).scatter(1, positive[:, None], 0.0)


# %% positives on the diagonal kind="misconception"
# The positives are taken from the diagonal: column 0 in row 0, column 1 in row 1. Look at what the argument
# `positive` says.
def negative_gradient_share(similarities, positive, temperature):
    rows, columns = similarities.shape
    on_diagonal = torch.arange(columns) == torch.arange(rows)[:, None]
    return torch.softmax((similarities / temperature).masked_fill(on_diagonal, float("-inf")), dim=-1)


# %% every positive is removed from every row kind="misconception"
# `[:, positive]` selects the columns of all positives in every row, so each row also loses negatives. A row has only
# one positive; look at how rows and columns are paired.
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities / temperature
    negatives[:, positive] = float("-inf")
    return torch.softmax(negatives, dim=-1).nan_to_num()


# %% changes its input kind="misconception"
# The shares are right, but after the call the caller's similarities contain minus infinity where 0.9 was: writing
# into an argument changes the caller's tensor. Look at which tensor you write into.
def negative_gradient_share(similarities, positive, temperature):
    similarities[torch.arange(len(positive)), positive] = float("-inf")
    return torch.softmax(similarities / temperature, dim=-1)


# %% multiplies by the temperature kind="misconception"
# The similarities are multiplied by T: with T = 0.1, negatives at 1 and 0 get the shares 0.52 and 0.48, more even
# instead of less. Look at what T does to the similarities.
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], float("-inf")) * temperature, dim=-1)


# %% softmax down the columns kind="misconception"
# The softmax runs down the columns, over the queries, so the rows do not sum to 1. Look at what a row stands for.
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities.scatter(1, positive[:, None], float("-inf"))
    return torch.softmax(negatives / temperature, dim=0).nan_to_num()


# %% exp() overflows kind="misconception"
# With a small T, exp() of a similarity divided by T is infinite, or 0 for all negatives, and the shares become NaN.
# They depend only on the differences between the negatives; look at how large the numbers are that go into exp().
def negative_gradient_share(similarities, positive, temperature):
    weights = torch.exp(similarities / temperature).scatter(1, positive[:, None], 0.0)
    return weights / weights.sum(dim=-1, keepdim=True)


# %% a mask of the negatives kind="alternative"
# The softmax over the negatives alone gives each one's share: the probability of the positive cancels. So it stays
# exact where the positive's softmax rounds to 1.
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
