import torch
import torch.nn.functional as F


# %% the root written out kind="misconception"
# In numbers it is right, but at a row of zeros the root has an infinite slope, and 0 times infinity is NaN.
# torch.linalg.vector_norm knows of that.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1).sqrt() - max_norm).sum()


# %% mean instead of sum kind="misconception"
# The penalty is a sum over the rows. With a mean, one row that is far too long hardly counts among many.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu(norms - max_norm).mean()


# %% squared norms kind="misconception"
# Here squared lengths are compared with the limit. The norm is the length itself.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1) - max_norm).sum()


# %% short rows make up for long ones kind="misconception"
# Without the hinge a short row adds a negative amount and pays for a long one. Each row within the limit adds 0.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).sum()


# %% one hinge for the sum kind="misconception"
# The hinge is taken of the total, so short rows make up for long ones. Each row has its own hinge.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu((norms - max_norm).sum())


# %% one norm for the whole table kind="misconception"
# norm() without a dim is the length of all numbers together. Each row has a norm: name the last axis.
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings) - max_norm)


# %% norms of the columns kind="misconception"
# dim=0 measures columns, that is features. A track is a row: the last axis.
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings, dim=0) - max_norm).sum()


# %% absolute difference kind="misconception"
# abs() penalises short rows too, and drives every row to exactly this length. Only what is too much counts.
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).abs().sum()


# %% sum of absolute values kind="misconception"
# This is the L1 norm. The length of a vector, the L2 norm, squares the numbers first.
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.abs().sum(dim=-1) - max_norm).sum()


# %% a tiny number under the root kind="alternative"
def norm_penalty(embeddings, max_norm):
    return F.relu((embeddings.square().sum(dim=-1) + 1e-12).sqrt() - max_norm).sum()


# %% only the rows that are too long kind="alternative"
def norm_penalty(embeddings, max_norm):
    squares = embeddings.square().sum(dim=-1)
    long = squares > max_norm**2
    return (squares[long].sqrt() - max_norm).sum()


# %% Tensor.norm and clamp kind="alternative"
def norm_penalty(embeddings, max_norm):
    return (embeddings.norm(dim=-1) - max_norm).clamp_min(0).sum()
