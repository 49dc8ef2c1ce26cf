import torch
import torch.nn.functional as F


# %% plain indexing kind="misconception"
# Plain indexing counts negative ids from the end and hands back the row of another token. You have to check for them
# yourself.
def embed_tokens(table, token_ids):
    return table[token_ids]


# %% clips ids to the table kind="misconception"
# Ids out of range are moved to the nearest row. This hides the bug that the exercise asks you to report.
def embed_tokens(table, token_ids):
    return table[token_ids.clamp(0, len(table) - 1)]


# %% refuses the last row kind="misconception"
# The last row, V - 1, is refused although it exists. Look at the comparison: counting starts at 0.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table) - 1)).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% smallest of nothing kind="misconception"
# An empty tensor has no smallest and no largest value, so min() fails for an empty list of ids. No ids are no error.
def embed_tokens(table, token_ids):
    if token_ids.min() < 0 or token_ids.max() >= len(table):
        raise IndexError("token id out of range")
    return table[token_ids]


# %% all instead of any kind="misconception"
# The check asks whether all ids are out of range. A single bad one among good ones slips through.
def embed_tokens(table, token_ids):
    if token_ids.numel() and ((token_ids < 0) | (token_ids >= len(table))).all():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% checks the first id only kind="misconception"
# Only the first id is checked. A bad id may stand anywhere.
def embed_tokens(table, token_ids):
    first = token_ids.flatten()[:1]
    if ((first < 0) | (first >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% another kind of error kind="misconception"
# Bad ids are found, but reported with another exception than the docstring names.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise ValueError("token id out of range")
    return table[token_ids]


# %% compares with the width kind="misconception"
# The ids are compared with the number of features, D, instead of the number of rows, V. Which axis of the table
# counts tokens?
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= table.shape[1])).any():
        raise IndexError("token id out of range")
    return table[token_ids]


# %% flattens the ids kind="misconception"
# The vectors are right, but the shape of the ids is lost: the result should have all axes of the ids and then the
# features.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids.flatten()]


# %% cuts the gradient kind="misconception"
# The values are right, but the table is detached (or copied through lists or numpy): no gradient reaches it, and the
# embedding would never learn.
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table.detach()[token_ids]


# %% F.embedding checks by itself kind="alternative"
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
