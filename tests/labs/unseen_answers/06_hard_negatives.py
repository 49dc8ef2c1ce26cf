# %% choose_hard_negative: last instead of first
def choose_hard_negative(ranked, gold):
    for p in reversed(ranked):
        if p != gold:
            return p
    raise ValueError("only gold")


# %% choose_hard_negative: always the first
def choose_hard_negative(ranked, gold):
    if len([r for r in ranked if r != gold]) == 0:
        raise ValueError("no negative")
    hardest = ranked[0]
    return hardest


# %% choose_hard_negative: None instead of an error
def choose_hard_negative(ranked, gold):
    for p in ranked:
        if p != gold:
            return p


# %% choose_hard_negative: gold removed only once
def choose_hard_negative(ranked, gold):
    copy = ranked[:]
    copy.pop(copy.index(gold))
    if len(copy) < 1:
        raise ValueError("empty")
    return copy[0]


# %% filter_false_negatives: True means drop
def filter_false_negatives(scores, positive_scores, margin):
    limit = positive_scores.unsqueeze(1) - margin
    return ~(scores <= limit)


# %% filter_false_negatives: limit itself excluded
def filter_false_negatives(scores, positive_scores, margin):
    return torch.lt(scores, (positive_scores - margin).view(-1, 1))


# %% filter_false_negatives: margin added | limit itself excluded | -
def filter_false_negatives(scores, positive_scores, margin):
    return scores < (positive_scores + margin)[:, None]


# %% filter_false_negatives: margin not used
def filter_false_negatives(scores, positive_scores, margin=0):
    return positive_scores.reshape(-1, 1) >= scores


# %% hard_negative_loss: passage i taken as gold
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    s = query_embeddings @ passage_embeddings.T
    t = torch.arange(s.shape[0])
    return nn.CrossEntropyLoss()(s, t), (s.argmax(-1) == t).sum().item()


# %% hard_negative_loss: count as a tensor
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    s = torch.matmul(query_embeddings, passage_embeddings.transpose(0, 1))
    correct = torch.eq(s.max(1)[1], labels).sum()
    return F.cross_entropy(s, labels), correct


# %% hard_negative_loss: cosine similarity
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    s = F.cosine_similarity(query_embeddings[:, None], passage_embeddings[None], dim=-1)
    return F.cross_entropy(s, labels), int((s.argmax(dim=1) == labels).sum())


# %% mine_hard_negatives: easiest items
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    s = query_embeddings @ item_embeddings.T
    out = {}
    for q in range(len(s)):
        pos = positive_indices.get(q, set())
        if s.shape[1] - len(pos) < k:
            raise ValueError("too few")
        order = [i for i in s[q].argsort().tolist() if i not in pos]
        out[q] = order[:k]
    return out


# %% mine_hard_negatives: item i taken as right
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    s = query_embeddings @ item_embeddings.T
    out = {}
    for q in range(len(s)):
        if s.shape[1] - len(positive_indices.get(q, ())) < k:
            raise ValueError("too few")
        order = [i for i in s[q].argsort(descending=True).tolist() if i != q]
        out[q] = order[:k]
    return out


# %% mine_hard_negatives: missing question raises an error
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    s = query_embeddings @ item_embeddings.T
    out = {}
    for q in range(s.shape[0]):
        right = positive_indices[q]
        if s.shape[1] - len(right) < k:
            raise ValueError("too few")
        s[q, list(right)] = -torch.inf
        out[q] = s[q].topk(k).indices.tolist()
    return out


# %% bm25_negatives: gold passage kept
def bm25_negatives(questions, passages, gold, k):
    if k > len(passages) - 1:
        raise ValueError("k too large")
    r = bm25s.BM25()
    r.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    out = []
    for q in questions:
        docs, _ = r.retrieve(bm25s.tokenize([q], stopwords="en", show_progress=False), k=k, show_progress=False)
        out.append([int(d) for d in docs[0]])
    return out


# %% bm25_negatives: worst first
def bm25_negatives(questions, passages, gold, k):
    if k >= len(passages):
        raise ValueError("k too large")
    r = bm25s.BM25()
    r.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    docs, _ = r.retrieve(bm25s.tokenize(questions, stopwords="en", show_progress=False), k=k + 1, show_progress=False)
    out = []
    for row, g in zip(docs.tolist(), gold):
        row = [d for d in row if d != g][:k]
        row.reverse()
        out.append(row)
    return out


