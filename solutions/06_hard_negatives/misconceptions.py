"""Wrong answers to lab 06 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception


def _mine(name, explanation, body):
    """A wrong `mine_hard_negatives`; what builds on it loses points too."""
    signature = "query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096"
    code = f"\n# Exercise: mine_hard_negatives\ndef mine_hard_negatives({signature}):\n{body.strip(chr(10))}\n"
    return Misconception("mine_hard_negatives", name, explanation, code, also_affects=("train_with_refresh",))


# The right way, with marks where a wrong one differs.
_CHUNKED = """
    count, total = len(query_embeddings), len(item_embeddings)
    for query in range(count):
        if total - len(positive_indices.get(query, ())) < k:
            raise ValueError("too few")
    pairs = [(query, item) for query in range(count) for item in positive_indices.get(query, ())]
    rows, columns = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    best_scores = query_embeddings.new_empty(count, 0)
    best = torch.empty(count, 0, dtype=torch.int64)
    for start in range(0, total, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        here = (columns >= start) & (columns < start + scores.shape[1])
        scores[rows[here], columns[here] - start] = -math.inf
        ids = torch.arange(start, start + scores.shape[1]).expand(count, -1)
        best_scores, places = torch.cat([best_scores, scores], dim=1).topk(min(k, best.shape[1] + ids.shape[1]), dim=1)
        best = torch.cat([best, ids], dim=1).gather(1, places)
    return dict(enumerate(best.tolist()))
"""


def _changed(name, explanation, *changes):
    """The right way with pieces of its source replaced, each of which must occur."""
    body = _CHUNKED
    for old, new in changes:
        if old not in body:
            raise ValueError(f"{name}: {old!r} is not in the source")
        body = body.replace(old, new)
    return _mine(name, explanation, body)


MINE_HARD_NEGATIVES = [
    _changed(
        "right passages set to 0",
        "A score of 0 is no low score: where all others are negative it is the highest. What shall never be "
        "chosen needs "
        "a score below every number.",
        ("= -math.inf", "= 0.0"),
    ),
    _changed(
        "one right passage a question",
        "A question may have several right passages, and all of them have to go. Here only one of each set is "
        "left out.",
        ("for item in positive_indices.get(query, ())]", "for item in sorted(positive_indices.get(query, ()))[:1]]"),
    ),
    _changed(
        "places in the chunk, not indices",
        "In the second chunk, place 0 is item chunk_size. The chunk's start has to be added to the places in it.",
        ("torch.arange(start, start + scores.shape[1])", "torch.arange(scores.shape[1])"),
    ),
    _changed(
        "cosine instead of dot product",
        "Scores are dot products as they are. Normalised vectors rank differently where lengths differ.",
        ("query_embeddings @ item", "F.normalize(query_embeddings, dim=1) @ F.normalize(item"),
        ("chunk_size].T", "chunk_size], dim=1).T"),
    ),
    _changed(
        "no check for enough negatives",
        "With fewer than k negatives the list is filled up with right passages, or is too short, and nobody "
        "notices. Count "
        "first and raise a ValueError.",
        ('            raise ValueError("too few")', "            continue"),
    ),
    _changed(
        "counts all items, not the negatives",
        "What has to be at least k is the number of items that are not right, for every question; there may be "
        "items enough "
        "and negatives too few.",
        ("total - len(positive_indices.get(query, ())) < k", "total < k"),
    ),
    _changed(
        "the easiest first",
        "The hardest negatives have the highest scores. This takes the lowest, which teach nothing.",
        ("= -math.inf", "= math.inf"),
        (
            "topk(min(k, best.shape[1] + ids.shape[1]), dim=1)",
            "topk(min(k, best.shape[1] + ids.shape[1]), dim=1, largest=False)",
        ),
    ),
    _changed(
        "a missing question is an error",
        "positive_indices[query] raises a KeyError for a question without right passages; `get(query, ())` has a "
        "default.",
        ("positive_indices.get(query, ())", "positive_indices[query]"),
    ),
    _mine(
        "right passages dropped after the best k",
        "When k items are taken first and the right ones dropped from them, fewer than k are left. They have to "
        "go before "
        "the best k are chosen.",
        """
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    best = (query_embeddings @ item_embeddings.T).topk(k, dim=1).indices.tolist()
    return {i: [item for item in row if item not in positive_indices.get(i, ())] for i, row in enumerate(best)}
""",
    ),
    _mine(
        "question i is answered by passage i",
        "This leaves out passage i for question i, as in a batch. Here the dict says which passages are right.",
        """
    scores = query_embeddings @ item_embeddings.T
    if any(len(item_embeddings) - len(items) < k for items in [(), *positive_indices.values()]):
        raise ValueError("too few")
    scores.fill_diagonal_(-math.inf)
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))
""",
    ),
    _mine(
        "all scores at once",
        "This makes a score for every question and every passage and forgets chunk_size: with a million passages "
        "it does "
        "not fit into memory. Keep the best k so far and go on with the next chunk.",
        """
    scores = query_embeddings @ item_embeddings.T
    for query, items in positive_indices.items():
        if len(items) > scores.shape[1] - k:
            raise ValueError("too few")
        scores[query, list(items)] = -math.inf
    if scores.shape[1] < k:
        raise ValueError("too few")
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))
""",
    ),
    _mine(
        "each chunk's scores kept to the end",
        "The chunks are computed one by one, but all are kept and joined at the end: that is the whole matrix "
        "again. After "
        "each chunk only the best k so far are needed.",
        """
    count, total = len(query_embeddings), len(item_embeddings)
    parts = [query_embeddings @ part.T for part in item_embeddings.split(chunk_size)]
    scores = torch.cat(parts, dim=1)
    for query in range(count):
        items = list(positive_indices.get(query, ()))
        if total - len(items) < k:
            raise ValueError("too few")
        scores[query, items] = -math.inf
    return dict(enumerate(scores.topk(k, dim=1).indices.tolist()))
