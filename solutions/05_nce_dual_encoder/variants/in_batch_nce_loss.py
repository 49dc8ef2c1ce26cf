import torch
import torch.nn.functional as F

# The notebook defines these.
nce_loss = ...


# %% positives on the diagonal kind="misconception" also_affects=["train_epoch"]
# That held in lab 04. Here `labels` says which passage is a question's positive: they may come in any order.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    labels = torch.arange(len(Q))
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% extra passages cut off kind="misconception" also_affects=["train_epoch"]
# Passages beyond the questions are negatives too, and positives may stand among them.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y[: len(X)].T
    labels = labels.clamp(max=len(X) - 1)
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% cosine similarity kind="misconception" also_affects=["train_epoch"]
# Raw dot products are wanted: nothing is brought to length 1.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = F.normalize(X) @ F.normalize(Y).T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% count as a tensor kind="misconception" also_affects=["train_epoch"]
# num_correct is to be a Python int; item() takes it out of the tensor.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum()


# %% a share instead of a count kind="misconception" also_affects=["train_epoch"]
# How many questions are right is wanted, an int; divide later, when the batches are added up.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).float().mean().item()


# %% softmax twice kind="misconception" also_affects=["train_epoch"]
# cross_entropy takes scores and does the softmax itself. A second one makes all losses alike.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores.softmax(dim=1), labels), (scores.argmax(dim=1) == labels).sum().item()


# %% questions chosen for passages kind="misconception" also_affects=["train_epoch"]
# Each question chooses among the passages, so the softmax runs over the passages, along a row.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    log_shares = scores.log_softmax(dim=0)
    return -log_shares[torch.arange(len(Q)), labels].mean(), (scores.argmax(dim=1) == labels).sum().item()


# %% masks left out kind="misconception" also_affects=["train_epoch"]
# Without masks padding counts as text. The batch brings one for each side.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, None, P, None)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% passages detached kind="misconception" also_affects=["train_epoch"]
# Both encoders are to learn; detach() keeps the gradient from one of them.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.detach().T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% counted over the columns kind="misconception" also_affects=["train_epoch"]
# A question is right when the highest score of its row is its gold passage's. argmax over dim 0 asks each passage for
# its question.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=0)[labels] == torch.arange(len(Q))).sum().item()


# %% divided by the square root of the width kind="misconception" also_affects=["train_epoch"]
# That scale belongs to attention. Here the raw dot product is the score.
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T / X.shape[1] ** 0.5
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% each side alone, log-softmax kind="alternative"
def in_batch_nce_loss(model, batch):
    questions, questions_mask, passages, passages_mask, labels = batch
    X, _ = model(questions, questions_mask)
    _, Y = model(P=passages, P_mask=passages_mask)
    log_shares = torch.log_softmax(torch.matmul(X, Y.mT), dim=-1)
    loss = -log_shares.gather(1, labels[:, None]).mean()
    return loss, int(log_shares.argmax(dim=-1).eq(labels).sum())


# %% by nce_loss kind="alternative"
def in_batch_nce_loss(model, batch):
    *texts, labels = batch
    X, Y = model(*texts)
    scores = X @ Y.T
    columns = torch.arange(len(Y)).expand(len(X), -1)
    negatives = columns[columns != labels[:, None]].view(len(X), -1)
    num_correct = sum(int(row.argmax()) == int(label) for row, label in zip(scores, labels))
    return nce_loss(scores, labels, negatives), num_correct
