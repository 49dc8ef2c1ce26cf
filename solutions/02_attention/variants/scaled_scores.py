import math

import torch
import torch.nn.functional as F


# %% no scaling kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The dot products are right, but they are not divided by the root of d_k.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1)


# %% divided by d_k itself kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by d_k, not by its square root. The standard deviation of a dot product grows with the root.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / K.shape[-1]


# %% root of the number of words kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by the root of the number of words. d_k counts the features of a key: the last axis, not the
# one before it.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-2])


# %% root of the example kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The 2 of the worked example stands in the code. d_k is different for other inputs: let K say its own size.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(2)


# %% multiplied instead of divided kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are multiplied by the root of d_k. That makes large scores larger still, the opposite of what is wanted.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) * math.sqrt(K.shape[-1])


# %% rows and columns swapped kind="misconception" also_affects=["MultiHeadSelfAttention"]
# This is the transposed table: the keys stand in the rows. A row belongs to the word that asks, so Q comes first.
def scaled_scores(Q, K):
    return K @ Q.transpose(-2, -1) / math.sqrt(K.shape[-1])


# %% one sentence only kind="misconception" also_affects=["MultiHeadSelfAttention"]
# t() transposes a matrix, and nothing else. In a batch only the last two axes change places; say so.
def scaled_scores(Q, K):
    return Q @ K.t() / math.sqrt(K.shape[-1])


# %% softmax already here kind="misconception" also_affects=["MultiHeadSelfAttention"]
# These are weights already: positive, with rows that sum to 1. Scores come before the softmax, and a mask needs them
# raw.
def scaled_scores(Q, K):
    return (Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-1])).softmax(dim=-1)


# %% cosine similarity kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The vectors are brought to length 1 first, so all scores lie between -1 and 1. Attention uses plain dot products: a
# long query may have strong preferences.
def scaled_scores(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


# %% scaling the queries first kind="alternative"
def scaled_scores(Q, K):
    d_k = K.size(-1)
    return torch.matmul(Q * d_k**-0.5, K.mT)


# %% einsum and a root in float32 kind="alternative"
def scaled_scores(Q, K):
    return torch.einsum("...id,...jd->...ij", Q, K) / torch.sqrt(torch.tensor(K.shape[-1]))


# %% broadcasting and a sum kind="alternative"
def scaled_scores(Q, K):
    products = Q.unsqueeze(-2) * K.unsqueeze(-3)  # (..., n, 1, d_k) * (..., 1, n, d_k)
    return products.sum(dim=-1) / K.shape[-1] ** 0.5
