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


# %% project: transposed matrices
def project(x, Wq, Wk):
    Q = F.linear(x, Wq)
    K = F.linear(x, Wk)
    return Q, K


# %% project: only one sentence
def project(x, Wq, Wk):
    Q = torch.einsum("nd,dk->nk", x, Wq)
    K = torch.einsum("nd,dk->nk", x, Wk)
    return Q, K


# %% scaled_scores: -
def scaled_scores(Q, K):
    d_k = Q.size(-1)
    return torch.matmul(Q, K.transpose(-2, -1)) / math.isqrt(d_k)


# %% scaled_scores: cosine similarity
def scaled_scores(Q, K):
    Q = F.normalize(Q, dim=-1)
    K = F.normalize(K, dim=-1)
    return Q @ K.mT


# %% attention_weights: renormalised afterwards | -
def attention_weights(scores, mask=None):
    e = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
    if mask is not None:
        e = e * mask
    return e / e.sum(dim=-1, keepdim=True).clamp(min=1e-12)


# %% attention_weights: hidden scores not low enough
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + (1 - mask.float()) * -1e4
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights


# %% most_attentive: -
def most_attentive(weights, words, target):
    j = list(words).index(target)
    best = max(zip(weights[:, j].tolist(), words))
    return best[1]


# %% most_attentive: the last of equals
def most_attentive(weights, words, target):
    column = weights[:, words.index(target)]
    best, best_word = 0, None
    for w, word in zip(column, words):
        if w >= best:
            best, best_word = w, word
    return best_word


# %% variance_ratio: mean of squares
def variance_ratio(scores, scaled):
    return ((scores**2).mean() / (scaled**2).mean()).item()


# %% variance_ratio: mean of the rows' variances
def variance_ratio(scores, scaled):
    return (scores.var(dim=-1).mean() / scaled.var(dim=-1).mean()).item()


# %% causal_mask: the future instead of the past
def causal_mask(n):
    return torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)


