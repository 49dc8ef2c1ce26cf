"""Wrong answers to lab 05 that students give, and what they read when their answer behaves like one of them."""

from dataclasses import replace

from course_grader.audit.variants import Misconception


def _tensorize(name, explanation, body):
    header = "# Exercise: tensorize\ndef tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):\n"
    return Misconception("tensorize", name, explanation, f"\n{header}{body}")


_SETTINGS = '    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}\n'
_QUESTIONS = '    questions = tokenizer([sample["question"] for sample in samples], **settings)\n'
_CONTEXTS = """    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
"""
_PAIRS = '    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)\n'
_RESULT = """    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels
"""

TENSORIZE = [
    _tensorize(
        "title and text joined to one string",
        "Title and text are a pair: two lists for the tokenizer, which puts a [SEP] between them. One joined "
        "string has "
        "a single [SEP] at its end, and the model never saw passages like that.",
        _SETTINGS
        + _CONTEXTS
        + _QUESTIONS
        + '    pairs = tokenizer([c["title"] + " " + c["text"] for c in contexts], **settings)\n'
        + _RESULT,
    ),
    _tensorize(
        "text before title",
        "The title is the first text of the pair. The other way round the cut at max_length hits something else, and "
        "the model meets an order that it was not pretrained with.",
        _SETTINGS
        + _CONTEXTS
        + _QUESTIONS
        + '    pairs = tokenizer([c["text"] for c in contexts], [c["title"] for c in contexts], **settings)\n'
        + _RESULT,
    ),
    _tensorize(
        "padded to max_length",
        "Padding to max_length makes every batch as wide as the longest text could be. Ask for padding to the longest "
        "text of the batch: short questions then stay short.",
        _SETTINGS.replace('"padding": True', '"padding": "max_length"') + _CONTEXTS + _QUESTIONS + _PAIRS + _RESULT,
    ),
    _tensorize(
        "questions are not cut",
        "Questions may be too long as well. Both sides need truncation and max_length.",
        _SETTINGS
        + _CONTEXTS
        + '    questions = tokenizer([sample["question"] for sample in samples], padding=True, return_tensors="pt")\n'
        + _PAIRS
        + _RESULT,
    ),
    _tensorize(
        "max_length fixed at 100",
        "max_length is an argument, and 100 is only its default.",
        '    settings = {"padding": True, "truncation": True, "max_length": 100, "return_tensors": "pt"}\n'
        + _CONTEXTS
        + _QUESTIONS
        + _PAIRS
        + _RESULT,
    ),
    _tensorize(
        "hard negatives always",
        "Hard negatives come in only where use_hard_negative asks for them.",
        _SETTINGS + _CONTEXTS.replace("if use_hard_negative:", "if True:") + _QUESTIONS + _PAIRS + _RESULT,
    ),
    _tensorize(
        "a hard negative for every sample",
        "Not every sample has a hard negative: the key may be missing, and its value may be None.",
        _SETTINGS + _CONTEXTS.replace(' if sample.get("hard_negative")', "") + _QUESTIONS + _PAIRS + _RESULT,
    ),
    _tensorize(
        "hard negatives in between, labels as if they were not",
        "When each hard negative follows its gold passage, later gold passages move down. The labels have to say where "
        "they are then.",
        _SETTINGS
        + """    contexts = []
    for sample in samples:
        contexts.append(sample["gold_context"])
        if use_hard_negative and sample.get("hard_negative"):
            contexts.append(sample["hard_negative"])
"""
        + _QUESTIONS
        + _PAIRS
        + _RESULT,
    ),
    _tensorize(
        "equal passages merged",
        "Nothing is merged: each sample brings a row of its own, also where two have the same gold passage.",
        _SETTINGS
        + """    contexts, labels = [], []
    extra = [sample["hard_negative"] for sample in samples if use_hard_negative and sample.get("hard_negative")]
    for context in [sample["gold_context"] for sample in samples] + extra:
        if context not in contexts:
            contexts.append(context)
    labels = torch.tensor([contexts.index(sample["gold_context"]) for sample in samples])
"""
        + _QUESTIONS
        + _PAIRS
        + _RESULT.split("\n", 1)[1],
    ),
    _tensorize(
        "labels of ones and zeros",
        "A label is the number of a row, one for each question, and not a mark for right or wrong.",
        _SETTINGS
        + _CONTEXTS
        + _QUESTIONS
        + _PAIRS
        + """    labels = torch.ones(len(samples), dtype=torch.int64)
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels
""",
    ),
    _tensorize(
        "masks mixed up",
        "The five tensors have a fixed order: each side's ids are followed by the mask of the same side.",
        _SETTINGS
        + _CONTEXTS
        + _QUESTIONS
        + _PAIRS
        + """    masks = pairs["attention_mask"], questions["attention_mask"]
    return questions["input_ids"], masks[0], pairs["input_ids"], masks[1], torch.arange(len(samples))
""",
    ),
]


