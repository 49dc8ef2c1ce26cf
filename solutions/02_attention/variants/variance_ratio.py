# %% upside down kind="misconception"
# The ratio is upside down: the variance of scores is divided by that of scaled, so scaling down gives a number above
# 1.
def variance_ratio(scores, scaled):
    return (scaled.var() / scores.var()).item()


# %% standard deviations kind="misconception"
# This is the ratio of the standard deviations, the root of what is asked for.
def variance_ratio(scores, scaled):
    return (scores.std() / scaled.std()).item()


# %% a tensor comes back kind="misconception"
# The number is right, but it is still a tensor. item() takes the Python float out of it.
def variance_ratio(scores, scaled):
    return scores.var() / scaled.var()


# %% mean of the rows' variances kind="misconception"
# The variance is taken in each row and then averaged. How far the rows lie apart gets lost that way; take one
# variance over all entries.
def variance_ratio(scores, scaled):
    return (scores.var(dim=-1).mean() / scaled.var(dim=-1).mean()).item()


# %% mean of squares kind="misconception"
# The mean of the squares is the variance only where the mean is 0. Variance is measured from the mean.
def variance_ratio(scores, scaled):
    return ((scores**2).mean() / (scaled**2).mean()).item()


# %% a size instead of a measurement kind="misconception"
# This reads a size off the shape and measures nothing. The shape of the scores does not even know d_k.
def variance_ratio(scores, scaled):
    return float(scores.shape[-1])


# %% square of the factor kind="misconception"
# The entries are divided by each other and the factor is squared. That works only if scaled is exactly a multiple of
# scores; measure the two variances.
def variance_ratio(scores, scaled):
    return ((scores.flatten()[-1] / scaled.flatten()[-1]) ** 2).item()


# %% rounded kind="misconception"
# The ratio is rounded to a whole number. It is whole only where d_k is; keep all digits.
def variance_ratio(scores, scaled):
    return float(round((scores.var() / scaled.var()).item()))


# %% population variance kind="alternative"
def variance_ratio(scores, scaled):
    return float(scores.var(correction=0) / scaled.var(correction=0))


# %% through numpy, in double precision kind="alternative"
def variance_ratio(scores, scaled):
    return float(scores.double().numpy().var() / scaled.double().numpy().var())


# %% by its definition kind="alternative"
def variance_ratio(scores, scaled):
    top = ((scores - scores.mean()) ** 2).mean().item()
    bottom = ((scaled - scaled.mean()) ** 2).mean().item()
    return top / bottom
