import torch


# %% smallest to largest kind="misconception"
# One long mix decides the scale, and all typical tracks end up in a sliver near 0. Let typical values decide:
# quantiles or ranks.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1.0)).float()


# %% divided by the largest kind="misconception"
# The longest track decides where all others are. One mix of ten hours moves everything: take a quantile in place of
# the maximum.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return (x / x.max()).float()


# %% mean and standard deviation kind="misconception"
# Standardised values are not in [0, 1]. And outliers move the mean and the standard deviation more than anything
# else.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.mean()) / x.std().clamp_min(1e-9)).nan_to_num().float()


# %% sigmoid of the standardised values kind="misconception"
# The values are in [0, 1] now, but a few outliers still set the standard deviation, and typical tracks all get about
# 0.5.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return torch.sigmoid((x - x.mean()) / x.std(correction=0).clamp_min(1.0)).float()


# %% division by zero for equal tracks kind="misconception"
# Where all tracks are equally long both quantiles are the same, and 0 / 0 is NaN. Give the denominator a lowest
# value.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low)).clamp(0, 1).float()


# %% not clamped kind="misconception"
# Quantiles give the scale, but what lies beyond them goes below 0 or above 1. Clamp the result.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).float()


# %% upside down kind="misconception"
# Here the longest track gets the smallest value. A longer track must never get a smaller one.
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return 1 - ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()


# %% long outliers only kind="misconception"
# The upper end is safe from outliers, the lower end is not: an interlude of half a second moves all tracks. Both ends
# need a quantile.
def normalise_duration(milliseconds):
    x = milliseconds.double().log()
    low, high = x.min(), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1e-9)).clamp(0, 1).float()


# %% ranks that part equal tracks kind="misconception"
# argsort gives equal tracks different ranks, by their place in the list. Equal durations must get equal values.
def normalise_duration(milliseconds):
    ranks = milliseconds.argsort(stable=True).argsort()
    return ranks.float() / max(len(ranks) - 1, 1)


# %% logarithm, then smallest to largest kind="misconception"
# A logarithm brings outliers closer, but they still decide the scale: typical tracks move when one of them comes in.
def normalise_duration(milliseconds):
    x = milliseconds.double().clamp_min(1).log()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1e-9)).float()


# %% 5% and 95% quantiles kind="alternative"
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()


# %% number of shorter tracks kind="alternative"
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
