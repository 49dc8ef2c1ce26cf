import torch
import torch.nn.functional as F


# %% NaN when nothing is asked kind="misconception"
# The mean over nothing is 0/0, which is NaN. One such batch makes all parameters NaN. Look at what the docstring says
# about it.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)


# %% NaN repaired afterwards kind="misconception"
# The NaN of an empty mean is replaced in the loss, but it comes back in the gradient, as in lab 02. Avoid the division
# by 0 itself.
def masked_lm_loss(logits, labels):
    asked = (labels != -100).to(logits.dtype)
    losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="none")
    return torch.nan_to_num(
        (losses.sum() * logits.detach().sum().abs().sign() + 0 * logits.sum()) / (asked.sum() * (1 + 0 * logits.sum())),
        0.0,
    )


# %% mean over all places kind="misconception"
# The sum is divided by the number of all places, also of those that ask nothing. Divide by the number that is asked.
def masked_lm_loss(logits, labels):
    total = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")
    return total / labels.numel()


# %% sum instead of mean kind="misconception"
# The losses are added up, so a longer text costs more. The docstring asks for the mean.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")


# %% mean of the texts' means kind="misconception"
# Each text's mean is computed first, and then their mean: a place in a text with one question counts more than one in
# a text with three. All asked places count the same.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    losses = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100, reduction="none")
    return (losses.sum(dim=1) / asked.sum(dim=1).clamp(min=1)).mean()


# %% asks everywhere kind="misconception"
# Places with -100 are treated as questions for id 0. Nothing is asked there: leave them out.
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten().clamp(min=0))


# %% id 0 not asked kind="misconception"
# Only labels above 0 count as questions, so places whose right answer is id 0 are left out. Which number means that
# nothing is asked?
def masked_lm_loss(logits, labels):
    asked = labels > 0
    total = F.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return total / asked.sum().clamp(min=1)


# %% a loss without a graph kind="misconception"
# When nothing is asked, a new tensor 0 is returned that knows nothing of the logits: backward() raises an error. The
# loss should hang on the logits in this case, too.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.zeros((), dtype=logits.dtype)
    return F.cross_entropy(logits[asked], labels[asked])


# %% softmax twice kind="misconception"
# F.cross_entropy gets probabilities and applies a softmax to them again. It wants the logits themselves.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    total = F.cross_entropy(logits[asked].softmax(dim=-1), labels[asked], reduction="sum")
    return total / asked.sum().clamp(min=1)


# %% mean of the probabilities kind="misconception"
# The probabilities are averaged before the logarithm. The loss is the mean of the logarithms.
def masked_lm_loss(logits, labels):
    asked = labels != -100
    shares = logits[asked].softmax(dim=-1).gather(1, labels[asked][:, None])
    return -(shares.sum() / asked.sum().clamp(min=1) + (~asked).all()).log()


# %% a Python number kind="misconception"
# The loss is a Python number, which has no backward(). Look for item().
def masked_lm_loss(logits, labels):
    asked = labels != -100
    total = F.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return (total / asked.sum().clamp(min=1)).item()


# %% divides by the number asked plus 1 kind="misconception"
# 1 is added to the number of questions, to avoid the division by 0. That makes every loss too small. Change only the
# case in which nothing is asked.
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
