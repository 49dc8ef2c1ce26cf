# %% info_nce: does not normalise
def info_nce(queries, items, temperature):
    logits = torch.matmul(queries, items.t()).div(temperature)
    return nn.CrossEntropyLoss()(logits, torch.arange(logits.shape[0]))


# %% info_nce: sum over the batch
def info_nce(queries, items, temperature):
    q = F.normalize(queries, p=2, dim=1)
    i = F.normalize(items, p=2, dim=1)
    logp = torch.log_softmax(q @ i.T / temperature, dim=1)
    return -torch.diag(logp).sum()


# %% info_nce: items choose among queries
def info_nce(queries, items, temperature):
    q = F.normalize(queries, dim=1)
    i = F.normalize(items, dim=1)
    sims = (q @ i.T) / temperature
    return -(F.log_softmax(sims, dim=0).diagonal()).mean()


# %% info_nce: softmax and logarithm separately | -
def info_nce(queries, items, temperature):
    q = queries / queries.norm(dim=1, keepdim=True)
    i = items / items.norm(dim=1, keepdim=True)
    e = torch.exp(q @ i.T / temperature)
    return -torch.log(e.diagonal() / e.sum(1)).mean()


# %% info_nce: does not normalise | sum over the batch | -
def info_nce(queries, items, temperature):
    return F.cross_entropy(queries @ items.T / temperature, torch.arange(len(queries)), reduction="sum")


# %% info_nce: -
def info_nce(queries, items, temperature):
    q = F.normalize(queries, dim=-1)
    i = F.normalize(items, dim=-1)
    return -(q * i).sum(-1).mean() / temperature


# %% entropy: in bits
def entropy(probs, dim=-1):
    h = torch.special.entr(probs).sum(dim)
    return h / math.log(2)


# %% entropy: 0 log 0 is NaN
def entropy(probs, dim=-1):
    return torch.sum(-probs * torch.log(probs), dim=dim)


# %% entropy: the sign is missing
def entropy(probs, dim=-1):
    return torch.where(probs > 0, probs * torch.log(probs.clamp(min=1e-45)), torch.zeros_like(probs)).sum(dim)


# %% entropy: a small number inside the logarithm | -
def entropy(probs, dim=-1):
    return -torch.sum(probs * torch.log(probs + 1e-8), dim=dim)


# %% temperature_softmax: refuses only zero
def temperature_softmax(logits, temperature, dim=-1):
    if temperature == 0:
        raise ValueError("T = 0")
    z = logits / temperature
    z = z - z.max(dim=dim, keepdim=True).values
    return z.exp() / z.exp().sum(dim=dim, keepdim=True)


# %% temperature_softmax: exp() overflows
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    e = torch.exp(logits / temperature)
    return e / torch.sum(e, dim, keepdim=True)


# %% temperature_softmax: multiplies by the temperature
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError
    return F.softmax(temperature * logits, dim)


# %% temperature_softmax: always the last dimension
def temperature_softmax(logits, temperature, dim=-1):
    if not temperature > 0:
        raise ValueError("bad")
    return nn.Softmax(dim=-1)(logits / temperature)


# %% negative_gradient_share: softmax down the columns
def negative_gradient_share(similarities, positive, temperature):
    s = similarities.clone() / temperature
    s[torch.arange(len(s)), positive] = -torch.inf
    return F.softmax(s, 0)


# %% negative_gradient_share: positives on the diagonal
def negative_gradient_share(similarities, positive, temperature):
    s = similarities / temperature
    mask = torch.zeros_like(s, dtype=torch.bool)
    for i in range(len(s)):
        mask[i, i] = True
    return torch.softmax(s.masked_fill(mask, -float("inf")), dim=1)


# %% best_temperature: ties go to the first
def best_temperature(results):
    best, best_recall = None, -1
    for t, row in results.items():
        if row["val_recall"] > best_recall:
            best, best_recall = t, row["val_recall"]
    return best


# %% best_temperature: lowest loss
def best_temperature(results):
    best = None
    for t in results:
        if best is None or results[t]["loss"] < results[best]["loss"]:
            best = t
    return best


# %% LearnableTemperature: no cap
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_t = nn.Parameter(torch.tensor(math.log(init)))

    @property
    def temperature(self):
        return self.log_t.exp().item()

    def forward(self, similarities):
        return similarities / self.log_t.exp()


