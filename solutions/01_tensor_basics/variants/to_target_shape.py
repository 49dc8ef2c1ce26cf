import torch


# %% squeezes every axis kind="misconception"
# squeeze() without an axis takes away every axis of size one, also an a or b that happens to be 1. Say which axis you
# mean.
def to_target_shape(x):
    return x.squeeze().unsqueeze(0).unsqueeze(-1).unsqueeze(-1)


# %% axes have moved kind="misconception"
# After unsqueeze(0) every axis has a new number, one higher. The axis that you then squeeze is not the one you
# thought of. Write the shape behind each step.
def to_target_shape(x):
    return x.unsqueeze(0).squeeze(1).unsqueeze(-1)


# %% adds axes and removes none kind="misconception"
# Two axes are added, but the axis of size one between a and b is still there. Count the axes of the result.
def to_target_shape(x):
    return x.unsqueeze(0).unsqueeze(-1)


# %% right shape, scrambled values kind="misconception"
# The shape is right, but the numbers are in another order: reshaping to (b, a) and swapping the axes afterwards is
# not the same as keeping a and b where they are.
def to_target_shape(x):
    a, _, b, _ = x.shape
    return x.reshape(1, b, a, 1, 1).transpose(1, 2)


# %% copies the numbers kind="misconception"
# The shape and the values are right, but the result has memory of its own. squeeze and unsqueeze alone give a view;
# something here makes a copy.
def to_target_shape(x):
    return torch.tensor(x.tolist(), dtype=x.dtype).squeeze(1).unsqueeze(0).unsqueeze(-1)


# %% changes its input kind="misconception"
# A name that ends in an underscore works in place: the caller's tensor has another shape afterwards. Use the names
# without it.
def to_target_shape(x):
    return x.squeeze_(1).unsqueeze_(0).unsqueeze_(-1)


# %% sizes of the example kind="misconception"
# The sizes of the worked example stand in the code. Your function should take any a and b: let the tensor say its own
# sizes.
def to_target_shape(x):
    return x.reshape(1, 2, 3, 1, 1)


# %% a and b swapped kind="misconception"
# a and b have changed places. Nothing in this exercise turns rows into columns.
def to_target_shape(x):
    return x.squeeze(3).squeeze(1).T.unsqueeze(0).unsqueeze(-1).unsqueeze(-1)


# %% unsqueeze first, then count again kind="alternative"
def to_target_shape(x):
    longer = x.unsqueeze(0).unsqueeze(-1)  # (1, a, 1, b, 1, 1)
    return longer.squeeze(2)


# %% both axes squeezed by name, torch functions kind="alternative"
def to_target_shape(x):
    matrix = torch.squeeze(x, (1, 3))  # (a, b)
    for axis in (0, -1, -1):
        matrix = torch.unsqueeze(matrix, axis)
    return matrix
