import torch
import torch.nn.functional as F


# %% divides by D - 1 kind="misconception"
# The variance is the unbiased one, which divides by D - 1: for [1, 3, 5, 7] it is 20/3 and not 5. That is what
# `var` and `std` do unless they are told otherwise. Look at their argument `correction`.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% over the tokens instead of the features kind="misconception"
# Mean and variance are taken over the first axis, so each feature is compared with the same feature of other tokens.
# Layer norm looks at one token alone: which axis holds its features?
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=0, keepdim=True)
    variance = x.var(dim=0, keepdim=True, correction=0)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% eps outside the root kind="misconception"
# eps is added to the standard deviation, after the root. The docstring adds it to the variance: with the variance 1 and
# eps 3 the divisor is the root of 4. Look at where the root ends.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance.sqrt() + eps) * weight + bias


# %% no eps kind="misconception"
# A token whose features are all equal has the variance 0, and 0 divided by 0 is NaN. Look at what avoids this in the
# formula.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / variance.sqrt() * weight + bias


# %% no root kind="misconception"
# The token is divided by its variance, not by the root of it: a token with the variance 5 is divided by 5. Compare the
# result with the worked example.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance + eps) * weight + bias


# %% bias before weight kind="misconception"
# The bias is added first and then multiplied by the weight, too. With weight 4 and bias 40 a feature of 1 becomes 164
# and not 44. Look at the order in the formula.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return ((x - mean) / (variance + eps).sqrt() + bias) * weight


# %% one mean for all tokens kind="misconception"
# Mean and variance are single numbers for the whole tensor, so a token with large features changes the output of all
# others. Each token needs its own mean and variance.
def layer_norm(x, weight, bias, eps=1e-12):
    return (x - x.mean()) / (x.var(correction=0) + eps).sqrt() * weight + bias


# %% over all axes but the first kind="misconception"
# The tokens of a text are normalised together: one mean and one variance for a whole text. Look at which axes the mean
# is taken over when x has three of them.
def layer_norm(x, weight, bias, eps=1e-12):
    axes = tuple(range(1, x.dim())) if x.dim() > 2 else (-1,)
    mean = x.mean(dim=axes, keepdim=True)
    variance = x.var(dim=axes, keepdim=True, correction=0)
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% mean and variance without a graph kind="misconception"
# The values are right, but mean and variance are cut from the graph. Output 0 then seems to depend on feature 0 alone,
# and the gradient is wrong. Look for detach() or no_grad().
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True).detach()
    variance = x.var(dim=-1, keepdim=True, correction=0).detach()
    return (x - mean) / (variance + eps).sqrt() * weight + bias


# %% eps fixed kind="misconception"
# The argument eps makes no difference: a number of your own stands in its place. Look at where the function uses eps.
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


# %% mean not subtracted kind="misconception"
# The token is divided by its deviation, but its mean stays. After layer norm, weight 1 and bias 0, the mean should be 0.
def layer_norm(x, weight, bias, eps=1e-12):
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return x / (variance + eps).sqrt() * weight + bias


# %% normalised to length 1 kind="misconception"
# The token is divided by its length. The deviation divides the sum of squares by D before the root, so it is smaller by
# the factor root of D. Compare with the worked example.
def layer_norm(x, weight, bias, eps=1e-12):
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred.square().sum(dim=-1, keepdim=True) + eps).sqrt() * weight + bias


# %% mean of squares minus squared mean kind="misconception" hidden_because="only a mean that is large compared with the spread shows it"
# The variance is computed as the mean of the squares minus the square of the mean. In float32, two large and nearly equal
# numbers are subtracted, and few digits are left. Subtract the mean before you square.
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
