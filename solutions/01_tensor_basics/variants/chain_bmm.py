import torch


# %% multiplies entry by entry kind="misconception"
# The star multiplies entry by entry: [1, 2] * [3, 4] is [3, 8]. A matrix product combines rows with columns; with
# square matrices the two even have the same shape. Look at the operator.
def chain_bmm(a, b, d):
    return a * b * d


# %% loops over the batch kind="misconception"
# The values are right, but a Python loop computes one product at a time: a batch of 1000 takes 1000 rounds. Look for
# a product that treats the first axis as a batch.
def chain_bmm(a, b, d):
    return torch.stack([a[n] @ b[n] @ d[n] for n in range(len(a))])


# %% factors in the wrong order kind="misconception"
# The code computes d a b instead of a b d. The order of the factors matters: [[1, 1], [0, 1]] times [[1, 0], [1, 1]]
# begins with 2, and the other way round with 1. Look at the order of the arguments.
def chain_bmm(a, b, d):
    return torch.bmm(d, torch.bmm(a, b))


# %% one matrix for the whole batch kind="misconception"
# Every element of the batch is multiplied by the first matrix of b: in a batch of 3, elements 1 and 2 get the matrix
# of element 0. Look at how b is indexed.
def chain_bmm(a, b, d):
    return torch.bmm(a @ b[0], d)


# %% sums over the batch kind="misconception"
# The products of all elements are added up: for a batch of 3 the result is (i, m) instead of (3, i, m). The elements
# should stay separate; look at which axes the result keeps.
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->im", a, b, d)


# %% transposes a factor kind="misconception"
# b is transposed on the way, so its numbers are in a different order: [[1, 2], [3, 4]] becomes [[1, 3], [2, 4]]. The
# inner sizes already match; look for the step that swaps axes.
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a, b.transpose(1, 2).reshape(b.shape)), d)


# %% cuts the gradient kind="misconception"
# The values are right, but the result has no graph: its `requires_grad` is False, so backward() raises an error.
# detach(), .data and a detour through NumPy cut the graph. Look at whether the result has a grad_fn.
def chain_bmm(a, b, d):
    return torch.from_numpy(a.detach().numpy() @ b.detach().numpy() @ d.detach().numpy())


# %% always float32 kind="misconception"
# The inputs are converted to float32, so of the 16 digits of float64 inputs only 7 are left, and the result has the
# wrong dtype. Look for the conversion.
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a.float(), b.float()), d.float())


# %% drops a batch of one kind="misconception"
# squeeze() removes the batch axis when the batch has only one element: the result is (i, m) instead of (1, i, m). The
# result should always have three axes; look at what is done to the product.
def chain_bmm(a, b, d):
    product = torch.bmm(torch.bmm(a, b), d)
    return product.squeeze(0)


# %% the other bracket kind="alternative"
def chain_bmm(a, b, d):
    return a @ (b @ d)


# %% einsum kind="alternative"
# `einsum` names the axes: a letter that is missing in the result is summed over. The whole chain is one line, and it
# documents its shapes. PyTorch still has to choose an order for the products.
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->nim", a, b, d)


# %% broadcasting and a sum, no matrix product at all kind="alternative"
def chain_bmm(a, b, d):
    ab = (a.unsqueeze(-1) * b.unsqueeze(1)).sum(dim=2)  # (n, i, j, 1) * (n, 1, j, k)
    return (ab.unsqueeze(-1) * d.unsqueeze(1)).sum(dim=2)
