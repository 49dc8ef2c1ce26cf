import torch
import torch.nn.functional as F


# %% one matrix for both kind="misconception"
# Queries and keys come from the same matrix, so Q and K are equal, and the argument `Wk` is never used. Look at which
# matrix each of the two products contains.
def project(x, Wq, Wk):
    return x @ Wq, x @ Wq


# %% keys first kind="misconception"
# Both products are right, but the keys are in place 0 of the tuple and the queries in place 1. Compare the order with
# the docstring.
def project(x, Wq, Wk):
    return x @ Wk, x @ Wq


# %% transposed matrices kind="misconception"
# The matrices are transposed before the product: [[1, 2], [3, 4]] is used as [[1, 3], [2, 4]]. nn.Linear stores its
# weight in that way, but these matrices have shape (d, k); look at which of their axes meets the features of x.
def project(x, Wq, Wk):
    return x @ Wq.T, x @ Wk.T


# %% multiplies entry by entry kind="misconception"
# The star multiplies entry by entry: [1, 2] * [3, 4] is [3, 8]. In a projection, each row of x is combined with each
# column of the matrix. Look at the operator.
def project(x, Wq, Wk):
    return x * Wq, x * Wk


# %% words have become columns kind="misconception"
# The numbers are right, but each word is a column of the result: 3 words with k = 2 give (2, 3) instead of (3, 2).
# Look at the order of the factors and at the shape in the docstring.
def project(x, Wq, Wk):
    return Wq.T @ x.transpose(-2, -1), Wk.T @ x.transpose(-2, -1)


# %% only one sentence kind="misconception"
# This works for a matrix x of shape (n, d), but 4 sentences at once, (4, n, d), raise an error. Look for a product
# that keeps leading axes.
def project(x, Wq, Wk):
    return torch.mm(x, Wq), torch.mm(x, Wk)


# %% keys computed from queries kind="misconception"
# The keys are computed from the queries, so the words go through both matrices: with 2 and 3 as 1 by 1 matrices, the
# word 1 gets the key 6 instead of 3. Look at what is multiplied by Wk.
def project(x, Wq, Wk):
    Q = x @ Wq
    return Q, Q @ Wk


# %% cuts the gradient kind="misconception"
# The values are right, but the results have no graph: `Q.requires_grad` is False, so the matrices could never learn.
# Look for a detach() or no_grad().
def project(x, Wq, Wk):
    with torch.no_grad():
        return x @ Wq, x @ Wk


# %% divides too early kind="misconception"
# Queries and keys are already divided by the square root of k: with k = 4, a query [2, 4] becomes [1, 2], and the
# scores are divided twice. Look at what the docstring says about Q and K.
def project(x, Wq, Wk):
    root = Wq.shape[-1] ** 0.5
    return x @ Wq / root, x @ Wk / root


# %% einsum kind="alternative"
def project(x, Wq, Wk):
    return torch.einsum("...ij,jk->...ik", x, Wq), torch.einsum("...ij,jk->...ik", x, Wk)


# %% one product for both matrices, then cut kind="alternative"
# Both matrices side by side need one product instead of two. Most implementations of attention compute queries, keys
# and values like this, since one large product is faster than three small ones.
def project(x, Wq, Wk):
    both = torch.matmul(x, torch.cat([Wq, Wk], dim=1))  # (..., n, 2 k)
    return both.split(Wq.shape[1], dim=-1)


# %% a list from F.linear kind="alternative"
def project(x, Wq, Wk):
    return [F.linear(x, W.T) for W in (Wq, Wk)]
