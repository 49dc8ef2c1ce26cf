"""Wrong answers to lab 03 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

TEMPERATURE_SOFTMAX = [
    Misconception(
        "temperature_softmax",
        "multiplies by the temperature",
        "The logits are multiplied by T, so that a low temperature makes them flatter. It should make them sharper: "
        "divide.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits * temperature, dim=dim)
""",
    ),
    Misconception(
        "temperature_softmax",
        "the formula as it stands",
        "exp() of a logit divided by a small T is infinite, and infinity divided by infinity is NaN. Take the largest "
        "logit away first, or let torch.softmax do it.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
    ),
    Misconception(
        "temperature_softmax",
        "divides the probabilities",
        "T divides the result of the softmax instead of the logits. The probabilities no longer sum to 1.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits, dim=dim) / temperature
""",
    ),
    Misconception(
        "temperature_softmax",
        "always the last dimension",
        "The softmax always runs along the last dimension. The argument dim says along which one it should.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / temperature, dim=-1)
""",
    ),
    Misconception(
        "temperature_softmax",
        "a floor under the temperature",
        "Small temperatures are replaced by a larger one. The softmax stays finite without that, and the result is "
        "exact only with T as it is.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / max(temperature, 1e-3), dim=dim)
""",
    ),
    Misconception(
        "temperature_softmax",
        "a small number added to T",
        "A small number is added to T against division by zero. T is never 0 here, and at T = 0.000001 the addition "
        "changes the result.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits / (temperature + 1e-8), dim=dim)
""",
    ),
    Misconception(
        "temperature_softmax",
        "only zero is refused",
        "A temperature of 0 is refused, but a negative one is not. It would turn the order of the items around.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature == 0:
        raise ValueError("the temperature must not be 0")
    return torch.softmax(logits / temperature, dim=dim)
""",
    ),
    Misconception(
        "temperature_softmax",
        "nothing is refused",
        "A temperature of 0 gives NaN and a negative one turns the order around. The docstring asks for a ValueError.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    return torch.softmax(logits / temperature, dim=dim)
""",
    ),
    Misconception(
        "temperature_softmax",
        "cut off from the graph",
        "The values are right, but no gradient reaches the logits: detach(), item(), numpy() and torch.tensor() cut "
        "the graph.",
        """
# Exercise: temperature_softmax
def temperature_softmax(logits, temperature, dim=-1):
    if temperature <= 0:
        raise ValueError("the temperature must be above 0")
    return torch.softmax(logits.detach() / temperature, dim=dim)
""",
    ),
]

ENTROPY = [
    Misconception(
        "entropy",
        "0 log 0 is NaN",
        "A probability of exactly 0 makes the result NaN: 0 times minus infinity. Such an item should add nothing.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -(probs * probs.log()).sum(dim=dim)
""",
    ),
    Misconception(
        "entropy",
        "a small number inside the logarithm",
        "A small number added inside the logarithm hides the NaN, but shifts all the others: a sure item no longer has "
        "an entropy of exactly 0.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -(probs * (probs + 1e-9).log()).sum(dim=dim)
""",
    ),
    Misconception(
        "entropy",
        "in bits",
        "This is the entropy in bits, by the logarithm to base 2. Nats take the natural logarithm.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -torch.where(probs > 0, probs * probs.clamp(min=1e-45).log2(), 0.0).sum(dim=dim)
""",
    ),
    Misconception(
        "entropy",
        "the sign is missing",
        "Logarithms of probabilities are negative. The minus sign in front makes the entropy positive.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return torch.xlogy(probs, probs).sum(dim=dim)
""",
    ),
    Misconception(
        "entropy",
        "mean instead of sum",
        "The terms are averaged. Entropy is their sum: the probabilities are the weights already.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).mean(dim=dim)
""",
    ),
    Misconception(
        "entropy",
        "one number for everything",
        "The sum runs over the whole tensor. There should be one entropy for each row: sum along dim only.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum()
""",
    ),
    Misconception(
        "entropy",
        "dim is ignored",
        "The sum always runs along the last dimension. The argument dim says along which one it should.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=-1)
""",
    ),
    Misconception(
        "entropy",
        "the dimension stays",
        "The dimension that is summed is still there, with size 1. It should disappear: leave keepdim out.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    return -torch.xlogy(probs, probs).sum(dim=dim, keepdim=True)
""",
    ),
    Misconception(
        "entropy",
        "takes its input for logits",
        "A softmax is applied first, but the input holds probabilities already. A second softmax flattens them.",
        """
# Exercise: entropy
def entropy(probs, dim=-1):
    probs = torch.softmax(probs, dim=dim)
    return -torch.xlogy(probs, probs).sum(dim=dim)
""",
    ),
]

