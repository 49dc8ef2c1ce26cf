"""Wrong answers to lab 02 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

PROJECT = [
    Misconception(
        "project",
        "one matrix for both",
        "Queries and keys come from the same matrix here. A word then asks for exactly what it offers itself; the "
        "second matrix has no part in the result.",
        """
# Exercise: project
def project(x, Wq, Wk):
    return x @ Wq, x @ Wq
""",
    ),
    Misconception(
        "project",
        "keys first",
        "Both products are right, but they come back in the wrong order. The queries come first, then the keys.",
        """
# Exercise: project
def project(x, Wq, Wk):
    return x @ Wk, x @ Wq
""",
    ),
    Misconception(
        "project",
        "transposed matrices",
        "nn.Linear keeps its weight transposed, the matrices of this exercise are not: they are (d, k), and their "
        "rows meet the features of x.",
        """
# Exercise: project
def project(x, Wq, Wk):
    return x @ Wq.T, x @ Wk.T
""",
    ),
    Misconception(
        "project",
        "entry by entry",
        "The star multiplies entry by entry. A projection is a matrix product: each row of x meets each column of "
        "the matrix.",
        """
# Exercise: project
def project(x, Wq, Wk):
    return x * Wq, x * Wk
""",
    ),
    Misconception(
        "project",
        "words have become columns",
        "The numbers are right, but each word is a column of the result now. Keep the matrix of words on the left, "
        "so that words stay rows.",
        """
# Exercise: project
def project(x, Wq, Wk):
    return Wq.T @ x.transpose(-2, -1), Wk.T @ x.transpose(-2, -1)
""",
    ),
    Misconception(
        "project",
        "one sentence only",
        "torch.mm takes two matrices and nothing else, so a batch of sentences is an error. Is there a product that "
        "takes leading axes along?",
        """
# Exercise: project
def project(x, Wq, Wk):
    return torch.mm(x, Wq), torch.mm(x, Wk)
""",
    ),
    Misconception(
        "project",
        "keys made from queries",
        "The keys are computed from the queries instead of from the words. Both projections start from x.",
        """
# Exercise: project
def project(x, Wq, Wk):
    Q = x @ Wq
    return Q, Q @ Wk
""",
    ),
    Misconception(
        "project",
        "cut from the graph",
        "The values are right, but no gradient can flow back to x or to the matrices: detach() or no_grad() cuts "
        "the graph, and the matrices could never learn.",
        """
# Exercise: project
def project(x, Wq, Wk):
    with torch.no_grad():
        return x @ Wq, x @ Wk
""",
    ),
    Misconception(
        "project",
        "divides too early",
        "Queries and keys are already divided by a root here. The division belongs to the scores, and there it "
        "happens once.",
        """
# Exercise: project
def project(x, Wq, Wk):
    root = Wq.shape[-1] ** 0.5
    return x @ Wq / root, x @ Wk / root
""",
    ),
]

SCALED_SCORES = [
    Misconception(
        "scaled_scores",
        "no scaling",
        "The dot products are right, but they are not divided by the root of d_k.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "divided by d_k itself",
        "The scores are divided by d_k, not by its square root. The standard deviation of a dot product grows with "
        "the root.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / K.shape[-1]
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "root of the number of words",
        "The scores are divided by the root of the number of words. d_k counts the features of a key: the last "
        "axis, not the one before it.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-2])
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "root of the example",
        "The 2 of the worked example stands in the code. d_k is different for other inputs: let K say its own size.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(2)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "multiplied instead of divided",
        "The scores are multiplied by the root of d_k. That makes large scores larger still, the opposite of what "
        "is wanted.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) * math.sqrt(K.shape[-1])
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "rows and columns swapped",
        "This is the transposed table: the keys stand in the rows. A row belongs to the word that asks, so Q comes "
        "first.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return K @ Q.transpose(-2, -1) / math.sqrt(K.shape[-1])
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "one sentence only",
        "t() transposes a matrix, and nothing else. In a batch only the last two axes change places; say so.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.t() / math.sqrt(K.shape[-1])
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "softmax already here",
        "These are weights already: positive, with rows that sum to 1. Scores come before the softmax, and a mask "
        "needs them raw.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return (Q @ K.transpose(-2, -1) / math.sqrt(K.shape[-1])).softmax(dim=-1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "scaled_scores",
        "cosine similarity",
        "The vectors are brought to length 1 first, so all scores lie between -1 and 1. Attention uses plain dot "
        "products: a long query may have strong preferences.",
        """
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
]