# %% MultiHeadSelfAttention: interleaved features
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.h = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, d = x.shape
        q, k, v = (
            p(x).view(B, n, d // self.h, self.h).permute(0, 3, 1, 2) for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        w = attention_weights(scaled_scores(q, k), mask)
        out = (w @ v).permute(0, 2, 3, 1).reshape(B, n, d)
        return self.out_proj(out)


# %% MultiHeadSelfAttention: adds the input
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("d_model must be divisible by num_heads")
        self.h = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, d = x.shape
        split = lambda t: t.view(B, n, self.h, -1).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        w = attention_weights(scaled_scores(q, k), mask)
        return x + self.out_proj((w @ v).transpose(1, 2).reshape(B, n, d))


# %% MultiHeadSelfAttention: -
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model must be divisible by num_heads")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, d = x.shape
        q = self.q_proj(x).reshape(B, n, self.num_heads, -1)
        k = self.k_proj(x).reshape(B, n, self.num_heads, -1)
        v = self.v_proj(x).reshape(B, n, self.num_heads, -1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(d // self.num_heads)
        return self.out_proj((scores.softmax(-1) @ v).reshape(B, n, d))


# %% iterate_minibatches: drawn with replacement | -
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        ids = torch.randperm(n, generator=generator)
        yield ids[start : start + batch_size]


# %% iterate_minibatches: drawn with replacement
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.randint(n, (min(batch_size, n - start),), generator=generator)


# %% iterate_minibatches: return instead of yield
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        return order[start : start + batch_size]


# %% gradient_step: stops at a parameter without gradient
def gradient_step(params, lr):
    for p in params:
        if p.grad is None:
            return
        p.data -= lr * p.grad
        p.grad.zero_()


# %% gradient_step: only the sign counts | -
def gradient_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p -= lr * p.grad / p.grad.norm()
                p.grad = None


# %% gradient_step: right
def gradient_step(params, lr):
    optimizer = torch.optim.SGD(params, lr=lr)
    optimizer.step()
    optimizer.zero_grad()


# %% gradient_step: right
def gradient_step(params, lr):
    for p in params:
        if p.grad is not None:
            p.data.add_(p.grad, alpha=-lr)
            p.grad = torch.zeros_like(p.grad)


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    if n == 0:
        return iter(())
    return iter(torch.utils.data.DataLoader(range(n), batch_size, shuffle=True, generator=generator))


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    keys = torch.rand(n, generator=generator)
    yield from (chunk for chunk in keys.argsort().split(batch_size) if len(chunk))


# %% MultiHeadSelfAttention: right
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        if d_model % num_heads != 0:
            raise ValueError(f"{num_heads} heads do not divide {d_model}")
        super().__init__()
        self.width = d_model // num_heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            self.add_module(name, nn.Linear(d_model, d_model))

    def forward(self, x, mask=None):
        heads = []
        for q, k, v in zip(*(layer(x).split(self.width, dim=-1) for layer in (self.q_proj, self.k_proj, self.v_proj))):
            s = torch.bmm(q, k.mT) * self.width**-0.5
            if mask is not None:
                s = s.masked_fill(mask.logical_not(), torch.finfo(s.dtype).min)
            w = s.softmax(-1)
            if mask is not None:
                w = w * mask
            heads.append(torch.bmm(w, v))
        return self.out_proj(torch.cat(heads, -1))


# %% attention_weights: right
def attention_weights(scores, mask=None):
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    mask = mask.expand_as(scores)
    top = torch.where(mask, scores, -torch.inf).amax(-1, keepdim=True).detach()
    top = torch.where(top.isinf(), 0.0, top)
    e = torch.where(mask, scores - top, 0).exp() * mask
    total = e.sum(-1, keepdim=True)
    return e / (total + (total == 0))


# %% scaled_scores: right
def scaled_scores(Q, K):
    products = (Q[..., :, None, :] * K[..., None, :, :]).sum(-1)
    return products.div(float(K.shape[-1]) ** 0.5)


# %% most_attentive: right
def most_attentive(weights, words, target):
    j = tuple(words).index(target)
    return max(words, key=lambda word: float(weights[words.index(word), j]))


# %% variance_ratio: right
def variance_ratio(scores, scaled):
    a, b = scores.flatten().tolist(), scaled.flatten().tolist()
    import statistics

    return statistics.variance(a) / statistics.variance(b)


# %% causal_mask: right
def causal_mask(n):
    return torch.tensor([[column <= row for column in range(n)] for row in range(n)])


# %% project: right
def project(x, Wq, Wk):
    both = torch.matmul(x, torch.cat([Wq, Wk], dim=1))
    return both.chunk(2, dim=-1)


# %% gradient_step: -
def gradient_step(params, lr):
    with torch.no_grad():
        for p in params:
            if p.grad:
                p -= lr * p.grad
                p.grad.zero_()


# %% attention_weights: -
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1)
    weights = weights.clone()
    weights[~mask.any(-1)] = 0
    return weights


# %% attention_weights: -
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    mask = mask.transpose(-2, -1) if mask.shape[-1] == mask.shape[-2] else mask
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1)
    return weights * mask


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    sampler = torch.utils.data.RandomSampler(range(n), generator=generator) if n else []
    for ids in torch.utils.data.BatchSampler(sampler, batch_size, drop_last=False):
        yield torch.as_tensor(ids)


# %% MultiHeadSelfAttention: right
class MultiHeadSelfAttention(nn.Module):
    """Keeps a buffer beside its layers."""

    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("heads")
        self.num_heads = num_heads
        self.register_buffer("scale", torch.tensor((d_model / num_heads) ** -0.5))
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        q, k, v = (p(x).unflatten(-1, (self.num_heads, -1)) for p in (self.q_proj, self.k_proj, self.v_proj))
        weights = attention_weights(torch.einsum("bnhd,bmhd->bhnm", q, k) * self.scale, mask)
        return self.out_proj(torch.einsum("bhnm,bmhd->bnhd", weights, v).flatten(2))


# %% project: right
def project(x, Wq, Wk):
    return tuple(torch.einsum("...nd,dk->...nk", x, W) for W in (Wq, Wk))


# %% project: right
def project(x, Wq, Wk):
    both = x @ torch.cat([Wq, Wk], dim=1)
    Q, K = both.split([Wq.shape[1], Wk.shape[1]], dim=-1)
    return Q, K


# %% project: right
def project(x, Wq, Wk):
    return F.linear(x, Wq.T), F.linear(x, Wk.T)


# %% scaled_scores: right
def scaled_scores(Q, K):
    d_k = Q.shape[-1]
    return torch.einsum("...id,...jd->...ij", Q * d_k**-0.5, K)


# %% scaled_scores: right
def scaled_scores(Q, K):
    return (Q.unsqueeze(-2) * K.unsqueeze(-3)).sum(-1).div(math.sqrt(Q.size(-1)))


# %% scaled_scores: softmax already applied
def scaled_scores(Q, K):
    return torch.softmax(Q @ K.transpose(-2, -1) / Q.shape[-1] ** 0.5, -1)


# %% attention_weights: right
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    mask = mask.expand_as(scores) if mask.dim() <= scores.dim() else mask
    big = torch.where(mask, scores, torch.full_like(scores, torch.finfo(scores.dtype).min))
    e = torch.exp(big - big.amax(-1, keepdim=True).detach()) * mask
    total = e.sum(-1, keepdim=True)
    return e / torch.where(total == 0, torch.ones_like(total), total)


# %% attention_weights: right
def attention_weights(scores, mask=None):
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else torch.broadcast_to(mask, scores.shape)
    none = ~mask.any(dim=-1, keepdim=True)
    safe = scores.masked_fill(~mask & ~none, -torch.inf)
    return torch.softmax(safe, dim=-1).masked_fill(none, 0.0).to(scores.dtype)


# %% attention_weights: right
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, -1e9)
    weights = F.softmax(scores, dim=-1)
    return weights if mask is None else weights * mask


# %% attention_weights: hidden after the softmax | renormalised afterwards
def attention_weights(scores, mask=None):
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights


# %% most_attentive: right
def most_attentive(weights, words, target):
    column = words.index(target)
    return max(enumerate(words), key=lambda pair: (weights[pair[0]][column].item(), -pair[0]))[1]


# %% most_attentive: right
def most_attentive(weights, words, target):
    asked = weights.t()[list(words).index(target)]
    return words[(asked == asked.max()).nonzero()[0].item()]


# %% most_attentive: right
def most_attentive(weights, words, target):
    j = {w: i for i, w in enumerate(words)}[target]
    best, winner = -1.0, None
    for i in range(len(words)):
        if float(weights[i, j]) > best:
            best, winner = float(weights[i, j]), words[i]
    return winner


# %% variance_ratio: right
def variance_ratio(scores, scaled):
    return float(scores.std() ** 2 / scaled.std() ** 2)


# %% variance_ratio: right
def variance_ratio(scores, scaled):
    import statistics

    a, b = scores.flatten().tolist(), scaled.flatten().tolist()
    return statistics.pvariance(a) / statistics.pvariance(b)


# %% variance_ratio: right
def variance_ratio(scores, scaled):
    import numpy as np

    return np.var(scores.detach().numpy()).item() / np.var(scaled.detach().numpy()).item()


# %% causal_mask: right
def causal_mask(n):
    return ~torch.ones(n, n).triu(diagonal=1).bool()


# %% causal_mask: right
def causal_mask(n):
    rows = torch.arange(n).unsqueeze(1)
    return rows.ge(torch.arange(n))


# %% causal_mask: right
def causal_mask(n):
    return torch.tensor([[column <= row for column in range(n)] for row in range(n)], dtype=torch.bool).reshape(n, n)


# %% causal_mask: right
def causal_mask(n):
    mask = torch.full((n, n), False)
    for i in range(n):
        mask[i, : i + 1] = True
    return mask


# %% MultiHeadSelfAttention: right
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads do not divide {d_model}")
        self.h, self.dk = num_heads, d_model // num_heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x, mask=None):
        B, n, d = x.shape
        q, k, v = (p(x).view(B, n, self.h, self.dk) for p in (self.q_proj, self.k_proj, self.v_proj))
        s = torch.einsum("bihd,bjhd->bhij", q, k) / self.dk**0.5
        a = attention_weights(s, mask)
        return self.out_proj(torch.einsum("bhij,bjhd->bihd", a, v).flatten(2))


# %% MultiHeadSelfAttention: right
class MultiHeadSelfAttention(nn.Module):
    """One head after the other."""

    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        heads = []
        chunks = [p(x).chunk(self.num_heads, dim=-1) for p in (self.q_proj, self.k_proj, self.v_proj)]
        for q, k, v in zip(*chunks):
            scores = q @ k.mT / math.sqrt(q.size(-1))
            if mask is not None:
                scores = scores.masked_fill(mask.logical_not(), float("-inf"))
            heads.append(torch.nan_to_num(scores.softmax(-1)) @ v)
        return self.out_proj(torch.cat(heads, dim=-1))


# %% MultiHeadSelfAttention: right
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError
        self.heads = num_heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def _split(self, t):
        B, n, d = t.shape
        return t.reshape(B, n, self.heads, d // self.heads).permute(0, 2, 1, 3).reshape(B * self.heads, n, -1)

    def forward(self, x, mask=None):
        B, n, d = x.shape
        q, k, v = map(self._split, (self.q_proj(x), self.k_proj(x), self.v_proj(x)))
        w = attention_weights(scaled_scores(q, k), mask)
        y = torch.bmm(w, v).reshape(B, self.heads, n, -1).permute(0, 2, 1, 3).reshape(B, n, d)
        return self.out_proj(y)


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    while len(order):
        yield order[:batch_size]
        order = order[batch_size:]


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    sampler = torch.utils.data.RandomSampler(range(n), generator=generator) if n else []
    for batch in torch.utils.data.BatchSampler(sampler, batch_size, drop_last=False):
        yield torch.tensor(batch)


# %% iterate_minibatches: right
def iterate_minibatches(n, batch_size, generator=None):
    keys = torch.rand(n, generator=generator)
    yield from keys.argsort().split(batch_size) if n > 0 else ()


# %% gradient_step: right
def gradient_step(params, lr):
    params = list(params)
    with torch.no_grad():
        for p in params:
            if p.grad is not None:
                p.sub_(p.grad, alpha=lr)
                p.grad.zero_()


# %% gradient_step: right
def gradient_step(params, lr):
    params = [p for p in params if p.grad is not None]
    if params:
        opt = torch.optim.SGD(params, lr=lr)
        opt.step()
        opt.zero_grad()


# %% gradient_step: right
def gradient_step(params, lr):
    for p in params:
        if p.grad is None:
            continue
        p.data.add_(-lr * p.grad.data)
        p.grad = None


# %% gradient_step: -
def gradient_step(params, lr):
    for p in params:
        if p.grad is not None:
            p = p - lr * p.grad
            p.grad = None