""",
    ),
    _mine(
        "a loop over all passages",
        "Python takes a step for every passage and every question here. A mask on the scores and `topk` do the same "
        "for all passages in one operation.",
        """
    mined = {}
    for query, embedding in enumerate(query_embeddings):
        right = positive_indices.get(query, ())
        ranked = []
        for start in range(0, len(item_embeddings), chunk_size):
            scores = (item_embeddings[start : start + chunk_size] @ embedding).tolist()
            for place, score in enumerate(scores):
                if start + place not in right:
                    ranked.append((score, start + place))
            ranked = sorted(ranked, reverse=True)[:k]
        if len(ranked) < k:
            raise ValueError("too few")
        mined[query] = [item for _, item in ranked]
    return mined
""",
    ),
]


def _choose(name, explanation, body):
    code = f"\n# Exercise: choose_hard_negative\ndef choose_hard_negative(ranked, gold):\n{body.strip(chr(10))}\n"
    return Misconception("choose_hard_negative", name, explanation, code)


CHOOSE_HARD_NEGATIVE = [
    _choose(
        "always the first",
        "The first of a ranking may be the gold passage itself; a model that is any good puts it there.",
        """
    if not ranked or set(ranked) == {gold}:
        raise ValueError("nothing left")
    return ranked[0]
""",
    ),
    _choose(
        "always the second",
        "The second is only right if gold comes first. Gold may stand anywhere in the ranking, or nowhere.",
        """
    if set(ranked) <= {gold}:
        raise ValueError("nothing left")
    return ranked[1]
""",
    ),
    _choose(
        "objects instead of numbers",
        "`is not` asks whether two names mean one object. Small numbers happen to be one object in Python, larger ones "
        "(from 257 on) are not, so gold itself is chosen. Compare with `!=`.",
        """
    for passage in ranked:
        if passage is not gold:
            return passage
    raise ValueError("nothing left")
""",
    ),
    _choose(
        "passage 0 is skipped",
        "0 counts as False, so `if passage and ...` skips passage 0, which is as good a negative as any other.",
        """
    for passage in ranked:
        if passage and passage != gold:
            return passage
    raise ValueError("nothing left")
""",
    ),
    _choose(
        "None instead of an error",
        "When nothing is left this hands back None, and the error shows far away, where somebody uses it as an index.",
        """
    return next((passage for passage in ranked if passage != gold), None)
""",
    ),
    _choose(
        "gold is removed once",
        "`remove` takes away the first occurrence only, and raises a ValueError of its own if gold is not in the list.",
        """
    others = list(ranked)
    others.remove(gold)
    if not others:
        raise ValueError("nothing left")
    return others[0]
""",
    ),
    _choose(
        "the last of the others",
        "The ranking begins with the hardest. This takes the easiest of the passages that are not gold.",
        """
    others = [passage for passage in ranked if passage != gold]
    if not others:
        raise ValueError("nothing left")
    return others[-1]
""",
    ),
    _choose(
        "the smallest of the others",
        "A set has no order: what comes out first is a matter of the numbers, not of the ranking.",
        """
    others = set(ranked) - {gold}
    if not others:
        raise ValueError("nothing left")
    return min(others)