# %% hard_negative_loss: sum over the questions
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = torch.mm(query_embeddings, passage_embeddings.t())
    logp = torch.log_softmax(scores, dim=1)
    loss = 0.0
    for i, j in enumerate(labels.tolist()):
        loss = loss - logp[i, j]
    return loss, int((scores.argmax(1) == labels).sum())


# %% hard_negative_loss: softmax twice
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    probs = torch.softmax(query_embeddings @ passage_embeddings.mT, dim=-1)
    loss = nn.CrossEntropyLoss()(probs, labels)
    correct = (probs.max(dim=-1).indices == labels).sum().item()
    return loss, correct


# %% hard_negative_loss: hard negatives not scored
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    positive = torch.index_select(passage_embeddings, 0, labels)
    logits = torch.einsum("id,jd->ij", query_embeddings, positive)
    target = torch.arange(logits.size(0))
    return F.cross_entropy(logits, target), torch.sum(logits.argmax(1) == target).item()


# %% hard_negative_loss: -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    # only its own hard negative (row B + i) and gold compete
    scores = query_embeddings @ passage_embeddings.T
    B = len(labels)
    gold = scores[torch.arange(B), labels]
    other = scores[torch.arange(B), (labels + B) % scores.shape[1]]
    pair = torch.stack([gold, other], dim=1)
    return F.cross_entropy(pair, torch.zeros(B, dtype=torch.long)), int((gold >= other).sum())


# %% hard_negative_loss: -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    correct = (scores.argmax(1) == labels).sum().item()
    return F.cross_entropy(scores / 0.05, labels), correct


# %% hard_negative_loss: -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = -torch.cdist(query_embeddings, passage_embeddings)
    return F.cross_entropy(scores, labels), (scores.argmax(1) == labels).sum().item()


# %% mine_hard_negatives: easiest items
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = query_embeddings.size(0), item_embeddings.size(0)
    for q in range(N):
        if P - len(positive_indices.get(q, set())) < k:
            raise ValueError("not enough")
    values, ids = [], []
    for s in range(0, P, chunk_size):
        sc = query_embeddings @ item_embeddings[s : s + chunk_size].T
        for q, items in positive_indices.items():
            for i in items:
                if s <= i < s + sc.shape[1]:
                    sc[q, i - s] = float("inf")
        v, i = sc.topk(min(k, sc.shape[1]), dim=1, largest=False)
        values.append(v)
        ids.append(i + s)
    values, ids = torch.cat(values, 1), torch.cat(ids, 1)
    order = values.argsort(dim=1)[:, :k]
    return {q: row for q, row in enumerate(ids.gather(1, order).tolist())}


# %% mine_hard_negatives: indices within the chunk
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    if any(P - len(positive_indices.get(q, ())) < k for q in range(N)):
        raise ValueError("too few")
    best_v = torch.full((N, k), -math.inf, dtype=query_embeddings.dtype)
    best_i = torch.zeros(N, k, dtype=torch.long)
    for start, chunk in zip(range(0, P, chunk_size), item_embeddings.split(chunk_size)):
        sc = query_embeddings @ chunk.T
        for q in range(N):
            bad = [i - start for i in positive_indices.get(q, ()) if start <= i < start + len(chunk)]
            sc[q, bad] = -math.inf
        v, i = sc.topk(min(k, len(chunk)), dim=1)
        allv, alli = torch.cat([best_v, v], 1), torch.cat([best_i, i], 1)
        best_v, p = allv.topk(k, dim=1)
        best_i = alli.gather(1, p)
    return {q: best_i[q].tolist() for q in range(N)}


