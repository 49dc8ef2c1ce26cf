import torch
import torch.nn as nn
import torch.nn.functional as F


# %% softmax at the end kind="misconception"
# The outputs are probabilities. The loss expects logits and does the softmax itself; here it would be done twice.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.softmax(self.U(F.relu(self.W(self.embedding(tokens)))), dim=-1)


# %% ReLU at the end kind="misconception"
# A ReLU after U cuts off every negative logit. The activation belongs between the two linear layers.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.relu(self.U(F.relu(self.W(self.embedding(tokens)))))


# %% no activation kind="misconception"
# Between W and U nothing happens, so the two layers together are one linear map. Something must bend the line.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(self.embedding(tokens)))


# %% ReLU on the embedding kind="misconception"
# The ReLU is applied to the embedding, before W. It belongs behind W.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(F.relu(self.embedding(tokens))))


# %% layers in another order kind="misconception"
# The layers are right, but made in another order than the docstring says. Each draws its weights from the same stream
# of random numbers, so that the order decides who gets which.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.U = nn.Linear(10, 4)
        self.W = nn.Linear(6, 10)
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% no bias kind="misconception"
# The linear layers have no bias. The docstring asks for one in both; it is what nn.Linear does if you do not forbid
# it.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10, bias=False)
        self.U = nn.Linear(10, 4, bias=False)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% layers made in forward kind="misconception"
# W and U are made anew in each call: their weights are random each time, and no optimiser ever sees them. Make layers
# once, in __init__.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        hidden = F.relu(nn.Linear(6, 10)(self.embedding(tokens)))
        return nn.Linear(10, 4)(hidden)


# %% seed inside the class kind="misconception"
# A seed is set inside the class, so every network that anybody makes has the same weights. Seeds belong to the
# experiment, not to the model.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(42)
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% layers hidden in a list kind="misconception"
# A plain Python list hides its layers from PyTorch: parameters() does not find them. Make each layer an attribute,
# with the name that the docstring gives.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Embedding(8, 6), nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, 4)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


# %% super().__init__() forgotten kind="misconception"
# nn.Module must set up its book-keeping before it can hold a layer. What is the first line of every __init__ in the
# worked example?
class TokenClassifier(nn.Module):
    def __init__(self):
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% the embedding does not learn kind="misconception"
# The embedding is cut off from the gradient (frozen, detached, or under no_grad), so that its rows stay random for
# ever.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens).detach())))


# %% averages the tokens kind="misconception"
# The vectors of all tokens are averaged into one. The tagger answers for each token: N tokens give N rows.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        vectors = self.embedding(tokens).mean(dim=0)
        return self.U(F.relu(self.W(vectors)))


# %% ReLU as a module kind="alternative"
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(num_embeddings=8, embedding_dim=6)
        self.W = nn.Linear(in_features=6, out_features=10)
        self.relu = nn.ReLU()
        self.U = nn.Linear(in_features=10, out_features=4)

    def forward(self, tokens):
        return self.U(self.relu(self.W(self.embedding(tokens))))


# %% sizes as arguments, clamp for ReLU kind="alternative"
class TokenClassifier(nn.Module):
    def __init__(self, vocabulary=8, features=6, hidden=10, classes=4):
        super(TokenClassifier, self).__init__()
        self.embedding = nn.Embedding(vocabulary, features)
        self.W = nn.Linear(features, hidden)
        self.U = nn.Linear(hidden, classes)

    def forward(self, x):
        x = self.embedding(x)
        x = self.W(x).clamp(min=0)
        x = self.U(x)
        return x