def _cls(name, explanation, forward, extra=""):
    code = f"""
# Exercise: CLSEncoder
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
{extra}
    def forward(self, input_ids, attention_mask=None):
{forward}
"""
    return Misconception("CLSEncoder", name, explanation, code)


_STATES = "        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state\n"

CLS_ENCODER = [
    _cls(
        "mean over the tokens",
        "This takes the mean over positions. Here one position stands for the text: the one where [CLS] is.",
        _STATES + "        return states.mean(dim=1)",
    ),
    _cls(
        "last token",
        "Position -1 is the last token of the longest text, and padding for all others. [CLS] is the first.",
        _STATES + "        return states[:, -1]",
    ),
    _cls(
        "first text instead of first position",
        "states[0] is everything of the first text: (L, D). Wanted is position 0 of every text: (B, D).",
        _STATES + "        return states[0]",
    ),
    _cls(
        "all hidden states",
        "These are the vectors of all tokens, (B, L, D). Take the one at position 0 of each text.",
        _STATES + "        return states",
    ),
    _cls(
        "mask not passed on",
        "Without the mask the encoder takes padding for text, and a text's vector depends on its batch.",
        "        return self.encoder(input_ids=input_ids).last_hidden_state[:, 0]",
    ),
    _cls(
        "normalised",
        "Vectors are not brought to length 1 here: the dot product is taken raw, and long vectors may count for more.",
        _STATES + "        return F.normalize(states[:, 0], dim=-1)",
    ),
    _cls(
        "first feature",
        "states[:, :, 0] is one number of each token's vector. The second axis counts positions, the third features.",
        _STATES + "        return states[:, :, 0]",
    ),
    _cls(
        "without a graph",
        "no_grad cuts the graph: the encoder could never learn. Leave it to the caller.",
        "        with torch.no_grad():\n"
        "            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]",
    ),
    _cls(
        "a layer on top",
        "A further linear layer has weights that nobody pretrained and nobody asked for. The hidden state itself "
        "is the "
        "embedding.",
        _STATES + "        return self.projection(states[:, 0])",
        "        width = getattr(getattr(encoder, 'config', None), 'hidden_size', 3)\n"
        "        self.projection = nn.Linear(width, width)\n",
    ),
    Misconception(
        "CLSEncoder",
        "encoder under another name",
        "The encoder is to be kept as the attribute `encoder`, since other code looks for it there.",
        """
# Exercise: CLSEncoder
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.model = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state[:, 0]
""",
    ),
    _cls(
        "a mask is demanded",
        "A missing mask (None) means that all tokens are real. This asks the mask for something before looking.",
        "        attention_mask = attention_mask.long()\n" + _STATES + "        return states[:, 0]",
    ),
]


def _dual(name, explanation, forward, init=None):
    init = init or ("        self.query_encoder = query_encoder\n        self.passage_encoder = passage_encoder")
    code = f"""
# Exercise: DualEncoder
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
{init}

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
{forward}
"""
    return Misconception("DualEncoder", name, explanation, code)


_BOTH = """        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask)
        return X, Y"""