# %% mine_hard_negatives: right items scored 0
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    for q in range(N):
        if k > P - len(positive_indices.get(q, [])):
            raise ValueError("too few")
    best_v, best_i = query_embeddings.new_zeros(N, 0), torch.zeros(N, 0, dtype=torch.long)
    for start in range(0, P, chunk_size):
        sc = query_embeddings @ item_embeddings[start : start + chunk_size].T
        keep = torch.ones_like(sc)
        for q in range(N):
            for i in positive_indices.get(q, []):
                if start <= i < start + sc.shape[1]:
                    keep[q, i - start] = 0
        sc = sc * keep
        idx = torch.arange(start, start + sc.shape[1]).repeat(N, 1)
        v, i = torch.cat([best_v, sc], 1), torch.cat([best_i, idx], 1)
        best_v, p = v.topk(min(k, v.shape[1]), dim=1)
        best_i = i.gather(1, p)
    return dict(enumerate(best_i.tolist()))


# %% mine_hard_negatives: -
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    # leaves out the positives of all queries
    everyone = set().union(*positive_indices.values()) if positive_indices else set()
    P = len(item_embeddings)
    scores = query_embeddings @ item_embeddings.T
    out = {}
    for q in range(len(scores)):
        if P - len(positive_indices.get(q, ())) < k:
            raise ValueError("too few")
        row = [i for i in scores[q].argsort(descending=True).tolist() if i not in everyone]
        out[q] = row[:k]
    return out


# %% mine_hard_negatives: -
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    # only the queries in the dict
    P = len(item_embeddings)
    out = {}
    for q, pos in positive_indices.items():
        if P - len(pos) < k:
            raise ValueError("too few")
        sc = item_embeddings @ query_embeddings[q]
        if pos:
            sc[list(pos)] = -math.inf
        out[q] = sc.topk(k).indices.tolist()
    return out


# %% mine_hard_negatives: -
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    # k from the first chunk only
    sc = query_embeddings @ item_embeddings[:chunk_size].T
    for q in range(len(query_embeddings)):
        if len(item_embeddings) - len(positive_indices.get(q, ())) < k:
            raise ValueError("too few")
        for i in positive_indices.get(q, ()):
            if i < sc.shape[1]:
                sc[q, i] = -math.inf
    return dict(enumerate(sc.topk(min(k, sc.shape[1]), dim=1).indices.tolist()))


# %% choose_hard_negative: -
def choose_hard_negative(ranked, gold):
    place = ranked.index(gold) if gold in ranked else -1
    if place + 1 >= len(ranked):
        raise ValueError("nothing after gold")
    return ranked[place + 1]


# %% choose_hard_negative: -
def choose_hard_negative(ranked, gold):
    for i in range(len(ranked)):
        if ranked[i] != gold:
            return i
    raise ValueError("only gold")


# %% choose_hard_negative: smallest index
def choose_hard_negative(ranked, gold):
    rest = sorted(p for p in ranked if p != gold)
    if not rest:
        raise ValueError("no negative left")
    return rest[0]


# %% choose_hard_negative: passage 0 skipped
def choose_hard_negative(ranked, gold):
    chosen = next((p for p in ranked if p != gold and p), None)
    if not chosen:
        raise ValueError("only gold")
    return chosen


# %% filter_false_negatives: gold scores along the columns
def filter_false_negatives(scores, positive_scores, margin):
    limit = (positive_scores - margin).unsqueeze(0)
    return torch.le(scores, limit)


# %% filter_false_negatives: margin as a percentage
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= (1.0 - margin) * positive_scores.unsqueeze(-1)


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores.mean() - margin


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    keep = scores <= positive_scores[:, None] - margin
    return scores[keep]


# %% bm25_negatives: passage i taken as gold
def bm25_negatives(questions, passages, gold, k):
    if len(passages) < k + 1:
        raise ValueError("too few passages")
    bm25 = bm25s.BM25()
    bm25.index(bm25s.tokenize(passages, show_progress=False), show_progress=False)
    result = []
    for i, question in enumerate(questions):
        found, _ = bm25.retrieve(bm25s.tokenize(question, show_progress=False), k=k + 1, show_progress=False)
        ids = [int(p) for p in found[0] if int(p) != i]
        result.append(ids[:k])
    return result