INFO_NCE = [
    Misconception(
        "info_nce",
        "does not normalise",
        "The plain dot products are used, so that long vectors get large scores. Bring queries and items to length 1 "
        "first.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    return F.cross_entropy(queries @ items.T / temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "normalises one side only",
        "Only the queries have length 1. The lengths of the items still change the scores.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    return F.cross_entropy(F.normalize(queries, dim=-1) @ items.T / temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "normalises each feature",
        "The columns are brought to length 1, not the rows: a feature over the batch instead of a vector over its "
        "features. Mind the dim.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=0) @ F.normalize(items, dim=0).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "items choose among queries",
        "The direction is the other one: here each item picks its query. Rows belong to queries, columns to items.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(items, dim=-1) @ F.normalize(queries, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "both directions",
        "This is the symmetric form, the mean of both directions, as CLIP uses it. Here only queries choose among "
        "items.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    positives = torch.arange(len(queries))
    return (F.cross_entropy(logits, positives) + F.cross_entropy(logits.T, positives)) / 2
""",
    ),
    Misconception(
        "info_nce",
        "multiplies by the temperature",
        "The cosines are multiplied by T. They should be divided by it.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines * temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "divides the loss",
        "T divides the finished loss. It belongs inside, where it divides the cosines before the softmax.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines, torch.arange(len(queries))) / temperature
""",
    ),
    Misconception(
        "info_nce",
        "sum over the batch",
        "The losses of the queries are summed. The mean is wanted, so that the size of the batch does not scale it.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)), reduction="sum")
""",
    ),
    Misconception(
        "info_nce",
        "softmax and logarithm apart",
        "A probability that rounds to 0 has an infinite logarithm. Cross-entropy takes the logits and stays finite.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return -torch.softmax(cosines / temperature, dim=-1).diagonal().log().mean()
""",
    ),
    Misconception(
        "info_nce",
        "softmax before cross-entropy",
        "F.cross_entropy applies a softmax itself. With another one before it the probabilities are flattened twice.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(torch.softmax(cosines / temperature, dim=-1), torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "the positive is not among the candidates",
        "The positive is left out of the sum in the denominator. The query chooses among all items of the batch, its "
        "own included.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    logits = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T / temperature
    others = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool), float("-inf"))
    return (others.logsumexp(dim=-1) - logits.diagonal()).mean()
""",
    ),
    Misconception(
        "info_nce",
        "items do not learn",
        "The items are detached, so only the query tower gets a gradient. Both towers have to learn.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).detach().T
    return F.cross_entropy(cosines / temperature, torch.arange(len(queries)))
""",
    ),
    Misconception(
        "info_nce",
        "the temperature as a plain number",
        "float() and item() cut a temperature that is a tensor off from the graph, so it cannot learn. Divide by it as "
        "it comes.",
        """
# Exercise: info_nce
def info_nce(queries, items, temperature):
    cosines = F.normalize(queries, dim=-1) @ F.normalize(items, dim=-1).T
    return F.cross_entropy(cosines / torch.as_tensor(temperature).item(), torch.arange(len(queries)))
""",
    ),
]