DUAL_ENCODER = [
    _dual(
        "both sides demanded",
        "A search encodes questions only, and building the knowledge base encodes passages only. A side that is "
        "None is "
        "left out.",
        "        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)",
    ),
    _dual(
        "one encoder for both sides",
        "Passages have an encoder of their own. Tied or untied is the caller's choice: the same object may be passed "
        "twice.",
        _BOTH.replace("self.passage_encoder(", "self.query_encoder("),
    ),
    _dual(
        "encoders swapped",
        "The first encoder is for the questions, the second for the passages.",
        _BOTH.replace("self.query_encoder(Q", "self.passage_encoder(Q").replace(
            "self.passage_encoder(P", "self.query_encoder(P"
        ),
    ),
    _dual(
        "masks forgotten",
        "Each side has a mask, and without it padding counts as text.",
        _BOTH.replace(", Q_mask)", ")").replace(", P_mask)", ")"),
    ),
    _dual(
        "the questions' mask for both",
        "Passages have a mask of their own, with another shape.",
        _BOTH.replace("P_mask)", "Q_mask)"),
    ),
    _dual(
        "one result when one side is given",
        "Two values come back always, with None for the side that was not given. Callers unpack them.",
        """        if P is None:
            return self.query_encoder(Q, Q_mask)
        if Q is None:
            return self.passage_encoder(P, P_mask)
        return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)""",
    ),
    _dual(
        "scores instead of embeddings",
        "The embeddings of both sides are wanted. Their dot products are taken later, by whoever needs them.",
        """        if Q is None or P is None:
            return (None if Q is None else self.query_encoder(Q, Q_mask)), (
                None if P is None else self.passage_encoder(P, P_mask)
            )
        return self.query_encoder(Q, Q_mask) @ self.passage_encoder(P, P_mask).T""",
    ),
    _dual(
        "copies of the encoders",
        "deepcopy breaks tied encoders apart: the same object given twice must stay one object.",
        _BOTH,
        "        import copy\n\n"
        "        self.query_encoder = copy.deepcopy(query_encoder)\n"
        "        self.passage_encoder = copy.deepcopy(passage_encoder)",
    ),
    _dual(
        "called by the library's names",
        "Any module that is called as encoder(ids, mask), by position, may be given. Keyword names belong to one "
        "library.",
        _BOTH.replace("(Q, Q_mask)", "(input_ids=Q, attention_mask=Q_mask)").replace(
            "(P, P_mask)", "(input_ids=P, attention_mask=P_mask)"
        ),
    ),
    _dual(
        "normalised",
        "Embeddings are handed on as they are: the dot product is raw.",
        """        X = None if Q is None else F.normalize(self.query_encoder(Q, Q_mask), dim=-1)
        Y = None if P is None else F.normalize(self.passage_encoder(P, P_mask), dim=-1)
        return X, Y""",
    ),
    _dual(
        "passages detached",
        "Both sides are to learn. detach() keeps the gradient from the encoder of the passages.",
        _BOTH.replace("self.passage_encoder(P, P_mask)", "self.passage_encoder(P, P_mask).detach()"),
    ),
]


def _top(name, explanation, body):
    header = (
        "# Exercise: top_k_passages\ndef top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):\n"
    )
    return Misconception("top_k_passages", name, explanation, f"\n{header}{body}")


_CHECK = """    if k > len(passage_embeddings):
        raise ValueError(f"k must be at most {len(passage_embeddings)}, got {k}")
"""
_LOOP = """    best_scores = question_embeddings.new_empty(len(question_embeddings), 0)
    best_indices = torch.empty(len(question_embeddings), 0, dtype=torch.int64)
    start = 0
    for chunk in passage_embeddings.split(chunk_size):
        indices = torch.arange(start, start + len(chunk)).expand(len(question_embeddings), -1)
        scores = torch.cat([best_scores, question_embeddings @ chunk.T], dim=1)
        indices = torch.cat([best_indices, indices], dim=1)
        best_scores, places = scores.topk(min(k, scores.shape[1]), dim=1)
        best_indices = indices.gather(1, places)
        start += len(chunk)
    return best_scores, best_indices
"""

