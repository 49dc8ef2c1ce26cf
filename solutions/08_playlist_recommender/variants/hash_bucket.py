import torch


# %% quotient instead of remainder kind="misconception" also_affects=["TrackEncoder"]
# // divides and drops the rest: neighbours share a bucket, and large ids get buckets that do not exist. The bucket is
# what is left over after the division.
def hash_bucket(ids, num_buckets=100_000):
    return ids // num_buckets


# %% clamped kind="misconception" also_affects=["TrackEncoder"]
# All ids from num_buckets on end up in the last bucket. A remainder starts again at 0 instead, so that the ids are
# spread evenly.
def hash_bucket(ids, num_buckets=100_000):
    return ids.clamp(max=num_buckets - 1)


# %% one bucket is never used kind="misconception" also_affects=["TrackEncoder"]
# Modulo num_buckets - 1 gives one bucket less than there are. The largest remainder of a division by m is m - 1
# already.
def hash_bucket(ids, num_buckets=100_000):
    return ids % max(num_buckets - 1, 1)


# %% buckets counted from 1 kind="misconception" also_affects=["TrackEncoder"]
# The buckets are rows of a table, and rows count from 0. With 1 added the last bucket lies behind the end of the
# table.
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets + 1


# %% always 100,000 buckets kind="misconception" also_affects=["TrackEncoder"]
# The number of buckets is an argument: 100,000 is only its default. Use the name, not the number.
def hash_bucket(ids, num_buckets=100_000):
    return ids % 100_000


# %% in floating point kind="misconception" also_affects=["TrackEncoder"]
# Large ids lose their last digits in floats, so their remainders are wrong. Stay with integers: % works on integer
# tensors.
def hash_bucket(ids, num_buckets=100_000):
    return (ids.float() % num_buckets).long()


# %% fmod and negative ids kind="misconception" also_affects=["TrackEncoder"]
# fmod keeps the sign of the id, so a negative id gets a negative bucket, a row that does not exist. % on tensors is
# never negative for a positive number of buckets.
def hash_bucket(ids, num_buckets=100_000):
    return torch.fmod(ids, num_buckets)


# %% Python's int of the first id kind="misconception" also_affects=["TrackEncoder"]
# This takes one id out of the tensor and answers for that alone. The result has the shape of ids, with a bucket for
# each.
def hash_bucket(ids, num_buckets=100_000):
    return torch.tensor(int(ids.reshape(-1)[0]) % num_buckets)


# %% the operator alone kind="alternative"
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets


# %% torch.remainder kind="alternative"
def hash_bucket(ids, num_buckets=100_000):
    return torch.remainder(ids, num_buckets)


# %% by a quotient kind="alternative"
def hash_bucket(ids, num_buckets=100_000):
    return ids - torch.div(ids, num_buckets, rounding_mode="floor") * num_buckets
