import torch.nn as nn
import torch.nn.functional as F


# %% both sides demanded kind="misconception"
# A search encodes questions only, and building the knowledge base encodes passages only. A side that is None is left
# out.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)


# %% one encoder for both sides kind="misconception"
# Passages have an encoder of their own. Tied or untied is the caller's choice: the same object may be passed twice.
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
# The first encoder is for the questions, the second for the passages.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.passage_encoder(Q, Q_mask)
        Y = None if P is None else self.query_encoder(P, P_mask)
        return X, Y


# %% masks forgotten kind="misconception"
# Each side has a mask, and without it padding counts as text.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q)
        Y = None if P is None else self.passage_encoder(P)
        return X, Y


# %% the questions' mask for both kind="misconception"
# Passages have a mask of their own, with another shape.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, Q_mask)
        return X, Y


# %% one result when one side is given kind="misconception"
# Two values come back always, with None for the side that was not given. Callers unpack them.
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
# The embeddings of both sides are wanted. Their dot products are taken later, by whoever needs them.
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


# %% copies of the encoders kind="misconception"
# deepcopy breaks tied encoders apart: the same object given twice must stay one object.
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


# %% normalised kind="misconception"
# Embeddings are handed on as they are: the dot product is raw.
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
# Both sides are to learn. detach() keeps the gradient from the encoder of the passages.
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask).detach()
        return X, Y


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