ATTENTION_WEIGHTS = [
    Misconception(
        "attention_weights",
        "softmax down the columns",
        "The columns sum to 1, not the rows. The word that asks is the row, and it is the row that has one hundred "
        "percent to spend.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-2)
    hidden = ~mask
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(hidden, lowest).softmax(dim=-2).masked_fill(hidden, 0.0)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "True hides",
        "The mask is read the other way round. Here True means that a word may attend; nn.MultiheadAttention means "
        "the opposite.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(mask, lowest).softmax(dim=-1).masked_fill(mask, 0.0)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "hidden after the softmax",
        "The hidden words have taken their share in the softmax before they are set to 0, so the others no longer "
        "sum to 1. Hide before the softmax.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    weights = scores.softmax(dim=-1)
    return weights if mask is None else weights * mask
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "NaN in a fully masked row",
        "A row in which everything is minus infinity gives 0/0, and that is NaN. One such row spoils every gradient "
        "of the model.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(dim=-1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "equal weights in a fully masked row",
        "When all scores of a row are equally low, softmax gives equal weights: a word that may attend to nothing "
        "attends to everything. Hidden places must be 0 after the softmax, too.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(dim=-1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "not low enough",
        "Hidden places get a score of -1000. Where the real scores lie lower than that, the hidden word wins. Take "
        "a number below any real score.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    return scores.masked_fill(~mask, -1000.0).softmax(dim=-1) * mask
""",
    ),
    Misconception(
        "attention_weights",
        "NaN comes back in the gradient",
        "The NaN of a fully masked row is replaced after the softmax, so the weights look right. On the way back "
        "through 0/0 the gradient is NaN again.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(dim=-1)
    barrier = torch.zeros(mask.shape, dtype=scores.dtype).masked_fill(~mask, -math.inf)
    return (scores + barrier).softmax(dim=-1).nan_to_num(0.0)
""",
    ),
    Misconception(
        "attention_weights",
        "exp without a net",
        "exp() of a large score is infinite, and infinity divided by infinity is NaN. Softmax takes the largest "
        "score of a row away first, which changes nothing but the size of the numbers.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    powers = scores.exp()
    if mask is not None:
        powers = powers * mask
    return powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)
""",
    ),
    Misconception(
        "attention_weights",
        "hidden scores set to 0",
        "A score of 0 hides nothing: e to the power of 0 is 1, and the hidden word gets its share.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores * mask
    return scores.softmax(dim=-1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "mask not used",
        "The mask makes no difference: every word still looks at every other one.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    return scores.softmax(dim=-1)
""",
        also_affects=("MultiHeadSelfAttention",),
    ),
    Misconception(
        "attention_weights",
        "shares out the rest afterwards",
        "Softmax over all words, then hide, then divide by what is left: as long as the hidden words are not much "
        "stronger this looks right. When one of them has taken everything, nothing is left to share. Hide before "
        "the softmax.",
        """
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    weights = scores.softmax(dim=-1)
    if mask is None:
        return weights
    weights = weights * mask
    return weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)
""",
    ),
]

