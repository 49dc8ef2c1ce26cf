import math

import torch
import torch.nn.functional as F


# %% no scaling kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The dot products are right, but not scaled: with 4 features of 1 each, the score is 4 instead of 2, and with more
# features it keeps growing. Look at the second half of the docstring's sentence.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1)


# %% divided by d_k itself kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by d_k: with 4 features, by 4. The standard deviation of a dot product grows more slowly than
# that; look at the divisor in the docstring.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / K.shape[-1]


# %% root of the number of words kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are divided by the square root of the number of words: for 9 words with 4 features, by 3 instead of 2.
# Look at which axis of K counts features.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-2])


# %% fixed d_k kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The d_k of the worked example, 2, is written into the code: with 8 features, the scores are divided by 1.41 instead
# of 2.83. Look at where the function takes d_k from.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(2)


# %% multiplied instead of divided kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The scores are multiplied by the square root of d_k: with d_k = 4, a dot product of 4 becomes 8 instead of 2.
# Scaling should keep scores moderate; look at the operator.
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) * math.sqrt(K.shape[-1])


# %% rows and columns swapped kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The table is transposed: entry (0, 1) combines the key of word 0 with the query of word 1. A row belongs to the word
# that asks; look at the order of the factors.
def scaled_scores(Q, K):
    return K @ Q.transpose(-2, -1) / math.sqrt(K.shape[-1])


# %% only one sentence kind="misconception" also_affects=["MultiHeadSelfAttention"]
# This transposes only a single matrix, so 4 sentences at once, (4, n, d_k), raise an error. Look for a way to swap
# just the last two axes.
def scaled_scores(Q, K):
    return Q @ K.t() / math.sqrt(K.shape[-1])


# %% softmax already applied kind="misconception" also_affects=["MultiHeadSelfAttention"]
# These are already weights: positive, with rows that sum to 1. A later step needs the raw scores, before mask and
# softmax. Look at what the docstring asks for.
def scaled_scores(Q, K):
    return (Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-1])).softmax(dim=-1)


# %% cosine similarity kind="misconception" also_affects=["MultiHeadSelfAttention"]
# The vectors are scaled to length 1 first, so every score is between -1 and 1, and a query twice as long gets the
# same scores. Attention uses plain dot products, where a long query has strong preferences; look at what happens to Q
# and K before the product.
def scaled_scores(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


# %% scaling the queries first kind="alternative"
# The scale can go to the queries before the product: n d_k divisions instead of n n, and no large intermediate
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