""",
    ),
]


def _bm25(name, explanation, result, more=1):
    """Wrong in what is made of BM25's ranking `found` (N, k + more)."""
    code = f"""
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + {more}, show_progress=False)
    found = found.tolist()
    return {result}
"""
    return Misconception("bm25_negatives", name, explanation, code)


BM25_NEGATIVES = [
    _bm25(
        "gold stays in",
        "Nothing leaves the question's own gold passage out, and it usually ranks first: the model would be "
        "taught that the "
        "right answer is wrong.",
        "[row[:k] for row in found]",
    ),
    _bm25(
        "gold dropped from the best k",
        "Where gold was among the best k, one fewer is left. Ask for one more than k.",
        "[[passage for passage in row if passage != own] for row, own in zip(found, gold)]",
        more=0,
    ),
    _bm25(
        "k + 1 where gold is not found",
        "Where gold is not among the best, nothing is dropped, and the list is one too long. Cut it to k.",
        "[[passage for passage in row if passage != own] for row, own in zip(found, gold)]",
    ),
    _bm25(
        "everybody's gold is left out",
        "Only a question's own gold passage is no negative of it. The gold passages of other questions are, and "
        "good ones.",
        "[[passage for passage in row if passage not in gold][:k] for row in found]",
    ),
    _bm25(
        "the first place is dropped",
        "Gold need not rank first. Where it does not, this drops the hardest negative and may keep gold.",
        "[row[1:] for row in found]",
    ),
    _bm25(
        "question i is answered by passage i",
        "The list `gold` says which passage answers a question; its number is not that of the question.",
        "[[passage for passage in row if passage != number][:k] for number, row in enumerate(found)]",
    ),
    _bm25(
        "worst first",
        "The ranking comes best first already. Turned round, the first of the list is the easiest.",
        "[[passage for passage in row if passage != own][:k][::-1] for row, own in zip(found, gold)]",
    ),
    Misconception(
        "bm25_negatives",
        "counts shared words",
        "The number of shared words is not BM25: a rare word has to count more than a frequent one, which takes the "
        "frequencies in the whole collection.",
        """
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    rows = []
    for question, own in zip(questions, gold):
        words = set(question.lower().split())
        counts = {i: len(words & set(passage.lower().split())) for i, passage in enumerate(passages) if i != own}
        rows.append(sorted(counts, key=lambda i: (-counts[i], i))[:k])
    return rows
""",
    ),
    Misconception(
        "bm25_negatives",
        "no check for enough passages",
        "With fewer than k other passages the lists come out too short, and nobody notices. Raise a ValueError.",
        """
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k):
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=min(k + 1, len(passages)), show_progress=False)
    return [[passage for passage in row if passage != own][:k] for row, own in zip(found.tolist(), gold)]
""",
    ),
]


def _filter(name, explanation, result):
    code = (
        "\n# Exercise: filter_false_negatives\n"
        f"def filter_false_negatives(scores, positive_scores, margin):\n    return {result}\n"
    )
    return Misconception("filter_false_negatives", name, explanation, code)


FILTER_FALSE_NEGATIVES = [
    _filter(
        "True means drop",
        "This is True where a negative is to be dropped. Wanted is True where it is kept.",
        "scores > positive_scores[:, None] - margin",
    ),
    _filter(
        "below only, not at the margin",
        "A negative exactly the margin below gold is far enough: <=, not <.",
        "scores < positive_scores[:, None] - margin",
    ),
    _filter(
        "margin added",
        "Added, a larger margin keeps more. A negative has to be the margin *below* gold.",
        "scores <= positive_scores[:, None] + margin",
    ),
    _filter(
        "margin as a share",
        "The margin is a difference of scores, not a share of the gold score: with large or negative scores a "
        "share means "
        "something else entirely.",
        "scores <= positive_scores[:, None] * (1 - margin)",
    ),
    _filter(
        "gold scores along the columns",
        "A row belongs to a question. Without [:, None] the gold scores are laid along the columns, and a square "
        "of scores "
        "does not even complain.",
        "scores <= positive_scores - margin",
    ),
    _filter(
        "best negative instead of gold",
        "The threshold comes from the gold passage's score, not from the best negative's.",
        "scores <= scores.max(dim=1, keepdim=True).values - margin",
    ),
    _filter(
        "no margin",
        "This keeps everything up to the gold score. The margin asks for some distance to it.",
        "scores <= positive_scores[:, None]",
    ),
    _filter(
        "far away on either side",
        "A negative that scores far *above* gold is the most suspicious of all; the absolute difference keeps it.",
        "(scores - positive_scores[:, None]).abs() >= margin",
    ),
]


