import torch
import torch.nn.functional as F


# %% as wide as the largest id kind="misconception"
# Without num_classes, F.one_hot is only as wide as the largest id that occurs. The table has a fixed number of rows:
# say so.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids).to(table.dtype) @ table


# %% always float32 kind="misconception"
# The one-hot matrix is float32 whatever the table is. A product needs the same dtype on both sides.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, len(table)).float() @ table


# %% F.one_hot's own error kind="misconception"
# F.one_hot does refuse bad ids, but with a RuntimeError. The docstring promises the same error as in embed_tokens.
def one_hot_embed(table, token_ids):
    return F.one_hot(token_ids, len(table)).to(table.dtype) @ table


# %% negative ids wrap in the identity kind="misconception"
# Indexing the identity matrix wraps negative ids just as indexing the table does: -1 becomes the one-hot vector of
# the last token.
def one_hot_embed(table, token_ids):
    return torch.eye(len(table), dtype=table.dtype)[token_ids] @ table


# %% a look-up in disguise kind="misconception"
# The values are right, but they are looked up; the exercise asks for a product with one-hot vectors, in which every
# row of the table takes part.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    one_hot = F.one_hot(token_ids, len(table))
    return table[one_hot.argmax(dim=-1)]


# %% cuts the gradient kind="misconception"
# The values are right, but no gradient reaches the table: something detaches it, or the product stands under no_grad.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    with torch.no_grad():
        return F.one_hot(token_ids, len(table)).to(table.dtype) @ table


# %% as wide as the features kind="misconception"
# The one-hot vectors are D wide, one entry for each feature. They need V entries, one for each token.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, table.shape[1]).to(table.dtype) @ table


# %% flattens the ids kind="misconception"
# The vectors are right, but the shape of the ids is lost: the result should have all axes of the ids and then the
# features.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids.flatten(), len(table)).to(table.dtype) @ table


# %% one-hot in integers kind="misconception"
# F.one_hot gives integers, and so the table is cut to integers for the product. Change the one-hot matrix, not the
# table.
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return (F.one_hot(token_ids, len(table)) @ table.long()).to(table.dtype)


# %% one-hot by comparison kind="alternative"
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
