import torch
import torch.nn as nn
import torch.nn.functional as F


# %% softmax twice kind="misconception"
# The logits go through softmax before a loss that applies softmax itself. Hand it the logits as they are.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(F.softmax(model(tokens), dim=-1), labels)


# %% sum instead of mean kind="misconception"
# The losses of the tokens are added up, so a larger batch looks worse. Take the mean.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="sum")


# %% a number without a graph kind="misconception"
# The loss comes back as a bare number. item(), float() and detach() cut the graph: there is nothing to differentiate
# any more.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels).item()


# %% log of the softmax kind="misconception"
# Softmax first and log afterwards is right on paper. For large logits a probability becomes exactly 0, and its log is
# infinite. There is a function that does both at once.
def classification_loss(model, tokens, labels):
    probs = torch.softmax(model(tokens), dim=-1)
    right = probs[torch.arange(len(labels)), labels]
    return -torch.log(right).mean()


# %% nll_loss on logits kind="misconception"
# nll_loss expects log-probabilities and got logits. The result may even be negative. What is missing before it?
def classification_loss(model, tokens, labels):
    return F.nll_loss(model(tokens), labels)


# %% softmax over the batch kind="misconception"
# The probabilities are taken over the tokens of the batch instead of over the classes. Each row of logits belongs to
# one token: along which axis lie its classes?
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=0)
    return F.nll_loss(log_probs, labels)


# %% squared error kind="misconception"
# This is the squared distance between probabilities and one-hot labels, a loss for measuring quantities. Classes ask
# for cross-entropy.
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    return F.mse_loss(F.softmax(logits, dim=-1), F.one_hot(labels, logits.shape[-1]).to(logits.dtype))


# %% sign forgotten kind="misconception"
# The sign is wrong: the loss falls when the right class gets less probable. Training would make the model worse.
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=-1)
    return log_probs[torch.arange(len(labels)), labels].mean()


# %% one loss a token kind="misconception"
# There is one loss for each token. Training needs a single number: reduce them to their mean.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="none")


# %% counts mistakes kind="misconception"
# This is the share of wrong answers. It jumps from one value to the next and has no gradient that could guide
# training.
def classification_loss(model, tokens, labels):
    return (model(tokens).argmax(dim=-1) != labels).float().mean()


# %% the loss as a module kind="alternative"
def classification_loss(model, tokens, labels):
    criterion = nn.CrossEntropyLoss()
    return criterion(model(tokens), labels)


# %% log-softmax, then the right entries kind="alternative"
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=-1)
    return -log_probs[torch.arange(len(labels)), labels].mean()


# %% logsumexp minus the right logit kind="alternative"
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    right = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
    return (torch.logsumexp(logits, dim=1) - right).mean()
