import torch
import torch.nn.functional as F


# %% divides by D - 1 kind="misconception"
# The variance is the unbiased one, which divides by D - 1: for [1, 3, 5, 7] it is 6.67 instead of 5. That is what
# `var` and `std` do unless they are told otherwise. Look at their arguments.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% over the tokens instead of the features kind="misconception"
# Mean and variance are taken over the tokens, so for the tokens [1, 3] and [5, 7], 1 is compared with 5, not with 3.
# Layer norm looks at one token alone. Think about which axis holds its features.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=0, keepdim=True)
    variance = x.var(dim=0, keepdim=True, correction=0)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% eps outside the root kind="misconception"
# eps is added to the standard deviation, after the root: with the variance 1 and eps 3, the divisor is 4 instead of
# 2. Look at where the root ends in the docstring.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance.sqrt() + eps) * weight + bias


# %% no eps kind="misconception"
# A token such as [2, 2] has the variance 0, and 0 divided by 0 is NaN; the docstring asks for the bias. Look at what
# avoids this in the formula.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / variance.sqrt() * weight + bias


# %% no root kind="misconception"
# The token is divided by its variance: with the variance 4, a feature that is 2 above the mean gives 0.5 instead of
# 1. Compare your divisor with the formula.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance + eps) * weight + bias


# %% bias before weight kind="misconception"
# The bias is added first and then multiplied by the weight, too: with weight 4 and bias 40, a normalised feature of 1
# becomes 164 instead of 44. Look at the order in the docstring.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return ((x - mean) / (variance + eps).sqrt() + bias) * weight


# %% one mean for all tokens kind="misconception"
# Mean and variance are single numbers for the whole tensor: a token with features near 1000 changes the output of the
# token [1, 3] beside it. Look at the shape of your mean; each token should have its own.
def layer_norm(x, weight, bias, eps=1e-12):
    return (x - x.mean()) / (x.var(correction=0) + eps).sqrt() * weight + bias


# %% over all axes but the first kind="misconception"
# All tokens of a text are normalised together: for a text with the tokens [1, 3] and [5, 7], the mean is 4 for both
# of them instead of 2 and 6. Look at which axes your mean covers when x has three of them.
def layer_norm(x, weight, bias, eps=1e-12):
    axes = tuple(range(1, x.dim())) if x.dim() > 2 else (-1,)
    mean = x.mean(dim=axes, keepdim=True)
    variance = x.var(dim=axes, keepdim=True, correction=0)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% mean and variance without a graph kind="misconception"
# The values are right, but mean and variance are cut from the graph. For the token [1, 3], output 0 then seems to
# depend on feature 0 alone, although feature 1 moves the mean, too. Look for detach() or no_grad().
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True).detach()
    variance = x.var(dim=-1, keepdim=True, correction=0).detach()
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% eps fixed kind="misconception"
# The argument eps makes no difference, because a fixed number takes its place: with eps=1, the token [1, 3] should
# give about [-0.71, 0.71], and here it gives [-1, 1]. Look at where the function uses eps.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


# %% mean not subtracted kind="misconception"
# The features are divided by the deviation, but their mean stays: [1, 3] gives [1, 3] instead of [-1, 1]. Look at
# what the first words of the docstring mean for the mean of the result.
def layer_norm(x, weight, bias, eps=1e-12):
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return x / (variance + eps).sqrt() * weight + bias


# %% normalised to length 1 kind="misconception"
# The centred token is divided by its length: [1, 3] gives [-0.71, 0.71] instead of [-1, 1], and with more features
# the numbers get smaller still. Compare the sum in your divisor with the variance in the docstring.
def layer_norm(x, weight, bias, eps=1e-12):
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred.square().sum(dim=-1, keepdim=True) + eps).sqrt() * weight + bias


# %% mean of squares minus squared mean kind="misconception" hidden_because="only a mean that is large compared with the spread shows it"
# The variance is the mean of the squares minus the square of the mean. In float32, [10000, 10001] has two squares
# near 100,000,000, where float32 cannot tell neighbours apart, so the true variance, 0.25, is lost. Look at the size
# of the numbers that you subtract from each other.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = (x * x).mean(dim=-1, keepdim=True) - mean * mean
    return (x - mean) / (variance.clamp(min=0) + eps).sqrt() * weight + bias


# %% PyTorch's own kind="alternative"
def layer_norm(x, weight, bias, eps=1e-12):
    return F.layer_norm(x, weight.shape, weight, bias, eps)


# %% var_mean and rsqrt kind="alternative"
# `var_mean` computes both statistics at once, and `rsqrt` replaces a root and a division. Fused versions of layer
# norm do the same in one pass over the data.
def layer_norm(x, weight, bias, eps=1e-12):
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return torch.addcmul(bias, (x - mean) * torch.rsqrt(variance + eps), weight)


# %% sums, without keepdim kind="alternative"
def layer_norm(x, weight, bias, eps=1e-12):
    size = x.shape[-1]
    x = x - (x.sum(-1) / size).unsqueeze(-1)
    deviation = ((x * x).sum(-1) / size + eps) ** 0.5
    return bias + weight * (x / deviation[..., None])
