import torch
import torch.nn.functional as F


# %% plain indexing kind="misconception"
# Plain indexing counts negative ids from the end, so id -1 silently returns the last row, the vector of another
# token. Look at which ids indexing accepts and which ones the docstring accepts.
def embed_tokens(table, token_ids):
    return table[token_ids]


# %% clips ids to the table kind="misconception"
# Ids outside the table are moved to the nearest row: with 5 rows, id 7 gets row 4. This hides a mistake that should
# be reported. Look at what the docstring says about such ids.
def embed_tokens(table, token_ids):
    return table[token_ids.clamp(0, len(table) - 1)]


# %% refuses the last row kind="misconception"
# The last row is refused although it exists: with 5 rows, id 4 raises an error. Look at the upper bound of the
# comparison; ids start at 0.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table) - 1)).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% fails without ids kind="misconception"
# min() and max() raise an error for a tensor without entries, so ids of shape (0,) fail. An empty input is allowed;
# look at what the docstring says about it.
def embed_tokens(table, token_ids):
    if token_ids.min() < 0 or token_ids.max() >= len(table):
        raise IndexError("token id out of range")
    return table[token_ids]


# %% all instead of any kind="misconception"
# Ids are refused only if all of them are out of range, so [0, -1] is accepted. One bad id should be enough; look at
# how the comparisons are combined.
def embed_tokens(table, token_ids):
    if token_ids.numel() and ((token_ids < 0) | (token_ids >= len(table))).all():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% checks only the first id kind="misconception"
# Only the first id is checked, so [0, -1] is accepted. A bad id can be anywhere; look at which ids are compared.
def embed_tokens(table, token_ids):
    first = token_ids.flatten()[:1]
    if ((first < 0) | (first >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% wrong exception type kind="misconception"
# Bad ids such as -1 are found, but they raise a different exception from the one in the docstring, so a caller who
# catches that one misses yours. Look at the class in your raise statement; `assert` raises an AssertionError.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise ValueError("token id out of range")
    return table[token_ids]


# %% compares with the width kind="misconception"
# The ids are compared with the number of features: in a table of 8 tokens with 6 features, token 7 is refused. Look
# at which axis of the table counts the tokens.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= table.shape[1])).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% flattens the ids kind="misconception"
# The vectors are right, but the shape of the ids is lost: ids of shape (2, 3) give (6, D) instead of (2, 3, D). Look
# for the step that flattens them.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids.flatten()]


# %% cuts the gradient kind="misconception"
# The values are right, but no gradient reaches the table: backward() raises an error or leaves `table.grad` at None
# or 0, so the embedding could never learn. Look for a step that detaches the table or copies it, for example through
# lists or NumPy.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table.detach()[token_ids]


# %% rows of a new layer kind="misconception"
# nn.Embedding(V, D) makes a table of its own, with random numbers: id 0 gives another vector in each call, and the
# numbers of the given table never appear. Look at where the table is used.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return torch.nn.Embedding(*table.shape)(token_ids)


# %% F.embedding checks by itself kind="alternative"
# The function behind `nn.Embedding` refuses negative ids by itself; only plain indexing wraps around. Where a library
# call already does the check, it is shorter and safer than your own.
def embed_tokens(table, token_ids):
    return F.embedding(token_ids, table)


# %% flat index_select, shape put back kind="alternative"
def embed_tokens(table, token_ids):
    if token_ids.numel() > 0 and not (0 <= int(token_ids.min()) and int(token_ids.max()) < len(table)):
        raise IndexError("token id out of range")
    rows = torch.index_select(table, 0, token_ids.reshape(-1))
    return rows.reshape(*token_ids.shape, table.shape[1])


# %% a loop over the ids kind="alternative"
def embed_tokens(table, token_ids):
    rows = []
    for token in token_ids.flatten().tolist():
        if token < 0:
            raise IndexError(f"{token} is negative")
        rows.append(table[token])
    if not rows:
        return table.new_zeros(*token_ids.shape, table.shape[1])
    return torch.stack(rows).view(*token_ids.shape, -1)
