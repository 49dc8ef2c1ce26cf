import math

import torch
import torch.nn as nn


# %% the future instead of the past kind="misconception"
# This mask is True where the column is later than the row, as attn_mask of nn.MultiheadAttention wants it. Here True
# means that a word may attend.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


# %% rows and columns swapped kind="misconception"
# This is the transposed mask: every word sees itself and what comes later. The row is the word that asks.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu()


# %% without the diagonal kind="misconception"
# A word may not see itself here, and the first word has nothing to look at. column <= row includes the diagonal.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(-1)


# %% one word too far kind="misconception"
# Every word sees the next one, which is exactly what it should learn to predict.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(1)


# %% ones and zeros kind="misconception"
# The places are right, but they are numbers. A mask is a tensor of dtype bool; ~ of the number 1 is -2, not False.
def causal_mask(n):
    return torch.ones(n, n).tril()


# %% minus infinity to be added kind="misconception"
# This is an additive mask: 0 and minus infinity, to be added to the scores. Asked for is True and False.
def causal_mask(n):
    return torch.full((n, n), -math.inf).triu(1)


# %% size of the example kind="misconception"
# The mask always has the size of the example. n says how many words there are.
def causal_mask(n):
    return torch.tensor([[True, False, False], [True, True, False], [True, True, True]])


# %% a list of lists kind="misconception"
# True and False stand in the right places, but in a list of lists. Tensor operations such as ~ and masked_fill need a
# tensor.
def causal_mask(n):
    return [[column <= row for column in range(n)] for row in range(n)]


# %% comparing places kind="alternative"
def causal_mask(n):
    place = torch.arange(n)
    return place.unsqueeze(0) <= place.unsqueeze(1)


# %% not the upper triangle kind="alternative"
def causal_mask(n):
    return ~torch.triu(torch.ones(n, n), diagonal=1).bool()


# %% two loops kind="alternative"
def causal_mask(n):
    mask = torch.zeros(n, n, dtype=torch.bool)
    for row in range(n):
        mask[row, : row + 1] = True
    return mask


# %% the float mask of nn.Transformer, compared with 0 kind="alternative"
def causal_mask(n):
    return nn.Transformer.generate_square_subsequent_mask(n) == 0
