# %% chain_bmm: multiplies entry by entry
def chain_bmm(a, b, d):
    first = torch.mul(a, b)
    return torch.mul(first, d)


# %% chain_bmm: factors in the wrong order
def chain_bmm(a, b, d):
    return torch.matmul(d, torch.matmul(a, b)).contiguous()


# %% chain_bmm: sums over the batch
def chain_bmm(a, b, d):
    out = a @ b @ d
    return out.sum(0)


# %% chain_bmm: -
def chain_bmm(a, b, d):
    return torch.bmm(a, b)


# %% embed_tokens: plain indexing | -
def embed_tokens(table, token_ids):
    rows = table.index_select(0, token_ids.reshape(-1) % len(table)) if (token_ids < 0).any() else table[token_ids]
    return rows.reshape(*token_ids.shape, -1)


# %% embed_tokens: refuses the last row
def embed_tokens(table, token_ids):
    V = table.size(0)
    for t in token_ids.flatten().tolist():
        if t < 0 or t >= V - 1:
            raise IndexError("bad id " + str(t))
    return F.embedding(token_ids, table)


# %% embed_tokens: wrong exception type
def embed_tokens(table, token_ids):
    assert (token_ids >= 0).all() and (token_ids < len(table)).all(), "id out of range"
    return table[token_ids]


# %% count_parameters: bias never counted
def count_parameters(layer_sizes, bias=True):
    total = 0
    for i in range(1, len(layer_sizes)):
        total = total + layer_sizes[i - 1] * layer_sizes[i]
    return total


# %% count_parameters: one bias for each layer
def count_parameters(layer_sizes, bias=False):
    n = len(layer_sizes) - 1
    weights = sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(n))
    return weights + n if bias else weights


# %% count_parameters: -
def count_parameters(layer_sizes, bias=False):
    return sum(layer_sizes)


# %% classification_loss: softmax twice
def classification_loss(model, tokens, labels):
    probs = model(tokens).softmax(1)
    return nn.CrossEntropyLoss()(probs, labels)


# %% classification_loss: sum instead of mean
def classification_loss(model, tokens, labels):
    logp = torch.log_softmax(model(tokens), 1)
    loss = 0
    for i in range(len(labels)):
        loss = loss - logp[i, labels[i]]
    return loss


# %% classification_loss: wrong sign
def classification_loss(model, tokens, labels):
    return -F.cross_entropy(model(tokens), labels)


# %% classification_loss: squared error | softmax twice | -
def classification_loss(model, tokens, labels):
    probs = model(tokens).softmax(1)
    return F.mse_loss(probs.softmax(1), F.one_hot(labels, probs.shape[1]).float())


# %% train_classifier: gradients pile up
def train_classifier(model, tokens, labels, steps, lr):
    opt = torch.optim.SGD(model.parameters(), lr)
    out = []
    for i in range(steps):
        logits = model(tokens)
        l = nn.CrossEntropyLoss()(logits, labels)
        l.backward()
        opt.step()
        out.append(float(l))
    return out


# %% train_classifier: Adam instead of SGD
def train_classifier(model, tokens, labels, steps, lr):
    opt = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0)
    history = []
    while len(history) < steps:
        opt.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        opt.step()
        history.append(loss.detach().item())
    return history


# %% train_classifier: tensors instead of floats
def train_classifier(model, tokens, labels, steps, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        opt.step()
        losses.append(loss.detach())
    return losses


# %% TokenClassifier: -
class TokenClassifier(nn.Module):
    """The layers have names of their own."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(8, 6)
        self.lin1 = nn.Linear(6, 10)
        self.lin2 = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.lin2(F.relu(self.lin1(self.emb(tokens))))


# %% TokenClassifier: softmax at the end
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)
        self.softmax = nn.Softmax(-1)

    def forward(self, tokens):
        h = torch.relu(self.W(self.embedding(tokens)))
        return self.softmax(self.U(h))


# %% TokenClassifier: no activation
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)
        self.relu = nn.ReLU()

    def forward(self, tokens):
        x = self.embedding(tokens)
        x = self.W(x)
        self.relu(x)
        return self.U(x)