VARIANCE_RATIO = [
    Misconception(
        "variance_ratio",
        "upside down",
        "The ratio is upside down: the variance of scores is divided by that of scaled, so scaling down gives a "
        "number above 1.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return (scaled.var() / scores.var()).item()
""",
    ),
    Misconception(
        "variance_ratio",
        "standard deviations",
        "This is the ratio of the standard deviations, the root of what is asked for.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return (scores.std() / scaled.std()).item()
""",
    ),
    Misconception(
        "variance_ratio",
        "a tensor comes back",
        "The number is right, but it is still a tensor. item() takes the Python float out of it.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return scores.var() / scaled.var()
""",
    ),
    Misconception(
        "variance_ratio",
        "mean of the rows' variances",
        "The variance is taken in each row and then averaged. How far the rows lie apart gets lost that way; take "
        "one variance over all entries.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return (scores.var(dim=-1).mean() / scaled.var(dim=-1).mean()).item()
""",
    ),
    Misconception(
        "variance_ratio",
        "mean of squares",
        "The mean of the squares is the variance only where the mean is 0. Variance is measured from the mean.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return ((scores**2).mean() / (scaled**2).mean()).item()
""",
    ),
    Misconception(
        "variance_ratio",
        "a size instead of a measurement",
        "This reads a size off the shape and measures nothing. The shape of the scores does not even know d_k.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return float(scores.shape[-1])
""",
    ),
    Misconception(
        "variance_ratio",
        "square of the factor",
        "The entries are divided by each other and the factor is squared. That works only if scaled is exactly a "
        "multiple of scores; measure the two variances.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return ((scores.flatten()[-1] / scaled.flatten()[-1]) ** 2).item()
""",
    ),
    Misconception(
        "variance_ratio",
        "rounded",
        "The ratio is rounded to a whole number. It is whole only where d_k is; keep all digits.",
        """
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return float(round((scores.var() / scaled.var()).item()))
""",
    ),
]

CAUSAL_MASK = [
    Misconception(
        "causal_mask",
        "the future instead of the past",
        "This mask is True where the column is later than the row, as attn_mask of nn.MultiheadAttention wants it. "
        "Here True means that a word may attend.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)
""",
    ),
    Misconception(
        "causal_mask",
        "rows and columns swapped",
        "This is the transposed mask: every word sees itself and what comes later. The row is the word that asks.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu()
""",
    ),
    Misconception(
        "causal_mask",
        "without the diagonal",
        "A word may not see itself here, and the first word has nothing to look at. column <= row includes the "
        "diagonal.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(-1)
""",
    ),
    Misconception(
        "causal_mask",
        "one word too far",
        "Every word sees the next one, which is exactly what it should learn to predict.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).tril(1)
""",
    ),
    Misconception(
        "causal_mask",
        "ones and zeros",
        "The places are right, but they are numbers. A mask is a tensor of dtype bool; ~ of the number 1 is -2, not "
        "False.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.ones(n, n).tril()
""",
    ),
    Misconception(
        "causal_mask",
        "minus infinity to be added",
        "This is an additive mask: 0 and minus infinity, to be added to the scores. Asked for is True and False.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.full((n, n), -math.inf).triu(1)
""",
    ),
    Misconception(
        "causal_mask",
        "size of the example",
        "The mask always has the size of the example. n says how many words there are.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
""",
    ),
    Misconception(
        "causal_mask",
        "a list of lists",
        "True and False stand in the right places, but in a list of lists. Tensor operations such as ~ and "
        "masked_fill need a tensor.",
        """
# Exercise: causal_mask
def causal_mask(n):
    return [[column <= row for column in range(n)] for row in range(n)]
""",
    ),
]

