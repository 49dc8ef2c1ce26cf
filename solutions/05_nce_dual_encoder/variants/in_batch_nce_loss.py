import torch
import torch.nn.functional as F

# The notebook defines these.
nce_loss = ...


# %% positives on the diagonal kind="misconception" also_affects=["train_epoch"]
# This takes passage i as the positive of question i, as in lab 04. Here the batch says which passage is whose: with
# the labels (2, 0), the positive of question 0 is passage 2. Look at where you use `labels`.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    labels = torch.arange(len(Q))
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% extra passages cut off kind="misconception" also_affects=["train_epoch"]
# Only the first B passages are scored: with 2 questions and 5 passages, 3 are left out. They are negatives too, and
# some of them may be positives. Check how many columns your scores have.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y[: len(X)].T
    labels = labels.clamp(max=len(X) - 1)
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% cosine similarity kind="misconception" also_affects=["train_epoch"]
# All vectors are scaled to length 1, so every score lies between -1 and 1. The docstring asks for raw dot products.
# Look at what you do to X and Y before you multiply them.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = F.normalize(X) @ F.normalize(Y).T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% count as a tensor kind="misconception" also_affects=["train_epoch"]
# `num_correct` is a tensor with one element, such as tensor(3), but the docstring promises a Python int. Look at the
# type of the second value that you return.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum()


# %% share instead of count kind="misconception" also_affects=["train_epoch"]
# This returns the share of correct questions, such as 0.5 for one of two. Shares of batches of different sizes cannot
# be added up. Check in the docstring which number is wanted.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).float().mean().item()


# %% softmax twice kind="misconception" also_affects=["train_epoch"]
# `cross_entropy` expects raw scores and applies the softmax itself: after a softmax of your own, even the scores
# [100, 0] give a loss of 0.31 instead of 0. Look at what you pass to it.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores.softmax(dim=1), labels), (scores.argmax(dim=1) == labels).sum().item()


# %% softmax over the questions kind="misconception" also_affects=["train_epoch"]
# The softmax runs down the columns, so the questions compete for each passage. Each question should choose among the
# passages. Check along which axis the shares add up to 1.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    log_shares = scores.log_softmax(dim=0)
    return -log_shares[torch.arange(len(Q)), labels].mean(), (scores.argmax(dim=1) == labels).sum().item()


# %% masks not passed on kind="misconception" also_affects=["train_epoch"]
# The model gets None for both masks, so padding counts as text: a question of 3 tokens followed by 2 places of
# padding is read as 5 tokens. Check which of the five tensors in the batch you use.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, None, P, None)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% passages detached kind="misconception" also_affects=["train_epoch"]
# `detach()` keeps the gradient away from the passage encoder, so only the query encoder learns. Both should learn.
# Look at how the scores are made.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.detach().T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% best question of each passage kind="misconception" also_affects=["train_epoch"]
# This asks for the best question of each gold passage: with the scores [[3, 2], [4, 5]], gold passage 0 prefers
# question 1, so question 0 counts as wrong. A question should choose among its own scores. Check over which axis you
# take the maximum.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=0)[labels] == torch.arange(len(Q))).sum().item()


# %% scaled as in attention kind="misconception" also_affects=["train_epoch"]
# The dot products are divided by the square root of the width, as in attention: with four features, a score of 6
# becomes 3. The docstring asks for raw dot products. Look at what you do after the matrix product.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T / X.shape[1] ** 0.5
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% sum over the questions kind="misconception" also_affects=["train_epoch"]
# The losses of the questions are added up: losses of 1 and 3 give 4 instead of 2, so a larger batch has a larger loss
# and longer gradients. Check in the docstring how they are combined.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels, reduction="sum"), (scores.argmax(dim=1) == labels).sum().item()


# %% each side alone, log-softmax kind="alternative"
def in_batch_nce_loss(model, batch):
    questions, questions_mask, passages, passages_mask, labels = batch
    X, _ = model(questions, questions_mask)
    _, Y = model(P=passages, P_mask=passages_mask)
    log_shares = torch.log_softmax(torch.matmul(X, Y.mT), dim=-1)
    loss = -log_shares.gather(1, labels[:, None]).mean()
    return loss, int(log_shares.argmax(dim=-1).eq(labels).sum())


# %% by nce_loss kind="alternative"
# The in-batch loss is the NCE loss whose negatives are all other passages of the batch. It is the same sum, written
# twice.
def in_batch_nce_loss(model, batch):
    *texts, labels = batch
    X, Y = model(*texts)
    scores = X @ Y.T
    columns = torch.arange(len(Y)).expand(len(X), -1)
    negatives = columns[columns != labels[:, None]].view(len(X), -1)
    num_correct = sum(int(row.argmax()) == int(label) for row, label in zip(scores, labels))
    return nce_loss(scores, labels, negatives), num_correct
