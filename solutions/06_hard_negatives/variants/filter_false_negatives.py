import torch


# %% True means drop kind="misconception"
# The answer is the other way round: with gold 6 and margin 1, a harmless negative with score 2 gives False. Check in
# the docstring what True means.
def filter_false_negatives(scores, positive_scores, margin):
    return scores > positive_scores[:, None] - margin


# %% limit itself excluded kind="misconception"
# A negative exactly at the limit is dropped: with gold 6 and margin 1, the score 5 gives False. Check in the
# docstring what happens at the limit.
def filter_false_negatives(scores, positive_scores, margin):
    return scores < positive_scores[:, None] - margin


# %% margin added kind="misconception"
# The limit lies above the gold score, so a larger margin keeps more negatives: with gold 6 and margin 1, even a score
# of 7 is kept. Check on which side of gold the limit should be.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None] + margin


# %% margin as a percentage kind="misconception"
# The margin is taken as a share of the gold score: with gold 6 and margin 0.5, the limit is 3 instead of 5.5. Check
# in the docstring in which units the margin is.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None] * (1 - margin)


# %% gold scores along the columns kind="misconception"
# The gold scores are lined up with the columns, so the first negative of every question is compared with the gold
# score of question 0. With as many negatives as questions, no error shows this. Check which axis counts questions.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores - margin


# %% limit below the best negative kind="misconception"
# The limit is taken from the highest score in each row, a negative's: scores of 9 and 3 with gold 6 and margin 1 get
# the limit 8 instead of 5. Check where you use `positive_scores`.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= scores.max(dim=1, keepdim=True).values - margin


# %% margin not used kind="misconception"
# Every negative up to the gold score is kept: with gold 6 and margin 1, a score of 5.9 gives True. A passage that
# scores almost as high as gold may be a right answer too. Check where you use `margin`.
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None]


# %% distance on either side kind="misconception"
# Negatives far away from gold are kept on either side: with gold 6 and margin 1, scores of 2 and of 9 both give True.
# A passage that scores higher than gold is the most likely to be a right answer. Think about what the absolute value
# hides.
def filter_false_negatives(scores, positive_scores, margin):
    return (scores - positive_scores[:, None]).abs() >= margin


# %% the difference to gold kind="alternative"
# Written as a gap it reads like the rule: keep what is at least `margin` below the right passage.
def filter_false_negatives(scores, positive_scores, margin):
    return positive_scores.unsqueeze(1) - scores >= margin


# %% row by row kind="alternative"
def filter_false_negatives(scores, positive_scores, margin):
    rows = [torch.le(row, positive - margin) for row, positive in zip(scores, positive_scores)]
    return torch.stack(rows)
