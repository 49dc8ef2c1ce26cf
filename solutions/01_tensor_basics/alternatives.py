"""Other right answers to lab 01: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "to_target_shape",
        "unsqueeze first, then count again",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    longer = x.unsqueeze(0).unsqueeze(-1)  # (1, a, 1, b, 1, 1)
    return longer.squeeze(2)
""",
    ),
    Alternative(
        "to_target_shape",
        "both axes squeezed by name, torch functions",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    matrix = torch.squeeze(x, (1, 3))  # (a, b)
    for axis in (0, -1, -1):
        matrix = torch.unsqueeze(matrix, axis)
    return matrix
""",
    ),
    Alternative(
        "missing_operand_shape",
        "let torch.bmm decide, on the meta device",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    d_shape = (b_shape[0], b_shape[2], target_shape[2])
    try:
        a, b, d = (torch.empty(*shape, device="meta") for shape in (a_shape, b_shape, d_shape))
        found = torch.bmm(torch.bmm(a, b), d).shape
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if tuple(found) != tuple(target_shape):
        raise ValueError(f"the product would be {tuple(found)}")
    return d_shape
""",
    ),
    Alternative(
        "missing_operand_shape",
        "unpacking raises the ValueError for a wrong number of sizes",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    n, i, j = a_shape
    n2, j2, k = b_shape
    n3, i2, m = target_shape
    if (n, n, i, j) != (n2, n3, i2, j2):
        raise ValueError("the shapes do not fit")
    return torch.Size([n, k, m])
""",
    ),
    Alternative(
        "chain_bmm",
        "the other bracket",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return a @ (b @ d)
""",
    ),
    Alternative(
        "chain_bmm",
        "einsum",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->nim", a, b, d)
""",
    ),
    Alternative(
        "chain_bmm",
        "broadcasting and a sum, no matrix product at all",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    ab = (a.unsqueeze(-1) * b.unsqueeze(1)).sum(dim=2)  # (n, i, j, 1) * (n, 1, j, k)
    return (ab.unsqueeze(-1) * d.unsqueeze(1)).sum(dim=2)
""",
    ),
    Alternative(
        "embed_tokens",
        "F.embedding checks by itself",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    return F.embedding(token_ids, table)
""",
    ),
    Alternative(
        "embed_tokens",
        "flat index_select, shape put back",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if token_ids.numel() > 0 and not (0 <= int(token_ids.min()) and int(token_ids.max()) < len(table)):
        raise IndexError("token id out of range")
    rows = torch.index_select(table, 0, token_ids.reshape(-1))
    return rows.reshape(*token_ids.shape, table.shape[1])
""",
    ),
    Alternative(
        "embed_tokens",
        "a loop over the ids",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    rows = []
    for token in token_ids.flatten().tolist():
        if token < 0:
            raise IndexError(f"{token} is negative")
        rows.append(table[token])
    if not rows:
        return table.new_zeros(*token_ids.shape, table.shape[1])
    return torch.stack(rows).view(*token_ids.shape, -1)
""",
    ),
    Alternative(
        "one_hot_embed",
        "one-hot by comparison",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    vocabulary = torch.arange(len(table))
    if not torch.isin(token_ids, vocabulary).all():
        raise IndexError("unknown token")
    one_hot = token_ids.unsqueeze(-1) == vocabulary
    return torch.matmul(one_hot.to(table.dtype), table)
""",
    ),
    Alternative(
        "one_hot_embed",
        "rows of the identity",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    size = table.size(0)
    if (token_ids < 0).any():
        raise IndexError("negative id")
    one_hot = torch.eye(size, dtype=table.dtype)[token_ids]
    return torch.einsum("...v,vd->...d", one_hot, table)
""",
    ),
    Alternative(
        "one_hot_embed",
        "F.one_hot's own error, translated",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    try:
        one_hot = F.one_hot(token_ids, len(table)).type_as(table)
    except RuntimeError as error:
        raise IndexError(str(error)) from error
    return F.linear(one_hot, table.T)
""",
    ),
    Alternative(
        "count_parameters",
        "build the layers and ask them",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    with torch.device("meta"):
        layers = [nn.Linear(i, j, bias=bias) for i, j in pairwise(layer_sizes)]
    return sum(p.numel() for layer in layers for p in layer.parameters())
""",
    ),
    Alternative(
        "count_parameters",
        "a loop over indices",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    total = 0
    for place in range(1, len(layer_sizes)):
        inputs = layer_sizes[place - 1] + (1 if bias else 0)  # the bias is a weight for a constant 1
        total += inputs * layer_sizes[place]
    return total
""",
    ),
    Alternative(
        "TokenClassifier",
        "ReLU as a module",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(num_embeddings=8, embedding_dim=6)
        self.W = nn.Linear(in_features=6, out_features=10)
        self.relu = nn.ReLU()
        self.U = nn.Linear(in_features=10, out_features=4)

    def forward(self, tokens):
        return self.U(self.relu(self.W(self.embedding(tokens))))
""",
    ),
    Alternative(
        "TokenClassifier",
        "sizes as arguments, clamp for ReLU",
        """
# Exercise: TokenClassifier
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
""",
    ),
    Alternative(
        "classification_loss",
        "the loss as a module",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    criterion = nn.CrossEntropyLoss()
    return criterion(model(tokens), labels)
""",
    ),
    Alternative(
        "classification_loss",
        "log-softmax, then the right entries",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=-1)
    return -log_probs[torch.arange(len(labels)), labels].mean()
""",
    ),
    Alternative(
        "classification_loss",
        "logsumexp minus the right logit",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    right = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
    return (torch.logsumexp(logits, dim=1) - right).mean()
""",
    ),
    Alternative(
        "train_classifier",
        "gradients cleared after the step, loss as a module",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    criterion = nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr)
    losses = []
    for _ in range(steps):
        loss = criterion(model(tokens), labels)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return losses
""",
    ),
    Alternative(
        "train_classifier",
        "a new optimiser in every step",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    losses = []
    while len(losses) < steps:
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        model.zero_grad()
        loss = classification_loss(model, tokens, labels)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses
""",
    ),
    Alternative(
        "train_classifier",
        "the step of torch.optim.SGD with a closure",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(list(model.parameters()), lr=lr)

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        return loss

    return [optimiser.step(closure).item() for _ in range(steps)]
""",
    ),
]
