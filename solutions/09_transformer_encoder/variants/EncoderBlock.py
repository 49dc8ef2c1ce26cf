import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
FeedForward = ...
MultiHeadSelfAttention = ...
attention_weights = ...
scaled_scores = ...


# %% norm first kind="misconception" also_affects=["Encoder", "load_pretrained"]
# Each norm comes before its part, as in most newer models, and the sum itself stays as it is: the features of an
# output token do not have mean 0 and variance 1. With the same weights, this block gives other numbers. Look at what
# comes last in each half of the formula.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = x + self.attention(self.norm1(x), allowed)
        return x + self.ffn(self.norm2(x))


# %% no residual around attention kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The input of attention is not added to its output: where attention gives [0, 0], the token [1, 2] is lost. Look at
# what norm1 gets in the formula.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = self.norm1(self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% no residual around the feed-forward network kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The input of the feed-forward network is not added to its output: where the network gives [0, 0], the token [1, 2]
# is lost. Look at what norm2 gets in the formula.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(self.ffn(x))


# %% both parts read the input kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The feed-forward network gets the input of the block: if the token is [1, 2] and attention makes [3, 4] of it, the
# network still reads [1, 2], so the two parts work side by side. Look at what the second part starts from.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        h = self.norm1(x + self.attention(x, allowed))
        return self.norm2(h + self.ffn(x))


# %% the second shortcut starts at the input kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The feed-forward network reads the right tokens, but its output is added to the input of the block: if the token was
# [1, 2] and norm1 gave [-1, 1], [1, 2] is added. Look at both terms in the second sum.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        h = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(h))


# %% one norm used twice kind="misconception" also_affects=["Encoder", "load_pretrained"]
# `norm1` is used after both parts. `norm2` is never used, so it gets no gradient, and pretrained weights for it have
# no effect. Look at which norm follows the feed-forward network.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm1(x + self.ffn(x))


# %% norm before the sum kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The output of each part is normalised and then added to its input, so the sum is not normalised: its features can
# have a variance of 2 instead of 1. Look at what is inside the brackets of each norm.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = x + self.norm1(self.attention(x, allowed))
        return x + self.norm2(self.ffn(x))


# %% no norm at the end kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The result of the second addition is returned as it is, so the features of a token do not have mean 0 and variance
# 1, and the next block starts with larger numbers. Look at the second half of the formula.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return x + self.ffn(x)


# %% mask not used kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The mask makes no difference: a text of 3 tokens gets other vectors when 2 places of padding follow, because its
# tokens attend to them. Look at what attention gets as its mask.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ffn(x))


# %% True hides kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The mask is read the other way round: with [True, True, False], the two real tokens are hidden and the padding is
# attended to. `nn.TransformerEncoderLayer` reads its mask like this. Look at what True means in the docstring.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else ~mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% hides who asks kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The mask is on the axis of the tokens that ask. With [True, True, False], token 2 attends to nothing, but tokens 0
# and 1 still attend to token 2, the padding. Think about which of the last two axes of the scores is the one that is
# asked.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, :, None]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% texts in the axis of the heads kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The mask has the shape (B, 1, n), but the scores have four axes, (B, heads, n, n), so the B of the mask meets the
# heads: with 2 texts and 2 heads there is no error, and head 1 gets the mask of text 1. Compare the two shapes,
# written below each other and aligned on the right.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% padding set to zero kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The vectors of padding are set to 0, but tokens still attend to them: a score of 0 is a score like any other, and
# with 3 equal scores the softmax gives each place a weight of 1/3. Look at where the softmax is taken, and what it
# knows about padding.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            x = x * mask[:, :, None]
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ffn(x))


# %% eps of PyTorch's default kind="misconception"
# The norms have PyTorch's default eps of 1e-5. For a token with the features 0.001 and -0.001, whose variance is
# 1e-6, that is ten times as much as the variance itself. Look at the docstring.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% only the mask of the first text kind="misconception" also_affects=["Encoder", "load_pretrained"]
# All texts of the batch get the mask of text 0. If it has 5 tokens and text 1 has 3, text 1 attends to its 2 places
# of padding. Look at the first axis of the mask that goes into attention.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        allowed = None if mask is None else mask[0]
        x = self.norm1(x + self.attention(x, allowed))
        return self.norm2(x + self.ffn(x))


# %% line by line kind="alternative"
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1).unsqueeze(1)  # (B, 1, 1, n)
        shortcut = x
        x = self.attention(x, mask)
        x = x + shortcut
        x = self.norm1(x)
        shortcut = x
        x = self.ffn(x)
        x = x + shortcut
        return self.norm2(x)


# %% a mask for every token that asks kind="alternative"
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        B, n, _ = x.shape
        if mask is not None:
            mask = mask.view(B, 1, 1, n).expand(B, 1, n, n)
        h = self.norm1(self.attention(x, mask=mask) + x)
        return self.norm2(self.ffn(h) + h)


# %% parts in another order, and F.layer_norm kind="alternative"
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(d_model) for _ in range(2))
        self.ffn = FeedForward(d_model, d_hidden)
        self.attention = MultiHeadSelfAttention(d_model, num_heads)

    def forward(self, x, mask=None):
        allowed = mask if mask is None else mask.bool()[:, None, None]
        for part, norm in ((lambda x: self.attention(x, allowed), self.norm1), (self.ffn, self.norm2)):
            x = F.layer_norm(x + part(x), x.shape[-1:], norm.weight, norm.bias, 1e-12)
        return x


# %% attention by PyTorch's fused operation kind="alternative"
# The same block with `scaled_dot_product_attention`. A mask of shape (B, 1, 1, n) is broadcast over heads and
# queries, so no token attends to padding.
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        layer = self.attention
        q, k, v = (
            part(x).unflatten(-1, (layer.num_heads, -1)).transpose(1, 2)
            for part in (layer.q_proj, layer.k_proj, layer.v_proj)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None, None, :])
        x = self.norm1(x + layer.out_proj(mixed.transpose(1, 2).flatten(-2)))
        return self.norm2(x + self.ffn(x))
