import math
from itertools import pairwise

import torch
import torch.nn as nn


# %% product of all sizes kind="misconception"
# All sizes are multiplied with one another. Each layer connects only two neighbours: multiply pairs, then add.
def count_parameters(layer_sizes, bias=False):
    if len(layer_sizes) < 2:
        return 0
    return math.prod(layer_sizes) + (sum(layer_sizes[1:]) if bias else 0)


# %% counts neurons kind="misconception"
# The sizes are added up: that counts features, not the weights between them. A weight belongs to a pair of features.
def count_parameters(layer_sizes, bias=False):
    return sum(layer_sizes) - layer_sizes[0]


# %% bias for each input kind="misconception"
# The biases are counted by the inputs of a layer. A bias is added to each output.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + (i if bias else 0) for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% bias for the input layer too kind="misconception"
# There is one bias too many for each input feature: the first size is what comes in, and no layer produces it.
def count_parameters(layer_sizes, bias=False):
    weights = sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))
    return weights + (sum(layer_sizes) if bias else 0)


# %% one bias a layer kind="misconception"
# Each layer gets a single bias here. It has one for each of its outputs.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + int(bias) for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% bias always counted kind="misconception"
# Biases are counted although nobody asked for them. Look at the default of the argument, and at whether it is used.
def count_parameters(layer_sizes, bias=True):
    return sum(i * j + j for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% bias never counted kind="misconception"
# The argument bias changes nothing: with bias=True each layer has a number more for each of its outputs.
def count_parameters(layer_sizes, bias=False):
    return sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))


# %% last layer forgotten kind="misconception"
# The loop stops one layer early. For n sizes there are n - 1 layers.
def count_parameters(layer_sizes, bias=False):
    total = 0
    for place in range(len(layer_sizes) - 2):
        total += layer_sizes[place] * layer_sizes[place + 1]
        total += layer_sizes[place + 1] if bias else 0
    return total


# %% counts in float32 kind="misconception"
# float32 holds whole numbers exactly only up to about 16 million, and the docstring asks for an int. Count with
# Python's own integers.
def count_parameters(layer_sizes, bias=False):
    sizes = torch.tensor(layer_sizes, dtype=torch.float32)
    return int((sizes[:-1] * sizes[1:]).sum() + (sizes[1:].sum() if bias else 0))


# %% build the layers and ask them kind="alternative"
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
