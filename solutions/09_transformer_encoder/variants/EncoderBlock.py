import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
FeedForward = ...
MultiHeadSelfAttention = ...
attention_weights = ...
scaled_scores = ...


# %% norm first kind="misconception" also_affects=["Encoder", "load_pretrained"]
# The norms stand in front of the parts (pre-layer-norm), as in most newer models. This block adds first and normalises
# after that; with the same weights the numbers differ. Look at the formula.
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
# The input of attention is not added to its output. Where attention gives zeros, the token is lost. Look at what norm1
# gets in the formula.
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
# The input of the feed-forward network is not added to its output. Look at what norm2 gets in the formula.
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
# The feed-forward network gets the input of the block, not what norm1 gave, so the two parts work side by side. Look
# at what the second part starts from.
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
# The feed-forward network reads the right tokens, but its output is added to the input of the block, not to what norm1
# gave. Look at both terms in the second sum.
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
# norm1 is used after both parts, and norm2 never. Each addition has a norm with its own weight and bias.
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
# The output of each part is normalised and then added, so the sum itself is never normalised. Look at what stands
# inside the brackets of each norm.
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
# The result of the second addition is returned as it is. Look at the second part of the formula.
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
# The mask makes no difference: every token still attends to padding. Look at what attention gets as its mask.
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
# The mask is turned around, so real tokens are hidden and padding is attended to. `nn.TransformerEncoderLayer` reads
# its mask so; here True means a token.
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
# The mask stands in the axis of the tokens that ask. So padding asks nothing, but real tokens still attend to padding.
# Which axis of the scores is the one that is asked?
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
# The mask has the shape (B, 1, n), so its first axis meets the heads of the scores, not the texts: an error, or,
# worse, the mask of another text. Write down both shapes, one below the other, aligned on the right.
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
# The vectors of padding are set to zero, but tokens still attend to them: a key of zeros has a score like any other,
# and the softmax gives it weight. Padding must be hidden from attention.
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
# The norms have PyTorch's default eps of 1e-5. For tokens with tiny features that is not small at all. Look at the
# docstring.
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
# All texts get the mask of the first one. Look at the first axis of the mask that goes into attention.
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
# queries, so that no key of the padding is attended by anybody.
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
