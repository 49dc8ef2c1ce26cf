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
# This is the approximation of GELU by tanh: for 1 it gives 0.8412, and the exact GELU gives 0.8413. Over several
# layers, the numbers of a pretrained model drift apart. Look at the word before GELU in the docstring.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x), approximate="tanh"))


# %% no activation kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Two linear layers without an activation between them are one linear layer: 2x and then 3x is just 6x, so the second
# adds nothing. Look at what is between lin1 and lin2 in the formula.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(self.lin1(x))


# %% activation after both layers kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# There is a second GELU after lin2, which never gives less than -0.17: an output of -3 becomes -0.004. Count the
# activations in the docstring, and look at what is around lin2.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return F.gelu(self.lin2(F.gelu(self.lin1(x))))


# %% activation first kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# GELU is applied to the input, and nothing comes between lin1 and lin2, so the two layers together are a single
# linear map: 2x and then 3x is just 6x. Look at the order of the steps in the docstring.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(self.lin1(F.gelu(x)))


# %% adds the input kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The input is added to the result. The block around this network adds it too, so where the layers give [0, 0], the
# token [1, 2] becomes [2, 4]. Look at what the docstring of `FeedForward` lists, and what it leaves to the block.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return x + self.lin2(F.gelu(self.lin1(x)))


# %% d_hidden not used kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Both layers go from d_model to d_model: with d_model=4 and d_hidden=16, lin1 gives 4 features instead of 16. Look at
# the sizes that the docstring gives for each layer.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_model)
        self.lin2 = nn.Linear(d_model, d_model)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x)))


# %% without bias kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The two layers have no bias, so an input of zeros always gives 0. A pretrained model has biases, and they would find
# no place here. Look at the arguments of nn.Linear and at the docstring.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden, bias=False)
        self.lin2 = nn.Linear(d_hidden, d_model, bias=False)

    def forward(self, x):
        return self.lin2(F.gelu(self.lin1(x)))


# %% dropout kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# Dropout sets random hidden features to 0 in training mode, so each call of `forward` gives other numbers for the
# same input. Many transformers use it; look at what the docstring says about this one.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.dropout(F.gelu(self.lin1(x)), 0.3, self.training))


# %% other names kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The layers work, but their names are not those in the docstring. Pretrained weights are found by name: a weight for
# "lin1.weight" has no place in a network with "fc1.weight". Compare the names of your attributes with the docstring.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_hidden)
        self.linear2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.linear2(F.gelu(self.linear1(x)))


# %% GELU as x times a sigmoid kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# This is SiLU, x times the sigmoid of x. It looks similar, but for 1 it gives 0.731, and GELU gives 0.841. GELU uses
# another function in place of the sigmoid; look at its definition in the text above.
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(F.silu(self.lin1(x)))


# %% a norm in between kind="misconception" also_affects=["EncoderBlock", "Encoder", "load_pretrained"]
# The hidden features are normalised before lin2, so [1, 3] and [10, 30] give the same output. The size of the
# features should count. Look at the parts that the docstring lists for this network.
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
