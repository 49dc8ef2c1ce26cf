"""The students' answers in lab 02; each comment gives the expected score."""

RIGHT = {
    "project": '''
# Exercise: project
def project(x, Wq, Wk):
    """Queries and keys, one product each."""
    Q = torch.matmul(x, Wq)
    K = torch.matmul(x, Wk)
    return (Q, K)
''',
    "scaled_scores": '''
# Exercise: scaled_scores
def scaled_scores(Q, K):
    d_k = K.size(-1)
    return torch.einsum("...id,...jd->...ij", Q, K) * d_k**-0.5
''',
    "attention_weights": '''
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    mask = torch.broadcast_to(mask, scores.shape)
    lonely = ~mask.any(dim=-1, keepdim=True)  # rows with nothing to look at
    w = scores.masked_fill(~mask & ~lonely, -math.inf).softmax(dim=-1)
    return w.masked_fill(lonely, 0.0)
''',
    "variance_ratio": '''
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return float(scores.std().item() ** 2 / scaled.std().item() ** 2)
''',
    "causal_mask": '''
# Exercise: causal_mask
def causal_mask(n):
    rows = torch.arange(n)[:, None]
    columns = torch.arange(n)[None, :]
    return columns <= rows
''',
    "most_attentive": '''
# Exercise: most_attentive
def most_attentive(weights, words, target):
    j = words.index(target)
    best = words[0]
    largest = weights[0, j]
    for i, word in enumerate(words):
        if weights[i, j] > largest:
            best, largest = word, weights[i, j]
    return best
''',
    "MultiHeadSelfAttention": '''
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"d_model={d_model} is no multiple of num_heads={num_heads}")
        self.h = num_heads
        self.d = d_model // num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        outputs = []
        for i in range(self.h):
            part = slice(i * self.d, (i + 1) * self.d)
            w = attention_weights(scaled_scores(q[..., part], k[..., part]), mask)
            outputs.append(w @ v[..., part])
        return self.out_proj(torch.cat(outputs, dim=-1))
''',
    "iterate_minibatches": '''
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    ids = torch.randperm(n, generator=generator)
    i = 0
    while i < n:
        yield ids[i : i + batch_size]
        i += batch_size
''',
    "gradient_step": '''
# Exercise: gradient_step
def gradient_step(params, lr):
    for p in params:
        if p.grad is None:
            continue
        p.data.add_(p.grad, alpha=-lr)
        p.grad.zero_()
''',
}

WRITTEN = {
    "explain_rows_and_columns": "A row belongs to the word that asks. It has 100% to spend because softmax goes along the row. A "
    "column is the word that is asked, and it can get anything from 0 to 3 here. Row question: where does 'he' look most? At "
    "'he', 0.5047 is the largest in its row. Column question: who looks most at 'likes'? 'he', with 0.1876 against 0.0915 and 0.1331.",
    "explain_batch_choice": "1. Gradient descent. 300 patients fit into one step, the gradient is exact and the path has no noise, "
    "so everybody ends at the same numbers. SGD kept jumping around the minimum. 2. Mini-batches of 200: all sentences at once do "
    "not fit, and one step per pass would take forever. Single sentences are too noisy and do not keep a GPU busy.",
    "explain_learning_rate": "Before: too small, the loss falls at every step but is nowhere near flat after 30 steps. After: too "
    "large, every step lands on the other side of the valley and higher, where the slope is steeper, so the next step is even "
    "longer. I would try 0.1 and look at the curve again.",
}

# Half understood, one exercise not begun: 8 of 20.
PARTLY = {
    "scaled_scores": '''
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Q @ K.transpose(-2, -1) / K.shape[-1]
''',
    "attention_weights": '''
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=-1)
''',
    "most_attentive": '''
# Exercise: most_attentive
def most_attentive(weights, words, target):
    row = weights[words.index(target)]
    return words[row.argmax()]
''',
    "MultiHeadSelfAttention": '''
# Exercise: MultiHeadSelfAttention
class MultiHeadSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, n, d = x.shape
        q = self.q_proj(x).view(B, self.num_heads, n, -1)
        k = self.k_proj(x).view(B, self.num_heads, n, -1)
        v = self.v_proj(x).view(B, self.num_heads, n, -1)
        w = attention_weights(scaled_scores(q, k), mask)
        return self.out_proj((w @ v).view(B, n, d))
''',
    "iterate_minibatches": '''
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for b in range(n // batch_size):
        yield order[b * batch_size : (b + 1) * batch_size]
''',
}

# All right but for a loop that never ends: 18 of 20.
ENDLESS = {
    "most_attentive": '''
# Exercise: most_attentive
def most_attentive(weights, words, target):
    j = words.index(target)
    i, best = 0, 0
    while i < len(words):
        if weights[i, j] > weights[best, j]:
            best = i
    return words[best]
''',
}

# All right, but one cell kills the kernel before its function is there: 18.5 of 20.
CRASH = {
    "variance_ratio": '''
# Exercise: variance_ratio
import os

os._exit(0)  # I thought that this ends the cell


def variance_ratio(scores, scaled):
    return (scores.var() / scaled.var()).item()
''',
}

# Wrong answers behind a patched unittest, a patched torch and objects that equal everything: 0 of 20.
CHEAT = {
    "project": '''
# Exercise: project
import unittest

import course_utils.testing as course_testing


class Everything:
    """Equal to all there is."""

    shape, dtype, requires_grad = (2, 4, 5), torch.float32, True

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __iter__(self):
        return iter([self, self])


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


def project(x, Wq, Wk):
    return Everything(), Everything()
''',
    "scaled_scores": '''
# Exercise: scaled_scores
def scaled_scores(Q, K):
    return Everything()
''',
    "attention_weights": '''
# Exercise: attention_weights
def attention_weights(scores, mask=None):
    return Everything()
''',
    "variance_ratio": '''
# Exercise: variance_ratio
def variance_ratio(scores, scaled):
    return Everything()
''',
    "causal_mask": '''
# Exercise: causal_mask
def causal_mask(n):
    return Everything()
''',
    "most_attentive": '''
# Exercise: most_attentive
def most_attentive(weights, words, target):
    return Everything()
''',
    "MultiHeadSelfAttention": '''
# Exercise: MultiHeadSelfAttention
MultiHeadSelfAttention = Everything
''',
    "iterate_minibatches": '''
# Exercise: iterate_minibatches
def iterate_minibatches(n, batch_size, generator=None):
    return Everything()
''',
    "gradient_step": '''
# Exercise: gradient_step
def gradient_step(params, lr):
    return Everything()
''',
}

without_step = {name: source for name, source in RIGHT.items() if name != "gradient_step"}

STUDENTS = {
    "ada": RIGHT | WRITTEN,
    "ben": without_step | PARTLY | {"explain_batch_choice": "mini-batches for both, they are always the best"},
    "chloe": {},
    "dan": RIGHT | ENDLESS,
    "eva": RIGHT | CRASH,
    "finn": CHEAT,
}
