import math

import torch
import torch.nn as nn


# %% the future instead of the past kind="misconception"
# True marks the later words, as the attn_mask of nn.MultiheadAttention does: for n = 2, the first row is [False,
# True]. Here True means that a word may attend; look at what that row says about the first word.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


# %% rows and columns swapped kind="misconception"
# The mask is transposed: for n = 2, the first row is [True, True], so the first word sees the second. The row belongs
# to the word that asks; look at which entries of the first row should be True.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu()


# %% without the diagonal kind="misconception"
# No word sees itself, so for n = 2 the first row is [False, False], and the first word sees nothing at all. Look at
# whether the condition in the docstring holds on the diagonal.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(-1)


# %% one word too far kind="misconception"
# Every word also sees the next one, which is exactly what it should learn to predict: for n = 2 all four entries are
# True. Look at the entries just to the right of the diagonal.
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(1)


# %% ones and zeros kind="misconception"
# The right places are marked, but with the numbers 1 and 0. Operations such as ~ and masked_fill need True and False;
# look at the dtype of the result.
def causal_mask(n):
    return torch.ones(n, n).tril()


# %% minus infinity to be added kind="misconception"
# This is an additive mask, with 0 and minus infinity, to be added to the scores. Look at the dtype that the docstring
# asks for.
def causal_mask(n):
    return torch.full((n, n), -math.inf).triu(1)


# %% fixed size kind="misconception"
# The mask always has the 3 rows and columns of the example. Look at where the function uses n.
def causal_mask(n):
    return torch.tensor([[True, False, False], [True, True, False], [True, True, True]])


# %% a list of lists kind="misconception"
# The values are right, but they are in a list of lists, [[True, False], [True, True]]. Operations such as ~ and
# masked_fill need a tensor; look at the type of the result.
def causal_mask(n):
    return [[column <= row for column in range(n)] for row in range(n)]


# %% comparing places kind="alternative"
# A column of places compared with a row of places gives the matrix by broadcasting. Change the comparison, and you
# have other masks, for example "at most 3 words back".
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
