import math

import torch
import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
attention_weights = ...
scaled_scores = ...


# %% splits words instead of features kind="misconception"
# Reshaping straight to (B, heads, n, d_h) gives the right shape but the wrong content: with 2 words and 2 heads, the
# first head gets all features of the first word instead of some features of both words. Look at which axis is split
# into heads.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        B, n, d_model = x.shape
        Q, K, V = (
            layer(x).reshape(B, self.num_heads, n, self.size) for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).reshape(B, n, d_model))


# %% heads merged in the wrong order kind="misconception"
# The heads are merged while their axis still comes before the words: for 2 heads and 3 words, the first output word
# gets features of words 0 and 1, not of word 0 from both heads. Look at the order of the axes just before the heads
# are joined.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).reshape(x.shape))


# %% root of d_model kind="misconception"
# The scores are divided by the square root of d_model: with 8 features and 2 heads, by the root of 8. Each head
# computes dot products over its own features only; look at how many those are.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(x.shape[-1]), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% out_proj not used kind="misconception"
# The heads are placed side by side and returned as they are: `out_proj` is never used, so it gets no gradient, and
# nothing mixes the heads. Look at which layers take part in the result.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return (weights @ V).transpose(1, 2).flatten(-2)


# %% True hides kind="misconception"
# The mask is read as nn.MultiheadAttention reads its attn_mask: in [True, False], word 0 is hidden and word 1 is
# seen. Look at what True means in the docstring.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), None if mask is None else ~mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% mask not used kind="misconception"
# The mask makes no difference: with a causal mask, word 0 still changes when word 1 changes. Look at where forward
# uses the mask.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = (Q @ K.transpose(-2, -1) / math.sqrt(self.size)).softmax(dim=-1)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% NaN for a word that may attend to nothing kind="misconception"
# For a word that may attend to nothing, all scores are minus infinity, and the softmax gives 0/0, which is NaN. Look
# at what the docstring says about such a word.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        scores = Q @ K.transpose(-2, -1) / math.sqrt(self.size)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ V).transpose(1, 2).flatten(-2))


# %% always one head kind="misconception"
# num_heads makes no difference: 1 head and 4 heads give the same result, because all features go into a single
# softmax. Each head should have weights of its own; look at where forward uses num_heads.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (layer(x) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(x.shape[-1]), mask)
        return self.out_proj(weights @ V)


# %% interleaved features kind="misconception"
# With 8 features and 2 heads, the first head gets the features 0, 2, 4 and 6. Each head should get features that are
# next to each other, as in PyTorch; look at the order of the two axes that replace the last one.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        B, n, d_model = x.shape
        Q, K, V = (
            layer(x).view(B, n, self.size, self.num_heads).permute(0, 3, 1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).permute(0, 2, 3, 1).reshape(B, n, d_model))


# %% returns a tuple kind="misconception"
# Two values are returned, the result and the weights, as nn.MultiheadAttention does, so `layer(x) + x` fails. Look at
# what the docstring says is returned.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2)), weights


# %% adds the input kind="misconception"
# The input is added to the result, as a transformer block does around its attention: with an out_proj of zeros, x
# comes back instead of 0. This layer is the attention alone; look at what happens after the heads are joined.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return x + self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% attends across the batch kind="misconception"
# The first axis is taken for the words, so for 2 sentences of 5 words, word 0 of one sentence attends to word 0 of
# the other. Here the batch comes first; look at the shape of the scores.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        x = x.transpose(0, 1)
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2)).transpose(0, 1)


# %% weights without a graph kind="misconception"
# The values are right, but the attention weights are cut from the graph: after backward(), `q_proj.weight.grad` is
# None, so q_proj and k_proj never learn. Look for a detach() or no_grad().
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask).detach()
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% num_heads not checked kind="misconception"
# A num_heads that does not divide d_model, such as 3 for 8 features, is accepted and causes an error only later, in
# forward. Look at what the docstring says about it.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if num_heads < 1:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% projections without bias kind="misconception"
# The four layers have no bias, although the docstring asks for one, so an input of zeros always gives 0. Look at the
# arguments of nn.Linear.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_model, d_model, bias=False)
        self.v_proj = nn.Linear(d_model, d_model, bias=False)
        self.out_proj = nn.Linear(d_model, d_model, bias=False)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)

    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))


# %% einsum, without the other exercises kind="alternative"
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("num_heads must divide d_model")
        self.h, self.size = num_heads, d_model // num_heads
        self.out_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.q_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, _ = x.shape
        q, k, v = (p(x).view(B, n, self.h, self.size) for p in (self.q_proj, self.k_proj, self.v_proj))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / self.size**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights * mask
        return self.out_proj(torch.einsum("bhij,bjhd->bihd", weights, v).reshape(B, n, -1))


# %% a loop over the heads kind="alternative"
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.size, rest = divmod(d_model, num_heads)
        if rest != 0:
            raise ValueError(f"{d_model} features cannot be cut into {num_heads} heads")
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x, mask=None):
        heads = zip(*(p(x).split(self.size, dim=-1) for p in (self.q_proj, self.k_proj, self.v_proj)))
        return self.out_proj(torch.cat([attention_weights(scaled_scores(q, k), mask) @ v for q, k, v in heads], dim=-1))


# %% scaled_dot_product_attention of PyTorch, rows without a key set to zero kind="alternative"
# PyTorch has the middle of this module as one fused operation, which need not store the n x n weights. You still cut
# the features into heads, and handle the rows without a key.
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        B, n, d = x.shape
        cut = lambda y: y.reshape(B, n, self.num_heads, -1).permute(0, 2, 1, 3)
        q, k, v = cut(self.q_proj(x)), cut(self.k_proj(x)), cut(self.v_proj(x))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        if mask is not None:
            mixed = torch.where(mask.any(dim=-1, keepdim=True), mixed, torch.zeros_like(mixed))
        return self.out_proj(mixed.permute(0, 2, 1, 3).reshape(B, n, d))
