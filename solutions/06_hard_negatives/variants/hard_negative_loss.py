import math

import torch
import torch.nn.functional as F


# %% gold in the first rows kind="misconception" also_affects=["train_with_refresh"]
# Gold passages need not come first, nor in the order of the questions. The labels say where they are.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, torch.arange(len(query_embeddings))), (
        scores.argmax(dim=1) == torch.arange(len(query_embeddings))
    ).sum().item()


# %% hard negatives left out kind="misconception" also_affects=["train_with_refresh"]
# Only the gold passages are scored here, so the hard negatives were encoded for nothing: all P passages belong in the
# softmax.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    golds = passage_embeddings[labels]
    scores = query_embeddings @ golds.T
    targets = torch.arange(len(labels))
    return F.cross_entropy(scores, targets), (scores.argmax(dim=1) == targets).sum().item()


# %% cosine instead of dot product kind="misconception" also_affects=["train_with_refresh"]
# Scores are raw dot products here. Cosines lie between -1 and 1, which without a temperature keeps the loss high.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = F.normalize(query_embeddings, dim=1) @ F.normalize(passage_embeddings, dim=1).T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% scaled as in attention kind="misconception" also_affects=["train_with_refresh"]
# Nothing is divided by the square root of D: that belongs to attention.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T / math.sqrt(query_embeddings.shape[1])
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% sum over the questions kind="misconception" also_affects=["train_with_refresh"]
# The loss is the mean over the questions, or it grows with the batch.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels, reduction="sum"), (scores.argmax(dim=1) == labels).sum().item()


# %% softmax before cross-entropy kind="misconception" also_affects=["train_with_refresh"]
# F.cross_entropy takes raw scores and does the softmax itself; here it is done twice.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores.softmax(dim=1), labels), (scores.argmax(dim=1) == labels).sum().item()


# %% passages detached kind="misconception" also_affects=["train_with_refresh"]
# The passages get no gradient, so their encoder never learns.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.detach().T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% count as a tensor kind="misconception" also_affects=["train_with_refresh"]
# num_correct is a tensor here; `item()` makes it a Python int.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum()


# %% share instead of count kind="misconception" also_affects=["train_with_refresh"]
# num_correct counts; divided by the batch it is a share, and an epoch's sum of shares means nothing.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).float().mean().item()


# %% best question of a passage kind="misconception" also_affects=["train_with_refresh"]
# argmax over dim 0 asks which question a passage likes best. Wanted is each question's best passage.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=0)[labels] == torch.arange(len(labels))).sum().item()


# %% exp of raw scores kind="misconception" also_affects=["train_with_refresh"]
# exp of a score above 88 is infinite in float32. Cross-entropy subtracts the highest score first; leave it to that.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    weights = scores.exp()
    own = weights.gather(1, labels[:, None])[:, 0]
    return -(own / weights.sum(dim=1)).log().mean(), (scores.argmax(dim=1) == labels).sum().item()


# %% logsumexp by hand kind="alternative"
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = torch.einsum("bd,pd->bp", query_embeddings, passage_embeddings)
    own = scores[torch.arange(len(labels)), labels]
    loss = (scores.logsumexp(dim=1) - own).mean()
    return loss, int((scores.argmax(1) == labels).sum())


# %% log_softmax and nll_loss kind="alternative"
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    log_probabilities = F.log_softmax(F.linear(query_embeddings, passage_embeddings), dim=-1)
    best = log_probabilities.max(dim=-1).indices
    return F.nll_loss(log_probabilities, labels), best.eq(labels).sum().item()
