import math

import torch
import torch.nn.functional as F


# %% passage i taken as gold kind="misconception" also_affects=["train_with_refresh"]
# This takes passage i as the gold passage of question i. Gold passages may be in any rows and in any order: with the
# labels (2, 0), the answer to question 0 is passage 2. Check where you use `labels`.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, torch.arange(len(query_embeddings))), (
        scores.argmax(dim=1) == torch.arange(len(query_embeddings))
    ).sum().item()


# %% hard negatives not scored kind="misconception" also_affects=["train_with_refresh"]
# Only the gold passages are scored: with 2 questions and 4 passages, the 2 hard negatives were encoded for nothing.
# All P passages should compete. Check how many columns your scores have.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    golds = passage_embeddings[labels]
    scores = query_embeddings @ golds.T
    targets = torch.arange(len(labels))
    return F.cross_entropy(scores, targets), (scores.argmax(dim=1) == targets).sum().item()


# %% cosine similarity kind="misconception" also_affects=["train_with_refresh"]
# All vectors are scaled to length 1, so scores lie between -1 and 1, which keeps the loss high. The docstring asks
# for raw dot products. Look at what you do to the vectors before you multiply them.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = F.normalize(query_embeddings, dim=1) @ F.normalize(passage_embeddings, dim=1).T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% scaled as in attention kind="misconception" also_affects=["train_with_refresh"]
# The dot products are divided by the square root of D, as in attention: with four features, a score of 6 becomes 3.
# The docstring asks for raw dot products. Look at what you do after the matrix product.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T / math.sqrt(query_embeddings.shape[1])
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% sum over the questions kind="misconception" also_affects=["train_with_refresh"]
# The losses of the questions are added up: losses of 1 and 3 give 4 instead of 2. Check in the docstring how they are
# combined.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels, reduction="sum"), (scores.argmax(dim=1) == labels).sum().item()


# %% softmax twice kind="misconception" also_affects=["train_with_refresh"]
# `F.cross_entropy` expects raw scores and applies the softmax itself: after a softmax of your own, even the scores
# [100, 0] give a loss of 0.31 instead of 0. Look at what you pass to it.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores.softmax(dim=1), labels), (scores.argmax(dim=1) == labels).sum().item()


# %% passages detached kind="misconception" also_affects=["train_with_refresh"]
# `detach()` cuts the passages off from the computation graph, so their encoder gets no gradient and never learns.
# Both sides should learn. Look at how the scores are made.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.detach().T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum().item()


# %% count as a tensor kind="misconception" also_affects=["train_with_refresh"]
# `num_correct` is a tensor with one element, such as tensor(3), but the docstring promises an int. Look at the type
# of the second value that you return.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum()


# %% share instead of count kind="misconception" also_affects=["train_with_refresh"]
# `num_correct` is a share here, such as 0.5 for one of two questions. Shares of batches of different sizes cannot be
# added up. Check in the docstring which number is wanted.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).float().mean().item()


# %% best question of each passage kind="misconception" also_affects=["train_with_refresh"]
# This asks for the best question of each gold passage: with the scores [[3, 2], [4, 5]], gold passage 0 prefers
# question 1, so question 0 counts as wrong. A question should choose among its own scores. Check over which axis you
# take the maximum.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    return F.cross_entropy(scores, labels), (scores.argmax(dim=0)[labels] == torch.arange(len(labels))).sum().item()


# %% exponentials by hand kind="misconception" also_affects=["train_with_refresh"]
# In float32, `exp` of a score of 89 or more is infinite, and infinity divided by infinity is NaN. Long vectors have
# such scores. Look for a function that takes the scores themselves.
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
# `F.cross_entropy` is these two functions in a row. If you call them separately, you can also use the
# log-probabilities for something else, here for the number of right answers.
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    log_probabilities = F.log_softmax(F.linear(query_embeddings, passage_embeddings), dim=-1)
    best = log_probabilities.max(dim=-1).indices
    return F.nll_loss(log_probabilities, labels), best.eq(labels).sum().item()