# %% LearnableTemperature: learns T itself
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.T = nn.Parameter(torch.tensor([float(init)]))
        self.smallest = 1.0 / max_scale

    @property
    def temperature(self):
        return self.T.clamp(min=self.smallest).item()

    def forward(self, similarities):
        return similarities / torch.clamp(self.T, min=self.smallest)


# %% info_nce: both directions
def info_nce(queries, items, temperature):
    q, i = F.normalize(queries, dim=1), F.normalize(items, dim=1)
    s = q @ i.t() / temperature
    t = torch.arange(s.size(0))
    return 0.5 * (F.cross_entropy(s, t) + F.cross_entropy(s.t(), t))


# %% info_nce: normalises one side only
def info_nce(queries, items, temperature):
    q = queries / torch.linalg.vector_norm(queries, dim=1, keepdim=True).clamp(min=1e-12)
    s = torch.einsum("id,jd->ij", q, items) / temperature
    return (torch.logsumexp(s, 1) - s.diagonal()).mean()


# %% info_nce: multiplies by the temperature
def info_nce(queries, items, temperature):
    s = F.cosine_similarity(queries.unsqueeze(1), items.unsqueeze(0), dim=-1)
    return -F.log_softmax(s.mul(temperature), dim=1).diag().mean()


# %% info_nce: -
def info_nce(queries, items, temperature):
    s = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    return F.cross_entropy(s, torch.zeros(len(s), dtype=torch.long))


# %% entropy: mean instead of sum
def entropy(probs, dim=-1):
    return torch.special.entr(probs).sum(dim) / probs.shape[dim]


# %% entropy: the dimension stays
def entropy(probs, dim=-1):
    return torch.special.entr(probs).sum(dim=dim, keepdim=True)


# %% entropy: -
def entropy(probs, dim=-1):
    return (probs * (1 - probs)).sum(dim=dim)


# %% best_temperature: ties go to the smaller temperature
def best_temperature(results):
    best = None
    for t in sorted(results):
        if best is None or results[t]["val_recall"] > results[best]["val_recall"]:
            best = t
    return best


# %% best_temperature: -
def best_temperature(results):
    return max(results)


# %% temperature_softmax: divides the probabilities
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("T must be positive")
    p = F.softmax(logits, dim=dim)
    return p / temperature


# %% negative_gradient_share: multiplies by the temperature
def negative_gradient_share(similarities, positive, temperature):
    s = similarities.clone() * temperature
    s.scatter_(1, positive[:, None], -float("inf"))
    return s.softmax(dim=1)


# %% info_nce: right
def info_nce(queries, items, temperature):
    """In float64 throughout, and left there."""
    queries, items = (F.normalize(each.double(), dim=-1) for each in (queries, items))
    scores = queries @ items.T / temperature
    return (scores.logsumexp(dim=1) - scores.diagonal()).mean()


# %% entropy: right
def entropy(probs, dim=-1):
    return torch.special.entr(probs.double()).sum(dim=dim)


# %% temperature_softmax: right
def temperature_softmax(logits, temperature, dim=-1):
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    z = (logits - logits.amax(dim=dim, keepdim=True)) / temperature
    e = z.exp()
    return e / e.sum(dim, keepdim=True)


# %% temperature_softmax: right
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("T")
    return torch.softmax(logits.double() / temperature, dim=dim).to(logits.dtype)


# %% temperature_softmax: -
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0.0:
        raise ValueError
    scaled = torch.div(logits, temperature)
    return (scaled - torch.logsumexp(scaled, dim, keepdim=True)).exp()


# %% temperature_softmax: -
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError
    return F.gumbel_softmax(logits, tau=temperature, dim=dim)


# %% temperature_softmax: small temperatures are replaced
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError
    temperature = max(temperature, 1e-3)
    return F.softmax(logits / temperature, dim=dim)


# %% entropy: right
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim)


# %% entropy: right
def entropy(probs, dim=-1):
    logs = torch.where(probs > 0, probs, torch.ones_like(probs)).log()
    return (probs * logs).sum(dim).neg()


# %% entropy: right
def entropy(probs, dim=-1):
    return -(probs * probs.clamp_min(torch.finfo(probs.dtype).tiny).log()).sum(dim)


# %% entropy: -
def entropy(probs, dim=-1):
    return -(probs * torch.log2(probs.clamp(min=1e-12))).sum(dim) / 2


# %% info_nce: right
def info_nce(queries, items, temperature):
    sim = F.cosine_similarity(queries[:, None], items[None], dim=-1) / temperature
    return (torch.logsumexp(sim, 1) - sim.diagonal()).mean()


