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
