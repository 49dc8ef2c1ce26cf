import torch
import torch.nn.functional as F


# %% root written out kind="misconception"
# The values are right, but the slope of a root at 0 is infinite, so a row of zeros has the gradient NaN. Think about
# which norm handles this case.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1).sqrt() - max_norm).sum()


# %% mean instead of sum kind="misconception"
# The mean divides by the number of rows: one row that is 5 too long among 100 gives 0.05 instead of 5. Check in the
# docstring how the rows are combined.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu(norms - max_norm).mean()


# %% squared norms kind="misconception"
# Squared lengths are compared with the limit: (3, 4) counts as 25 instead of 5. Check in the docstring what a norm
# is.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1) - max_norm).sum()


# %% short rows make up for long ones kind="misconception"
# Rows below the limit add a negative amount: norms of 5 and 1 with a limit of 3 give 0 instead of 2. Check in the
# docstring what a short row adds.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).sum()


# %% one hinge for the sum kind="misconception"
# The hinge comes after the sum, so short rows make up for long ones: norms of 5 and 1 with a limit of 3 give 0
# instead of 2. Check the order of the two steps.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu((norms - max_norm).sum())


# %% one norm for the whole table kind="misconception"
# This measures one length for all numbers of the table: the rows (3, 0) and (0, 4) give 5 instead of 3 and 4. Check
# along which axis you measure.
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings) - max_norm)


# %% norms of the columns kind="misconception"
# This measures the columns: for the rows (3, 4) and (0, 0), the lengths are 3 and 4 instead of 5 and 0. Each row is a
# track. Check along which axis you measure.
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings, dim=0) - max_norm).sum()


# %% absolute difference kind="misconception"
# Rows below the limit are punished too, so every row is driven to the same length: a norm of 1 with a limit of 3 adds
# 2 instead of 0. Check in the docstring what a short row adds.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).abs().sum()


# %% L1 norm kind="misconception"
# This adds up absolute values, the L1 norm: (3, 4) has 7 instead of 5. Check in the docstring which norm is wanted.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.abs().sum(dim=-1) - max_norm).sum()


# %% a tiny number under the root kind="alternative"
def norm_penalty(embeddings, max_norm):
    return F.relu((embeddings.square().sum(dim=-1) + 1e-12).sqrt() - max_norm).sum()


# %% only the rows that are too long kind="alternative"
# Rows within the limit are left out before the root is taken. So a zero row never meets the root, whose slope at 0 is
# infinite.
def norm_penalty(embeddings, max_norm):
    squares = embeddings.square().sum(dim=-1)
    long = squares > max_norm**2
    return (squares[long].sqrt() - max_norm).sum()


# %% Tensor.norm and clamp kind="alternative"
def norm_penalty(embeddings, max_norm):
    return (embeddings.norm(dim=-1) - max_norm).clamp_min(0).sum()
