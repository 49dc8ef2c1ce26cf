"""Other right answers to lab 02: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "project",
        "einsum",
        """
# Exercise: project
def project(x, Wq, Wk):
    return torch.einsum("...ij,jk->...ik", x, Wq), torch.einsum("...ij,jk->...ik", x, Wk)
""",
    ),
    Alternative(
        "project",
        "one product for both matrices, then cut",
        """
# Exercise: project
def project(x, Wq, Wk):
    both = torch.matmul(x, torch.cat([Wq, Wk], dim=1))  # (..., n, 2 k)
    return both.split(Wq.shape[1], dim=-1)
""",
    ),
    Alternative(
        "project",
        "a list from F.linear",
        """
# Exercise: project
def project(x, Wq, Wk):
    return [F.linear(x, W.T) for W in (Wq, Wk)]
""",
    ),
    Alternative(
        "scaled_scores",
        "scaling the queries first",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    d_k = K.size(-1)
    return torch.matmul(Q * d_k**-0.5, K.mT)
""",
    ),
    Alternative(
        "scaled_scores",
        "einsum and a root in float32",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return torch.einsum("...id,...jd->...ij", Q, K) / torch.sqrt(torch.tensor(K.shape[-1]))
""",
    ),
    Alternative(
        "scaled_scores",
        "broadcasting and a sum",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    products = Q.unsqueeze(-2) * K.unsqueeze(-3)  # (..., n, 1, d_k) * (..., 1, n, d_k)
    return products.sum(dim=-1) / K.shape[-1] ** 0.5
""",
    ),
    Alternative(
        "attention_weights",
        "softmax only where there is something to see",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    mask = mask.expand_as(scores)
    blind = ~mask.any(dim=-1, keepdim=True)
    safe = scores.masked_fill(~(mask | blind), float("-inf"))
    return torch.where(blind, torch.zeros_like(scores), safe.softmax(dim=-1))
""",
    ),
    Alternative(
        "attention_weights",
        "exp by hand, with the row's maximum taken away",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    lowered = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    powers = torch.exp(lowered - lowered.amax(dim=-1, keepdim=True)) * mask
    total = powers.sum(dim=-1, keepdim=True)
    return powers / torch.where(total > 0, total, 1.0)
""",
    ),
    Alternative(
        "attention_weights",
        "a large negative number, then times the mask",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + (~mask).to(scores.dtype) * -1e9
    weights = torch.softmax(scores, dim=-1)
    return weights if mask is None else weights * mask
""",
    ),
    Alternative(
        "attention_weights",
        "masked_fill with -inf, NaN replaced: masked_fill keeps the NaN out of the gradient",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    return torch.nan_to_num(scores.masked_fill(~mask, -math.inf).softmax(dim=-1), 0.0)
""",
    ),
    Alternative(
        "variance_ratio",
        "population variance",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return float(scores.var(correction=0) / scaled.var(correction=0))
""",
    ),
    Alternative(
        "variance_ratio",
        "through numpy, in double precision",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return float(scores.double().numpy().var() / scaled.double().numpy().var())
""",
    ),
    Alternative(
        "variance_ratio",
        "by its definition",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    top = ((scores - scores.mean()) ** 2).mean().item()
    bottom = ((scaled - scaled.mean()) ** 2).mean().item()
    return top / bottom
""",
    ),
    Alternative(
        "causal_mask",
        "comparing places",
        """
# Exercise: causal_mask
def causal_mask(n):
    place = torch.arange(n)
    return place.unsqueeze(0) <= place.unsqueeze(1)
""",
    ),
    Alternative(
        "causal_mask",
        "not the upper triangle",
        """
# Exercise: causal_mask
def causal_mask(n):
    return ~torch.triu(torch.ones(n, n), diagonal=1).bool()
""",
    ),
    Alternative(
        "causal_mask",
        "the float mask of nn.Transformer, compared with 0",
        """
# Exercise: causal_mask
def causal_mask(n):
    return nn.Transformer.generate_square_subsequent_mask(n) == 0
""",
    ),
    Alternative(
        "causal_mask",
        "two loops",
        """
# Exercise: causal_mask
def causal_mask(n):
    mask = torch.zeros(n, n, dtype=torch.bool)
    for row in range(n):
        mask[row, : row + 1] = True
    return mask
""",
    ),
    Alternative(
        "most_attentive",
        "max over pairs in plain Python",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    column = [row[list(words).index(target)] for row in weights.tolist()]
    return max(zip(column, words), key=lambda pair: pair[0])[1]
""",
    ),
    Alternative(
        "most_attentive",
        "stable sort, descending",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    j = [i for i, word in enumerate(words) if word == target][0]
    order = torch.argsort(weights[:, j], descending=True, stable=True)
    return words[order[0].item()]
""",
    ),
    Alternative(
        "most_attentive",
        "a loop that keeps the first",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    j, best = words.index(target), 0
    for i in range(1, len(words)):
        if weights[i, j] > weights[best, j]:
            best = i
    return words[best]
""",
    ),
    Alternative(
        "MultiHeadSelfAttention",
        "einsum, on its own feet",
        """
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("num_heads must divide d_model")
        self.h, self.size = num_heads, d_model // num_heads
        self.out_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.q_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, _ = x.shape
        q, k, v = (p(x).view(B, n, self.h, self.size) for p in (self.q_proj, self.k_proj, self.v_proj))
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / self.size**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights * mask
        return self.out_proj(torch.einsum("bhij,bjhd->bihd", weights, v).reshape(B, n, -1))
""",
    ),
    Alternative(
        "MultiHeadSelfAttention",
        "a loop over the heads",
        """
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.size, rest = divmod(d_model, num_heads)
        if rest != 0:
            raise ValueError(f"{d_model} features cannot be cut into {num_heads} heads")
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x, mask=None):
        heads = zip(*(p(x).split(self.size, dim=-1) for p in (self.q_proj, self.k_proj, self.v_proj)))
        return self.out_proj(torch.cat([attention_weights(scaled_scores(q, k), mask) @ v for q, k, v in heads], dim=-1))
""",
    ),
    Alternative(
        "MultiHeadSelfAttention",
        "PyTorch's scaled_dot_product_attention, rows without a key set to zero",
        """
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        B, n, d = x.shape
        cut = lambda y: y.reshape(B, n, self.num_heads, -1).permute(0, 2, 1, 3)
        q, k, v = cut(self.q_proj(x)), cut(self.k_proj(x)), cut(self.v_proj(x))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        if mask is not None:
            mixed = torch.where(mask.any(dim=-1, keepdim=True), mixed, torch.zeros_like(mixed))
        return self.out_proj(mixed.permute(0, 2, 1, 3).reshape(B, n, d))
""",
    ),
    Alternative(
        "iterate_minibatches",
        "split, with n = 0 apart",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    if n == 0:
        return iter(())
    return iter(torch.randperm(n, generator=generator).split(batch_size))
""",
    ),
    Alternative(
        "iterate_minibatches",
        "eating up a permutation",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    left = torch.randperm(n, generator=generator)
    while len(left) > 0:
        batch, left = left[:batch_size], left[batch_size:]
        yield batch
""",
    ),
    Alternative(
        "iterate_minibatches",
        "sorting random numbers",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort()
    return (order[i : i + batch_size] for i in range(0, n, batch_size))
""",
    ),
    Alternative(
        "iterate_minibatches",
        "PyTorch's own DataLoader, with n = 0 apart",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.utils.data.DataLoader(range(n), batch_size, shuffle=True, generator=generator)
""",
    ),
    Alternative(
        "gradient_step",
        "through .data, gradients zeroed",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    for p in params:
        if p.grad is None:
            continue
        p.data.sub_(p.grad, alpha=lr)
        p.grad.zero_()
""",
    ),
    Alternative(
        "gradient_step",
        "torch.optim.SGD",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    optimiser = torch.optim.SGD(params, lr=lr)
    optimiser.step()
    optimiser.zero_grad()
""",
    ),
    Alternative(
        "gradient_step",
        "copy_ under no_grad",
        """
# Exercise: gradient_step
@torch.no_grad()
def gradient_step(params, lr):
    for p in filter(lambda p: p.grad is not None, params):
        p.copy_(p - lr * p.grad)
        p.grad = None
""",
    ),
]
