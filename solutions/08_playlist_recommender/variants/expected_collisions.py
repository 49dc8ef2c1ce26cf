import math


# %% first id in a bucket not counted kind="misconception"
# This counts the ids that find their bucket taken: of two ids in one bucket, 1 counts instead of 2. Both of them
# share it. Check in the docstring which ids are counted.
def expected_collisions(num_ids, num_buckets):
    return num_ids - num_buckets * (1 - (1 - 1 / num_buckets) ** num_ids)


# %% pairs counted kind="misconception"
# This is the expected number of pairs in one bucket: 4 ids that share a bucket are 6 pairs. Check in the docstring
# what is counted.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / 2 / num_buckets


# %% ids that collide with themselves kind="misconception"
# With this formula an id can collide with itself: a single id in one bucket gives 1 instead of 0. Think about how
# many ids have to miss the bucket of an id that is alone.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - (1 - 1 / num_buckets) ** num_ids)


# %% probability instead of number kind="misconception"
# This is the probability that one id shares its bucket, a number from 0 to 1. Check in the docstring what is
# expected, and think about how it follows from this probability.
def expected_collisions(num_ids, num_buckets):
    return 1 - (1 - 1 / num_buckets) ** (num_ids - 1)


# %% ids that are alone kind="misconception"
# This is the expected number of ids that have a bucket to themselves: a single id with 10 buckets gives 1 instead of
# 0. Check in the docstring which ids are counted.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - 1 / num_buckets) ** (num_ids - 1)


# %% consecutive ids kind="misconception"
# This describes the ids 0, 1, 2, ... in their buckets, where nothing collides until every bucket has one. In random
# buckets, some ids collide much earlier. Check in the docstring how buckets are chosen.
def expected_collisions(num_ids, num_buckets):
    return float(max(0, num_ids - num_buckets))


# %% rounded kind="misconception"
# The result is rounded, but an expected number need not be whole: 2 ids in 3 buckets give 0.67. Look at your last
# step.
def expected_collisions(num_ids, num_buckets):
    return float(round(num_ids * (1 - (1 - 1 / num_buckets) ** (num_ids - 1))))


# %% approximation for rare collisions kind="misconception"
# This approximation is close only while collisions are rare: 10 ids in 2 buckets give 45, more ids than there are.
# Think about the probability that an id is alone in its bucket.
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / num_buckets


# %% by logarithms kind="alternative"
# For many ids and buckets the power is extremely close to 1, and 1 minus it loses digits. `log1p` and `expm1` keep
# them.
def expected_collisions(num_ids, num_buckets):
    if num_buckets == 1:
        return float(num_ids) if num_ids > 1 else 0.0
    return -num_ids * math.expm1((num_ids - 1) * math.log1p(-1 / num_buckets))


# %% those with a bucket of their own are taken away kind="alternative"
def expected_collisions(num_ids, num_buckets):
    alone = num_ids * ((num_buckets - 1) / num_buckets) ** (num_ids - 1)
    return num_ids - alone