def _loss(name, explanation, body):
    code = (
        "\n# Exercise: hard_negative_loss\n"
        f"def hard_negative_loss(query_embeddings, passage_embeddings, labels):\n{body.strip(chr(10))}\n"
    )
    return Misconception("hard_negative_loss", name, explanation, code, also_affects=("train_with_refresh",))


def _scored(scores="query_embeddings @ passage_embeddings.T", loss="F.cross_entropy(scores, labels)", correct=None):
    correct = correct or "(scores.argmax(dim=1) == labels).sum().item()"
    return f"    scores = {scores}\n    return {loss}, {correct}"


HARD_NEGATIVE_LOSS = [
    _loss(
        "gold in the first rows",
        "Gold passages need not come first, nor in the order of the questions. The labels say where they are.",
        _scored().replace("labels", "torch.arange(len(query_embeddings))"),
    ),
    _loss(
        "hard negatives left out",
        "Only the gold passages are scored here, so the hard negatives were encoded for nothing: all P passages "
        "belong in "
        "the softmax.",
        """
    golds = passage_embeddings[labels]
    scores = query_embeddings @ golds.T
    targets = torch.arange(len(labels))
    return F.cross_entropy(scores, targets), (scores.argmax(dim=1) == targets).sum().item()
""",
    ),
    _loss(
        "cosine instead of dot product",
        "Scores are raw dot products here. Cosines lie between -1 and 1, which without a temperature keeps the "
        "loss high.",
        _scored("F.normalize(query_embeddings, dim=1) @ F.normalize(passage_embeddings, dim=1).T"),
    ),
    _loss(
        "scaled as in attention",
        "Nothing is divided by the square root of D: that belongs to attention.",
        _scored("query_embeddings @ passage_embeddings.T / math.sqrt(query_embeddings.shape[1])"),
    ),
    _loss(
        "sum over the questions",
        "The loss is the mean over the questions, or it grows with the batch.",
        _scored(loss='F.cross_entropy(scores, labels, reduction="sum")'),
    ),
    _loss(
        "softmax before cross-entropy",
        "F.cross_entropy takes raw scores and does the softmax itself; here it is done twice.",
        _scored(loss="F.cross_entropy(scores.softmax(dim=1), labels)"),
    ),
    _loss(
        "passages detached",
        "The passages get no gradient, so their encoder never learns.",
        _scored("query_embeddings @ passage_embeddings.detach().T"),
    ),
    _loss(
        "count as a tensor",
        "num_correct is a tensor here; `item()` makes it a Python int.",
        _scored(correct="(scores.argmax(dim=1) == labels).sum()"),
    ),
    _loss(
        "share instead of count",
        "num_correct counts; divided by the batch it is a share, and an epoch's sum of shares means nothing.",
        _scored(correct="(scores.argmax(dim=1) == labels).float().mean().item()"),
    ),
    _loss(
        "best question of a passage",
        "argmax over dim 0 asks which question a passage likes best. Wanted is each question's best passage.",
        _scored(correct="(scores.argmax(dim=0)[labels] == torch.arange(len(labels))).sum().item()"),
    ),
    _loss(
        "exp of raw scores",
        "exp of a score above 88 is infinite in float32. Cross-entropy subtracts the highest score first; leave "
        "it to that.",
        """
    scores = query_embeddings @ passage_embeddings.T
    weights = scores.exp()
    own = weights.gather(1, labels[:, None])[:, 0]
    return -(own / weights.sum(dim=1)).log().mean(), (scores.argmax(dim=1) == labels).sum().item()
""",
    ),
]

# The right way, with pieces that a wrong one replaces.
_TRAIN = """
# Exercise: train_with_refresh
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}
    passages = knowledge_base.passages[: int(knowledge_base.train_gold.max()) + 1]
    to_tensors = functools.partial(tensorize, tokenizer=tokenizer, use_hard_negative=True)
    optimiser = make_optimiser(model, lr)
    schedule = warmup_schedule(optimiser, epochs * steps_per_epoch(len(train), batch_size))
    shuffle, draw, history = torch.Generator().manual_seed(seed), random.Random(seed), []
    torch.manual_seed(seed)
    for epoch in range(epochs):
        refreshed = epoch % refresh_every == 0
        if refreshed:
            embeddings = embed_both(model, train, passages, tokenizer)
            mined = mine_hard_negatives(*embeddings, positives, min(k, len(passages) - 1))
        negatives = [draw.choice(mined[i]) for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history
"""


def _train(name, explanation, *changes):
    code = _TRAIN
    for old, new in changes:
        if old not in code:
            raise ValueError(f"{name}: {old!r} is not in the source")
        code = code.replace(old, new)
    return Misconception("train_with_refresh", name, explanation, code)