TOP_K = [
    _top(
        "all scores at once",
        "The matrix of all scores is exactly what does not fit into memory. Score chunk_size passages at a time.",
        _CHECK
        + "    best = (question_embeddings @ passage_embeddings.T).topk(k, dim=1)\n"
        + "    return best.values, best.indices\n",
    ),
    _top(
        "chunks, but every score is kept",
        "Chunks save nothing if their scores are all joined again. Between two chunks only the k best so far are kept.",
        _CHECK
        + "    parts = [question_embeddings @ chunk.T for chunk in passage_embeddings.split(chunk_size)]\n"
        + "    best = torch.cat(parts, dim=1).topk(k, dim=1)\n    return best.values, best.indices\n",
    ),
    _top(
        "the k best of every chunk are kept",
        "With many chunks, k for each of them grow to more than k + chunk_size. Let them compete after every chunk.",
        _CHECK
        + """    scores, indices, start = [], [], 0
    for chunk in passage_embeddings.split(chunk_size):
        best = (question_embeddings @ chunk.T).topk(min(k, len(chunk)), dim=1)
        scores.append(best.values)
        indices.append(best.indices + start)
        start += len(chunk)
    scores, indices = torch.cat(scores, dim=1), torch.cat(indices, dim=1)
    best_scores, places = scores.topk(k, dim=1)
    return best_scores, indices.gather(1, places)
""",
    ),
    _top(
        "indices within the chunk",
        "An index counts from the first passage of all, so the start of the chunk has to be added.",
        _CHECK + _LOOP.replace("torch.arange(start, start + len(chunk))", "torch.arange(len(chunk))"),
    ),
    _top(
        "places instead of indices",
        "topk gives places within what it was asked about: the best so far and a chunk. They have to be "
        "translated into "
        "indices of passages.",
        _CHECK + _LOOP.replace("best_indices = indices.gather(1, places)", "best_indices = places"),
    ),
    _top(
        "begins with zeros",
        "Zeros as first scores win against every negative score. Begin with nothing, or with minus infinity.",
        _CHECK
        + _LOOP.replace(
            "question_embeddings.new_empty(len(question_embeddings), 0)",
            "question_embeddings.new_zeros(len(question_embeddings), k)",
        ).replace("torch.empty(len(question_embeddings), 0,", "torch.zeros(len(question_embeddings), k,"),
    ),
    _top(
        "no more than there is",
        "A k beyond the number of passages must be a ValueError: fewer columns than asked for would pass unnoticed.",
        _LOOP,
    ),
    _top(
        "k compared with the chunk",
        "k may be larger than a chunk: the k best then come from several chunks. Only the number of all passages "
        "limits "
        "it.",
        _CHECK.replace("if k > len(passage_embeddings):", "if k > min(chunk_size, len(passage_embeddings)):") + _LOOP,
    ),
    _top(
        "cosine similarity",
        "Raw dot products are wanted. With vectors brought to length 1 another passage may win.",
        _CHECK
        + _LOOP.replace("question_embeddings @ chunk.T", "F.normalize(question_embeddings) @ F.normalize(chunk).T"),
    ),
    _top(
        "lowest first",
        "The best passage comes first: descending order.",
        _CHECK + _LOOP.replace("return best_scores, best_indices", "return best_scores.flip(1), best_indices.flip(1)"),
    ),
    _top(
        "last chunk dropped",
        "The number of passages need not be a multiple of chunk_size: the last chunk may be shorter, and counts.",
        _CHECK
        + _LOOP.replace(
            "passage_embeddings.split(chunk_size):",
            "passage_embeddings[: max(chunk_size, len(passage_embeddings) // chunk_size * "
            "chunk_size)].split(chunk_size):",
        ),
    ),
]


def _recall(name, explanation, body):
    return Misconception(
        "recall_at_k", name, explanation, f"\n# Exercise: recall_at_k\ndef recall_at_k(indices, gold, ks):\n{body}"
    )


_REFUSE = """    if max(ks) > indices.shape[1]:
        raise ValueError(f"every k must be at most {indices.shape[1]}, got {max(ks)}")
"""

RECALL = [
    _recall(
        "a share instead of percent",
        "Recall is asked for in percent: 0 to 100.",
        _REFUSE + "    return {k: (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}\n",
    ),
    _recall(
        "divided by k",
        "That is precision: which part of the k passages is right. Recall asks for how many questions the gold passage "
        "is among them.",
        _REFUSE + "    return {k: 100 * (indices == gold[:, None])[:, :k].double().mean().item() for k in ks}\n",
    ),
    _recall(
        "only the k-th place",
        "R@k counts what is anywhere among the first k, not only in the k-th place.",
        _REFUSE + "    return {k: 100 * (indices[:, k - 1] == gold).double().mean().item() for k in ks}\n",
    ),
    _recall(
        "one place too many",
        "The first k places are 0 to k - 1, so the slice ends at k.",
        _REFUSE
        + "    return {k: 100 * (indices == gold[:, None])[:, : k + 1].any(dim=1).double().mean().item() for k in "
        + "ks}\n",
    ),
    _recall(
        "tensors instead of floats",
        "The values are to be Python floats; item() takes a number out of a tensor.",
        _REFUSE + "    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean() for k in ks}\n",
    ),
    _recall(
        "rounded",
        "Round when you print, not when you count.",
        _REFUSE
        + "    return {k: round(100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item(), 1) for "
        + "k in ks}\n",
    ),
    _recall(
        "slices beyond the end",
        "A slice beyond the end gives what there is, without a word: R@100 of rankings of length 20 would really be "
        "R@20. That must be a ValueError.",
        "    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}\n",
    ),
    _recall(
        "only the last k is checked",
        "ks come in any order, so that any of them may be the largest.",
        _REFUSE.replace("max(ks) > indices", "ks[-1] > indices")
        + "    return {k: 100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in ks}\n",
    ),
    _recall(
        "gold compared across questions",
        "Each ranking has a gold passage of its own. Here a question counts as right when any question's gold "
        "passage is "
        "found.",
        _REFUSE
        + "    return {k: 100 * torch.isin(indices[:, :k], gold).any(dim=1).double().mean().item() for k in ks}\n",
    ),
    _recall(
        "a list instead of a dict",
        "A dict from k to its recall is wanted: a list does not say which value belongs to which k.",
        _REFUSE
        + "    return [100 * (indices == gold[:, None])[:, :k].any(dim=1).double().mean().item() for k in "
        + "sorted(ks)]\n",
    ),
]