# %% bm25_negatives: -
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few passages")
    bm25 = bm25s.BM25()
    bm25.index(bm25s.tokenize(questions, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(passages, stopwords="en", show_progress=False)
    scores = [bm25.get_scores([w for w in p.lower().split()]) for p in passages]
    rows = []
    for q in range(len(questions)):
        order = sorted((p for p in range(len(passages)) if p != gold[q]), key=lambda p: -scores[p][q])
        rows.append(order[: k - 1] + order[-1:])
    return rows


# %% bm25_negatives: list one too long without gold
def bm25_negatives(questions, passages, gold, k):
    if k > len(passages) - 1:
        raise ValueError("k")
    bm25 = bm25s.BM25()
    bm25.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    docs = bm25.retrieve(bm25s.tokenize(questions, stopwords="en", show_progress=False), k=k + 1, show_progress=False)
    rows = docs.documents.tolist()
    for row, own in zip(rows, gold):
        if own in row:
            row.remove(own)
    return rows


# %% bm25_negatives: -
def bm25_negatives(questions, passages, gold, k):
    if k > len(passages) - 1:
        raise ValueError("k")
    bm25 = bm25s.BM25()
    bm25.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    docs = bm25.retrieve(bm25s.tokenize(questions, stopwords="en", show_progress=False), k=k + 1, show_progress=False)
    return [[passages[p] for p in row if p != own][:k] for row, own in zip(docs.documents.tolist(), gold)]


# %% hard_negative_loss: right
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    """The loss in float64."""
    scores = query_embeddings.double() @ passage_embeddings.double().T
    loss = F.cross_entropy(scores, labels)
    return loss, int((scores.argmax(dim=1) == labels).sum())


# %% hard_negative_loss: passage i taken as gold | -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    loss = F.cross_entropy(scores, labels)
    predicted = scores.argmax(dim=1)
    num_correct = (predicted == torch.arange(len(predicted))).sum().item()
    return loss, num_correct


# %% hard_negative_loss: -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    gold = scores[torch.arange(len(labels)), labels]
    loss = F.relu(1 - gold[:, None] + scores).mean()
    return loss, int((scores.argmax(1) == labels).sum())


# %% hard_negative_loss: share instead of count
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    loss = F.cross_entropy(scores, labels)
    num_correct = (scores.argmax(1) == labels).float().mean().item()
    return loss, num_correct


# %% mine_hard_negatives: right items removed after the best k
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    result = {}
    scores = torch.cat([query_embeddings @ part.T for part in item_embeddings.split(chunk_size)], dim=1)
    top = scores.topk(min(k, P), dim=1).indices.tolist()
    for q in range(N):
        right = positive_indices.get(q, set())
        if P - len(right) < k:
            raise ValueError("too few items")
        result[q] = [i for i in top[q] if i not in right]
    return result


# %% mine_hard_negatives: -
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    everything = set().union(*positive_indices.values()) if positive_indices else set()
    if P - len(everything) < k:
        raise ValueError("too few items")
    scores = torch.cat([query_embeddings @ part.T for part in item_embeddings.split(chunk_size)], dim=1)
    scores[:, list(everything)] = -float("inf")
    return {q: row for q, row in enumerate(scores.topk(k, dim=1).indices.tolist())}


# %% mine_hard_negatives: missing question raises an error | -
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    P = len(item_embeddings)
    found = {}
    for q, right in positive_indices.items():
        if P - len(right) < k:
            raise ValueError("too few items")
        scores = torch.cat([part @ query_embeddings[q] for part in item_embeddings.split(chunk_size)])
        scores[list(right)] = -torch.inf
        found[q] = scores.topk(k).indices.tolist()
    return found


# %% choose_hard_negative: -
def choose_hard_negative(ranked, gold):
    if ranked[0] != gold:
        return ranked[0]
    return ranked[1]


# %% choose_hard_negative: gold removed only once | -
def choose_hard_negative(ranked, gold):
    ranked.remove(gold)
    if not ranked:
        raise ValueError("no passage left")
    return ranked[0]


# %% choose_hard_negative: -
def choose_hard_negative(ranked, gold):
    for passage in ranked:
        if passage != gold:
            return passage
        else:
            raise ValueError("only gold")


# %% bm25_negatives: -
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few passages")
    import bm25s

    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords=None, show_progress=False), show_progress=False)
    result = []
    for question, right in zip(questions, gold):
        tokens = bm25s.tokenize([question], stopwords=None, show_progress=False)
        found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
        row = found[0].tolist()
        if row[0] == right:
            row = row[1:]
        result.append(row[:k])
    return result


