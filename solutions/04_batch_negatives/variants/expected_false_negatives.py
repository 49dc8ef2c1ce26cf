import math

import torch


# %% drawn with replacement kind="misconception"
# The anchor is still in the urn here, so that it can meet itself. Drawn without replacement, n - 1 of the N - 1 items
# that are left belong to its group.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum((count / items) ** 2 for count in group_counts)


# %% counts the anchor itself kind="misconception"
# The anchor takes one place of the batch. Only the other B - 1 places can hold a false negative.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    return batch_size * sum(count * (count - 1) for count in group_counts) / items / (items - 1)


# %% mean over groups kind="misconception"
# All groups count alike here. The mean is over anchors: a group of 90 gives 90 times as many as a group of 1.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    others = sum(count - 1 for count in group_counts) / len(group_counts)
    return (batch_size - 1) * others / (items - 1)


# %% as if all groups were equal kind="misconception"
# The mean group size does not tell how unequal the groups are. Large groups give more anchors, and each of these
# meets more company.
def expected_false_negatives(group_counts, batch_size):
    items, groups = sum(group_counts), len(group_counts)
    if items == 1:
        return 0.0
    return (batch_size - 1) * (items / groups - 1) / (items - 1)


# %% of the whole batch kind="misconception"
# This is the number for all anchors of the batch together. The question is about one anchor.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    one = (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)
    return batch_size * one


# %% N instead of N - 1 kind="misconception"
# The others are drawn from the items that are left after the anchor is taken: N - 1, not N.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items**2


# %% each pair counted once kind="misconception"
# Two items of one group are a false negative for each other: both anchors count, so nothing is halved.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    if items == 1:
        return 0.0
    pairs = sum(count * (count - 1) / 2 for count in group_counts)
    return (batch_size - 1) * pairs / items / (items - 1)


# %% divides by zero for one item kind="misconception"
# With a single item in all, N - 1 is 0. A batch of one has no other items, so the answer is 0.0 before any division.
def expected_false_negatives(group_counts, batch_size):
    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)


# %% draws instead of computing kind="misconception"
# A simulation is near the answer, never on it. The expectation can be written down exactly.
def expected_false_negatives(group_counts, batch_size):
    groups = torch.repeat_interleave(torch.arange(len(group_counts)), torch.tensor(group_counts))
    total = 0
    for _ in range(50):
        batch = groups[torch.randperm(len(groups))[:batch_size]]
        total += sum(int((batch == group).sum()) - 1 for group in batch[:20]) / min(20, batch_size)
    return total / 50


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
def expected_false_negatives(group_counts, batch_size):
    pairs = sum(math.comb(count, 2) for count in group_counts)
    all_pairs = math.comb(sum(group_counts), 2)
    if all_pairs == 0:
        return 0.0
    return 2 * math.comb(batch_size, 2) * pairs / all_pairs / batch_size
