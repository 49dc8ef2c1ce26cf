import torch
import torch.nn as nn
import torch.nn.functional as F


# %% softmax at the end kind="misconception"
# The outputs are probabilities, which sum to 1 for each token. The loss expects logits and applies softmax itself, so
# softmax would be applied twice. Look at what the docstring says about the end of the network.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.softmax(self.U(F.relu(self.W(self.embedding(tokens)))), dim=-1)


# %% ReLU at the end kind="misconception"
# A ReLU after U turns every negative logit into 0: [-2, 3] becomes [0, 3]. Logits may be negative; compare the steps
# with those in the docstring.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.relu(self.U(F.relu(self.W(self.embedding(tokens)))))


# %% no activation kind="misconception"
# Nothing happens between W and U, so together they are only one linear map, as 2x followed by 3x is just 6x: the 10
# hidden features add nothing. Compare the steps with those in the docstring.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(self.embedding(tokens)))


# %% ReLU on the embedding kind="misconception"
# The ReLU is applied to the embedding, before W: [-1, 2] becomes [0, 2], and W and U together are still one linear
# map. Compare the order of the steps with the docstring.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(F.relu(self.embedding(tokens))))


# %% layers created in another order kind="misconception"
# The layers are right, but created in another order. With seed 0, the first layer takes the first random numbers, the
# second the next ones, so each layer starts with weights meant for another. Compare the order in `__init__` with the
# docstring.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.U = nn.Linear(10, 4)
        self.W = nn.Linear(6, 10)
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% no bias kind="misconception"
# The linear layers have no bias, although the docstring asks for one in both: there are 10 + 4 parameters too few,
# and a hidden vector of zeros always gives the logits 0. Look at the arguments of nn.Linear.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10, bias=False)
        self.U = nn.Linear(10, 4, bias=False)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% layers created in forward kind="misconception"
# W and U are created anew in every call: token 3 gives different logits the second time, and no optimiser ever sees
# these weights. Look at where layers are created and how long they live.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        hidden = F.relu(nn.Linear(6, 10)(self.embedding(tokens)))
        return nn.Linear(10, 4)(hidden)


# %% seed inside the class kind="misconception"
# A seed is set inside the class, so an experiment with seed 1 and one with seed 2 start with the same weights. Look
# at what `__init__` does besides creating layers.
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
# The layers are in a plain Python list, where PyTorch does not find them: `list(model.parameters())` has 0 entries,
# so nothing can be trained. Look at the attributes that the docstring names.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Embedding(8, 6), nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, 4)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


# %% super().__init__() forgotten kind="misconception"
# nn.Module has to set itself up before layers can be assigned; without that, the first assignment stops with an
# AttributeError. Look at how `__init__` begins in the worked example.
class TokenClassifier(nn.Module):
    def __init__(self):
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))


# %% the embedding does not learn kind="misconception"
# No gradient reaches the embedding, so after 100 steps its 8 rows are still the random ones from the start, while W
# and U learn. Look for a place where it is frozen, detached or used under no_grad.
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens).detach())))


# %% averages the tokens kind="misconception"
# The vectors of all tokens are averaged into one: 5 tokens give one row of logits instead of 5. Look at the shape
# after each step.
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
# An activation can be a module too. It has no parameters; as an attribute it shows when you print the network, and it
# can be replaced without touching `forward`.
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
