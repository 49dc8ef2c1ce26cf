# %% upside down kind="misconception"
# The ratio is upside down: scores that are 4 times as large as `scaled` give 1/16 instead of 16. Look at which
# variance is divided by which.
def variance_ratio(scores, scaled):
    return (scaled.var() / scores.var()).item()


# %% standard deviations kind="misconception"
# This is the ratio of the standard deviations: scores that are 4 times as large as `scaled` give 4 instead of 16.
# Look at how the variance differs from the standard deviation.
def variance_ratio(scores, scaled):
    return (scores.std() / scaled.std()).item()


# %% returns a tensor kind="misconception"
# The number is right, but it is still a tensor, such as tensor(16.), not 16.0. Look at the type that the docstring
# asks for.
def variance_ratio(scores, scaled):
    return scores.var() / scaled.var()


# %% mean of the rows' variances kind="misconception"
# The variance is computed in each row and then averaged, so differences between rows are lost: the rows [1, 1] and
# [5, 5] get a variance of 0. Look at which entries one variance should cover.
def variance_ratio(scores, scaled):
    return (scores.var(dim=-1).mean() / scaled.var(dim=-1).mean()).item()


# %% mean of squares kind="misconception"
# The mean of the squares is the variance only if the mean is 0: for [3, 3] it is 9, although nothing varies. Look at
# what the deviations are measured from.
def variance_ratio(scores, scaled):
    return ((scores**2).mean() / (scaled**2).mean()).item()


# %% a size instead of a measurement kind="misconception"
# The result is the number of columns of scores: a table of 4 columns gives 4, whatever its values. d_k cannot be read
# from this shape; look at what has to be measured.
def variance_ratio(scores, scaled):
    return float(scores.shape[-1])


# %% square of the factor kind="misconception"
# One entry of scores is divided by one of `scaled`, and the quotient is squared. That works only if `scaled` is an
# exact multiple of scores; look at how many entries the result depends on.
def variance_ratio(scores, scaled):
    return ((scores.flatten()[-1] / scaled.flatten()[-1]) ** 2).item()


# %% rounded kind="misconception"
# The ratio is rounded to a whole number: 2.4 becomes 2. Look at what happens to the ratio at the end.
def variance_ratio(scores, scaled):
    return float(round((scores.var() / scaled.var()).item()))


# %% population variance kind="alternative"
def variance_ratio(scores, scaled):
    return float(scores.var(correction=0) / scaled.var(correction=0))


# %% through numpy, in double precision kind="alternative"
def variance_ratio(scores, scaled):
    return float(scores.double().numpy().var() / scaled.double().numpy().var())


# %% by its definition kind="alternative"
# The variance is the mean squared distance from the mean. Whether you divide by n or by n - 1 cancels in a ratio of
# two samples of the same size.
def variance_ratio(scores, scaled):
    top = ((scores - scores.mean()) ** 2).mean().item()
    bottom = ((scaled - scaled.mean()) ** 2).mean().item()
    return top / bottom
