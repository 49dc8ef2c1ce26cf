import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# %% ReLU kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The activation is ReLU: for -2 it gives 0, where GELU gives -0.0455. Look at which activation the docstring names.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.relu(self.lin1(x)))


# %% GELU by tanh kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# This is the approximation with tanh, which differs from the exact GELU in the fourth digit. Numbers of a pretrained
# model are then no longer the same. Look at the default of `F.gelu`.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x), approximate="tanh"))


# %% no activation kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Two linear layers without an activation between them are one linear layer: the second adds nothing. Look at what stands
# between lin1 and lin2 in the formula.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(self.lin1(x))


# %% activation after both layers kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# There is a second GELU after lin2, so the result is hardly ever negative. The docstring has one activation.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return F.gelu(self.lin2(F.gelu(self.lin1(x))))


# %% activation first kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# GELU is applied to the input, and nothing stands between the two linear layers. Look at the order in the formula.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(self.lin1(F.gelu(x)))


# %% adds the input kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The input is added to the result. That addition belongs to the block around this network; if both add, it happens
# twice.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return x + self.lin2(F.gelu(self.lin1(x)))


# %% d_hidden not used kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Both layers go from d_model to d_model, so the network is never wider than its input. Look at which sizes the two
# layers should have.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_model)
        self.lin2 = nn.Linear(d_model, d_model)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x)))


# %% without bias kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The two layers have no bias. The docstring asks for one, and a pretrained model has weights for it. Look at the
# arguments of nn.Linear.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden, bias=False)
        self.lin2 = nn.Linear(d_hidden, d_model, bias=False)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x)))


# %% dropout kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Dropout sets random hidden features to 0 in training mode, so two calls give two results. Many transformers have it,
# but the docstring says that this one does not.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.dropout(F.gelu(self.lin1(x)), 0.3, self.training))


# %% other names kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The layers work, but have other names than the docstring gives them. Weights are loaded by name, so names are part of
# the task.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_hidden)
        self.linear2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.linear2(F.gelu(self.linear1(x)))


# %% GELU as x times a sigmoid kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# This is SiLU, x times the sigmoid of x. It has a similar shape, but GELU uses the normal distribution: GELU(1) is 0.841,
# and this gives 0.731.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.silu(self.lin1(x)))


# %% a norm in between kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The hidden features are normalised before lin2. The norms of a transformer stand around its parts, not inside the
# feed-forward network.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        hidden = F.gelu(self.lin1(x))
        return self.lin2(F.layer_norm(hidden, hidden.shape[-1:]))


# %% GELU by the error function kind="alternative"
# GELU(z) is z times the probability that a standard normal number is below z. The error function gives that
# probability exactly; the tanh form that some models use is only close to it.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        z = self.lin1(x)
        return self.lin2(0.5 * z * (1 + torch.erf(z / math.sqrt(2))))


# %% an activation module kind="alternative"
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin2, self.act = nn.Linear(d_hidden, d_model), nn.GELU()
        self.lin1 = nn.Linear(d_model, d_hidden)

    def forward(self, x):
        x = self.lin1(x)
        x = self.act(x)
        x = self.lin2(x)
        return x


# %% plain matrix products kind="alternative"
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1, self.lin2 = nn.Linear(d_model, d_hidden), nn.Linear(d_hidden, d_model)

    def forward(self, x):
        hidden = nn.functional.gelu(x @ self.lin1.weight.T + self.lin1.bias)
        return hidden @ self.lin2.weight.mT + self.lin2.bias
