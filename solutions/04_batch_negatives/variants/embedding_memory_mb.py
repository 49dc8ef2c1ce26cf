import torch


# %% one side only kind="misconception"
# A batch holds embeddings of queries and of as many passages. This counts one of the two sides.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return batch_size * dim * bytes_per_float / 2**20


# %% a million bytes in a MB kind="misconception"
# In this lab a MB has 2**20 bytes, about five percent more than a million.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 10**6


# %% kB instead of MB kind="misconception"
# 2**10 bytes are a kB. A MB has 2**20, so this result is 1024 times too large.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 2**10


# %% numbers instead of bytes kind="misconception"
# This counts the numbers. Each of them takes bytes_per_float bytes.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim / 2**20


# %% always four bytes kind="misconception"
# The precision is an argument: in half precision a number takes 2 bytes, not 4.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * 4 / 2**20


# %% bits instead of bytes kind="misconception"
# bytes_per_float counts bytes already; multiplied by 8 the result is in bits.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float * 8 / 2**20


# %% whole MB only kind="misconception"
# // rounds down to whole MB, so that a small batch seems to take none at all.
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return float(2 * batch_size * dim * bytes_per_float // 2**20)


# %% rounded to two places kind="misconception"
# Rounding makes small sizes 0. Round when you print, not when you compute.
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
