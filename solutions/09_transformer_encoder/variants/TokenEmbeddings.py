import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# %% no positions kind="misconception" also_affects=["Encoder", "load_pretrained"]
# Only the row of the token is used, so the same token has the same vector at every place. Look at the two tables in
# the formula.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids))


# %% position of the id kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The position table is looked up with the ids of the tokens. It has a row for each place of the text: 0, 1, 2 and so
# on, whatever token stands there.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids) + self.position(ids.clamp(max=self.position.num_embeddings - 1)))


# %% places counted from 1 kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The first token gets row 1 of the position table. Places count from 0. (And the longest text then has no row left.)
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        places = torch.arange(1, ids.shape[1] + 1).clamp(max=self.position.num_embeddings - 1)
        return self.norm(self.word(ids) + self.position(places))


# %% no norm kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The sum of both rows is returned without the layer norm. Look at what comes last in the formula.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.word(ids) + self.position.weight[: ids.shape[1]]


# %% position after the norm kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The row of the token is normalised, and the position is added afterwards, so the result is not normalised. Look at
# what stands inside the brackets of the norm.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids)) + self.position.weight[: ids.shape[1]]


# %% multiplied instead of added kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The two rows are multiplied. Look at the sign between them in the formula.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids) * self.position.weight[: ids.shape[1]])


# %% length not checked kind="misconception"
# A text that is too long is not checked for: what it raises is not the ValueError that the docstring asks for. Look at
# the length before you use the table.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        return self.norm(self.word(ids) + self.position(torch.arange(ids.shape[1])))


# %% too strict by one kind="misconception" also_affects=["Encoder", "load_pretrained"]
# A text of exactly max_length tokens is refused, although the table has a row for each of its places. Look at the
# comparison.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] >= self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids) + self.position.weight[: ids.shape[1]])


# %% message without the numbers kind="misconception"
# The ValueError does not say how long the text is and how long it may be. Whoever reads it must search for both. Look
# at what the docstring asks of the message.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError("the text is too long")
        return self.norm(self.word(ids) + self.position.weight[: ids.shape[1]])


# %% cut off silently kind="misconception"
# A text that is too long is cut, and nobody is told. The docstring asks for a ValueError.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        ids = ids[:, : self.position.num_embeddings]
        return self.norm(self.word(ids) + self.position.weight[: ids.shape[1]])


# %% the number of texts is checked kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The number of texts in the batch is compared with max_length, not their length. Look at which axis of ids holds the
# tokens.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[0] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[0]} tokens, but max_length is {self.position.num_embeddings}")
        places = torch.arange(ids.shape[1]).clamp(max=self.position.num_embeddings - 1)
        return self.norm(self.word(ids) + self.position(places))


# %% a place for each text kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The places are counted along the batch: all tokens of text 0 get row 0, and all tokens of text 1 get row 1. Each text
# counts its own places from 0.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        places = torch.arange(ids.shape[0]).clamp(max=self.position.num_embeddings - 1)
        return self.norm(self.word(ids) + self.position(places)[:, None, :])


# %% scaled by the root of d_model kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The rows of the word table are multiplied by the root of d_model, as in the first transformer. The encoder of this
# lab does not do that, and its numbers would change.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(math.sqrt(self.word.embedding_dim) * self.word(ids) + self.position.weight[: ids.shape[1]])


# %% eps of PyTorch's default kind="misconception"
# The norm has PyTorch's default eps of 1e-5. For rows with tiny numbers, as in the test, that is not small at all.
# Look at the docstring.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        return self.norm(self.word(ids) + self.position.weight[: ids.shape[1]])


# %% fixed waves instead of a table kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The positions are fixed sine and cosine waves and not a table that is learned. That works too, but a pretrained table
# then has no place to go.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.max_length, self.rates = max_length, 10_000 ** (-torch.arange(d_model) / d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.max_length:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.max_length}")
        waves = torch.outer(torch.arange(ids.shape[1]), self.rates)
        return self.norm(self.word(ids) + waves.sin().to(self.word.weight.dtype))


# %% places looked up kind="alternative"
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        if ids.shape[1] > self.position.num_embeddings:
            raise ValueError(f"{ids.shape[1]} tokens, but max_length is {self.position.num_embeddings}")
        places = torch.arange(ids.size(1), device=ids.device)
        x = self.word(ids)
        x = x + self.position(places).unsqueeze(0)
        return self.norm(x)


# %% places expanded to the shape of ids kind="alternative"
# `expand_as` repeats the positions for every text of the batch without copying them. Broadcasting the sum, as in (n,
# D) + (B, n, D), looks up fewer rows.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.position, self.word = nn.Embedding(max_length, d_model), nn.Embedding(vocab_size, d_model)
        self.max_length = max_length

    def forward(self, ids):
        if ids.shape[-1] > self.max_length:
            raise ValueError(f"max_length is {self.max_length}, got {ids.shape[-1]} tokens")
        _, n = ids.shape
        places = torch.arange(n, device=ids.device).expand_as(ids)
        return self.norm(self.position(places) + self.word(ids))


# %% plain indexing, and the IndexError turned into a ValueError kind="alternative"
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        try:
            places = self.position.weight[torch.arange(ids.shape[1])]
        except IndexError as error:
            longest = len(self.position.weight)
            raise ValueError(f"a text of {ids.shape[1]} tokens is longer than {longest}") from error
        x = self.word.weight[ids] + places
        return F.layer_norm(x, (x.shape[-1],), self.norm.weight, self.norm.bias, 1e-12)
