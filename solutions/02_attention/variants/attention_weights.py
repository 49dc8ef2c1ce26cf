import math

import torch
import torch.nn.functional as F


# %% softmax down the columns kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The columns sum to 1, not the rows. The word that asks is the row, and it is the row that has one hundred percent to
# spend.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-2)
    hidden = ~mask
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(hidden, lowest).softmax(dim=-2).masked_fill(hidden, 0.0)


# %% True hides kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The mask is read the other way round. Here True means that a word may attend; nn.MultiheadAttention means the
# opposite.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(mask, lowest).softmax(dim=-1).masked_fill(mask, 0.0)


# %% hidden after the softmax kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The hidden words have taken their share in the softmax before they are set to 0, so the others no longer sum to 1.
# Hide before the softmax.
def attention_weights(scores, mask=None):
    weights = scores.softmax(dim=-1)
    return weights if mask is None else weights * mask


# %% NaN in a fully masked row kind="misconception" also_affects=["MultiHeadSelfAttention"]
# A row in which everything is minus infinity gives 0/0, and that is NaN. One such row spoils every gradient of the
# model.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(dim=-1)


# %% equal weights in a fully masked row kind="misconception" also_affects=["MultiHeadSelfAttention"]
# When all scores of a row are equally low, softmax gives equal weights: a word that may attend to nothing attends to
# everything. Hidden places must be 0 after the softmax, too.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(dim=-1)


# %% not low enough kind="misconception"
# Hidden places get a score of -1000. Where the real scores lie lower than that, the hidden word wins. Take a number
# below any real score.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    return scores.masked_fill(~mask, -1000.0).softmax(dim=-1) * mask


# %% NaN comes back in the gradient kind="misconception"
# The NaN of a fully masked row is replaced after the softmax, so the weights look right. On the way back through 0/0
# the gradient is NaN again.
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    barrier = torch.zeros(mask.shape, dtype=scores.dtype).masked_fill(~mask, -math.inf)
    return (scores + barrier).softmax(dim=-1).nan_to_num(0.0)


# %% exp without a net kind="misconception"
# exp() of a large score is infinite, and infinity divided by infinity is NaN. Softmax takes the largest score of a
# row away first, which changes nothing but the size of the numbers.
def attention_weights(scores, mask=None):
    powers = scores.exp()
    if mask is not None:
        powers = powers * mask
    return powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)


# %% hidden scores set to 0 kind="misconception" also_affects=["MultiHeadSelfAttention"]
# A score of 0 hides nothing: e to the power of 0 is 1, and the hidden word gets its share.
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores * mask
    return scores.softmax(dim=-1)


# %% mask not used kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The mask makes no difference: every word still looks at every other one.
def attention_weights(scores, mask=None):
    return scores.softmax(dim=-1)


# %% shares out the rest afterwards kind="misconception"
# Softmax over all words, then hide, then divide by what is left: as long as the hidden words are not much stronger
# this looks right. When one of them has taken everything, nothing is left to share. Hide before the softmax.
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
