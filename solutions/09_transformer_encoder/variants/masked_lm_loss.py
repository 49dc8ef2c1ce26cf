import torch
import torch.nn.functional as F


# %% NaN when nothing is asked kind="misconception"
# When nothing is asked, this is the mean of no numbers, 0 / 0, which is NaN, and one such batch makes all parameters
# NaN. Look at what the docstring says about this case.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)


# %% NaN repaired afterwards kind="misconception"
# The NaN of an empty mean, 0 / 0, is replaced in the loss, but it comes back in the gradient, as in lab 02: 0 times
# NaN is NaN. Think about how the division by 0 could be avoided, instead of what it leaves.
def masked_lm_loss(logits, labels):
    asked = (labels != -100).to(logits.dtype)
    losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="none")
    return torch.nan_to_num(
        (losses.sum() * logits.detach().sum().abs().sign() + 0 * logits.sum()) / (asked.sum() * (1 + 0 * logits.sum())),
        0.0,
    )


# %% mean over all places kind="misconception"
# The sum is divided by the number of all places: with 10 places of which 2 are asked, losses of 1 and 3 give 0.4
# instead of 2. Look at which places the docstring takes the mean over.
def masked_lm_loss(logits, labels):
    total = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")
    return total / labels.numel()


# %% sum instead of mean kind="misconception"
# The losses are added up: losses of 1 and 3 give 4 instead of 2, so a longer text counts for more. Look at how the
# docstring combines them.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")


# %% mean of the texts' means kind="misconception"
# First the mean of each text is taken, and then the mean of these: with losses 6 in one text and 1, 1, 1 in another,
# the result is 3.5 instead of 2.25. Look at whether the docstring mentions texts at all.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    losses = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100, reduction="none")
    return (losses.sum(dim=1) / asked.sum(dim=1).clamp(min=1)).mean()


# %% asks everywhere kind="misconception"
# A label of -100 is treated as a question for id 0: with 10 places of which 2 are asked, the loss covers all 10. Look
# at what -100 means in the docstring.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten().clamp(min=0))


# %% id 0 not asked kind="misconception"
# Only labels above 0 count, so places whose right answer is id 0 are left out: of the labels [0, 3, -100], one is
# asked instead of two. Look at which number means that nothing is asked.
def masked_lm_loss(logits, labels):
    asked = labels > 0
    total = F.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return total / asked.sum().clamp(min=1)


# %% a loss without a graph kind="misconception"
# When nothing is asked, a new tensor, 0, is returned, which does not depend on the logits, so backward() raises an
# error. Look at what the docstring says about the gradient in this case.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.zeros((), dtype=logits.dtype)
    return F.cross_entropy(logits[asked], labels[asked])


# %% softmax twice kind="misconception"
# F.cross_entropy gets probabilities and applies softmax to them again: logits [5, 0] give a loss of 0.32 instead of
# 0.007 for label 0. Look at what F.cross_entropy expects.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    total = F.cross_entropy(logits[asked].softmax(dim=-1), labels[asked], reduction="sum")
    return total / asked.sum().clamp(min=1)


# %% mean of the probabilities kind="misconception"
# The probabilities are averaged before the logarithm: for 0.1 and 0.9 the result is 0.69, and the mean of the two
# losses is 1.20. Look at the order of mean and logarithm.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    shares = logits[asked].softmax(dim=-1).gather(1, labels[asked][:, None])
    return -(shares.sum() / asked.sum().clamp(min=1) + (~asked).all()).log()


# %% a Python number kind="misconception"
# The loss is a Python number such as 2.3, which has no graph, so backward() cannot be called on it. Look for item()
# or float(), and at the type in the docstring.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    total = F.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return (total / asked.sum().clamp(min=1)).item()


# %% divides by the number asked plus 1 kind="misconception"
# The number of questions is increased by 1 to avoid a division by 0, so every loss is too small: losses of 1 and 3
# give 1.33 instead of 2. Look at in which case the division needs help.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    total = F.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return total / (asked.sum() + 1)


# %% ignore_index, then a division kind="alternative"
# `F.cross_entropy` leaves out targets of -100 by itself: this is why the labels use that number. Its mean over no
# target at all would be NaN, so take the sum and divide yourself.
def masked_lm_loss(logits, labels):
    total = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100, reduction="sum")
    return total / max(1, int((labels != -100).sum()))


# %% 0 times the logits when nothing is asked kind="alternative"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if asked.sum() == 0:
        return (logits * 0).sum()
    return F.cross_entropy(logits[asked], labels[asked])


# %% log_softmax and gather kind="alternative"
def masked_lm_loss(logits, labels):
    asked = (labels != -100).unsqueeze(-1)
    logs = logits.log_softmax(dim=-1).gather(-1, labels.clamp(min=0).unsqueeze(-1))
    return -logs.masked_fill(~asked, 0.0).sum() / asked.sum().clamp(min=1)
