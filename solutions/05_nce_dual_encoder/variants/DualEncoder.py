import torch.nn as nn
import torch.nn.functional as F


# %% both sides required kind="misconception"
# Both encoders are called every time, even when the input of one is None. A search encodes 1 question and no
# passages; here it raises an error. Check in the docstring what happens to a side without input.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)


# %% one encoder for both sides kind="misconception"
# The passages also go through the query encoder, so with 2 different encoders, the passage encoder is never used and
# never learns. The caller decides whether they are the same object. Check which encoder each side calls.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.query_encoder(P, P_mask)
        return X, Y


# %% encoders swapped kind="misconception"
# The questions go through the passage encoder, and the passages through the query encoder. If one doubles its input
# and the other triples it, the question 1 becomes 3 instead of 2; the shapes are right, so no error shows it. Check
# which encoder each side calls.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.passage_encoder(Q, Q_mask)
        Y = None if P is None else self.query_encoder(P, P_mask)
        return X, Y


# %% masks not passed on kind="misconception"
# Neither encoder gets a mask, so padding counts as text: a question of 3 tokens gets another vector when one of 5
# tokens joins its batch. Check what each encoder is called with.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q)
        Y = None if P is None else self.passage_encoder(P)
        return X, Y


# %% question mask for both sides kind="misconception"
# The passages are encoded with the mask of the questions: with questions of 5 tokens and passages of 9, the shapes do
# not match, and where they do, the wrong tokens are hidden. Check which mask each encoder gets.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, Q_mask)
        return X, Y


# %% single result for one side kind="misconception"
# With only one side given, this returns a single tensor instead of a pair, so `X, Y = model(Q)` does not give the
# caller X. Check in the docstring what is returned for the missing side.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        if P is None:
            return self.query_encoder(Q, Q_mask)
        if Q is None:
            return self.passage_encoder(P, P_mask)
        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)


# %% scores instead of embeddings kind="misconception"
# With both sides given, this returns the matrix of dot products: for 2 questions and 3 passages, one (2, 3) tensor
# instead of (2, D) and (3, D). The embeddings should be stored and compared later. Look at what `forward` returns.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        if Q is None or P is None:
            return (None if Q is None else self.query_encoder(Q, Q_mask)), (
                None if P is None else self.passage_encoder(P, P_mask)
            )
        return self.query_encoder(Q, Q_mask) @ self.passage_encoder(P, P_mask).T


# %% encoders copied kind="misconception"
# `deepcopy` makes new encoders. When the caller passes the same object twice, the two copies are no longer tied and
# learn different weights. Look at how you store the arguments.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        import copy

        self.query_encoder = copy.deepcopy(query_encoder)
        self.passage_encoder = copy.deepcopy(passage_encoder)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask)
        return X, Y


# %% scaled to length 1 kind="misconception"
# This scales every embedding to length 1: (3, 4) becomes (0.6, 0.8). Scores are raw dot products in this lab, and
# long vectors may count for more. Look at what you do after the encoders.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else F.normalize(self.query_encoder(Q, Q_mask), dim=-1)
        Y = None if P is None else F.normalize(self.passage_encoder(P, P_mask), dim=-1)
        return X, Y


# %% passages detached kind="misconception"
# `detach()` cuts the passages off from the computation graph, so the passage encoder gets no gradient and never
# learns. Both encoders should learn. Look at how Y is made.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask).detach()
        return X, Y


# %% results in the other order kind="misconception"
# The two results are exchanged: the passages come first, so with 2 questions and 3 passages X has 3 rows. Check the
# order in the docstring.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask)
        return Y, X


# %% with ifs kind="alternative"
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X, Y = None, None
        if Q is not None:
            X = self.query_encoder(Q, Q_mask)
        if P is not None:
            Y = self.passage_encoder(P, P_mask)
        return X, Y


# %% two methods kind="alternative"
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.passage_encoder = passage_encoder
        self.query_encoder = query_encoder

    def encode(self, encoder, ids, mask):
        if ids is None:
            return None
        return encoder(ids) if mask is None else encoder(ids, mask)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self.encode(self.query_encoder, Q, Q_mask), self.encode(self.passage_encoder, P, P_mask)


# %% called by keyword kind="alternative"
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = self.query_encoder(Q, attention_mask=Q_mask) if Q is not None else None
        Y = self.passage_encoder(input_ids=P, attention_mask=P_mask) if P is not None else None
        return X, Y
