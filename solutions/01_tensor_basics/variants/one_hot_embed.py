import torch
import torch.nn.functional as F


# %% as wide as the largest id kind="misconception"
# F.one_hot guesses the width from the largest id in the input: [0, 2] gives vectors of width 3, even if the table has
# 8 rows. Look at what should decide the width.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids).to(table.dtype) @ table


# %% always float32 kind="misconception"
# The one-hot matrix is always float32, so the product with a float64 table raises a RuntimeError. Both factors need
# the same dtype; look at the conversion.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, len(table)).float() @ table


# %% the error of F.one_hot kind="misconception"
# F.one_hot refuses bad ids itself, but with a RuntimeError: a caller who expects the documented exception for id 8 of
# 8 rows does not catch that. Look at which exception the docstring names, and at who checks the ids.
def one_hot_embed(table, token_ids):
    return F.one_hot(token_ids, len(table)).to(table.dtype) @ table


# %% negative ids count from the end kind="misconception"
# Indexing an identity matrix counts negative ids from the end: -1 becomes the one-hot vector of the last token. The
# docstring asks for an error; look at which ids reach the indexing.
def one_hot_embed(table, token_ids):
    return torch.eye(len(table), dtype=table.dtype)[token_ids] @ table


# %% still looks the rows up kind="misconception"
# The values are right, but row 2 is picked by its number. The exercise asks for a product with the one-hot vector [0,
# 0, 1, ...], in which every row of the table takes part. Look at how the table is used.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    one_hot = F.one_hot(token_ids, len(table))
    return table[one_hot.argmax(dim=-1)]


# %% cuts the gradient kind="misconception"
# The values are right, but the result has no graph: its `requires_grad` is False, because the table is detached, or
# the product is computed under no_grad. Look at whether the result has a grad_fn.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    with torch.no_grad():
        return F.one_hot(token_ids, len(table)).to(table.dtype) @ table


# %% as wide as the features kind="misconception"
# The one-hot vectors have D entries, one for each feature: for a table of 8 rows with 6 features, 6 entries cannot
# choose among 8 rows. Look at which axis of the table counts the tokens.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, table.shape[1]).to(table.dtype) @ table


# %% flattens the ids kind="misconception"
# The vectors are right, but the shape of the ids is lost: ids of shape (2, 3) give (6, D) instead of (2, 3, D). Look
# for the step that flattens them.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids.flatten(), len(table)).to(table.dtype) @ table


# %% converts the table to integers kind="misconception"
# F.one_hot returns integers, and the table is converted to integers to match: 0.7 becomes 0. The values of the table
# should not change; look at which factor is converted.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return (F.one_hot(token_ids, len(table)) @ table.long()).to(table.dtype)


# %% one-hot by comparison kind="alternative"
# Comparing each id (..., 1) with all ids (V,) broadcasts to (..., V), with True in one place per row. The same
# comparison makes masks, as lab 02 will show.
def one_hot_embed(table, token_ids):
    vocabulary = torch.arange(len(table))
    if not torch.isin(token_ids, vocabulary).all():
        raise IndexError("unknown token")
    one_hot = token_ids.unsqueeze(-1) == vocabulary
    return torch.matmul(one_hot.to(table.dtype), table)


# %% rows of the identity kind="alternative"
def one_hot_embed(table, token_ids):
    size = table.size(0)
    if (token_ids < 0).any():
        raise IndexError("negative id")
    one_hot = torch.eye(size, dtype=table.dtype)[token_ids]
    return torch.einsum("...v,vd->...d", one_hot, table)


# %% F.one_hot's own error, translated kind="alternative"
def one_hot_embed(table, token_ids):
    try:
        one_hot = F.one_hot(token_ids, len(table)).type_as(table)
    except RuntimeError as error:
        raise IndexError(str(error)) from error
    return F.linear(one_hot, table.T)
