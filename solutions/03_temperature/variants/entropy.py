import torch


# %% 0 log 0 is NaN kind="misconception"
# A probability of exactly 0 makes the result NaN: 0 times minus infinity. Such an item should add nothing.
def entropy(probs, dim=-1):
    return -(probs * probs.log()).sum(dim=dim)


# %% a small number inside the logarithm kind="misconception"
# A small number added inside the logarithm hides the NaN, but shifts all the others: a sure item no longer has an
# entropy of exactly 0.
def entropy(probs, dim=-1):
    return -(probs * (probs + 1e-9).log()).sum(dim=dim)


# %% in bits kind="misconception"
# This is the entropy in bits, by the logarithm to base 2. Nats take the natural logarithm.
def entropy(probs, dim=-1):
    return -torch.where(probs > 0, probs * probs.clamp(min=1e-45).log2(), 0.0).sum(dim=dim)


# %% the sign is missing kind="misconception"
# Logarithms of probabilities are negative. The minus sign in front makes the entropy positive.
def entropy(probs, dim=-1):
    return torch.xlogy(probs, probs).sum(dim=dim)


# %% mean instead of sum kind="misconception"
# The terms are averaged. Entropy is their sum: the probabilities are the weights already.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).mean(dim=dim)


# %% one number for everything kind="misconception"
# The sum runs over the whole tensor. There should be one entropy for each row: sum along dim only.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum()


# %% dim is ignored kind="misconception"
# The sum always runs along the last dimension. The argument dim says along which one it should.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=-1)


# %% the dimension stays kind="misconception"
# The dimension that is summed is still there, with size 1. It should disappear: leave keepdim out.
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=dim, keepdim=True)


# %% takes its input for logits kind="misconception"
# A softmax is applied first, but the input holds probabilities already. A second softmax flattens them.
def entropy(probs, dim=-1):
    probs = torch.softmax(probs, dim=dim)
    return -torch.xlogy(probs, probs).sum(dim=dim)


# %% torch.special.entr kind="alternative"
def entropy(probs, dim=-1):
    return torch.special.entr(probs).sum(dim=dim)


# %% ones in the place of zeros kind="alternative"
def entropy(probs, dim=-1):
    safe = torch.where(probs > 0, probs, torch.ones_like(probs))
    return -(probs * safe.log()).sum(dim)


# %% a floor inside the logarithm, below all probabilities kind="alternative"
def entropy(probs, dim=-1):
    return (probs * -probs.clamp(min=1e-38).log()).sum(dim)
