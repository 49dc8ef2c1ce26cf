import torch


# %% squeezes every axis kind="misconception"
# squeeze() without an argument removes every axis of size 1, including a or b when it happens to be 1: (1, 1, 3, 1)
# becomes (3,), so a is lost. Look at which axes you want to remove.
def to_target_shape(x):
    return x.squeeze().unsqueeze(0).unsqueeze(-1).unsqueeze(-1)


# %% wrong axis after unsqueeze kind="misconception"
# After unsqueeze(0) the shape is (1, a, 1, b, 1): every axis has moved up by one, so axis 1 is now a, and a squeeze
# there removes nothing unless a is 1. Write down the shape after each step, and look at the numbers of the axes.
def to_target_shape(x):
    return x.unsqueeze(0).squeeze(1).unsqueeze(-1)


# %% adds axes and removes none kind="misconception"
# The result has shape (1, a, 1, b, 1, 1): two axes are added, but the axis of size 1 between a and b is still there.
# Compare it with the target shape, axis by axis.
def to_target_shape(x):
    return x.unsqueeze(0).unsqueeze(-1)


# %% squeezes axis 2 kind="misconception"
# Axes are counted from 0, so axis 2 is b, and the axis of size 1 between a and b stays: (2, 1, 3, 1) still has both of
# its 1s after squeeze(2). Write down the shape after each step, and look at the numbers of the axes.
def to_target_shape(x):
    return x.squeeze(2).unsqueeze(0).unsqueeze(-1)


# %% right shape, scrambled values kind="misconception"
# The shape is right, but the numbers are in a different order: [[0, 1, 2], [3, 4, 5]] becomes [[0, 2, 4], [1, 3, 5]].
# Reshaping to (b, a) and then swapping the axes does not keep the rows. Look at which steps do more than add or
# remove an axis of size 1.
def to_target_shape(x):
    a, _, b, _ = x.shape
    return x.reshape(1, b, a, 1, 1).transpose(1, 2)


# %% copies the numbers kind="misconception"
# The shape and the values are right, but the result is a copy: after `result[0, 0, 0, 0, 0] = 9`, x is the same as
# before. The exercise asks for a view; look for the step that creates a new tensor.
def to_target_shape(x):
    return x.clone().squeeze(1).unsqueeze(0).unsqueeze(-1)


# %% changes its input kind="misconception"
# A method whose name ends in an underscore works in place: after the call, the caller's x of shape (3, 1, 4, 1) has
# another shape, too. Compare x.shape before and after.
def to_target_shape(x):
    return x.squeeze_(1).unsqueeze_(0).unsqueeze_(-1)


# %% fixed sizes kind="misconception"
# The sizes 2 and 3 of the example are written into the code, so other inputs raise an error or get the wrong shape.
# The function should work for any a and b; look at where it takes the sizes from.
def to_target_shape(x):
    return x.reshape(1, 2, 3, 1, 1)


# %% a and b swapped kind="misconception"
# The result has shape (1, b, a, 1, 1): rows and columns have been swapped. Here a and b keep their order; look for a
# step that transposes.
def to_target_shape(x):
    return x.squeeze(3).squeeze(1).T.unsqueeze(0).unsqueeze(-1).unsqueeze(-1)


# %% view or reshape kind="misconception"
# The shape and the values are right, and the result is a view, but view() and reshape() have to be told all sizes, and
# they accept any that give 6 entries, (3, 2) as well as (2, 3). Look at which two methods the docstring names.
def to_target_shape(x):
    return x.reshape(1, x.shape[0], x.shape[2], 1, 1)


# %% unsqueeze first, then count again kind="alternative"
# The order of the steps is free, but the axis numbers follow it: after unsqueeze(0) the axis of size one that was
# number 1 is number 2.
def to_target_shape(x):
    longer = x.unsqueeze(0).unsqueeze(-1)  # (1, a, 1, b, 1, 1)
    return longer.squeeze(2)


# %% both axes squeezed by name, torch functions kind="alternative"
def to_target_shape(x):
    matrix = torch.squeeze(x, (1, 3))  # (a, b)
    for axis in (0, -1, -1):
        matrix = torch.unsqueeze(matrix, axis)
    return matrix