# %% bm25_negatives: -
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few passages")
    import bm25s

    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords=None, show_progress=False), show_progress=False)
    result = []
    for question, right in zip(questions, gold):
        tokens = bm25s.tokenize([question], stopwords=None, show_progress=False)
        found, scores = retriever.retrieve(tokens, k=len(passages), show_progress=False)
        row = [int(i) for i, s in zip(found[0], scores[0]) if i != right and s > 0]
        result.append(row[:k])
    return result


# %% filter_false_negatives: distance on either side
def filter_false_negatives(scores, positive_scores, margin):
    return (scores - positive_scores[:, None]).abs() >= margin


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    keep = scores <= positive_scores.unsqueeze(1) - margin
    return scores[keep]


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= (positive_scores.max() - margin)


# %% filter_false_negatives: right
def filter_false_negatives(scores, positive_scores, margin):
    limit = positive_scores.sub(margin).view(-1, 1).expand_as(scores)
    return torch.le(scores, limit)


# %% filter_false_negatives: right
def filter_false_negatives(scores, positive_scores, margin):
    rows = []
    for row, gold in zip(scores, positive_scores):
        rows.append(~(row > gold - margin))
    return torch.stack(rows)


# %% choose_hard_negative: right
def choose_hard_negative(ranked, gold):
    left = list(filter(lambda passage: passage != gold, ranked))
    try:
        return left[0]
    except IndexError:
        raise ValueError("nothing but gold") from None


# %% hard_negative_loss: right
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = torch.einsum("bd,pd->bp", query_embeddings, passage_embeddings)
    gold = torch.take_along_dim(scores, labels[:, None], dim=1)
    loss = (scores.logsumexp(1, keepdim=True) - gold).mean()
    num_correct = sum(int(best) == int(label) for best, label in zip(scores.argmax(1), labels))
    return loss, num_correct


# %% mine_hard_negatives: right
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = query_embeddings.shape[0], item_embeddings.shape[0]
    for q in range(N):
        if P - len(positive_indices.get(q, [])) < k:
            raise ValueError(f"query {q} has too few items")
    rows = torch.tensor([q for q in range(N) for _ in positive_indices.get(q, [])], dtype=torch.long)
    columns = torch.tensor([i for q in range(N) for i in positive_indices.get(q, [])], dtype=torch.long)
    best = torch.full((N, k), -torch.inf, dtype=query_embeddings.dtype)
    where = torch.zeros((N, k), dtype=torch.long)
    for start in range(0, P, chunk_size):
        chunk = item_embeddings[start : start + chunk_size]
        scores = torch.mm(query_embeddings, chunk.t())
        here = (columns >= start) & (columns < start + len(chunk))
        scores[rows[here], columns[here] - start] = -torch.inf
        ids = torch.arange(start, start + len(chunk)).repeat(N, 1)
        merged, merged_ids = torch.cat((best, scores), 1), torch.cat((where, ids), 1)
        order = torch.sort(merged, dim=1, descending=True).indices[:, :k]
        best, where = merged.gather(1, order), merged_ids.gather(1, order)
    return dict(enumerate(where.tolist()))


# %% bm25_negatives: right
def bm25_negatives(questions, passages, gold, k):
    import bm25s

    if k > len(passages) - 1:
        raise ValueError(f"k is {k}, but each question has {len(passages) - 1} other passages")
    index = bm25s.BM25(method="lucene")
    index.index([p.lower().split() for p in passages], show_progress=False)
    out = []
    for question, right in zip(questions, gold):
        scores = index.get_scores(question.lower().split())
        order = sorted(range(len(passages)), key=lambda i: -float(scores[i]))
        order.remove(right)
        out.append(order[:k])
    return out


# %% mine_hard_negatives: right
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    right = [positive_indices.get(q, set()) for q in range(N)]
    if any(P - len(items) < k for items in right):
        raise ValueError("too few negatives")
    wanted = k + max((len(items) for items in right), default=0)
    best = torch.empty(N, 0, dtype=query_embeddings.dtype), torch.empty(N, 0, dtype=torch.int64)
    for start in range(0, P, chunk_size):
        scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
        values, places = scores.topk(min(wanted, scores.shape[1]), dim=1)
        values, places = torch.cat([best[0], values], 1), torch.cat([best[1], places + start], 1)
        keep = values.topk(min(wanted, values.shape[1]), dim=1)
        best = keep.values, places.gather(1, keep.indices)
    return {q: [i for i in row if i not in right[q]][:k] for q, row in enumerate(best[1].tolist())}