# %% info_nce: right
def info_nce(queries, items, temperature):
    q = queries / queries.norm(dim=1, keepdim=True)
    k = items / items.norm(dim=1, keepdim=True)
    logits = torch.einsum("id,jd->ij", q, k).div(temperature)
    losses = [F.cross_entropy(row.unsqueeze(0), torch.tensor([i], device=row.device)) for i, row in enumerate(logits)]
    return torch.stack(losses).mean()


# %% info_nce: right
def info_nce(queries, items, temperature):
    logits = F.normalize(queries) @ F.normalize(items).T * (1 / temperature)
    target = torch.eye(len(queries), dtype=logits.dtype, device=logits.device)
    return -(target * logits.log_softmax(-1)).sum() / len(queries)


# %% info_nce: normalises each feature
def info_nce(queries, items, temperature):
    q, k = F.normalize(queries, dim=0), F.normalize(items, dim=0)
    return F.cross_entropy(q @ k.T / temperature, torch.arange(len(q)))


# %% info_nce: -
def info_nce(queries, items, temperature):
    q, k = F.normalize(queries), F.normalize(items)
    logits = q @ k.T / float(temperature)
    return F.cross_entropy(logits, torch.arange(len(q)))


# %% negative_gradient_share: right
def negative_gradient_share(similarities, positive, temperature):
    others = torch.ones_like(similarities, dtype=torch.bool)
    others[torch.arange(len(positive)), positive] = False
    logits = torch.where(others, similarities / temperature, torch.tensor(float("-inf"), dtype=similarities.dtype))
    return F.softmax(logits, dim=1)


# %% negative_gradient_share: right
def negative_gradient_share(similarities, positive, temperature):
    hot = F.one_hot(positive, similarities.shape[1]).bool()
    return (similarities / temperature).masked_fill(hot, -math.inf).softmax(-1)


# %% negative_gradient_share: right
def negative_gradient_share(similarities, positive, temperature):
    rows = []
    for row, p in zip(similarities, positive.tolist()):
        negatives = torch.cat([row[:p], row[p + 1 :]])
        share = torch.softmax(negatives / temperature, 0)
        rows.append(torch.cat([share[:p], share.new_zeros(1), share[p:]]))
    return torch.stack(rows)


# %% negative_gradient_share: a small number in the denominator
def negative_gradient_share(similarities, positive, temperature):
    weights = F.softmax(similarities / temperature, dim=1)
    weights = weights.scatter(1, positive[:, None], 0.0)
    return weights / (weights.sum(1, keepdim=True) + 1e-8)


# %% LearnableTemperature: right
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.log(torch.tensor(1 / init)))
        self.register_buffer("max_log_scale", torch.tensor(float(max_scale)).log())

    @property
    def temperature(self):
        return torch.exp(-torch.minimum(self.log_scale, self.max_log_scale)).detach()

    def forward(self, similarities):
        return similarities * torch.minimum(self.log_scale, self.max_log_scale).exp()


# %% LearnableTemperature: right
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_t = nn.Parameter(torch.full((1,), math.log(init)))
        self.min_t = 1.0 / max_scale

    def _t(self):
        return self.log_t.exp().clamp(min=self.min_t)

    @property
    def temperature(self):
        return self._t().item()

    def forward(self, similarities):
        return similarities / self._t()


# %% LearnableTemperature: right
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.s = nn.Parameter(torch.tensor(-math.log(init)))
        self.cap = math.log(max_scale)

    @property
    def temperature(self):
        with torch.no_grad():
            return 1 / self.s.clamp(max=self.cap).exp()

    def forward(self, similarities):
        return similarities * self.s.clamp(max=self.cap).exp()


# %% best_temperature: right
def best_temperature(results):
    ordered = sorted(results.items(), key=lambda kv: (-kv[1]["val_recall"], -kv[0]))
    return ordered[0][0]


# %% best_temperature: right
def best_temperature(results):
    top = max(r["val_recall"] for r in results.values())
    return max(t for t, r in results.items() if r["val_recall"] == top)


# %% best_temperature: right
def best_temperature(results):
    return max(sorted(results, reverse=True), key=lambda t: results[t]["val_recall"])


# %% best_temperature: recall rounded before comparing | -
def best_temperature(results):
    return max(results, key=lambda t: (round(results[t]["val_recall"], 1), t))
