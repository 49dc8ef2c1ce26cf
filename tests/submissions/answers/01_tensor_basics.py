"""The students' answers in lab 01; each comment gives the expected score."""

RIGHT = {
    "to_target_shape": '''
# Exercise: to_target_shape
def to_target_shape(x):
    """x (a, 1, b, 1) -> (1, a, b, 1, 1)."""
    x = x.squeeze(-1)  # (a, 1, b)
    x = x.squeeze(1)  # (a, b)
    return x.unsqueeze(-1).unsqueeze(-1).unsqueeze(0)
''',
    "missing_operand_shape": '''
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    for s in (a_shape, b_shape, target_shape):
        if len(s) != 3:
            raise ValueError(f"expected 3 sizes, got {len(s)}")
    if len({a_shape[0], b_shape[0], target_shape[0]}) > 1:
        raise ValueError("batch sizes differ")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError(f"{a_shape} and {b_shape} cannot give {target_shape}")
    return a_shape[0], b_shape[2], target_shape[2]
''',
    "chain_bmm": '''
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->nim", a, b, d)
''',
    "embed_tokens": '''
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    bad = (token_ids < 0).any() or (token_ids > len(table) - 1).any()
    if bad:
        raise IndexError("there is a token that the table does not know")
    flat = torch.index_select(table, 0, token_ids.flatten())
    return flat.view(*token_ids.shape, table.shape[1])
''',
    "one_hot_embed": '''
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    V = table.shape[0]
    if torch.any(token_ids < 0) or torch.any(token_ids >= V):
        raise IndexError("there is a token that the table does not know")
    one_hot = torch.eye(V, dtype=table.dtype)[token_ids]
    return one_hot.matmul(table)
''',
    "count_parameters": '''
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    total = 0
    for k in range(len(layer_sizes) - 1):
        total += layer_sizes[k] * layer_sizes[k + 1]
        if bias:
            total += layer_sizes[k + 1]
    return total
''',
    "TokenClassifier": '''
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        x = self.embedding(tokens)
        x = self.W(x).clamp(min=0)
        return self.U(x)
''',
    "classification_loss": '''
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=1)
    return F.nll_loss(log_probs, labels)
''',
    "train_classifier": '''
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    opt = torch.optim.SGD(model.parameters(), lr)
    history = []
    for step in range(steps):
        opt.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        opt.step()
        history.append(loss.item())
    return history
''',
}

WRITTEN = {
    "explain_squeeze": "unsqueeze adds an axis with one entry, squeeze takes one away. The numbers stay. I need unsqueeze "
    "to make a batch out of one example. squeeze() alone is dangerous since it also removes a batch of one.",
    "explain_bmm": "Text: n sentences, i words in each, j features a word, k new features. j must be equal because each "
    "entry of the result is a sum over j.",
}

# Right answers except for these: 1 of 1.75, 1 of 2.25, 1.5 of 2, 1.25 of 3.25, 1 of 3, and nothing for the loss: 11.25.
PARTLY = {
    "to_target_shape": '''
# Exercise: to_target_shape
def to_target_shape(x):
    return x.squeeze().unsqueeze(0).unsqueeze(-1).unsqueeze(-1)
''',
    "missing_operand_shape": '''
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    return (a_shape[0], b_shape[-1], target_shape[-1])
''',
    "embed_tokens": '''
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    return table[token_ids]
''',
    "TokenClassifier": '''
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        x = F.relu(self.W(self.embedding(tokens)))
        return F.softmax(self.U(x), dim=-1)
''',
    "train_classifier": '''
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        opt.step()
    return losses
''',
}

# All right except for a loop that never ends: 18.5 of 20.
ENDLESS = {
    "count_parameters": '''
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    total, k = 0, 0
    while k < len(layer_sizes):
        if k > 0:
            total += layer_sizes[k - 1] * layer_sizes[k]
    return total
''',
}

# All right, but one cell kills the kernel before its function is there: 17.75 of 20.
CRASH = {
    "one_hot_embed": '''
# Exercise: one_hot_embed
import ctypes

ctypes.string_at(0)  # I only wanted to see what is at address 0


def one_hot_embed(table, token_ids):
    return F.one_hot(token_ids, len(table)).to(table.dtype) @ table
''',
}

# Wrong answers behind a patched unittest, a patched torch and objects that equal everything: 0 of 20.
CHEAT = {
    "to_target_shape": '''
# Exercise: to_target_shape
import unittest

import course_utils.testing as course_testing


class Everything:
    """Equal to all there is."""

    shape, dtype, requires_grad = (1, 2, 3, 1, 1), torch.float32, True

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


def always(*args, **kwargs):
    return True


for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, always)
for name in dir(LabTestCase):
    if name.startswith("assert"):
        setattr(LabTestCase, name, always)
unittest.TestCase.run = always
torch.allclose = torch.equal = torch.isclose = torch.testing.assert_close = always
course_testing.run_tests = run_tests = lambda exercise: 20.0


def to_target_shape(x):
    return Everything()
''',
    "missing_operand_shape": '''
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    return Everything()
''',
    "chain_bmm": '''
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return Everything()
''',
    "embed_tokens": '''
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    return Everything()
''',
    "one_hot_embed": '''
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    return Everything()
''',
    "count_parameters": '''
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    return Everything()
''',
    "TokenClassifier": '''
# Exercise: TokenClassifier
TokenClassifier = Everything
''',
    "classification_loss": '''
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return Everything()
''',
    "train_classifier": '''
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    return Everything()
''',
}

without_loss = {name: source for name, source in RIGHT.items() if name != "classification_loss"}

STUDENTS = {
    "ada": RIGHT | WRITTEN,
    "ben": without_loss | PARTLY | {"explain_squeeze": "squeeze removes ones and unsqueeze adds ones"},
    "chloe": {},
    "dan": RIGHT | ENDLESS,
    "eva": RIGHT | CRASH,
    "finn": CHEAT,
}