NEGATIVE_GRADIENT_SHARE = [
    Misconception(
        "negative_gradient_share",
        "p / (1 - p) as it stands",
        "Where the positive's softmax rounds to 1 this divides by 0. The denominator cancels: leave the positive out "
        "before the softmax.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    shares = p / (1 - p.gather(1, positive[:, None]))
    return shares.scatter(1, positive[:, None], 0.0)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "a small number in the denominator",
        "A small number in the denominator prevents the division by 0, but the shares no longer sum to 1 where the "
        "positive is far ahead.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    p = torch.softmax(similarities / temperature, dim=-1)
    negatives = p.scatter(1, positive[:, None], 0.0)
    return negatives / (negatives.sum(dim=-1, keepdim=True) + 1e-8)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "the positive is set to 0 before the softmax",
        "The positive's similarity is set to 0, but a similarity of 0 still has a probability. Minus infinity has "
        "none.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], 0.0) / temperature, dim=-1)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "the softmax with the positive set to 0",
        "These are the probabilities with a 0 for the positive: they do not sum to 1. A share is a part of the whole "
        "push.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities / temperature, dim=-1).scatter(1, positive[:, None], 0.0)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "positives on the diagonal",
        "The positive is looked for on the diagonal. Here the argument `positive` says in which column it stands.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    rows, columns = similarities.shape
    on_diagonal = torch.arange(columns) == torch.arange(rows)[:, None]
    return torch.softmax((similarities / temperature).masked_fill(on_diagonal, float("-inf")), dim=-1)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "all positives are taken from every row",
        "Indexing with `[:, positive]` takes the columns of all positives out of every row. Each row has one positive "
        "of its own.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities / temperature
    negatives[:, positive] = float("-inf")
    return torch.softmax(negatives, dim=-1).nan_to_num()
""",
    ),
    Misconception(
        "negative_gradient_share",
        "changes its input",
        "The shares are right, but the caller's similarities are changed: writing into an argument writes into the "
        "caller's tensor.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    similarities[torch.arange(len(positive)), positive] = float("-inf")
    return torch.softmax(similarities / temperature, dim=-1)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "multiplies by the temperature",
        "The similarities are multiplied by T. They should be divided by it.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    return torch.softmax(similarities.scatter(1, positive[:, None], float("-inf")) * temperature, dim=-1)
""",
    ),
    Misconception(
        "negative_gradient_share",
        "softmax down the columns",
        "The softmax runs over the queries. Each row is one query and has to sum to 1.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    negatives = similarities.scatter(1, positive[:, None], float("-inf"))
    return torch.softmax(negatives / temperature, dim=0).nan_to_num()
""",
    ),
    Misconception(
        "negative_gradient_share",
        "the formula with exp() as it stands",
        "exp() of a similarity divided by a small T overflows, or all negatives round to 0. A softmax over the "
        "negatives takes away their largest one first.",
        """
# Exercise: negative_gradient_share
def negative_gradient_share(similarities, positive, temperature):
    weights = torch.exp(similarities / temperature).scatter(1, positive[:, None], 0.0)
    return weights / weights.sum(dim=-1, keepdim=True)
""",
    ),
]

LEARNABLE_TEMPERATURE = [
    Misconception(
        "LearnableTemperature",
        "learns T itself",
        "The parameter is T itself. A gradient step can make it negative; learn its logarithm.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.t = nn.Parameter(torch.tensor(float(init)))

    @property
    def temperature(self):
        return max(self.t.item(), 1 / self.max_scale)

    def forward(self, similarities):
        return similarities / self.t.clamp(min=1 / self.max_scale)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "no parameter",
        "The logarithm is a plain tensor. Only an nn.Parameter is found by an optimiser.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = torch.tensor(math.log(1 / init), requires_grad=True)

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "no cap",
        "The scale can grow without limit. It may never be above max_scale.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp()
""",
    ),
    Misconception(
        "LearnableTemperature",
        "caps the logarithm",
        "The logarithm is capped at max_scale, so that the scale may reach e to the 100. Cap the scale, after exp().",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-min(self.log_scale.item(), self.max_scale))

    def forward(self, similarities):
        return similarities * self.log_scale.clamp(max=self.max_scale).exp()
""",
    ),
    Misconception(
        "LearnableTemperature",
        "caps at 100, whatever is asked for",
        "The cap is always 100. The argument max_scale says where it is.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), 100.0)

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=100.0)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "caps only at the start",
        "init is capped, but the parameter may grow past the cap while it learns. Cap in forward, each time.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(min(1 / init, max_scale))))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp()
""",
    ),
    Misconception(
        "LearnableTemperature",
        "the scale is computed once",
        "exp() is taken in __init__ only. What the parameter learns later never reaches forward.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))
        self.scale = min(math.exp(self.log_scale.item()), max_scale)

    @property
    def temperature(self):
        return 1 / self.scale

    def forward(self, similarities):
        return similarities * self.scale
""",
    ),
    Misconception(
        "LearnableTemperature",
        "the scale is a tensor computed once",
        "The scale is computed from the parameter in __init__ only. A second backward fails, since the graph behind it "
        "is gone, and no step changes it. Compute it in forward.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))
        self.scale = self.log_scale.exp().clamp(max=max_scale)

    @property
    def temperature(self):
        return 1 / self.scale.item()

    def forward(self, similarities):
        return similarities * self.scale
""",
    ),
    Misconception(
        "LearnableTemperature",
        "the parameter is called temperature",
        "The parameter has the name of the property. Reading self.temperature inside the property calls the property "
        "again, without end. Call the parameter log_scale, for example.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.temperature = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.temperature.item()), self.max_scale)

    def forward(self, similarities):
        return similarities * self.temperature.exp().clamp(max=self.max_scale)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "item() in forward",
        "forward takes the parameter's value with item(): a plain number, through which no gradient flows. It never "
        "learns.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities / self.temperature
""",
    ),
    Misconception(
        "LearnableTemperature",
        "multiplies by T",
        "The similarities are multiplied by T. They should be divided by it, or multiplied by the scale 1/T.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return 1 / min(math.exp(self.log_scale.item()), self.max_scale)

    def forward(self, similarities):
        return similarities / self.log_scale.exp().clamp(max=self.max_scale)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "temperature is the logarithm",
        "`temperature` hands back the parameter, a logarithm. It should be the temperature that forward divides by.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return self.log_scale.item()

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)
""",
    ),
    Misconception(
        "LearnableTemperature",
        "temperature without the cap",
        "forward is right, but `temperature` forgets the cap: it tells another temperature than the one in use.",
        """
# Exercise: LearnableTemperature
class LearnableTemperature(nn.Module):
    def __init__(self, init=0.07, max_scale=100.0):
        super().__init__()
        self.max_scale = max_scale
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / init)))

    @property
    def temperature(self):
        return math.exp(-self.log_scale.item())

    def forward(self, similarities):
        return similarities * self.log_scale.exp().clamp(max=self.max_scale)
""",
    ),
]