def _nce(name, explanation, body):
    code = f"\n# Exercise: nce_loss\ndef nce_loss(scores, positive, negatives):\n{body}"
    return Misconception("nce_loss", name, explanation, code)


_CHOSEN = "    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))\n"

NCE = [
    _nce(
        "positive missing in the denominator",
        "The denominator is the positive and the negatives together. Without the positive the loss can fall below 0.",
        "    own = scores.gather(1, positive[:, None])[:, 0]\n"
        "    return (scores.gather(1, negatives).logsumexp(dim=1) - own).mean()\n",
    ),
    _nce(
        "all columns count",
        "This is the full cross-entropy over all columns. Only the positive and the given negatives count.",
        "    return F.cross_entropy(scores, positive)\n",
    ),
    _nce(
        "positive taken for column 0",
        "Which column is the positive's, `positive` says for each row.",
        "    chosen = torch.cat([scores[:, :1], scores.gather(1, negatives)], dim=1)\n"
        "    return F.cross_entropy(chosen, torch.zeros_like(positive))\n",
    ),
    _nce(
        "labels in the old columns",
        "Once columns are picked, the positive stands where it was put, not where it was in the whole matrix.",
        _CHOSEN + "    return F.cross_entropy(chosen, positive.clamp(max=chosen.shape[1] - 1))\n",
    ),
    _nce(
        "the first row's negatives for all",
        "Each question has negatives of its own: row i of `negatives` belongs to row i of the scores.",
        "    chosen = torch.cat([scores.gather(1, positive[:, None]), scores[:, negatives[0]]], dim=1)\n"
        "    return F.cross_entropy(chosen, torch.zeros_like(positive))\n",
    ),
    _nce(
        "sum over the questions",
        "The mean over the questions is wanted, not their sum.",
        _CHOSEN + '    return F.cross_entropy(chosen, torch.zeros_like(positive), reduction="sum")\n',
    ),
    _nce(
        "exponentials by hand",
        "exp() of a score of some hundreds is infinite, and the result NaN. cross_entropy and logsumexp take scores as "
        "they are.",
        _CHOSEN
        + "    shares = chosen.exp() / chosen.exp().sum(dim=1, keepdim=True)\n"
        + "    return -shares[:, 0].log().mean()\n",
    ),
    _nce(
        "others masked with 0",
        "A score of 0 counts like any other, since exp(0) = 1. A column that should not count needs minus infinity.",
        """    keep = torch.zeros_like(scores, dtype=torch.bool)
    keep.scatter_(1, negatives, True)
    keep.scatter_(1, positive[:, None], True)
    return F.cross_entropy(scores.masked_fill(~keep, 0.0), positive)
""",
    ),
    _nce(
        "sign forgotten",
        "The loss is the negative logarithm: it falls as the positive's share grows.",
        _CHOSEN + "    return chosen.log_softmax(dim=1)[:, 0].mean()\n",
    ),
    _nce(
        "binary cross-entropy",
        "Here the positive competes with its negatives in one softmax. Single yes-or-no decisions are another "
        "loss (and "
        "the original form of noise-contrastive estimation).",
        _CHOSEN
        + "    wanted = torch.zeros_like(chosen)\n    wanted[:, 0] = 1\n"
        + "    return F.binary_cross_entropy_with_logits(chosen, wanted)\n",
    ),
    _nce(
        "a number without a graph",
        "item() gives a Python number, which nothing can be learned from. A scalar tensor is wanted.",
        _CHOSEN + "    return F.cross_entropy(chosen, torch.zeros_like(positive)).item()\n",
    ),
]


