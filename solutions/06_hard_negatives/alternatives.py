"""Other right answers to lab 06: they must score full."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "mine_hard_negatives",
        "a loop over queries to mask, lists to collect",
        """
# Exercise: mine_hard_negatives
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    num_items = item_embeddings.size(0)
    for query in range(query_embeddings.size(0)):
        if num_items - len(positive_indices.get(query, set())) < k:
            raise ValueError(f"query {query} has too few negatives")
    kept_scores, kept = [], []
    for start in range(0, num_items, chunk_size):
        chunk = item_embeddings[start : start + chunk_size]
        scores = torch.matmul(query_embeddings, chunk.transpose(0, 1))
        for query, positives in positive_indices.items():
            inside = [item - start for item in positives if start <= item < start + len(chunk)]
            scores[query, inside] = float("-inf")
        values, places = scores.topk(min(k, len(chunk)), dim=1)
        kept_scores.append(values)
        kept.append(places + start)
        merged, ids = torch.cat(kept_scores, dim=1), torch.cat(kept, dim=1)
        order = merged.argsort(dim=1, descending=True)[:, :k]
        kept_scores, kept = [merged.gather(1, order)], [ids.gather(1, order)]
    return {query: row.tolist() for query, row in enumerate(kept[0])}
""",
    ),
    Alternative(
        "mine_hard_negatives",
        "numpy, and a boolean mask of each chunk",
        """
# Exercise: mine_hard_negatives
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    import numpy as np

    queries, items = query_embeddings.detach().numpy(), item_embeddings.detach().numpy()
    n, p = len(queries), len(items)
    if any(p - len(positive_indices.get(q, [])) < k for q in range(n)):
        raise ValueError("not enough negatives")
    best, ids = np.empty((n, 0), queries.dtype), np.empty((n, 0), int)
    for start in range(0, p, chunk_size):
        block = queries @ items[start : start + chunk_size].T
        right = np.zeros(block.shape, dtype=bool)
        for q in range(n):
            for item in positive_indices.get(q, ()):
                if 0 <= item - start < block.shape[1]:
                    right[q, item - start] = True
        block[right] = -np.inf
        best = np.hstack([best, block])
        ids = np.hstack([ids, np.tile(np.arange(start, start + block.shape[1]), (n, 1))])
        order = np.argsort(-best, axis=1)[:, :k]
        best, ids = np.take_along_axis(best, order, 1), np.take_along_axis(ids, order, 1)
    return {q: [int(i) for i in ids[q]] for q in range(n)}
""",
    ),
    Alternative(
        "mine_hard_negatives",
        "as many more as a question has right passages, dropped at the end",
        """
# Exercise: mine_hard_negatives
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    count, total = len(query_embeddings), len(item_embeddings)
    most = max((len(items) for items in positive_indices.values()), default=0)
    scores, indices = query_embeddings.new_zeros(count, 0), torch.zeros(count, 0, dtype=torch.long)
    for start in range(0, total, chunk_size):
        part = query_embeddings @ item_embeddings[start : start + chunk_size].T
        scores = torch.cat((scores, part), dim=1)
        indices = torch.cat((indices, torch.arange(start, start + part.shape[1]).repeat(count, 1)), dim=1)
        scores, places = scores.topk(min(k + most, scores.shape[1]), dim=1)
        indices = indices.gather(1, places)
    mined = {}
    for query, row in enumerate(indices.tolist()):
        mined[query] = [item for item in row if item not in positive_indices.get(query, ())][:k]
        if len(mined[query]) < k:
            raise ValueError(f"query {query} has fewer than {k} negatives")
    return mined
""",
    ),
    Alternative(
        "choose_hard_negative",
        "a generator, and its end as the error",
        """
# Exercise: choose_hard_negative
def choose_hard_negative(ranked, gold):
    try:
        return next(passage for passage in ranked if passage != gold)
    except StopIteration:
        raise ValueError("nothing but gold") from None
""",
    ),
    Alternative(
        "choose_hard_negative",
        "a list of the others",
        """
# Exercise: choose_hard_negative
def choose_hard_negative(ranked, gold):
    others = [index for index in ranked if not index == gold]
    if len(others) == 0:
        raise ValueError("no negative left")
    return others[0]
""",
    ),
    Alternative(
        "bm25_negatives",
        "another variant of BM25, a loop",
        """
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k):
    if k > len(passages) - 1:
        raise ValueError("not enough passages")
    retriever = bm25s.BM25(method="bm25+", k1=1.2, b=0.6, delta=0.8)
    retriever.index(bm25s.tokenize(passages, show_progress=False), show_progress=False)
    result = []
    for question, own in zip(questions, gold):
        tokens = bm25s.tokenize(question, show_progress=False)
        ranking = retriever.retrieve(tokens, k=len(passages), show_progress=False)
        others = [int(index) for index in ranking.documents[0] if index != own]
        result.append(others[:k])
    return result
""",
    ),
    Alternative(
        "bm25_negatives",
        "all scores, gold masked",
        """
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k):
    import numpy as np

    if len(passages) <= k:
        raise ValueError("not enough passages")
    retriever = bm25s.BM25(method="robertson")
    retriever.index([passage.lower().split() for passage in passages], show_progress=False)
    rows = []
    for question, own in zip(questions, gold):
        scores = retriever.get_scores(question.lower().split())
        scores[own] = -np.inf
        rows.append(np.argsort(-scores, kind="stable")[:k].tolist())
    return rows