BEST_TEMPERATURE = [
    Misconception(
        "best_temperature",
        "lowest loss",
        "The lowest loss is taken. Losses at different temperatures are measured by different rulers; recall decides.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return min(results, key=lambda temperature: results[temperature]["loss"])
""",
    ),
    Misconception(
        "best_temperature",
        "ties go to the first",
        "Among equal recalls the one that stands first in the dict is taken. The larger temperature should win.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"])
""",
    ),
    Misconception(
        "best_temperature",
        "ties go to the smaller temperature",
        "Among equal recalls the smaller temperature is taken. The larger one should win.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))
""",
    ),
    Misconception(
        "best_temperature",
        "ties go to the lower loss",
        "The loss decides between equal recalls. It plays no part at all: the larger temperature wins.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -results[temperature]["loss"]))
""",
    ),
    Misconception(
        "best_temperature",
        "hands back the recall",
        "The highest recall itself comes back. The temperature that reached it is wanted.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(row["val_recall"] for row in results.values())
""",
    ),
    Misconception(
        "best_temperature",
        "lowest recall",
        "The lowest recall is taken. Of a loss the lowest is best, of a recall the highest.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return min(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))
""",
    ),
    Misconception(
        "best_temperature",
        "recall per loss",
        "Recall is weighed against the loss. The loss contains T, so this prefers low temperatures for no reason.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"] / results[temperature]["loss"])
""",
    ),
    Misconception(
        "best_temperature",
        "recall rounded before comparing",
        "Recalls are rounded, so that nearly equal ones count as ties. A tie means equal.",
        """
# Exercise: best_temperature
def best_temperature(results):
    return max(results, key=lambda temperature: (round(results[temperature]["val_recall"], 2), temperature))
""",
    ),
]

MISCONCEPTIONS = [
    *TEMPERATURE_SOFTMAX,
    *ENTROPY,
    *INFO_NCE,
    *NEGATIVE_GRADIENT_SHARE,
    *LEARNABLE_TEMPERATURE,
    *BEST_TEMPERATURE,
]
