import math

import torch


# %% drawn with replacement kind="misconception"
# The items are drawn as if the anchor could be drawn again: even an anchor that is alone in its group, as in [1, 1],
# expects a false negative now and then: itself. Look at which items are left once the anchor is drawn.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum((count / items) ** 2 for count in group_counts)


# %% counts the anchor's own place kind="misconception"
# All places of the batch are counted: in a batch of 4, the anchor has 4 others instead of 3, although it takes one of
# the places itself. Look at how many places are left for other items.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if batch_size == 1:
        return 0.0
    return batch_size * sum(count * (count - 1) for count in group_counts) / items / (items - 1)


# %% mean over groups kind="misconception"
# Every group has the same weight, whatever its size: a group of 1 counts as much as a group of 90, although far more
# anchors come from the large one. Look at what the docstring takes the mean over.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    others = sum(count - 1 for count in group_counts) / len(group_counts)
    return (batch_size - 1) * others / (items - 1)


# %% as if all groups were equal kind="misconception"
# Every group is treated as if it had the mean size, so [90, 10] gives the same result as [50, 50]. Large groups
# provide more anchors, and each of these meets more items of its own group. Look at what the docstring takes the mean
# over.
def expected_false_negatives(group_counts, batch_size):
    items, groups = sum(group_counts), len(group_counts)
    if items == 1:
        return 0.0
    return (batch_size - 1) * (items / groups - 1) / (items - 1)


# %% sum over the whole batch kind="misconception"
# This is the number for all anchors of the batch together: for a batch of 4 with 0.5 each, it is 2. Look at how many
# anchors the docstring asks about.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    one = (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)
    return batch_size * one


# %% N instead of N - 1 kind="misconception"
# The other items are drawn as if all N items were still available: with 10 items, each other place is filled from 10
# instead of 9. Look at how many items are left once the anchor is drawn.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items**2


# %% each pair counted once kind="misconception"
# Every pair of items of one group is counted once, so the result is half as large as it should be: for [2] and a
# batch of 2 it is 0.5. The two items are false negatives of each other; look at how many anchors a pair has.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    pairs = sum(count * (count - 1) / 2 for count in group_counts)
    return (batch_size - 1) * pairs / items / (items - 1)


# %% divides by zero for one item kind="misconception"
# With only one item in all, N - 1 is 0, and the division raises an error. Look at what the docstring says about a
# batch of one item.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)


# %% draws instead of computing kind="misconception"
# A simulation comes close to the answer, but gives a different number every time, 0.49 now and 0.52 next. The
# docstring asks for the exact value; look at how the group sizes determine it.
def expected_false_negatives(group_counts, batch_size):
    groups = torch.repeat_interleave(torch.arange(len(group_counts)), torch.tensor(group_counts))
    total = 0
    for _ in range(50):
        batch = groups[torch.randperm(len(groups))[:batch_size]]
        total += sum(int((batch == group).sum()) - 1 for group in batch[:20]) / min(20, batch_size)
    return total / 50


# %% counts the anchor itself kind="misconception"
# The anchor counts as one of its own group's items: even one that is alone in its group, as in [1, 1], expects a false
# negative, itself. Look at how many other items a group of n has.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    return (batch_size - 1) * sum(count * count for count in group_counts) / items / (items - 1)


# %% group by group kind="alternative"
def expected_false_negatives(group_counts, batch_size):
    total = sum(group_counts)
    expected = 0.0
    if total > 1:
        for count in group_counts:
            anchor_from_here = count / total
            expected += anchor_from_here * (batch_size - 1) * (count - 1) / (total - 1)
    return expected


# %% from probabilities, in a tensor kind="alternative"
def expected_false_negatives(group_counts, batch_size):
    counts = torch.tensor(group_counts, dtype=torch.float64)
    items = counts.sum()
    chance = (counts - 1) / (items - 1).clamp(min=1)
    return float((batch_size - 1) * (counts / items * chance).sum())


# %% pairs of the batch, divided by its anchors kind="alternative"
# By symmetry, each pair of items is in one group with the same probability, wherever it is in the batch. So count
# pairs, and divide them among the anchors. Expectations add up even though the pairs depend on each other.
def expected_false_negatives(group_counts, batch_size):
    pairs = sum(math.comb(count, 2) for count in group_counts)
    all_pairs = math.comb(sum(group_counts), 2)
    if all_pairs == 0:
        return 0.0
    return 2 * math.comb(batch_size, 2) * pairs / all_pairs / batch_size
