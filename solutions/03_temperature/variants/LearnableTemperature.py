import math

import torch
import torch.nn as nn


# %% learns T itself kind="misconception"
# The parameter is T itself. A gradient step can make it negative; learn its logarithm.
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
# The logarithm is a plain tensor. Only an nn.Parameter is found by an optimiser.
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
# The scale can grow without limit. It may never be above max_scale.
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
# The logarithm is capped at max_scale, so that the scale may reach e to the 100. Cap the scale, after exp().
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


# %% caps at 100, whatever is asked for kind="misconception"
# The cap is always 100. The argument max_scale says where it is.
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
# init is capped, but the parameter may grow past the cap while it learns. Cap in forward, each time.
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(min(1 / init, max_scale))))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp()


# %% the scale is computed once kind="misconception"
# exp() is taken in __init__ only. What the parameter learns later never reaches forward.
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


# %% the scale is a tensor computed once kind="misconception"
# The scale is computed from the parameter in __init__ only. A second backward fails, since the graph behind it is
# gone, and no step changes it. Compute it in forward.
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
# The parameter has the name of the property. Reading self.temperature inside the property calls the property again,
# without end. Call the parameter log_scale, for example.
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
# forward takes the parameter's value with item(): a plain number, through which no gradient flows. It never learns.
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
# The similarities are multiplied by T. They should be divided by it, or multiplied by the scale 1/T.
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


# %% temperature is the logarithm kind="misconception"
# `temperature` hands back the parameter, a logarithm. It should be the temperature that forward divides by.
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
# forward is right, but `temperature` forgets the cap: it tells another temperature than the one in use.
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
