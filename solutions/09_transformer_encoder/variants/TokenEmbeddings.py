import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# %% no positions kind="misconception" also_affects=["Encoder", "load_pretrained"]
# Only the row of the token counts, so an id such as 7 has the same vector at place 0 and at place 3, and the encoder
# cannot see the order of the words. Look at which two tables the docstring adds.
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
# The position table is read with the ids of the tokens: id 7 gets position row 7 wherever it is. In the text [7, 7,
# 2], the places are 0, 1 and 2. Look at what the rows of that table stand for.
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
# The first token gets row 1 of the position table, so row 0 is never used, and a text of max_length tokens asks for a
# row that does not exist. Look at where the docstring starts to count.
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
# The sum of both rows is returned without the layer norm, so the features of a token do not have mean 0 and variance
# 1. Look at what comes last in the docstring's first sentence.
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
# The row of the token is normalised first, and the position is added afterwards, so the result does not have mean 0
# and variance 1. Look at what is inside the brackets of the norm.
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
# The two rows are multiplied: [1, 2] and [3, 4] give [3, 8]. A position of 0 would then erase the token. Look at how
# the docstring combines them.
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
# A text of 9 tokens with max_length=8 is not checked: PyTorch stops with an error of its own, about indices or sizes,
# and its message does not help the caller. Look at which exception the docstring asks for, and at when you know that
# the text is too long.
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        return self.norm(self.word(ids) + self.position(torch.arange(ids.shape[1])))


# %% too strict by one kind="misconception" also_affects=["Encoder", "load_pretrained"]
# A text of exactly max_length tokens is refused: with max_length=8, the table has rows 0 to 7, enough for 8 tokens.
# Look at the comparison.
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
# The ValueError does not say how long the text is and how long it may be. Whoever reads "text too long" does not know
# whether it is 9 tokens or 900. Look at what the docstring asks of the message.
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
# A text that is too long is cut: of 9 tokens with max_length=8, the last one disappears, and nobody notices. Look at
# what the docstring asks for instead.
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
# The number of texts is compared with max_length: with max_length=8, a batch of 9 short texts is refused, and a text
# of 9 tokens is not. Look at which axis of ids counts tokens.
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
# The places are counted along the batch: all tokens of text 0 get position row 0, and all tokens of text 1 get row 1.
# Each text should start at 0 and count its own tokens. Look at which axis of ids the places follow.
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
# The rows of the word table are multiplied by the square root of d_model, as in the first transformer: with
# d_model=4, [1, 2, 0, 1] becomes [2, 4, 0, 2]. Look at whether the docstring scales anything before it adds.
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
# The norm has PyTorch's default eps of 1e-5. For a row with the numbers 0.001 and -0.001, whose variance is 1e-6,
# that is ten times as much as the variance itself. Look at the docstring.
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
# The positions are fixed waves of sines or cosines, and place 0 always gets sin(0) = 0. A pretrained model brings its
# own numbers for each place and would have nowhere to put them. Look at the type of `position` in the docstring.
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
