import torch


# %% 0 log 0 is NaN kind="misconception"
# A probability of exactly 0 makes the result NaN, because log(0) is minus infinity and 0 times infinity is NaN. Such
# an item should add nothing; look at what happens to [1, 0].
def entropy(probs, dim=-1):
    return -(probs * probs.log()).sum(dim=dim)


# %% a small number inside the logarithm kind="misconception"
# A small number inside the logarithm avoids the NaN, but changes the other terms, too: in float64, [1, 0] no longer
# has an entropy of exactly 0. Look at what the docstring says about one-hot probabilities.
def entropy(probs, dim=-1):
    return -(probs * (probs + 1e-9).log()).sum(dim=dim)


# %% in bits kind="misconception"
# This is the entropy in bits, with logarithms to base 2: [0.5, 0.5] gives 1. Look at the unit in the docstring.
def entropy(probs, dim=-1):
    return -torch.where(probs > 0, probs * probs.clamp(min=1e-45).log2(), 0.0).sum(dim=dim)


# %% the sign is missing kind="misconception"
# The result is negative: [0.5, 0.5] gives -0.69, because the logarithm of a probability is never above 0. Look at the
# sign in the definition of entropy.
def entropy(probs, dim=-1):
    return torch.xlogy(probs, probs).sum(dim=dim)


# %% mean instead of sum kind="misconception"
# The terms are averaged, so [0.5, 0.5] gives half of its entropy. The probabilities already weight the terms; look at
# how the terms are combined.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).mean(dim=dim)


# %% one number for everything kind="misconception"
# The sum runs over the whole tensor, so a table with 3 rows gives a single number instead of 3. Look at the shape of
# the result in the docstring.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum()


# %% dim not used kind="misconception"
# The sum always runs along the last dimension: a table of shape (2, 3) gives 2 numbers even with dim=0, where it
# should give 3. Look at where the function uses the argument.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=-1)


# %% the dimension stays kind="misconception"
# The summed dimension is still there, with size 1: a table of shape (3, 4) gives (3, 1) instead of (3,). Look at the
# arguments of the sum.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=dim, keepdim=True)


# %% treats probabilities as logits kind="misconception"
# A softmax is applied first, although the input already contains probabilities: [1, 0] becomes about [0.73, 0.27].
# Look at what the docstring says about the input.
def entropy(probs, dim=-1):
    probs = torch.softmax(probs, dim=dim)
    return -torch.xlogy(probs, probs).sum(dim=dim)


# %% torch.special.entr kind="alternative"
# PyTorch has -p log p as one function, exact at 0. Its name is hard to guess; the page of `torch.special` in the
# documentation is worth a look.
def entropy(probs, dim=-1):
    return torch.special.entr(probs).sum(dim=dim)


# %% ones in the place of zeros kind="alternative"
def entropy(probs, dim=-1):
    safe = torch.where(probs > 0, probs, torch.ones_like(probs))
    return -(probs * safe.log()).sum(dim)


# %% a floor inside the logarithm, below all probabilities kind="alternative"
def entropy(probs, dim=-1):
    return (probs * -probs.clamp(min=1e-38).log()).sum(dim)
