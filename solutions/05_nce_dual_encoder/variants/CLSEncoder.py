import torch
import torch.nn as nn
import torch.nn.functional as F


# %% mean over all positions kind="misconception"
# This averages the vectors of all positions, padding included: a text of 3 tokens gets another vector when 2 places
# of padding follow. Here a single position stands for the whole text. Check in the docstring which one.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states.mean(dim=1)


# %% last position kind="misconception"
# Position -1 is the last token of the longest text in the batch, and padding for every shorter text. Check which
# position stands for the whole text.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, -1]


# %% first text instead of first position kind="misconception"
# `states[0]` contains all positions of the first text, (L, D), and the other texts are lost. One vector for each text
# is wanted, (B, D). Check which axis counts texts and which one counts positions.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[0]


# %% all positions returned kind="misconception"
# This returns the vectors of all tokens: for 2 texts of 5 tokens, (2, 5, D) instead of (2, D). Check which position
# stands for the whole text.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states


# %% mask not passed on kind="misconception"
# The encoder never gets the mask, so it treats padding as text: a text of 3 tokens gets a different vector when a
# text of 5 tokens joins its batch. Check what you pass on to the encoder.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.encoder(input_ids=input_ids).last_hidden_state[:, 0]


# %% scaled to length 1 kind="misconception"
# This scales each vector to length 1: (3, 4) becomes (0.6, 0.8). The hidden state itself is wanted, because long
# vectors may score higher in this lab. Look at what you do after the encoder.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return F.normalize(states[:, 0], dim=-1)


# %% first feature kind="misconception"
# `states[:, :, 0]` picks one number from the vector of each token, (B, L). The whole vector of one token is wanted,
# (B, D). Check what each of the three axes counts.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, :, 0]


# %% gradients switched off kind="misconception"
# `no_grad` keeps the result out of the computation graph: its `requires_grad` is False, so the encoder gets no
# gradient and can never learn. Code that evaluates the model can switch gradients off itself. Look at what surrounds
# the call of the encoder.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        with torch.no_grad():
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]


# %% extra linear layer kind="misconception"
# A linear layer after the encoder adds 2 parameters, weight and bias, that start at random, so even a pretrained
# encoder gives random vectors. Check in the docstring which parameters there may be.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        width = getattr(getattr(encoder, "config", None), "hidden_size", 3)
        self.projection = nn.Linear(width, width)

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self.projection(states[:, 0])


# %% encoder under another name kind="misconception"
# The encoder is stored under a name such as `self.model`, so other code that looks for it under the name in the
# docstring stops with an AttributeError. Check the name of the attribute.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.model = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]


# %% mask required kind="misconception"
# This uses the mask before checking whether there is one, so `attention_mask=None` raises an AttributeError. Check in
# the docstring what None stands for.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        attention_mask = attention_mask.long()
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, 0]


# %% mean over the real tokens kind="misconception"
# This averages the vectors of all tokens that the mask lets through: for 3 tokens, each counts a third. Many encoders
# work like this, but here a single position stands for the whole text. Check in the docstring which one.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if attention_mask is None:
            return states.mean(dim=1)
        real = attention_mask.to(states.dtype).unsqueeze(-1)
        return (states * real).sum(dim=1) / real.sum(dim=1)


# %% first part of the output, and a mask of ones kind="alternative"
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        output = self.encoder(input_ids, attention_mask)
        return output[0][:, 0, :]


# %% select kind="alternative"
class CLSEncoder(torch.nn.Module):
    def __init__(self, encoder):
        torch.nn.Module.__init__(self)
        self.add_module("encoder", encoder)

    def forward(self, input_ids, attention_mask=None):
        output = self.encoder(attention_mask=attention_mask, input_ids=input_ids)
        return output["last_hidden_state"].select(1, 0)


# %% all hidden states asked for kind="alternative"
# With `output_hidden_states=True` an encoder also returns the states of every layer. The last one is
# `last_hidden_state`. This is how you would compare what the layers are good for.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        output = self.encoder(input_ids, attention_mask=attention_mask, output_hidden_states=True, return_dict=True)
        return output.hidden_states[-1][:, 0]