# %% choose_hard_negative: right
def choose_hard_negative(ranked, gold):
    for i in range(len(ranked)):
        if not ranked[i] == gold:
            break
    else:
        raise ValueError("there is no passage but gold")
    return int(ranked[i])


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores.mean() - margin


# %% hard_negative_loss: -
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    scores = query_embeddings @ passage_embeddings.T
    own = torch.stack([scores[torch.arange(len(labels)), labels], scores[torch.arange(len(labels)), labels - 1]], 1)
    loss = F.cross_entropy(own, torch.zeros(len(labels), dtype=torch.long))
    return loss, int((own.argmax(1) == 0).sum())


# %% hard_negative_loss: right
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    s = torch.einsum("bd,pd->bp", query_embeddings, passage_embeddings)
    gold = s.gather(1, labels.reshape(-1, 1)).reshape(-1)
    return (s.logsumexp(1) - gold).mean(), int((s.max(1).indices == labels).sum())


# %% hard_negative_loss: right
def hard_negative_loss(query_embeddings, passage_embeddings, labels):
    logits = F.linear(query_embeddings, passage_embeddings)
    return nn.CrossEntropyLoss(reduction="sum")(logits, labels) / labels.numel(), logits.argmax(1).eq(
        labels
    ).sum().item()


# %% mine_hard_negatives: right
def mine_hard_negatives(query_embeddings, item_embeddings, positive_indices, k=5, chunk_size=4096):
    N, P = len(query_embeddings), len(item_embeddings)
    for q in range(N):
        if P - len(positive_indices.get(q, ())) < k:
            raise ValueError(f"query {q} has too few negatives")
    own = [(q, i) for q, items in positive_indices.items() if q < N for i in items]
    rows = torch.tensor([q for q, _ in own], dtype=torch.long)
    cols = torch.tensor([i for _, i in own], dtype=torch.long)
    values = torch.empty(N, 0, dtype=query_embeddings.dtype)
    indices = torch.empty(N, 0, dtype=torch.long)
    with torch.no_grad():
        for start in range(0, P, chunk_size):
            scores = query_embeddings @ item_embeddings[start : start + chunk_size].T
            inside = (cols >= start) & (cols < start + scores.shape[1])
            scores[rows[inside], cols[inside] - start] = -torch.inf
            ids = torch.arange(start, start + scores.shape[1]).expand(N, -1)
            values, indices = torch.cat([values, scores], 1), torch.cat([indices, ids], 1)
            values, top = values.topk(min(k, values.shape[1]), dim=1)
            indices = indices.gather(1, top)
    return dict(enumerate(indices.tolist()))


# %% choose_hard_negative: right
def choose_hard_negative(ranked, gold):
    try:
        return next(filter(lambda i: i != gold, ranked))
    except StopIteration:
        raise ValueError("only gold") from None


# %% choose_hard_negative: right
def choose_hard_negative(ranked, gold):
    others = [*filter(gold.__ne__, ranked)]
    if not others:
        raise ValueError(f"no passage but {gold}")
    return others[0]


# %% choose_hard_negative: -
def choose_hard_negative(ranked, gold):
    return [i for i in ranked if i != gold][0]


# %% filter_false_negatives: right
def filter_false_negatives(scores, positive_scores, margin):
    return torch.le(scores, (positive_scores - margin).reshape(-1, 1))


# %% filter_false_negatives: right
def filter_false_negatives(scores, positive_scores, margin):
    return torch.stack([row <= p - margin for row, p in zip(scores, positive_scores)])


# %% filter_false_negatives: right
def filter_false_negatives(scores, positive_scores, margin):
    return ~(scores.T > positive_scores - margin).T


# %% filter_false_negatives: -
def filter_false_negatives(scores, positive_scores, margin):
    return scores <= positive_scores[:, None] - abs(margin)
