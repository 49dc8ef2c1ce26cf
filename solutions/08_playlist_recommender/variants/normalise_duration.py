import torch


# %% smallest to largest kind="misconception"
# The shortest and the longest track set the scale: with one mix of many hours, all typical tracks get values near 0.
# Think about which statistics a single track cannot move.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1.0)).float()


# %% divided by the largest kind="misconception"
# The longest track sets the scale: beside one mix of 10 hours, songs of 3 and 6 minutes get 0.005 and 0.01. Think
# about which statistics a single track cannot move.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return (x / x.max()).float()


# %% mean and standard deviation kind="misconception"
# Standardised values are not limited to the range from 0 to 1, and a few outliers move the mean and the standard
# deviation a lot. Look at the smallest and the largest value that you get.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.mean()) / x.std().clamp_min(1e-9)).nan_to_num().float()


# %% sigmoid of standardised values kind="misconception"
# The values are between 0 and 1, but a few outliers still set the standard deviation, and then all typical tracks get
# about the same value. Think about which statistics a few tracks cannot move.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return torch.sigmoid((x - x.mean()) / x.std(correction=0).clamp_min(1.0)).float()


# %% division by zero for equal tracks kind="misconception"
# When all tracks are equally long, the two ends of the scale are the same, and 0 / 0 is NaN. Check in the docstring
# what must hold for equal durations. Look at your denominator.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low)).clamp(0, 1).float()


# %% values outside the range kind="misconception"
# Tracks beyond the two ends of the scale get values below 0 or above 1. Look at the smallest and the largest value
# that you get.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).float()


# %% order reversed kind="misconception"
# The longest track gets the smallest value: 1, 2 and 3 minutes give falling numbers. Check in the docstring how
# length and value are related.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return 1 - ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()


# %% short outliers ignored kind="misconception"
# The upper end of the scale is safe from outliers, but a single very short track, say 1 second among songs of 3
# minutes, sets the lower end and moves all others. Compare how you find the two ends.
def normalise_duration(milliseconds):
    x = milliseconds.double().log()
    low, high = x.min(), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1e-9)).clamp(0, 1).float()


# %% different ranks for equal tracks kind="misconception"
# Tracks of equal length get different values by their places in the list: three tracks of 3 minutes get three
# numbers. Check in the docstring what holds for equal durations.
def normalise_duration(milliseconds):
    ranks = milliseconds.argsort(stable=True).argsort()
    return ranks.float() / max(len(ranks) - 1, 1)


# %% logarithm, then smallest to largest kind="misconception"
# The logarithm brings outliers closer, but the shortest and the longest track still set the scale: one track of 10
# hours among songs of 3 minutes moves them all. Think about which statistics a single track cannot move.
def normalise_duration(milliseconds):
    x = milliseconds.double().clamp_min(1).log()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1e-9)).float()


# %% 5% and 95% quantiles kind="alternative"
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()


# %% number of shorter tracks kind="alternative"
# The share of shorter tracks is the rank, scaled to 0 to 1. No outlier can stretch it, but distances are lost: a gap
# of one second and one of ten minutes may be the same step.
def normalise_duration(milliseconds):
    return (milliseconds[:, None] > milliseconds).float().mean(dim=1)


# %% median and quartiles through a sigmoid kind="alternative"
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, middle, high = (x.quantile(q) for q in (0.25, 0.5, 0.75))
    return torch.sigmoid((x - middle) / (high - low).clamp_min(1.0)).float()


# %% 5% and 95% quantiles of the logarithm kind="alternative"
def normalise_duration(milliseconds):
    x = milliseconds.double().clamp_min(1).log()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return (x.clamp(low, high) - low) / (high - low).clamp_min(1e-6)


# %% a fixed scale of ten minutes kind="alternative"
def normalise_duration(milliseconds):
    return (milliseconds / 600_000).clamp(0, 1)
