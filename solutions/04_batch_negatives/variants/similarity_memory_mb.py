# %% always a square kind="misconception"
# There may be more passages than queries. The matrix has a column for each passage.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * batch_size * bytes_per_float / 2**20


# %% passages squared kind="misconception"
# Passages are not compared with passages: the matrix has a row for each query and a column for each passage.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return (num_passages or batch_size) ** 2 * bytes_per_float / 2**20


# %% both directions kind="misconception"
# One matrix holds the scores of every query with every passage; the other direction is the same numbers, read by
# column.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return 2 * batch_size * (num_passages or batch_size) * bytes_per_float / 2**20


# %% negatives only kind="misconception"
# The positives' scores are in the matrix as well: they stand on the diagonal.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * ((num_passages or batch_size) - 1) * bytes_per_float / 2**20


# %% queries and passages added kind="misconception"
# Adding counts the rows and the columns. Every row meets every column: multiply.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return (batch_size + (num_passages or batch_size)) * bytes_per_float / 2**20


# %% always four bytes kind="misconception"
# The precision is an argument: in half precision a score takes 2 bytes, not 4.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * 4 / 2**20


# %% a million bytes in a MB kind="misconception"
# In this lab a MB has 2**20 bytes, about five percent more than a million.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * bytes_per_float / 1e6


# %% None is not replaced kind="misconception"
# Without a number of passages, None is multiplied, and that is an error. None means as many as queries.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * num_passages * bytes_per_float / 2**20


# %% whole MB only kind="misconception"
# // rounds down to whole MB, so that a small matrix seems to take none at all.
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return float(batch_size * (num_passages or batch_size) * bytes_per_float // 2**20)


# %% or kind="alternative"
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * bytes_per_float / 1024**2


# %% row by row kind="alternative"
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    columns = batch_size if num_passages is None else num_passages
    bytes_per_row = columns * bytes_per_float
    return float(batch_size * bytes_per_row) / 2.0**20
