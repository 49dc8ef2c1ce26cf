import torch


# %% True means drop kind="misconception"
# This is True where a negative is to be dropped. Wanted is True where it is kept.
def filter_false_negatives(scores, positive_scores, margin):
    return scores > positive_scores[:, None] - margin


# %% below only, not at the margin kind="misconception"
# A negative exactly the margin below gold is far enough: <=, not <.
def filter_false_negatives(scores, positive_scores, margin):
    return scores < positive_scores[:, None] - margin


# %% margin added kind="misconception"
# Added, a larger margin keeps more. A negative has to be the margin *below* gold.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None] + margin


# %% margin as a share kind="misconception"
# The margin is a difference of scores, not a share of the gold score: with large or negative scores a share means
# something else entirely.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None] * (1 - margin)


# %% gold scores along the columns kind="misconception"
# A row belongs to a question. Without [:, None] the gold scores are laid along the columns, and a square of scores
# does not even complain.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores - margin


# %% best negative instead of gold kind="misconception"
# The threshold comes from the gold passage's score, not from the best negative's.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= scores.max(dim=1, keepdim=True).values - margin


# %% no margin kind="misconception"
# This keeps everything up to the gold score. The margin asks for some distance to it.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None]


# %% far away on either side kind="misconception"
# A negative that scores far *above* gold is the most suspicious of all; the absolute difference keeps it.
def filter_false_negatives(scores, positive_scores, margin):
    return (scores - positive_scores[:, None]).abs() >= margin


# %% the difference to gold kind="alternative"
def filter_false_negatives(scores, positive_scores, margin):
    return positive_scores.unsqueeze(1) - scores >= margin


# %% row by row kind="alternative"
def filter_false_negatives(scores, positive_scores, margin):
    rows = [torch.le(row, positive - margin) for row, positive in zip(scores, positive_scores)]
    return torch.stack(rows)
