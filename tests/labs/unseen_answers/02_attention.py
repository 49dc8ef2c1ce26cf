# %% project: keys first
def project(x, Wq, Wk):
    K = torch.matmul(x, Wk)
    Q = torch.matmul(x, Wq)
    return [K, Q]


# %% project: one matrix for both
def project(x, Wq, Wk):
    Q = torch.matmul(x, Wq)
    K = torch.matmul(x, Wq)
    return (Q, K)


# %% scaled_scores: no scaling
def scaled_scores(Q, K):
    return torch.einsum("...nd,...md->...nm", Q, K)


# %% scaled_scores: divided by d_k itself
def scaled_scores(Q, K):
    dk = Q.size(-1)
    scores = torch.matmul(Q, K.mT)
    return scores / float(dk)


# %% scaled_scores: only one sentence
def scaled_scores(Q, K):
    n, d_k = K.shape
    return (Q @ K.T) / d_k**0.5


# %% scaled_scores: rows and columns swapped | root of the number of words | -
def scaled_scores(Q, K):
    return (K @ Q.transpose(-1, -2)) / K.shape[-2] ** 0.5


# %% attention_weights: True hides
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = torch.where(mask, torch.tensor(-1e30, dtype=scores.dtype), scores)
    w = torch.softmax(scores, -1)
    if mask is not None:
        w = w * (~mask)
    return w


# %% attention_weights: NaN in a fully masked row
def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    s = torch.where(mask, scores, float("-inf"))
    return F.softmax(s, dim=-1)


# %% attention_weights: softmax down the columns
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    w = F.softmax(scores, dim=-2)
    return w if mask is None else w.masked_fill(~mask, 0)


# %% causal_mask: rows and columns swapped
def causal_mask(n):
    i = torch.arange(n)
    return i[:, None] <= i[None, :]


# %% causal_mask: ones and zeros
def causal_mask(n):
    m = torch.zeros(n, n, dtype=torch.int64)
    for i in range(n):
        m[i, : i + 1] = 1
    return m


# %% causal_mask: without the diagonal
def causal_mask(n):
    return torch.tensor([[j < i for j in range(n)] for i in range(n)], dtype=torch.bool).reshape(n, n)


# %% variance_ratio: standard deviations
def variance_ratio(scores, scaled):
    return float(torch.std(scores) / torch.std(scaled))


# %% variance_ratio: upside down
def variance_ratio(scores, scaled):
    a = scores.flatten().var(unbiased=False).item()
    b = scaled.flatten().var(unbiased=False).item()
    return b / a


# %% most_attentive: reads the row
def most_attentive(weights, words, target):
    i = list(words).index(target)
    row = weights[i].tolist()
    return words[row.index(max(row))]


# %% iterate_minibatches: drops the last batch
def iterate_minibatches(n, batch_size, generator=None):
    perm = torch.randperm(n, generator=generator)
    i = 0
    while i + batch_size <= n:
        yield perm[i : i + batch_size]
        i += batch_size


# %% iterate_minibatches: never shuffled
def iterate_minibatches(n, batch_size, generator=None):
    ids = torch.arange(n)
    for s in range(0, n, batch_size):
        yield ids[s : min(n, s + batch_size)]


# %% gradient_step: -
def gradient_step(params, lr):
    """Forgotten: it does nothing."""
    return None


# %% gradient_step: -
def gradient_step(params, lr):
    for p in params:
        if p.grad is not None:
            p - lr * p.grad


# %% gradient_step: returns new tensors
def gradient_step(params, lr):
    new = []
    for p in params:
        if p.grad is not None:
            new.append(p.detach() - p.grad * lr)
    return new


# %% gradient_step: uphill
def gradient_step(params, lr):
    for p in params:
        if p.grad is not None:
            p.data.add_(p.grad, alpha=lr)
            p.grad = None


# %% gradient_step: gradients left over
def gradient_step(params, lr):
    for p in list(params):
        if p.grad is None:
            continue
        p.data -= lr * p.grad


# %% gradient_step: every parameter has a gradient
def gradient_step(params, lr):
    for p in params:
        p.data = p.data - lr * p.grad
        p.grad.zero_()


# %% MultiHeadSelfAttention: root of d_model
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model must be divisible by num_heads")
        self.h, self.d = num_heads, d_model
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, _ = x.shape
        q = self.q_proj(x).view(B, n, self.h, -1).transpose(1, 2)
        k = self.k_proj(x).view(B, n, self.h, -1).transpose(1, 2)
        v = self.v_proj(x).view(B, n, self.h, -1).transpose(1, 2)
        s = q @ k.transpose(-1, -2) / self.d**0.5
        w = attention_weights(s, mask)
        return self.out_proj((w @ v).transpose(1, 2).reshape(B, n, self.d))
