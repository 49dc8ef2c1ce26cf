import torch


# %% the published example kind="misconception"
# This is the example that the recipe comes with, and on which it is right. What do all of its rows have in common?
def counterexample():
    anchors, negatives = torch.zeros(5, 2), torch.zeros(7, 2)
    anchors[0], negatives[1] = 1, 1
    return anchors, negatives


# %% other constant rows kind="misconception"
# The rows differ from each other, but within each row all features are equal. Scrambling equal numbers changes
# nothing.
def counterexample():
    return torch.arange(4.0)[:, None].expand(4, 3), torch.arange(5.0)[:, None].expand(5, 3)


# %% only one pair kind="misconception"
# With one anchor and one negative, each feature is repeated once, so nothing is scrambled. Add a row to either side.
def counterexample():
    return torch.tensor([[1.0, 2.0]]), torch.tensor([[5.0, 7.0]])


# %% only one feature kind="misconception"
# One feature cannot be in the wrong place. Take at least two, and unequal ones.
def counterexample():
    return torch.tensor([[1.0], [2.0]]), torch.tensor([[5.0], [7.0], [0.0]])


# %% integers kind="misconception"
# Whole numbers written without a point make integer tensors. Write 1.0 instead of 1.
def counterexample():
    return torch.tensor([[0, 1]]), torch.tensor([[0, 0], [0, 0]])


# %% infinite numbers kind="misconception"
# Infinity minus infinity is NaN on both ways. The recipe should be wrong on ordinary numbers.
def counterexample():
    return torch.tensor([[0.0, float("inf")]]), torch.zeros(2, 2)


# %% too small a difference kind="misconception"
# The recipe is wrong here, but by less than 0.001, which could pass for rounding. Take larger numbers.
def counterexample():
    return torch.tensor([[0.0, 0.01]]), torch.zeros(2, 2)


# %% vectors instead of tables kind="misconception"
# Anchors and negatives are tables with two axes, a row for each vector, even if there is only one row.
def counterexample():
    return torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0])


# %% rounding of huge numbers kind="misconception"
# On these rows the recipe is right; what differs is the rounding of float32. In double precision nothing is left of
# it.
def counterexample():
    return torch.full((2, 3), 12345.678), torch.full((2, 3), 0.1)


# %% unequal widths kind="misconception"
# Anchors and negatives must have equally many features, or there is no distance between them.
def counterexample():
    return torch.tensor([[0.0, 1.0, 2.0]]), torch.zeros(2, 2)


# %% random rows kind="alternative"
def counterexample():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 4, generator=generator), torch.randn(5, 4, generator=generator)


# %% a single negative kind="alternative"
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
