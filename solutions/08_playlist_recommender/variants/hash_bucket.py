import torch


# %% quotient instead of remainder kind="misconception" also_affects=["TrackEncoder"]
# This divides and drops the remainder: in 10 buckets, ids 42 and 43 both go to bucket 4, and id 123 goes to bucket
# 12, which does not exist. Check in the docstring what a bucket is.
def hash_bucket(ids, num_buckets=100_000):
    return ids // num_buckets


# %% clamped kind="misconception" also_affects=["TrackEncoder"]
# All ids from `num_buckets` on go to the last bucket: with 10 buckets, 12, 25 and 99 all get 9, so most albums
# collide there. Check in the docstring how an id finds its bucket.
def hash_bucket(ids, num_buckets=100_000):
    return ids.clamp(max=num_buckets - 1)


# %% one bucket never used kind="misconception" also_affects=["TrackEncoder"]
# The remainder is taken of a division by `num_buckets - 1`, so the last bucket stays empty. Think about the largest
# remainder that a division by 10 can leave.
def hash_bucket(ids, num_buckets=100_000):
    return ids % max(num_buckets - 1, 1)


# %% buckets counted from 1 kind="misconception" also_affects=["TrackEncoder"]
# The buckets are numbered from 1 to `num_buckets`. They are rows of a table, which count from 0, so the last one does
# not exist. Check in the docstring which numbers are allowed.
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets + 1


# %% always 100,000 buckets kind="misconception" also_affects=["TrackEncoder"]
# There are always 100,000 buckets, so `num_buckets=10` has no effect. The number in the signature is only a default.
# Check where you use the argument.
def hash_bucket(ids, num_buckets=100_000):
    return ids % 100_000


# %% floating-point ids kind="misconception" also_affects=["TrackEncoder"]
# float32 keeps only about seven digits: id 123,456,789 becomes 123,456,792, and its remainder is wrong. Check the
# dtype of every step.
def hash_bucket(ids, num_buckets=100_000):
    return (ids.float() % num_buckets).long()


# %% negative buckets kind="misconception" also_affects=["TrackEncoder"]
# `fmod` keeps the sign of the id: in 10 buckets, id -7 gets bucket -7, which does not exist. Check in the docstring
# which numbers are allowed, and compare the ways to take a remainder.
def hash_bucket(ids, num_buckets=100_000):
    return torch.fmod(ids, num_buckets)


# %% only the first id kind="misconception" also_affects=["TrackEncoder"]
# Only the first id gets a bucket: [12, 25] gives a single number instead of two. Check in the docstring which shape
# the result has.
def hash_bucket(ids, num_buckets=100_000):
    return torch.tensor(int(ids.reshape(-1)[0]) % num_buckets)


# %% the operator alone kind="alternative"
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets


# %% torch.remainder kind="alternative"
def hash_bucket(ids, num_buckets=100_000):
    return torch.remainder(ids, num_buckets)


# %% by a quotient kind="alternative"
# A remainder is what is left after subtracting the largest multiple. `rounding_mode="floor"` rounds down for negative
# ids too, so that the bucket is never negative.
def hash_bucket(ids, num_buckets=100_000):
    return ids - torch.div(ids, num_buckets, rounding_mode="floor") * num_buckets
