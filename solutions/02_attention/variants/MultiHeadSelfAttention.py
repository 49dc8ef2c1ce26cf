import math

import torch
import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
attention_weights = ...
scaled_scores = ...


# %% cut across the words kind="misconception"
# view(B, heads, n, d_h) has the right shape and the wrong content: a head gets all features of some words instead of
# some features of all words. Cut the last axis first, then move the heads in front.
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


# %% merged without moving the heads back kind="misconception"
# The heads are merged while they still stand in front of the words, so features of different words are mixed. Move
# the axis of heads back behind the words first.
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
# The scores are divided by the root of d_model. A head computes its dot products over its own features only: d_k is
# d_model / num_heads here.
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
# The heads are put side by side and handed back as they are. out_proj, which lets them talk to each other, has no
# part in the result.
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
# The mask is read as attn_mask of nn.MultiheadAttention reads it. Here True means that a word may attend.
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
# The mask makes no difference: every word still looks at every other one.
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


# %% NaN where nothing may be seen kind="misconception"
# A word that may attend to nothing becomes NaN. Its weights should be zeros, so that only the bias of out_proj is
# left.
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


# %% one head, whatever num_heads says kind="misconception"
# The number of heads makes no difference: all features go into a single softmax.
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


# %% features dealt like cards kind="misconception"
# Head 0 gets the features 0, h, 2h and so on, as if cards were dealt. PyTorch gives each head neighbours: cut into
# (heads, d_h), not into (d_h, heads).
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


# %% a tuple comes back kind="misconception"
# The result and the weights come back together, as from nn.MultiheadAttention. Here one tensor is asked for.
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


# %% the input is added kind="misconception"
# The input is added to the result, as a transformer block does around its attention. This layer is the attention
# alone.
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
# The words of different sentences attend to each other: the first axis is taken for the words. Here the batch comes
# first, in nn.MultiheadAttention only with batch_first=True.
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
# The values are right, but the weights are cut from the graph, so the queries and keys never learn whom to look at.
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


# %% any number of heads kind="misconception"
# A number of heads that does not divide d_model is accepted, and fails only later, far from the cause. Check it in
# __init__ and raise a ValueError.
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
# The four layers have no bias. nn.Linear has one unless bias=False is said; here it is asked for.
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


# %% einsum, on its own feet kind="alternative"
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


# %% PyTorch's scaled_dot_product_attention, rows without a key set to zero kind="alternative"
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
