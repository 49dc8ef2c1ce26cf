import math

import torch
import torch.nn.functional as F


# %% softmax down the columns kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The columns sum to 1, not the rows: for the scores [[1, 1], [0, 0]], the first row is [0.73, 0.73] instead of [0.5,
# 0.5]. A row belongs to the word that asks, and its weights are shared among the words that it asks. Look at the axis
# of the softmax.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-2)
    hidden = ~mask
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(hidden, lowest).softmax(dim=-2).masked_fill(hidden, 0.0)


# %% True hides kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The mask is read the other way round: with the mask [True, False], word 0 gets weight 0 and word 1 gets 1. Look at
# what True means in the docstring; nn.MultiheadAttention uses the opposite meaning.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(mask, lowest).softmax(dim=-1).masked_fill(mask, 0.0)


# %% hidden after the softmax kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The hidden words still take their share in the softmax and are set to 0 only afterwards: [0.5, 0.5] becomes [0.5,
# 0], which no longer sums to 1. Look at which scores go into the softmax.
def attention_weights(scores, mask=None):
    weights = scores.softmax(dim=-1)
    return weights if mask is None else weights * mask


# %% NaN in a fully masked row kind="misconception" also_affects=["MultiHeadSelfAttention"]
# In a row where everything is hidden, all scores are minus infinity, and the softmax gives 0/0, which is NaN. One
# such row spoils the gradient of the whole model. Look at what the docstring says about it.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(dim=-1)


# %% equal weights in a fully masked row kind="misconception" also_affects=["MultiHeadSelfAttention"]
# Hidden scores are set to one low number. If all 4 scores of a row are equally low, softmax gives 0.25 to each, so a
# word that may attend to nothing attends to everything. Look at what the docstring says about such a row.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(dim=-1)


# %% hidden scores not low enough kind="misconception"
# Hidden scores are set to -1000. Where the visible scores are lower still, such as -5000, the hidden words take all
# the weight, and the visible ones get 0. Look at the range of scores in the docstring.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    return scores.masked_fill(~mask, -1000.0).softmax(dim=-1) * mask


# %% NaN in the gradient kind="misconception"
# The NaN of a fully masked row is replaced after the softmax, so the weights look right, but the gradient still goes
# through 0/0 and becomes NaN. Look at the scores of such a row before the softmax.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    barrier = torch.zeros(mask.shape, dtype=scores.dtype).masked_fill(~mask, -math.inf)
    return (scores + barrier).softmax(dim=-1).nan_to_num(0.0)


# %% exp() overflows kind="misconception"
# exp(1000) is infinite, and infinity divided by infinity is NaN. The weights depend only on the differences between
# the scores of a row; look at how large the numbers are that go into exp().
def attention_weights(scores, mask=None):
    powers = scores.exp()
    if mask is not None:
        powers = powers * mask
    return powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)


# %% hidden scores set to 0 kind="misconception" also_affects=["MultiHeadSelfAttention"]
# Hidden scores are set to 0, but exp(0) is 1, so hidden words still get weight: the scores [0, 9] with the mask
# [True, False] give [0.5, 0.5]. Look at what a score must be to get no weight.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores * mask
    return scores.softmax(dim=-1)


# %% mask not used kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The mask makes no difference: the scores [0, 0] with the mask [True, False] still give [0.5, 0.5]. Look at where the
# function uses the mask.
def attention_weights(scores, mask=None):
    return scores.softmax(dim=-1)


# %% renormalised afterwards kind="misconception"
# The softmax runs over all words; then the hidden weights are set to 0 and the rest is divided by its sum. If a
# hidden word has a much larger score, the other weights round to 0, and nothing is left to divide. Look at which
# scores go into the softmax.
def attention_weights(scores, mask=None):
    weights = scores.softmax(dim=-1)
    if mask is None:
        return weights
    weights = weights * mask
    return weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)


# %% softmax only where there is something to see kind="alternative"
def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    mask = mask.expand_as(scores)
    blind = ~mask.any(dim=-1, keepdim=True)
    safe = scores.masked_fill(~(mask | blind), float("-inf"))
    return torch.where(blind, torch.zeros_like(scores), safe.softmax(dim=-1))


# %% exp by hand, with the row's maximum taken away kind="alternative"
# This is what softmax does inside: subtract the row's maximum so that exp cannot overflow, and divide by the sum. A
# row without any key has the sum 0, which is replaced by 1, so its weights stay 0.
def attention_weights(scores, mask=None):
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    lowered = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    powers = torch.exp(lowered - lowered.amax(dim=-1, keepdim=True)) * mask
    total = powers.sum(dim=-1, keepdim=True)
    return powers / torch.where(total > 0, total, 1.0)


# %% a large negative number, then times the mask kind="alternative"
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + (~mask).to(scores.dtype) * -1e9
    weights = torch.softmax(scores, dim=-1)
    return weights if mask is None else weights * mask


# %% masked_fill with -inf, NaN replaced: masked_fill keeps the NaN out of the gradient kind="alternative"
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    return torch.nan_to_num(scores.masked_fill(~mask, -math.inf).softmax(dim=-1), 0.0)
