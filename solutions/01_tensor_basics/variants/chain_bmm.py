import torch


# %% multiplies entry by entry kind="misconception"
# The star multiplies entry by entry; it is no matrix product. Shapes with equal sizes hide the difference.
def chain_bmm(a, b, d):
    return a * b * d


# %% loops over the batch kind="misconception"
# The values are right, but a Python loop does one product after the other. One call can do the whole batch.
def chain_bmm(a, b, d):
    return torch.stack([a[n] @ b[n] @ d[n] for n in range(len(a))])


# %% factors in the wrong order kind="misconception"
# Matrix products may be bracketed as you like, but not reordered. Here a factor has changed sides.
def chain_bmm(a, b, d):
    return torch.bmm(d, torch.bmm(a, b))


# %% one matrix for all kind="misconception"
# Every element of the batch is multiplied with the first matrix of b. In a stack, each element has a matrix of its
# own.
def chain_bmm(a, b, d):
    return torch.bmm(a @ b[0], d)


# %% sums over the batch kind="misconception"
# The batch has been summed away: all examples are mixed into one. The batch index must appear in the result.
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->im", a, b, d)


# %% transposes a factor kind="misconception"
# A factor is transposed on the way. If the inner sizes meet as they are, nothing needs to be turned.
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a, b.transpose(1, 2).reshape(b.shape)), d)


# %% cuts the gradient kind="misconception"
# The values are right, but the way through numpy (or .data, or detach) cuts the graph: no gradient comes back, and
# nothing could be learned.
def chain_bmm(a, b, d):
    return torch.from_numpy(a.detach().numpy() @ b.detach().numpy() @ d.detach().numpy())


# %% always float32 kind="misconception"
# The inputs are turned into float32 on the way, so double precision is lost. Leave the dtype as it comes.
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a.float(), b.float()), d.float())


# %% drops a batch of one kind="misconception"
# The result is squeezed: a batch of one loses its batch axis. The result has three axes, always.
def chain_bmm(a, b, d):
    product = torch.bmm(torch.bmm(a, b), d)
    return product.squeeze(0)


# %% the other bracket kind="alternative"
def chain_bmm(a, b, d):
    return a @ (b @ d)


# %% einsum kind="alternative"
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->nim", a, b, d)


# %% broadcasting and a sum, no matrix product at all kind="alternative"
def chain_bmm(a, b, d):
    ab = (a.unsqueeze(-1) * b.unsqueeze(1)).sum(dim=2)  # (n, i, j, 1) * (n, 1, j, k)
    return (ab.unsqueeze(-1) * d.unsqueeze(1)).sum(dim=2)