TRAIN_WITH_REFRESH = [
    _train(
        "mined once",
        "Negatives are mined before the first epoch only, whatever refresh_every says: they go stale while the "
        "model learns.",
        ("        if refreshed:", "        if epoch == 0:"),
    ),
    _train(
        "mined before every epoch",
        "This mines before every epoch. It is wanted before epochs 0, r, 2r, ...; in between the mined lists stay.",
        ("        if refreshed:", "        if True:"),
    ),
    _train(
        "mined by the model of the beginning",
        "The embeddings are made once, before training. Mining again with old embeddings gives the old negatives "
        "again.",
        ("            embeddings = embed_both(model, train, passages, tokenizer)\n", ""),
        (
            "    for epoch in range(epochs):",
            "    embeddings = embed_both(model, train, passages, tokenizer)\n    for epoch in range(epochs):",
        ),
    ),
    _train(
        "first refresh one epoch late",
        "Epochs count from 0, and before the very first one negatives have to be mined. With (epoch + 1) the refreshes "
        "come at other epochs.",
        ("refreshed = epoch % refresh_every == 0", "refreshed = epoch == 0 or (epoch + 1) % refresh_every == 0"),
    ),
    _train(
        "gold is mined",
        "Nothing tells the miner which passages are right, so that gold, the best of all, comes back as a hard "
        "negative.",
        ("{i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}", "{}"),
    ),
    _train(
        "question i is answered by passage i",
        "Question i's gold passage is knowledge_base.train_gold[i]. Where two questions share a passage, that is "
        "not i.",
        (
            "{i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}",
            "{i: {i} for i in range(len(train))}",
        ),
    ),
    _train(
        "validation passages as negatives",
        "Mining in the whole knowledge base takes passages that validation questions ask for, and pushes them "
        "away: then "
        "validation no longer tests on unseen passages.",
        (
            "passages = knowledge_base.passages[: int(knowledge_base.train_gold.max()) + 1]",
            "passages = knowledge_base.passages",
        ),
    ),
    _train(
        "negatives not taken along",
        "The samples carry their negatives, but tensorize leaves them out unless it is told use_hard_negative=True.",
        (", use_hard_negative=True", ""),
    ),
    _train(
        "always the hardest",
        "Each epoch brings the same negative again. k of them were mined so that a question meets another one "
        "each time.",
        ("draw.choice(mined[i])", "mined[i][0]"),
    ),
    _train(
        "drawn once for each mining",
        "A question keeps its negative until the next refresh; it should be drawn anew before each epoch.",
        ("        negatives = [draw", "            negatives = [draw"),
    ),
    _train(
        "a new optimiser in each epoch",
        "Optimiser and schedule are made anew in each epoch: the learning rate never decays over the training, "
        "and Adam "
        "forgets its moments. Make both once.",
        (
            "        losses, _ = train_epoch",
            "        optimiser = make_optimiser(model, lr)\n"
            "        schedule = warmup_schedule(optimiser, steps_per_epoch(len(train), batch_size))\n"
            "        losses, _ = train_epoch",
        ),
    ),
    _train(
        "epochs count from 1",
        "Epochs are numbered 0, 1, 2, ..., so that epoch % refresh_every says when negatives are mined.",
        ('{"epoch": epoch,', '{"epoch": epoch + 1,'),
    ),
    _train(
        "recall before the epoch",
        "Recall is measured before the epoch's steps, so the last entry does not tell how good the trained model is.",
        ("        recall = validation_recall(model, validation, knowledge_base, tokenizer)\n", ""),
        (
            "        refreshed = epoch %",
            "        recall = validation_recall(model, validation, knowledge_base, tokenizer)\n"
            "        refreshed = epoch %",
        ),
    ),
    _train(
        "a copy is trained",
        "The model that was handed in stays as it is; a copy of it learns. Train it in place.",
        (
            "    train, validation = data",
            "    import copy\n\n    model = copy.deepcopy(model)\n    train, validation = data",
        ),
    ),
    _train(
        "another seed each time",
        "The shuffling takes no seed, so that two runs with one seed differ, and nobody can repeat yours.",
        ("torch.Generator().manual_seed(seed)", "None or torch.Generator().manual_seed(random.randrange(10**9))"),
    ),
]

MISCONCEPTIONS = [
    *MINE_HARD_NEGATIVES,
    *CHOOSE_HARD_NEGATIVE,
    *BM25_NEGATIVES,
    *FILTER_FALSE_NEGATIVES,
    *HARD_NEGATIVE_LOSS,
    *TRAIN_WITH_REFRESH,
]
