import torch
import torch.nn.functional as F


# %% multiplies by the temperature kind="misconception"
# The logits are multiplied by T, so a low temperature makes the probabilities flatter. It should make them sharper;
# look at what logits of [1, 2] become at T = 0.1.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits * temperature, dim=dim)


# %% exp() overflows kind="misconception"
# exp() of a large number is infinite, and infinity divided by infinity is NaN: a logit of 10 at T = 0.01 already
# needs exp(1000). Softmax depends only on the differences between the logits; look at how large the numbers are that
# go into exp().
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(dim=dim, keepdim=True)


# %% divides the probabilities kind="misconception"
# T divides the probabilities instead of the logits, so they sum to 1/T: at T = 0.5, to 2. Look at what is divided,
# and when.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits, dim=dim) / temperature


# %% always the last dimension kind="misconception"
# The softmax always runs along the last dimension, so any other dim gives sums that are not 1. Look at where the
# function uses the argument dim.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / temperature, dim=-1)


# %% small temperatures are replaced kind="misconception"
# Temperatures below 0.001 are replaced by 0.001, so they all give the same, flatter probabilities. The softmax stays
# finite without that; look at which temperatures the docstring allows.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / max(temperature, 1e-3), dim=dim)


# %% a small number added to T kind="misconception"
# A small number is added to T to avoid a division by zero, but at this point T is never 0. At T = 0.000001, adding
# even 0.00000001 changes the divisor by 1%. Look at what the logits are divided by.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / (temperature + 1e-8), dim=dim)


# %% refuses only zero kind="misconception"
# T = 0 is refused, but a negative T is not, and it reverses the order of the items. Look at what the docstring says
# about temperatures.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature == 0:
        raise ValueError("the temperature must not be 0")
    return torch.softmax(logits / temperature, dim=dim)


# %% refuses nothing kind="misconception"
# T = 0 gives NaN, and a negative T reverses the order of the items. Look at what the docstring says about such
# temperatures.
def temperature_softmax(logits, temperature, dim=-1):
    return torch.softmax(logits / temperature, dim=dim)


# %% cuts the gradient kind="misconception"
# The values are right, but the result has no graph: its `requires_grad` is False. detach(), item(), numpy() and
# torch.tensor() cut the graph. Look at whether the result has a grad_fn.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits.detach() / temperature, dim=dim)


# %% by hand, with the largest logit taken away first kind="alternative"
# Subtracting the largest logit *before* dividing by a small temperature keeps every exponent at or below 0: exp may
# become 0, but never infinite.
def temperature_softmax(logits, temperature, dim=-1):
    if not temperature > 0:
        raise ValueError(f"expected a temperature above 0, got {temperature}")
    below = logits - logits.amax(dim=dim, keepdim=True)
    weights = torch.exp(below / temperature)
    return weights / weights.sum(dim=dim, keepdim=True)


# %% log-softmax, and a ValueError of its own kind="alternative"
class NoTemperature(ValueError):
    pass


def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise NoTemperature(temperature)
    return F.log_softmax(logits.div(temperature), dim).exp()
