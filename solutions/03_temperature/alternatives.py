"""Other right answers to lab 03: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "temperature_softmax",
        "by hand, with the largest logit taken away first",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if not temperature > 0:
        raise ValueError(f"expected a temperature above 0, got {temperature}")
    below = logits - logits.amax(dim=dim, keepdim=True)
    weights = torch.exp(below / temperature)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
    ),
    Alternative(
        "temperature_softmax",
        "log-softmax, and a ValueError of its own",
        """
# Exercise: temperature_softmax
class NoTemperature(ValueError):
    pass


def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise NoTemperature(temperature)
    return F.log_softmax(logits.div(temperature), dim).exp()
""",
    ),
    Alternative(
        "entropy",
        "torch.special.entr",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return torch.special.entr(probs).sum(dim=dim)
""",
    ),
    Alternative(
        "entropy",
        "ones in the place of zeros",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    safe = torch.where(probs > 0, probs, torch.ones_like(probs))
    return -(probs * safe.log()).sum(dim)
""",
    ),
    Alternative(
        "entropy",
        "a floor inside the logarithm, below all probabilities",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return (probs * -probs.clamp(min=1e-38).log()).sum(dim)
""",
    ),
    Alternative(
        "info_nce",
        "log-softmax and its diagonal",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    queries = queries / queries.norm(dim=1, keepdim=True)
    items = items / items.norm(dim=1, keepdim=True)
    return -torch.log_softmax(queries @ items.T / temperature, dim=1).diagonal().mean()
""",
    ),
    Alternative(
        "info_nce",
        "cosine similarity by broadcasting, logsumexp",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    logits = F.cosine_similarity(queries[:, None], items[None], dim=-1) / temperature
    return torch.mean(torch.logsumexp(logits, dim=-1) - torch.diag(logits))
""",
    ),
    Alternative(
        "info_nce",
        "one query after the other",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    losses = []
    for i, query in enumerate(queries):
        logits = F.cosine_similarity(query[None], items) / temperature
        losses.append(logits.logsumexp(dim=0) - logits[i])
    return torch.stack(losses).mean()
""",
    ),
    Alternative(
        "negative_gradient_share",
        "a mask of the negatives",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    is_positive = F.one_hot(positive, similarities.shape[1]).bool()
    return torch.where(is_positive, float("-inf"), similarities / temperature).softmax(dim=1)
""",
    ),
    Alternative(
        "negative_gradient_share",
        "row by row, the positive cut out",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    shares = torch.zeros_like(similarities)
    for i, column in enumerate(positive.tolist()):
        negatives = [j for j in range(similarities.shape[1]) if j != column]
        shares[i, negatives] = torch.softmax(similarities[i, negatives] / temperature, dim=0)
    return shares
""",
    ),
    Alternative(
        "negative_gradient_share",
        "a difference of logarithms",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities.scatter(1, positive[:, None], -torch.inf) / temperature
    return (negatives - negatives.logsumexp(dim=1, keepdim=True)).exp()
""",
    ),
    Alternative(
        "LearnableTemperature",
        "log T, with a floor under T",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.floor = 1 / max_scale
        self.log_temperature = nn.Parameter(torch.tensor(init).log())

    def current(self):
        return self.log_temperature.exp().clamp(min=self.floor)

    @property
    def temperature(self):
        return self.current().detach()

    def forward(self, similarities):
        return similarities / self.current()
""",
    ),
    Alternative(
        "LearnableTemperature",
        "the parameter itself is clamped, as in CLIP",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.largest = math.log(max_scale)
        self.log_scale = nn.Parameter(torch.full((1,), -math.log(init)))

    @property
    def temperature(self):
        self.clamp()
        return math.exp(-self.log_scale.item())

    def clamp(self):
        with torch.no_grad():
            self.log_scale.clamp_(max=self.largest)

    def forward(self, similarities):
        self.clamp()
        return similarities * self.log_scale.exp()
""",
    ),
    Alternative(
        "LearnableTemperature",
        "the logarithm is capped, the cap is a buffer",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.register_buffer("log_max", torch.tensor(math.log(max_scale)))
        self.log_scale = nn.Parameter(-torch.log(torch.tensor(float(init))))

    @property
    def temperature(self):
        return torch.exp(-torch.minimum(self.log_scale.detach(), self.log_max))

    def forward(self, similarities):
        return similarities * torch.minimum(self.log_scale, self.log_max).exp()
""",
    ),
    Alternative(
        "best_temperature",
        "sorted by recall and temperature",
        """
# Exercise: best_temperature
def best_temperature(results):
    rows = sorted((row["val_recall"], temperature) for temperature, row in results.items())
    return rows[-1][1]
""",
    ),
    Alternative(
        "best_temperature",
        "a loop",
        """
# Exercise: best_temperature
def best_temperature(results):
    best = None
    for temperature in sorted(results):
        if best is None or results[temperature]["val_recall"] >= results[best]["val_recall"]:
            best = temperature
    return best
""",
    ),
    Alternative(
        "best_temperature",
        "the highest recall first, then its largest temperature",
        """
# Exercise: best_temperature
def best_temperature(results):
    highest = max(row["val_recall"] for row in results.values())
    return max(temperature for temperature, row in results.items() if row["val_recall"] == highest)
""",
    ),
]
