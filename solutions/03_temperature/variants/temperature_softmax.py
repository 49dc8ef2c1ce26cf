import torch
import torch.nn.functional as F


# %% multiplies by the temperature kind="misconception"
# The logits are multiplied by T, so that a low temperature makes them flatter. It should make them sharper: divide.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits * temperature, dim=dim)


# %% the formula as it stands kind="misconception"
# exp() of a logit divided by a small T is infinite, and infinity divided by infinity is NaN. Take the largest logit
# away first, or let torch.softmax do it.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(dim=dim, keepdim=True)


# %% divides the probabilities kind="misconception"
# T divides the result of the softmax instead of the logits. The probabilities no longer sum to 1.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits, dim=dim) / temperature


# %% always the last dimension kind="misconception"
# The softmax always runs along the last dimension. The argument dim says along which one it should.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / temperature, dim=-1)


# %% a floor under the temperature kind="misconception"
# Small temperatures are replaced by a larger one. The softmax stays finite without that, and the result is exact only
# with T as it is.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / max(temperature, 1e-3), dim=dim)


# %% a small number added to T kind="misconception"
# A small number is added to T against division by zero. T is never 0 here, and at T = 0.000001 the addition changes
# the result.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / (temperature + 1e-8), dim=dim)


# %% only zero is refused kind="misconception"
# A temperature of 0 is refused, but a negative one is not. It would turn the order of the items around.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature == 0:
        raise ValueError("the temperature must not be 0")
    return torch.softmax(logits / temperature, dim=dim)


# %% nothing is refused kind="misconception"
# A temperature of 0 gives NaN and a negative one turns the order around. The docstring asks for a ValueError.
def temperature_softmax(logits, temperature, dim=-1):
    return torch.softmax(logits / temperature, dim=dim)


# %% cut off from the graph kind="misconception"
# The values are right, but no gradient reaches the logits: detach(), item(), numpy() and torch.tensor() cut the
# graph.
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits.detach() / temperature, dim=dim)


# %% by hand, with the largest logit taken away first kind="alternative"
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
