import torch


# %% published example kind="misconception"
# This is the example that comes with the recipe, and on it the recipe is right, with a difference of 0. Look at what
# all of its rows have in common.
def counterexample():
    anchors, negatives = torch.zeros(5, 2), torch.zeros(7, 2)
    anchors[0], negatives[1] = 1, 1
    return anchors, negatives


# %% other constant rows kind="misconception"
# The rows differ from each other, but within each row all features are equal, as in [2, 2]: mixing them up changes
# nothing. Look inside a row.
def counterexample():
    return torch.arange(4.0)[:, None].expand(4, 3), torch.arange(5.0)[:, None].expand(5, 3)


# %% only one pair kind="misconception"
# With one anchor and one negative, each row is repeated 1 time, so no feature leaves its place. Look at what decides
# how often the recipe repeats a feature.
def counterexample():
    return torch.tensor([[1.0, 2.0]]), torch.tensor([[5.0, 7.0]])


# %% only one feature kind="misconception"
# A row such as [3] has a single feature, which cannot get into the wrong place. Look at what the recipe mixes up, and
# at what a row needs for that.
def counterexample():
    return torch.tensor([[1.0], [2.0]]), torch.tensor([[5.0], [7.0], [0.0]])


# %% integers kind="misconception"
# Numbers without a decimal point make integer tensors: 1 gives int64, and 1.0 gives float32. Check the dtype of both
# tensors against the docstring.
def counterexample():
    return torch.tensor([[0, 1]]), torch.tensor([[0, 0], [0, 0]])


# %% infinite numbers kind="misconception"
# Here some distances are infinite, and infinity minus infinity is NaN, which shows nothing. The recipe is wrong on
# numbers such as 1 and 2 too. Check whether all your numbers are finite.
def counterexample():
    return torch.tensor([[0.0, float("inf")]]), torch.zeros(2, 2)


# %% difference too small kind="misconception"
# The recipe is wrong here, but only by about 0.0001, which could pass for rounding. Check how large your numbers are.
def counterexample():
    return torch.tensor([[0.0, 0.01]]), torch.zeros(2, 2)


# %% vectors instead of tables kind="misconception"
# Anchors and negatives have only one axis each, such as (2,) instead of (1, 2). They should be tables with a row for
# each vector, even if there is only one. Check their shapes.
def counterexample():
    return torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0])


# %% large constant rows kind="misconception"
# Large numbers alone do not help: in a row such as [1000, 1000] all features are equal, so mixing them up changes
# nothing, and the recipe is right. Look inside a row.
def counterexample():
    return torch.full((2, 3), 12345.678), torch.full((2, 3), 0.1)


# %% different numbers of features kind="misconception"
# The anchors have a different number of features from the negatives, such as 2 and 3, so there is no distance between
# them. Check the last axis of both.
def counterexample():
    return torch.tensor([[0.0, 1.0, 2.0]]), torch.zeros(2, 2)


# %% random rows kind="alternative"
def counterexample():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 4, generator=generator), torch.randn(5, 4, generator=generator)


# %% a single negative kind="alternative"
# Even one negative is enough: the recipe scrambles the features of each row, so with two anchors any row that is not
# constant shows it.
def counterexample():
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 7.0]])


# %% only the negatives vary kind="alternative"
def counterexample():
    return torch.ones(2, 3), torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


# %% in double precision kind="alternative"
def counterexample():
    anchors = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    return anchors, torch.zeros(4, 3, dtype=torch.float64)


# %% the negatives are the anchors kind="alternative"
def counterexample():
    anchors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    return anchors, anchors
