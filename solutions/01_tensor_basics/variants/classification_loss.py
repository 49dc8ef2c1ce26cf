import torch
import torch.nn as nn
import torch.nn.functional as F


# %% softmax twice kind="misconception"
# The logits go through softmax before F.cross_entropy, which applies softmax itself. The second softmax flattens the
# probabilities, so even a certain, right answer has a loss well above 0. Look at what F.cross_entropy expects.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(F.softmax(model(tokens), dim=-1), labels)


# %% sum instead of mean kind="misconception"
# The losses of the tokens are added up: four tokens with a loss of 0.5 each give 2 instead of 0.5, so a larger batch
# looks worse. Look at how the losses are combined.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="sum")


# %% a number without a graph kind="misconception"
# The loss is a plain number such as 1.386: item() and float() cut it from the graph, so backward() cannot be called
# on it. Look at the type of the result.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels).item()


# %% log of the softmax kind="misconception"
# The formula is right, but for large logits a probability rounds to exactly 0, and its logarithm is minus infinity:
# logits [200, 0] with label 1 give an infinite loss. Look for a function that combines softmax and logarithm.
def classification_loss(model, tokens, labels):
    probs = torch.softmax(model(tokens), dim=-1)
    right = probs[torch.arange(len(labels)), labels]
    return -torch.log(right).mean()


# %% nll_loss on logits kind="misconception"
# F.nll_loss expects log-probabilities but gets logits: for the logits [2, 5] and label 1 the result is -5, although a
# loss is never below 0. Look at what has to happen to the logits first.
def classification_loss(model, tokens, labels):
    return F.nll_loss(model(tokens), labels)


# %% softmax over the batch kind="misconception"
# The softmax runs over the tokens of the batch instead of over the classes: with a single token, every probability is
# 1 and the loss 0. Each row of logits belongs to one token; look at which axis the classes are on.
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=0)
    return F.nll_loss(log_probs, labels)


# %% squared error kind="misconception"
# This is the mean squared difference between the probabilities and the one-hot labels. It never exceeds 1, even for a
# certain, wrong answer, where the cross-entropy is very large. Look at the loss that the docstring names.
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    return F.mse_loss(F.softmax(logits, dim=-1), F.one_hot(labels, logits.shape[-1]).to(logits.dtype))


# %% wrong sign kind="misconception"
# The loss falls when the right class becomes less probable: a probability of 0.25 gives -1.386, and 0.01 gives
# -4.605, so training would make the model worse. Look at the sign of the logarithm of a probability.
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=-1)
    return log_probs[torch.arange(len(labels)), labels].mean()


# %% one loss for each token kind="misconception"
# The result has one loss for each token, such as [0.5, 1.5] for two tokens, but backward() needs a single number.
# Look at what the docstring says about the result.
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="none")


# %% counts mistakes kind="misconception"
# This is the share of wrong answers: for 1 mistake in 4 it is 0.25. It stays 0.25 when the logits change a little, so
# it has no gradient that could guide training. Look at the loss that the docstring names.
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
# Cross-entropy is logsumexp of all logits minus the logit of the right class. In this form you can see why it is
# never negative, and why a constant added to all logits changes nothing.
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    right = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
    return (torch.logsumexp(logits, dim=1) - right).mean()