def _batch(name, explanation, body):
    code = f"""
# Exercise: in_batch_nce_loss
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
{body}"""
    return Misconception("in_batch_nce_loss", name, explanation, code)


_SCORES = "    X, Y = model(Q, Q_mask, P, P_mask)\n    scores = X @ Y.T\n"
_CORRECT = "(scores.argmax(dim=1) == labels).sum().item()"

IN_BATCH = [
    _batch(
        "positives on the diagonal",
        "That held in lab 04. Here `labels` says which passage is a question's positive: they may come in any order.",
        _SCORES + "    labels = torch.arange(len(Q))\n" + f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
    _batch(
        "extra passages cut off",
        "Passages beyond the questions are negatives too, and positives may stand among them.",
        "    X, Y = model(Q, Q_mask, P, P_mask)\n    scores = X @ Y[: len(X)].T\n"
        "    labels = labels.clamp(max=len(X) - 1)\n" + f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
    _batch(
        "cosine similarity",
        "Raw dot products are wanted: nothing is brought to length 1.",
        "    X, Y = model(Q, Q_mask, P, P_mask)\n    scores = F.normalize(X) @ F.normalize(Y).T\n"
        + f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
    _batch(
        "count as a tensor",
        "num_correct is to be a Python int; item() takes it out of the tensor.",
        _SCORES + "    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == labels).sum()\n",
    ),
    _batch(
        "a share instead of a count",
        "How many questions are right is wanted, an int; divide later, when the batches are added up.",
        _SCORES
        + "    return F.cross_entropy(scores, labels), (scores.argmax(dim=1) == "
        + "labels).float().mean().item()\n",
    ),
    _batch(
        "softmax twice",
        "cross_entropy takes scores and does the softmax itself. A second one makes all losses alike.",
        _SCORES + f"    return F.cross_entropy(scores.softmax(dim=1), labels), {_CORRECT}\n",
    ),
    _batch(
        "questions chosen for passages",
        "Each question chooses among the passages, so the softmax runs over the passages, along a row.",
        _SCORES
        + "    log_shares = scores.log_softmax(dim=0)\n"
        + f"    return -log_shares[torch.arange(len(Q)), labels].mean(), {_CORRECT}\n",
    ),
    _batch(
        "masks left out",
        "Without masks padding counts as text. The batch brings one for each side.",
        f"    X, Y = model(Q, None, P, None)\n    scores = X @ Y.T\n"
        f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
    _batch(
        "passages detached",
        "Both encoders are to learn; detach() keeps the gradient from one of them.",
        "    X, Y = model(Q, Q_mask, P, P_mask)\n    scores = X @ Y.detach().T\n"
        + f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
    _batch(
        "counted over the columns",
        "A question is right when the highest score of its row is its gold passage's. argmax over dim 0 asks each "
        "passage for its question.",
        _SCORES
        + "    return F.cross_entropy(scores, labels), (scores.argmax(dim=0)[labels] == "
        + "torch.arange(len(Q))).sum().item()\n",
    ),
    _batch(
        "divided by the square root of the width",
        "That scale belongs to attention. Here the raw dot product is the score.",
        "    X, Y = model(Q, Q_mask, P, P_mask)\n    scores = X @ Y.T / X.shape[1] ** 0.5\n"
        + f"    return F.cross_entropy(scores, labels), {_CORRECT}\n",
    ),
]


def _loader(name, explanation, body):
    header = "def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):\n"
    return Misconception("question_loader", name, explanation, f"\n# Exercise: question_loader\n{header}{body}")


_GENERATOR = "    generator = torch.Generator().manual_seed(seed)\n"
_COLLATE = "    collate = lambda batch: tensorize(batch, tokenizer, max_length)\n"

LOADER = [
    _loader(
        "last batch dropped",
        "drop_last=True leaves out the samples of the shorter last batch: of 10 samples with batch_size=4, "
        "two are never "
        "used in this epoch. Keep the last batch.",
        _GENERATOR
        + _COLLATE
        + "    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate, "
        "drop_last=True)\n",
    ),
    _loader(
        "no generator",
        "Without a generator, DataLoader draws its order from PyTorch's global random numbers, so the seed "
        "has no effect. "
        "Give it a generator that was seeded with seed.",
        _COLLATE + "    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)\n",
    ),
    _loader(
        "global seed",
        "torch.manual_seed sets the global random numbers, which everything else draws from, too. Two "
        "loaders that are used "
        "in turns then disturb each other. Each loader needs a generator of its own.",
        "    torch.manual_seed(seed)\n"
        + _COLLATE
        + "    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)\n",
    ),
    _loader(
        "shuffled once",
        "The list is shuffled when the loader is made, so every epoch has the same order. The DataLoader itself must "
        "shuffle: then each epoch draws a new order.",
        _GENERATOR
        + _COLLATE
        + """    if shuffle:
        samples = [samples[i] for i in torch.randperm(len(samples), generator=generator)]
    return DataLoader(samples, batch_size, collate_fn=collate)
""",
    ),
    _loader(
        "seeded anew in each epoch",
        "The generator is seeded at the start of every epoch, so every epoch has the same order. Seed it "
        "once, when the "
        "loader is made.",
        _COLLATE
        + """
    class Order(torch.utils.data.Sampler):
        def __len__(self):
            return len(samples)

        def __iter__(self):
            return iter(torch.randperm(len(samples), generator=torch.Generator().manual_seed(seed)).tolist())

    return DataLoader(samples, batch_size, sampler=Order() if shuffle else None, collate_fn=collate)
""",
    ),
    _loader(
        "seed fixed at 0",
        "The seed is an argument, and 0 is only its default: with this code, seed=1 gives the order of seed=0.",
        "    generator = torch.Generator().manual_seed(0)\n"
        + _COLLATE
        + "    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)\n",
    ),
    _loader(
        "always shuffled",
        "shuffle is an argument: without it, the samples keep their order.",
        _GENERATOR
        + _COLLATE
        + "    return DataLoader(samples, batch_size, shuffle=True, generator=generator, collate_fn=collate)\n",
    ),
    _loader(
        "never shuffled",
        "shuffle is an argument of your function and has to reach the DataLoader. A model that sees the "
        "samples in the same "
        "order in every epoch meets the same batches, and the same negatives, again and again.",
        _GENERATOR + _COLLATE + "    return DataLoader(samples, batch_size, generator=generator, collate_fn=collate)\n",
    ),
    _loader(
        "max_length not passed on",
        "tensorize cuts at 100 tokens unless it is told otherwise. Pass max_length on to it.",
        _GENERATOR
        + "    collate = lambda batch: tensorize(batch, tokenizer)\n"
        + "    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)\n",
    ),
    _loader(
        "batches of samples",
        "The batches are lists of dicts, and no model can read them. The collate function turns the samples of a batch "
        "into tensors.",
        _GENERATOR
        + "    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=list)\n",
    ),
    _loader(
        "a list of batches",
        "A list of batches has one order for all epochs and keeps all tensors in memory. A DataLoader makes "
        "the batches of "
        "each epoch when they are asked for.",
        _GENERATOR
        + """    order = range(len(samples))
    if shuffle:
        order = torch.randperm(len(samples), generator=generator).tolist()
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return [tensorize([samples[i] for i in part], tokenizer, max_length) for part in parts]
""",
    ),
]


def _epoch(name, explanation, step, before="    model.train()\n", after="    return losses\n"):
    code = f"""
# Exercise: train_epoch
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
{before}    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
{step}{after}"""
    return Misconception("train_epoch", name, explanation, code)


_LOSS = "        loss, num_correct = in_batch_nce_loss(model, batch)\n"
_ZERO = "        optimizer.zero_grad()\n"
_BACK = "        loss.backward()\n"
_CLIP = "        nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
_MOVE = "        optimizer.step()\n"
_NEXT = "        if scheduler is not None:\n            scheduler.step()\n"
_KEEP = "        losses.append(loss.item())\n"

EPOCH = [
    _epoch(
        "gradients add up",
        "backward() adds to the gradients that are there. Without zero_grad(), each step also uses the "
        "gradients of all "
        "batches before it.",
        _LOSS + _BACK + _CLIP + _MOVE + _NEXT + _KEEP,
    ),
    _epoch(
        "gradients cleared before the step",
        "zero_grad() stands between backward() and step(), so the step finds no gradient and the weights do not learn.",
        _LOSS + _BACK + _CLIP + _ZERO + _MOVE + _NEXT + _KEEP,
    ),
    _epoch(
        "clipped after the step",
        "The gradient is clipped when the step has already used it. Clip after backward() and before step().",
        _LOSS + _ZERO + _BACK + _MOVE + _CLIP + _NEXT + _KEEP,
    ),
    _epoch(
        "not clipped",
        "The gradient must be clipped to max_norm before the step: one unusual batch could otherwise move "
        "the weights far.",
        _LOSS + _ZERO + _BACK + _MOVE + _NEXT + _KEEP,
    ),
    _epoch(
        "always clipped to 1",
        "max_norm is an argument, and 1 is only its default.",
        _LOSS + _ZERO + _BACK + _CLIP.replace("max_norm", "1.0") + _MOVE + _NEXT + _KEEP,
    ),
    _epoch(
        "clipped by value",
        "clip_grad_value_ limits each number of the gradient on its own and changes the direction. Clip the "
        "length of the "
        "gradient of all weights together: clip_grad_norm_.",
        _LOSS
        + _ZERO
        + _BACK
        + "        nn.utils.clip_grad_value_(model.parameters(), max_norm)\n"
        + _MOVE
        + _NEXT
        + _KEEP,
    ),
    _epoch(
        "each weight clipped on its own",
        "Each weight tensor is clipped to max_norm on its own, so that both can have that length. max_norm "
        "limits the length "
        "of the gradient of all weights together.",
        _LOSS
        + _ZERO
        + _BACK
        + "        for parameter in model.parameters():\n"
        + "            nn.utils.clip_grad_norm_([parameter], max_norm)\n"
        + _MOVE
        + _NEXT
        + _KEEP,
    ),
    _epoch(
        "scheduler once per epoch",
        "The scheduler counts batches: it moves after each step. Moved once per epoch, the warm-up would "
        "last for many epochs.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _KEEP,
        after="    if scheduler is not None:\n        scheduler.step()\n    return losses\n",
    ),
    _epoch(
        "scheduler before the step",
        "The scheduler moves before the optimizer, so the first learning rate of the schedule is skipped. "
        "Step the optimizer "
        "first.",
        _LOSS + _ZERO + _BACK + _CLIP + _NEXT + _MOVE + _KEEP,
    ),
    _epoch(
        "scheduler left out",
        "The scheduler is never moved, so the learning rate keeps its first value: with warm-up, that is 0.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _KEEP,
    ),
    _epoch(
        "in eval mode",
        "model.eval() switches dropout off. Training needs model.train().",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _NEXT + _KEEP,
        before="    model.eval()\n",
    ),
    _epoch(
        "mode left as it is",
        "After an evaluation the model is in eval mode, and then this epoch trains without dropout. Call "
        "model.train() first.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _NEXT + _KEEP,
        before="",
    ),
    _epoch(
        "mean of the losses",
        "The result is a list with the loss of each batch. The mean of an epoch can be computed from it, but "
        "not the other "
        "way round.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _NEXT + _KEEP,
        after="    return sum(losses) / len(losses)\n",
    ),
    _epoch(
        "losses as tensors",
        "Each loss is a tensor with its graph, which keeps the memory of every batch alive. item() gives the "
        "Python float.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _NEXT + "        losses.append(loss)\n",
    ),
    _epoch(
        "loss after the step",
        "The loss is computed again after the step. Asked for is the loss of the batch before its step, "
        "which is there already.",
        _LOSS
        + _ZERO
        + _BACK
        + _CLIP
        + _MOVE
        + _NEXT
        + "        losses.append(in_batch_nce_loss(model, batch)[0].item())\n",
    ),
    _epoch(
        "number of correct answers",
        "in_batch_nce_loss returns a pair, the loss and the number of correct questions. The list is to hold "
        "the losses.",
        _LOSS + _ZERO + _BACK + _CLIP + _MOVE + _NEXT + "        losses.append(float(num_correct))\n",
    ),
    _epoch(
        "one step at the end",
        "There is one step for the whole epoch. The weights move after each batch.",
        _LOSS + _BACK + _KEEP,
        before="    model.train()\n    optimizer.zero_grad()\n",
        after="    nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n    optimizer.step()\n"
        "    if scheduler is not None:\n        scheduler.step()\n    return losses\n",
    ),
]


def _also(misconceptions, exercise):
    """The same, where the wrong answer costs points on an exercise that uses it, too."""
    return [replace(each, also_affects=(*each.also_affects, exercise)) for each in misconceptions]


MISCONCEPTIONS = [
    *_also(TENSORIZE, "question_loader"),
    *CLS_ENCODER,
    *DUAL_ENCODER,
    *TOP_K,
    *RECALL,
    *NCE,
    *_also(IN_BATCH, "train_epoch"),
    *LOADER,
    *EPOCH,
]
