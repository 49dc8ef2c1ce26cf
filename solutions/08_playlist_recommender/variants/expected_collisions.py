import math


# %% ids left over after each bucket has one kind="misconception"
# This counts how many ids find their bucket taken, so that of two that share a bucket only one counts. Both of them
# share: count the ids that have company.
def expected_collisions(num_ids, num_buckets):
    return num_ids - num_buckets * (1 - (1 - 1 / num_buckets) ** num_ids)


# %% pairs kind="misconception"
# This is the expected number of pairs that meet. Three ids in one bucket are three ids that collide; as pairs they
# would count differently. Count ids.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / 2 / num_buckets


# %% n instead of n - 1 others kind="misconception"
# An id cannot collide with itself: the other n - 1 have to miss its bucket. With n a single id in one bucket would
# collide.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - (1 - 1 / num_buckets) ** num_ids)


# %% the share, not the number kind="misconception"
# This is the probability that one id shares its bucket. The expected number of such ids is n times as large.
def expected_collisions(num_ids, num_buckets):
    return 1 - (1 - 1 / num_buckets) ** (num_ids - 1)


# %% those that are alone kind="misconception"
# This is the expected number of ids that have a bucket for themselves. Asked is how many share.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - 1 / num_buckets) ** (num_ids - 1)


# %% consecutive ids kind="misconception"
# This counts what the remainder does to the ids 0, 1, 2, ... The formula is for buckets drawn at random.
def expected_collisions(num_ids, num_buckets):
    return float(max(0, num_ids - num_buckets))


# %% rounded kind="misconception"
# An expectation need not be a whole number: 3 ids in 2 buckets give 2.25. Do not round.
def expected_collisions(num_ids, num_buckets):
    return float(round(num_ids * (1 - (1 - 1 / num_buckets) ** (num_ids - 1))))


# %% the approximation by one division kind="misconception"
# n (n - 1) / m is right only where collisions are rare. When they are frequent it exceeds the number of ids.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / num_buckets


# %% by logarithms kind="alternative"
def expected_collisions(num_ids, num_buckets):
    if num_buckets == 1:
        return float(num_ids) if num_ids > 1 else 0.0
    return -num_ids * math.expm1((num_ids - 1) * math.log1p(-1 / num_buckets))


# %% those with a bucket of their own are taken away kind="alternative"
def expected_collisions(num_ids, num_buckets):
    alone = num_ids * ((num_buckets - 1) / num_buckets) ** (num_ids - 1)
    return num_ids - alone
