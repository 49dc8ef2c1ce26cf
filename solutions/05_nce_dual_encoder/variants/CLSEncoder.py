import torch
import torch.nn as nn
import torch.nn.functional as F


# %% mean over the tokens kind="misconception"
# This takes the mean over positions. Here one position stands for the text: the one where [CLS] is.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states.mean(dim=1)


# %% last token kind="misconception"
# Position -1 is the last token of the longest text, and padding for all others. [CLS] is the first.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, -1]


# %% first text instead of first position kind="misconception"
# states[0] is everything of the first text: (L, D). Wanted is position 0 of every text: (B, D).
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[0]


# %% all hidden states kind="misconception"
# These are the vectors of all tokens, (B, L, D). Take the one at position 0 of each text.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states


# %% mask not passed on kind="misconception"
# Without the mask the encoder takes padding for text, and a text's vector depends on its batch.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.encoder(input_ids=input_ids).last_hidden_state[:, 0]


# %% normalised kind="misconception"
# Vectors are not brought to length 1 here: the dot product is taken raw, and long vectors may count for more.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return F.normalize(states[:, 0], dim=-1)


# %% first feature kind="misconception"
# states[:, :, 0] is one number of each token's vector. The second axis counts positions, the third features.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, :, 0]


# %% without a graph kind="misconception"
# no_grad cuts the graph: the encoder could never learn. Leave it to the caller.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        with torch.no_grad():
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]


# %% a layer on top kind="misconception"
# A further linear layer has weights that nobody pretrained and nobody asked for. The hidden state itself is the
# embedding.
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
# The encoder is to be kept as the attribute `encoder`, since other code looks for it there.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.model = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]


# %% a mask is demanded kind="misconception"
# A missing mask (None) means that all tokens are real. This asks the mask for something before looking.
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        attention_mask = attention_mask.long()
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states[:, 0]


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
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        output = self.encoder(input_ids, attention_mask=attention_mask, output_hidden_states=True, return_dict=True)
        return output.hidden_states[-1][:, 0]
