import torch
import torch.nn.functional as F


# %% one matrix for both kind="misconception"
# Queries and keys come from the same matrix here. A word then asks for exactly what it offers itself; the second
# matrix has no part in the result.
def project(x, Wq, Wk):
    return x @ Wq, x @ Wq


# %% keys first kind="misconception"
# Both products are right, but they come back in the wrong order. The queries come first, then the keys.
def project(x, Wq, Wk):
    return x @ Wk, x @ Wq


# %% transposed matrices kind="misconception"
# nn.Linear keeps its weight transposed, the matrices of this exercise are not: they are (d, k), and their rows meet
# the features of x.
def project(x, Wq, Wk):
    return x @ Wq.T, x @ Wk.T


# %% entry by entry kind="misconception"
# The star multiplies entry by entry. A projection is a matrix product: each row of x meets each column of the matrix.
def project(x, Wq, Wk):
    return x * Wq, x * Wk


# %% words have become columns kind="misconception"
# The numbers are right, but each word is a column of the result now. Keep the matrix of words on the left, so that
# words stay rows.
def project(x, Wq, Wk):
    return Wq.T @ x.transpose(-2, -1), Wk.T @ x.transpose(-2, -1)


# %% one sentence only kind="misconception"
# torch.mm takes two matrices and nothing else, so a batch of sentences is an error. Is there a product that takes
# leading axes along?
def project(x, Wq, Wk):
    return torch.mm(x, Wq), torch.mm(x, Wk)


# %% keys made from queries kind="misconception"
# The keys are computed from the queries instead of from the words. Both projections start from x.
def project(x, Wq, Wk):
    Q = x @ Wq
    return Q, Q @ Wk


# %% cut from the graph kind="misconception"
# The values are right, but no gradient can flow back to x or to the matrices: detach() or no_grad() cuts the graph,
# and the matrices could never learn.
def project(x, Wq, Wk):
    with torch.no_grad():
        return x @ Wq, x @ Wk


# %% divides too early kind="misconception"
# Queries and keys are already divided by a root here. The division belongs to the scores, and there it happens once.
def project(x, Wq, Wk):
    root = Wq.shape[-1] ** 0.5
    return x @ Wq / root, x @ Wk / root


# %% einsum kind="alternative"
def project(x, Wq, Wk):
    return torch.einsum("...ij,jk->...ik", x, Wq), torch.einsum("...ij,jk->...ik", x, Wk)


# %% one product for both matrices, then cut kind="alternative"
def project(x, Wq, Wk):
    both = torch.matmul(x, torch.cat([Wq, Wk], dim=1))  # (..., n, 2 k)
    return both.split(Wq.shape[1], dim=-1)


# %% a list from F.linear kind="alternative"
def project(x, Wq, Wk):
    return [F.linear(x, W.T) for W in (Wq, Wk)]
