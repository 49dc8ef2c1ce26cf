# %% always a square kind="misconception"
# The matrix is taken to be square: for 4 queries and 6 passages, 16 scores are counted instead of 24. Look at what
# the columns stand for.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * batch_size * bytes_per_float / 2**20


# %% passages squared kind="misconception"
# Passages are compared with passages: for 4 queries and 6 passages, this counts 36 scores. Look at what the rows and
# the columns stand for.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return (num_passages or batch_size) ** 2 * bytes_per_float / 2**20


# %% both directions kind="misconception"
# The memory is doubled, as if each direction needed its own matrix: for 4 queries and 6 passages, 48 scores instead
# of 24. The scores of passages with queries are the same numbers, read by column. Look at how many matrices the
# docstring describes.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return 2 * batch_size * (num_passages or batch_size) * bytes_per_float / 2**20


# %% negatives only kind="misconception"
# The positives are left out: for 4 queries and 6 passages, this counts 20 scores. The positives are in the matrix as
# well; look at its shape.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * ((num_passages or batch_size) - 1) * bytes_per_float / 2**20


# %% queries and passages added kind="misconception"
# The numbers of queries and passages are added: for 4 queries and 6 passages, this counts 10 scores. Look at how many
# pairs of a query and a passage there are.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return (batch_size + (num_passages or batch_size)) * bytes_per_float / 2**20


# %% always four bytes kind="misconception"
# Every score counts as 4 bytes, so half precision seems to save no memory. Look at where the function uses
# bytes_per_float.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * 4 / 2**20


# %% a million bytes per MB kind="misconception"
# The bytes are divided by 10**6. In this lab a MB is about 5% larger; look at the unit in the docstring.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * bytes_per_float / 1e6


# %% None is not replaced kind="misconception"
# If num_passages is None, the code multiplies a number by None, which is a TypeError: 4 times None has no value. Look
# at what the docstring says about None.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * num_passages * bytes_per_float / 2**20


# %% whole MB only kind="misconception"
# The double slash rounds down to whole MB: 0.9 becomes 0, so a small matrix seems to need no memory at all. Look at
# the division.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return float(batch_size * (num_passages or batch_size) * bytes_per_float // 2**20)


# %% or kind="alternative"
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * bytes_per_float / 1024**2


# %% row by row kind="alternative"
# Counting the bytes of one row first shows what grows: each new query adds a whole row, so a batch twice as large
# needs four times the memory.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    columns = batch_size if num_passages is None else num_passages
    bytes_per_row = columns * bytes_per_float
    return float(batch_size * bytes_per_row) / 2.0**20
