import math

import torch
import torch.nn.functional as F


# %% no scaling kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The dot products are right, but they are not scaled, so they get larger the more features there are. Look at the
# second half of the docstring's sentence.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1)


# %% divided by d_k itself kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by d_k: with 4 features, by 4. The standard deviation of a dot product grows more slowly than
# that; look at the divisor in the docstring.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / K.shape[-1]


# %% root of the number of words kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by the square root of the number of words. d_k is the number of features of a key; look at
# which axis of K counts features.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-2])


# %% fixed d_k kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The d_k of the worked example, 2, is written into the code, so other sizes get the wrong scale. Look at where the
# function takes d_k from.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(2)


# %% multiplied instead of divided kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are multiplied by the square root of d_k, so large scores become even larger. Scaling should keep them
# moderate; look at the operator.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) * math.sqrt(K.shape[-1])


# %% rows and columns swapped kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The table is transposed: entry (i, j) combines the key of word i with the query of word j. A row belongs to the word
# that asks; look at the order of the factors.
def scaled_scores(Q, K):
    return K @ Q.transpose(-2, -1) / math.sqrt(K.shape[-1])


# %% only one sentence kind="misconception" also_affects=["MultiHeadSelfAttention"]
# t() transposes only a single matrix, so a batch of sentences raises an error. Look for a way to swap just the last
# two axes.
def scaled_scores(Q, K):
    return Q @ K.t() / math.sqrt(K.shape[-1])


# %% softmax already applied kind="misconception" also_affects=["MultiHeadSelfAttention"]
# These are already weights: positive, with rows that sum to 1. A later step needs the raw scores, before mask and
# softmax. Look at what the docstring asks for.
def scaled_scores(Q, K):
    return (Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-1])).softmax(dim=-1)


# %% cosine similarity kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The vectors are scaled to length 1 first, so every score is between -1 and 1. Attention uses plain dot products, in
# which a long query has strong preferences; look at what happens to Q and K before the product.
def scaled_scores(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


# %% scaling the queries first kind="alternative"
# The scale can go to the queries before the product: n d_k divisions in place of n n, and no large intermediate
# scores, which matters for 16-bit numbers.
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
