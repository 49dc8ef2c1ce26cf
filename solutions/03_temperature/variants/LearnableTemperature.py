import math

import torch
import torch.nn as nn


# %% learns T itself kind="misconception"
# The parameter is T itself, and a gradient step can make it negative: from 0.07, a step of 0.1 leads to -0.03. Look
# at what the docstring says the parameter should be.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.t = nn.Parameter(torch.tensor(float(init)))

    @property
    def temperature(self):
        return max(self.t.item(), 1 / self.max_scale)

    def forward(self, similarities):
        return similarities / self.t.clamp(min=1 / self.max_scale)


# %% no parameter kind="misconception"
# The logarithm is a plain tensor. `list(module.parameters())` has 0 entries, even if the tensor requires gradients,
# so an optimiser never gets it. Look at how a module registers what it learns.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = torch.tensor(math.log(1 / init), requires_grad=True)

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)


# %% no cap kind="misconception"
# The scale 1/T can grow without limit while T is learned: at T = 0.001 it is 1000, although max_scale is 100. Look at
# where the module uses max_scale.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp()


# %% caps the logarithm kind="misconception"
# max_scale limits the logarithm instead of the scale: with a max_scale of 100, the scale can reach exp(100). Look at
# which number is compared with max_scale.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-min(self.log_scale.item(), self.max_scale))

    def forward(self, similarities):
        return similarities * self.log_scale.clamp(max=self.max_scale).exp()


# %% always caps at 100 kind="misconception"
# The scale is always capped at 100, whatever max_scale says: with max_scale=10, it can still grow to 100. Look at
# where the module uses the argument.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), 100.0)

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=100.0)


# %% caps only at the start kind="misconception"
# Only init is capped: with max_scale=100 the scale starts at 100 or below, but can grow to 150 while it is learned.
# Look at when the cap is applied.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(min(1 / init, max_scale))))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp()


# %% scale computed once, as a number kind="misconception"
# The scale is computed once, in `__init__`, as a plain number: if the parameter learns its way from 2.66 to 3,
# forward still uses the scale of 2.66. Look at when exp() is computed.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))
        self.scale = min(math.exp(self.log_scale.item()), max_scale)

    @property
    def temperature(self):
        return 1 / self.scale

    def forward(self, similarities):
        return similarities * self.scale


# %% scale computed once, as a tensor kind="misconception"
# The scale is computed from the parameter once, in `__init__`. The second backward() fails, because the graph is
# gone, and a new value of the parameter does not change the scale. Look at when exp() is computed.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))
        self.scale = self.log_scale.exp().clamp(max=max_scale)

    @property
    def temperature(self):
        return 1 / self.scale.item()

    def forward(self, similarities):
        return similarities * self.scale


# %% the parameter is called temperature kind="misconception"
# The parameter has the same name as the property: reading self.temperature inside the property calls the property
# again, until Python stops with a RecursionError. Look at the names of your attributes; one name cannot stand for two
# things.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.temperature = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.temperature.item()), self.max_scale)

    def forward(self, similarities):
        return similarities * self.temperature.exp().clamp(max=self.max_scale)


# %% item() in forward kind="misconception"
# forward uses the value of the parameter as a plain number such as 14.3, through which no gradient flows, so the
# parameter never learns. Look for item() or a property that calls it.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities / self.temperature


# %% multiplies by T kind="misconception"
# The similarities are multiplied by T: at T = 0.5, a similarity of 1 becomes 0.5 instead of 2. Look at whether the
# factor in forward is T or 1/T.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities / self.log_scale.exp().clamp(max=self.max_scale)


# %% temperature returns the logarithm kind="misconception"
# `temperature` returns the parameter, which is a logarithm: about 2.66 for a T of 0.07. Look at the docstring of
# `temperature`.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return self.log_scale.item()

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)


# %% temperature without the cap kind="misconception"
# forward is right, but `temperature` ignores the cap: with max_scale=100 and a scale that has grown to 200, it
# reports 0.005, and forward uses 0.01. Look at the docstring of `temperature`.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)


# %% log T, with a floor under T kind="alternative"
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.floor = 1 / max_scale
        self.log_temperature = nn.Parameter(torch.tensor(init).log())

    def current(self):
        return self.log_temperature.exp().clamp(min=self.floor)

    @property
    def temperature(self):
        return self.current().detach()

    def forward(self, similarities):
        return similarities / self.current()


# %% the parameter itself is clamped, as in CLIP kind="alternative"
# CLIP clamps the stored parameter instead of the value that is used. Then the parameter can leave the limit at once;
# clamped in `forward`, its gradient is 0 beyond the limit, and it stays there.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.largest = math.log(max_scale)
        self.log_scale = nn.Parameter(torch.full((1,), -math.log(init)))

    @property
    def temperature(self):
        self.clamp()
        return math.exp(-self.log_scale.item())

    def clamp(self):
        with torch.no_grad():
            self.log_scale.clamp_(max=self.largest)

    def forward(self, similarities):
        self.clamp()
        return similarities * self.log_scale.exp()


# %% the logarithm is capped, the cap is a buffer kind="alternative"
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.register_buffer("log_max", torch.tensor(math.log(max_scale)))
        self.log_scale = nn.Parameter(-torch.log(torch.tensor(float(init))))

    @property
    def temperature(self):
        return torch.exp(-torch.minimum(self.log_scale.detach(), self.log_max))

    def forward(self, similarities):
        return similarities * torch.minimum(self.log_scale, self.log_max).exp()