MOST_ATTENTIVE = [
    Misconception(
        "most_attentive",
        "reads the row",
        "This says on whom the target looks most. Asked is who looks most at the target: the target is the one that "
        "is asked, so its column decides.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return words[int(weights[words.index(target)].argmax())]
""",
    ),
    Misconception(
        "most_attentive",
        "the target does not count",
        "The target's own row is left out. A word may look hardest at itself, and then it is the answer.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    place = words.index(target)
    column = weights[:, place].clone()
    column[place] = -1.0
    return words[int(column.argmax())]
""",
    ),
    Misconception(
        "most_attentive",
        "the last of equals",
        "Of words with equal weights the last one wins here. The first of the sentence should: >= takes a later "
        "equal, > does not.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    best, place = 0, words.index(target)
    for row in range(len(words)):
        if weights[row, place] >= weights[best, place]:
            best = row
    return words[best]
""",
    ),
    Misconception(
        "most_attentive",
        "a number comes back",
        "The place is right, but the word is asked for: look the place up in words.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return int(weights[:, words.index(target)].argmax())
""",
    ),
    Misconception(
        "most_attentive",
        "the least attentive",
        "This finds the smallest weight of the column. The largest is asked for.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].argmin())]
""",
    ),
    Misconception(
        "most_attentive",
        "rounded before the comparison",
        "The weights are rounded before they are compared, so close ones become equal and the wrong word wins.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].round(decimals=4).argmax())]
""",
    ),
    Misconception(
        "most_attentive",
        "attention in both directions",
        "Row and column are added up, as if attention were mutual. Who looks at the target is a matter of the "
        "column alone.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    place = words.index(target)
    return words[int((weights[:, place] + weights[place]).argmax())]
""",
    ),
    Misconception(
        "most_attentive",
        "the largest weight of all",
        "This finds the row with the largest weight of the whole table. The target has no part in the answer.",
        """
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return words[int(weights.argmax()) // len(words)]
""",
    ),
]

# The start and the end of a class that differs from the reference in one place only.
LAYERS = """
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError("num_heads must divide d_model")
        self.num_heads, self.size = num_heads, d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def weigh(self, scores, mask):
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask

    def cut(self, projected):
        return projected.unflatten(-1, (self.num_heads, self.size)).transpose(1, 2)
"""

MULTI_HEAD = [
    Misconception(
        "MultiHeadSelfAttention",
        "cut across the words",
        "view(B, heads, n, d_h) has the right shape and the wrong content: a head gets all features of some words "
        "instead of some features of all words. Cut the last axis first, then move the heads in front.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        B, n, d_model = x.shape
        Q, K, V = (
            layer(x).reshape(B, self.num_heads, n, self.size) for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).reshape(B, n, d_model))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "merged without moving the heads back",
        "The heads are merged while they still stand in front of the words, so features of different words are "
        "mixed. Move the axis of heads back behind the words first.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).reshape(x.shape))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "root of d_model",
        "The scores are divided by the root of d_model. A head computes its dot products over its own features "
        "only: d_k is d_model / num_heads here.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(x.shape[-1]), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "out_proj not used",
        "The heads are put side by side and handed back as they are. out_proj, which lets them talk to each other, "
        "has no part in the result.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return (weights @ V).transpose(1, 2).flatten(-2)
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "True hides",
        "The mask is read as attn_mask of nn.MultiheadAttention reads it. Here True means that a word may attend.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), None if mask is None else ~mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "mask not used",
        "The mask makes no difference: every word still looks at every other one.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = (Q @ K.transpose(-2, -1) / math.sqrt(self.size)).softmax(dim=-1)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "NaN where nothing may be seen",
        "A word that may attend to nothing becomes NaN. Its weights should be zeros, so that only the bias of "
        "out_proj is left.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        scores = Q @ K.transpose(-2, -1) / math.sqrt(self.size)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "one head, whatever num_heads says",
        "The number of heads makes no difference: all features go into a single softmax.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (layer(x) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(x.shape[-1]), mask)
        return self.out_proj(weights @ V)
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "features dealt like cards",
        "Head 0 gets the features 0, h, 2h and so on, as if cards were dealt. PyTorch gives each head neighbours: "
        "cut into (heads, d_h), not into (d_h, heads).",
        LAYERS
        + """
    def forward(self, x, mask=None):
        B, n, d_model = x.shape
        Q, K, V = (
            layer(x).view(B, n, self.size, self.num_heads).permute(0, 3, 1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).permute(0, 2, 3, 1).reshape(B, n, d_model))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "a tuple comes back",
        "The result and the weights come back together, as from nn.MultiheadAttention. Here one tensor is asked for.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2)), weights
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "the input is added",
        "The input is added to the result, as a transformer block does around its attention. This layer is the "
        "attention alone.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return x + self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "attends across the batch",
        "The words of different sentences attend to each other: the first axis is taken for the words. Here the "
        "batch comes first, in nn.MultiheadAttention only with batch_first=True.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        x = x.transpose(0, 1)
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2)).transpose(0, 1)
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "weights without a graph",
        "The values are right, but the weights are cut from the graph, so the queries and keys never learn whom to "
        "look at.",
        LAYERS
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask).detach()
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "any number of heads",
        "A number of heads that does not divide d_model is accepted, and fails only later, far from the cause. "
        "Check it in __init__ and raise a ValueError.",
        LAYERS.replace("if d_model % num_heads != 0:", "if num_heads < 1:")
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
    Misconception(
        "MultiHeadSelfAttention",
        "projections without bias",
        "The four layers have no bias. nn.Linear has one unless bias=False is said; here it is asked for.",
        LAYERS.replace("nn.Linear(d_model, d_model)", "nn.Linear(d_model, d_model, bias=False)")
        + """
    def forward(self, x, mask=None):
        Q, K, V = (self.cut(layer(x)) for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = self.weigh(Q @ K.transpose(-2, -1) / math.sqrt(self.size), mask)
        return self.out_proj((weights @ V).transpose(1, 2).flatten(-2))
""",
    ),
]

