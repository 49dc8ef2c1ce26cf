import math
from itertools import pairwise

import torch
import torch.nn as nn


# %% product of all sizes kind="misconception"
# All sizes are multiplied together: [2, 3, 4] gives 24. Each layer connects only two neighbouring sizes; look at how
# many weights each layer has on its own.
def count_parameters(layer_sizes, bias=False):
    if len(layer_sizes) < 2:
        return 0
    return math.prod(layer_sizes) + (sum(layer_sizes[1:]) if bias else 0)


# %% counts features, not weights kind="misconception"
# The sizes after the first are added up: [2, 3, 4] gives 7, the number of outputs. A weight belongs to a pair of an
# input and an output; look at how many pairs 2 inputs and 3 outputs have.
def count_parameters(layer_sizes, bias=False):
    return sum(layer_sizes) - layer_sizes[0]


# %% one bias for each input kind="misconception"
# The biases are counted by the inputs of a layer: a layer from 2 to 3 gets 2 biases. Look at what a bias is added to.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + (i if bias else 0) for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% biases for the input, too kind="misconception"
# Every size gets biases, even the first: with biases, [2, 3] gives 6 + 2 + 3. The first size is the input, which no
# layer computes. Look at which sizes are outputs.
def count_parameters(layer_sizes, bias=False):
    weights = sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))
    return weights + (sum(layer_sizes) if bias else 0)


# %% one bias for each layer kind="misconception"
# Each layer gets a single bias: a layer from 2 to 3 counts as 6 + 1. Look at the shape of nn.Linear(2, 3).bias.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + int(bias) for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% bias always counted kind="misconception"
# Biases are counted even if the caller asks for none: without bias, [3, 4] gives 16 instead of 12. Look at where the
# code uses the argument bias.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + j for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% biases by default kind="misconception"
# Biases are counted if the caller does not mention them: [4, 2] gives 10 instead of 8. nn.Linear has a bias by
# default, but this function should not count any. Look at the default of the argument bias.
def count_parameters(layer_sizes, bias=True):
    return sum(i * j + (j if bias else 0) for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% bias never counted kind="misconception"
# The argument bias changes nothing: [2, 3] gives 6 in both cases. Look at where the code uses the argument.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% last layer forgotten kind="misconception"
# The loop stops one layer early: for [2, 3, 4] it counts only the layer from 2 to 3. Look at how many layers n sizes
# describe.
def count_parameters(layer_sizes, bias=False):
    total = 0
    for place in range(len(layer_sizes) - 2):
        total += layer_sizes[place] * layer_sizes[place + 1]
        total += layer_sizes[place + 1] if bias else 0
    return total


# %% counts in float32 kind="misconception"
# float32 holds whole numbers exactly only up to 2**24, about 17 million, so larger counts are rounded. Look at the
# number type in which the code counts.
def count_parameters(layer_sizes, bias=False):
    sizes = torch.tensor(layer_sizes, dtype=torch.float32)
    return int((sizes[:-1] * sizes[1:]).sum() + (sizes[1:].sum() if bias else 0))


# %% build the layers and ask them kind="alternative"
# On the device "meta" a layer takes no memory, so you can build a network of any size and ask it. This also works for
# layers whose formula you do not know.
def count_parameters(layer_sizes, bias=False):
    with torch.device("meta"):
        layers = [nn.Linear(i, j, bias=bias) for i, j in pairwise(layer_sizes)]
    return sum(p.numel() for layer in layers for p in layer.parameters())


# %% a loop over indices kind="alternative"
def count_parameters(layer_sizes, bias=False):
    total = 0
    for place in range(1, len(layer_sizes)):
        inputs = layer_sizes[place - 1] + (1 if bias else 0)  # the bias is a weight for a constant 1
        total += inputs * layer_sizes[place]
    return total
