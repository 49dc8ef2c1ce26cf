import torch


# %% one side only kind="misconception"
# Only one set of embeddings is counted: for a batch of 8, that is 8 vectors instead of 16. A batch contains queries
# and passages; look at how many tensors of shape (batch_size, dim) that makes.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return batch_size * dim * bytes_per_float / 2**20


# %% a million bytes per MB kind="misconception"
# The bytes are divided by 10**6. In this lab a MB is about 5% larger; look at the unit in the docstring.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 10**6


# %% kB instead of MB kind="misconception"
# The bytes are divided by 2**10, which gives kB, so the result is 1024 times too large. Look at the unit in the
# docstring.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 2**10


# %% numbers instead of bytes kind="misconception"
# This counts the numbers, not their bytes: 1,000 numbers in float32 need 4,000 bytes. Look at where the function uses
# bytes_per_float.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim / 2**20


# %% always four bytes kind="misconception"
# Every number counts as 4 bytes, so half precision seems to save no memory. Look at where the function uses
# bytes_per_float.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * 4 / 2**20


# %% bits instead of bytes kind="misconception"
# The bytes are multiplied by 8, so the result is 8 times too large. bytes_per_float already counts bytes, not bits;
# look at the unit in the docstring.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float * 8 / 2**20


# %% whole MB only kind="misconception"
# The double slash rounds down to whole MB: 0.9 becomes 0, so a small batch seems to need no memory at all. Look at
# the division.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return float(2 * batch_size * dim * bytes_per_float // 2**20)


# %% rounded to two decimals kind="misconception"
# The result is rounded to two decimals, so 0.004 MB becomes 0. Look at what the docstring says about rounding.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return round(2 * batch_size * dim * bytes_per_float / 2**20, 2)


# %% in steps kind="alternative"
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    queries = items = batch_size * dim
    return (queries + items) * bytes_per_float / 1024 / 1024


# %% asks torch kind="alternative"
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    numbers = torch.Size((2, batch_size, dim)).numel()
    return float(numbers) * bytes_per_float / (1 << 20)