ITERATE_MINIBATCHES = [
    Misconception(
        "iterate_minibatches",
        "drops the last batch",
        "The last, smaller batch is thrown away, so some examples are never seen in an epoch.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "return instead of yield",
        "The first return ends the function, so one batch comes out and no more. yield hands a batch over, and goes "
        "on when the next one is asked for.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        return order[start : start + batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "never shuffled",
        "The ids come in their own order, the same in every epoch. Data is often sorted, and then a batch holds "
        "only one kind.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.arange(start, min(start + batch_size, n))
""",
    ),
    Misconception(
        "iterate_minibatches",
        "only the order of the batches is random",
        "The batches come in random order, but each one holds neighbours, always the same ones. Shuffle the ids "
        "before they are cut.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    batches = [torch.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    for number in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[number]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "shuffled within the batch",
        "Each batch is shuffled, but it always holds the same neighbours. Shuffle the ids before they are cut.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        yield start + torch.randperm(size, generator=generator)
""",
    ),
    Misconception(
        "iterate_minibatches",
        "drawn with replacement",
        "Each id is drawn anew, so some come twice in an epoch and others not at all. An epoch is a permutation.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.randint(n, (min(batch_size, n - start),), generator=generator)
""",
    ),
    Misconception(
        "iterate_minibatches",
        "generator not used",
        "The generator that is handed in has no part in the order, so a run cannot be repeated with its seed.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "sets its own seed",
        "A seed is set inside, so every epoch and every run has the same order, whatever generator is handed in.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    torch.manual_seed(0)
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "the same order in every epoch",
        "The generator is set back to its seed, so the second epoch repeats the first. Use it as it is.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "an empty batch for nothing",
        "split() makes one empty piece of an empty tensor. The mean over an empty batch is NaN; n = 0 should give "
        "no batch.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    yield from torch.randperm(n, generator=generator).split(batch_size)
""",
    ),
    Misconception(
        "iterate_minibatches",
        "an empty batch at the end",
        "Where batch_size divides n an empty batch comes last. Its mean is NaN, and one such step spoils every "
        "parameter.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for number in range(n // batch_size + 1):
        yield order[number * batch_size : (number + 1) * batch_size]
""",
    ),
    Misconception(
        "iterate_minibatches",
        "batch_size many batches",
        "torch.chunk takes the number of pieces, not their size. torch.split takes the size.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.randperm(n, generator=generator).chunk(batch_size)
""",
    ),
    Misconception(
        "iterate_minibatches",
        "lists instead of tensors",
        "The ids are right, but they come in lists. Tensors of int64 are asked for; they index other tensors on any "
        "device.",
        """
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator).tolist()
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
""",
    ),
]

GRADIENT_STEP = [
    Misconception(
        "gradient_step",
        "uphill",
        "The gradient points uphill, and the step goes with it: the loss grows. Subtract.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter += lr * parameter.grad
                parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "a new tensor under the old name",
        "parameter = parameter - ... makes a new tensor and gives it the name; the model's own parameter stays "
        "where it was. Change it in place.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            gradient, parameter.grad = parameter.grad, None
            parameter = parameter - lr * gradient
""",
    ),
    Misconception(
        "gradient_step",
        "gradients left over",
        "The gradients are still there after the step. backward() adds to them, so the next step uses the sum of both.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
""",
    ),
    Misconception(
        "gradient_step",
        "cleared before it is used",
        "The gradient is cleared first, and the step then goes nowhere. Step first, clear afterwards.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter.grad.zero_()
                parameter -= lr * parameter.grad
""",
    ),
    Misconception(
        "gradient_step",
        "recorded by autograd",
        "PyTorch refuses to change a parameter in place while it records for gradients. The step is no part of the "
        "model: torch.no_grad() says so.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            parameter -= lr * parameter.grad
            parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "every parameter has a gradient",
        "A parameter that had no part in the loss has None as its gradient, and None cannot be multiplied. Skip it.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            parameter -= lr * parameter.grad
            parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "stops at a parameter without gradient",
        "At the first parameter without a gradient the function ends, and those after it never move. Skip it and go "
        "on.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is None:
                return
            parameter -= lr * parameter.grad
            parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "two walks through params",
        "params is walked through twice. model.parameters() is a generator and empty after the first time, so the "
        "gradients are never cleared.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    for parameter in params:
        parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "only the sign counts",
        "Every number moves by the same amount, whatever the size of its gradient. The step is lr times the "
        "gradient itself.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad.sign()
                parameter.grad = None
""",
    ),
    Misconception(
        "gradient_step",
        "stops learning",
        "After the step the parameters no longer require gradients: the next backward() leaves them out. no_grad() "
        "is enough, and it ends by itself.",
        """
# Exercise: gradient_step
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            parameter.requires_grad_(False)
            parameter -= lr * parameter.grad
            parameter.grad = None
""",
    ),
]

MISCONCEPTIONS = [
    *PROJECT,
    *SCALED_SCORES,
    *ATTENTION_WEIGHTS,
    *VARIANCE_RATIO,
    *CAUSAL_MASK,
    *MOST_ATTENTIVE,
    *MULTI_HEAD,
    *ITERATE_MINIBATCHES,
    *GRADIENT_STEP,
]