""",
    ),
    Alternative(
        "bm25_negatives",
        "a BM25 of one's own",
        """
# Exercise: bm25_negatives
def bm25_negatives(questions, passages, gold, k, k1=1.5, b=0.75):
    from collections import Counter

    if len(passages) - 1 < k:
        raise ValueError("not enough passages")
    texts = [passage.lower().split() for passage in passages]
    counts = [Counter(text) for text in texts]
    frequency = Counter(word for text in texts for word in set(text))
    mean = sum(map(len, texts)) / len(texts)

    def score(words, i):
        total = 0.0
        for word in words:
            idf = math.log(1 + (len(texts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            n = counts[i][word]
            total += idf * n * (k1 + 1) / (n + k1 * (1 - b + b * len(texts[i]) / mean))
        return total

    rows = []
    for question, own in zip(questions, gold):
        words = question.lower().split()
        ranked = sorted((i for i in range(len(texts)) if i != own), key=lambda i: -score(words, i))
        rows.append(ranked[:k])
    return rows
""",
    ),
    Alternative(
        "filter_false_negatives",
        "the difference to gold",
        """
# Exercise: filter_false_negatives
def filter_false_negatives(scores, positive_scores, margin):
    return positive_scores.unsqueeze(1) - scores >= margin
""",
    ),
    Alternative(
        "filter_false_negatives",
        "row by row",
        """
# Exercise: filter_false_negatives
def filter_false_negatives(scores, positive_scores, margin):
    rows = [torch.le(row, positive - margin) for row, positive in zip(scores, positive_scores)]
    return torch.stack(rows)
""",
    ),
    Alternative(
        "hard_negative_loss",
        "logsumexp by hand",
        """
# Exercise: hard_negative_loss
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = torch.einsum("bd,pd->bp", query_embeddings, passage_embeddings)
    own = scores[torch.arange(len(labels)), labels]
    loss = (scores.logsumexp(dim=1) - own).mean()
    return loss, int((scores.argmax(1) == labels).sum())
""",
    ),
    Alternative(
        "hard_negative_loss",
        "log_softmax and nll_loss",
        """
# Exercise: hard_negative_loss
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    log_probabilities = F.log_softmax(F.linear(query_embeddings, passage_embeddings), dim=-1)
    best = log_probabilities.max(dim=-1).indices
    return F.nll_loss(log_probabilities, labels), best.eq(labels).sum().item()
""",
    ),
    Alternative(
        "train_with_refresh",
        "a loop of one's own, and PyTorch's schedule",
        """
# Exercise: train_with_refresh
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    samples, validation = data
    gold = knowledge_base.train_gold.tolist()
    pool = sorted(set(gold))
    texts = [knowledge_base.passages[index] for index in pool]
    optimiser = torch.optim.AdamW(model.parameters(), lr=lr)
    steps = epochs * math.ceil(len(samples) / batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    rng = random.Random(seed)
    torch.manual_seed(seed)
    history = []
    for epoch in range(epochs):
        if epoch % refresh_every == 0:
            questions, passages = embed_both(model, samples, texts, tokenizer)
            right = {i: {pool.index(gold[i])} for i in range(len(samples))}
            ranked = mine_hard_negatives(questions, passages, right, k=min(k, len(pool) - 1))
        for number, sample in enumerate(samples):
            rng.shuffle(ranked[number])
            sample["hard_negative"] = texts[ranked[number][0]]
        order = list(range(len(samples)))
        rng.shuffle(order)
        model.train()
        losses = []
        for start in range(0, len(order), batch_size):
            some = [samples[i] for i in order[start : start + batch_size]]
            batch = tensorize(some, tokenizer, use_hard_negative=True)
            loss, _ = batch_loss(model, [tensor.to(device_of(model)) for tensor in batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        model.eval()
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append(
            {"epoch": epoch, "loss": statistics.mean(losses), "refreshed": epoch % refresh_every == 0, "recall": recall}
        )
    return history
""",
    ),
    Alternative(
        "train_with_refresh",
        "an outer loop over refreshes",
        """
# Exercise: train_with_refresh
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    passages = knowledge_base.passages[: knowledge_base.train_gold.max().item() + 1]
    optimiser = make_optimiser(model, lr)
    schedule = warmup_schedule(optimiser, steps_per_epoch(len(train), batch_size) * epochs)
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    history = []
    for first in range(0, epochs, refresh_every):
        questions, embeddings = embed_both(model, train, passages, tokenizer)
        positives = {i: {int(gold)} for i, gold in enumerate(knowledge_base.train_gold)}
        mined = mine_hard_negatives(questions, embeddings, positives, k=min(k, len(passages) - 1))
        table = torch.tensor([mined[i] for i in range(len(train))])
        for epoch in range(first, min(first + refresh_every, epochs)):
            column = torch.randint(table.shape[1], (len(train), 1), generator=generator)
            samples = with_negatives(train, table.gather(1, column)[:, 0].tolist(), passages)
            batches = tensor_batches(
                samples, batch_size, lambda some: tensorize(some, tokenizer, 100, True), device_of(model), generator
            )
            losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
            history.append({"epoch": epoch, "loss": torch.tensor(losses).mean().item(), "refreshed": epoch == first})
            history[-1]["recall"] = validation_recall(model, validation, knowledge_base, tokenizer)
    return history
""",
    ),
]
