# %% in_batch_loss: normalises as in lab 03
def in_batch_loss(queries, passages, temperature=1.0):
    q = queries / queries.norm(dim=-1, keepdim=True)
    p = passages / passages.norm(dim=-1, keepdim=True)
    return F.cross_entropy((q @ p.T) / temperature, torch.arange(q.shape[0]))


# %% in_batch_loss: one loss for each query
def in_batch_loss(queries, passages, temperature=1.0):
    logp = torch.log_softmax(queries @ passages.T / temperature, dim=1)
    return -logp[torch.arange(len(queries)), torch.arange(len(queries))]


# %% in_batch_loss: exp() overflows
def in_batch_loss(queries, passages, temperature=1.0):
    e = torch.exp(torch.matmul(queries, passages.T) / temperature)
    top = torch.diagonal(e)
    return torch.mean(torch.log(e.sum(1)) - torch.log(top))


# %% in_batch_loss: temperature left out
def in_batch_loss(queries, passages, temperature=1.0):
    s = torch.einsum("bd,pd->bp", queries, passages)
    return (torch.logsumexp(s, 1) - s.diagonal()).mean()


# %% in_batch_loss: sum over the queries | temperature left out | -
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T
    return F.cross_entropy(s, torch.arange(len(s)), reduction="sum")


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T / temperature
    return F.binary_cross_entropy_with_logits(s, torch.eye(*s.shape, dtype=s.dtype))


# %% count_negatives: counts the query's own passage
def count_negatives(batch_size):
    neg = batch_size
    return dict(
        batch_size=batch_size,
        positives=batch_size,
        negatives_per_positive=neg,
        total_negative_pairs=neg * batch_size,
        negative_ratio=str(neg) + ":1",
    )


# %% count_negatives: numbers are floats
def count_negatives(batch_size):
    n = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size * n / batch_size,
        "total_negative_pairs": batch_size * n,
        "negative_ratio": f"{n}:1",
    }


# %% embedding_memory_mb: one side only
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    total_bytes = batch_size * dim * bytes_per_float
    return total_bytes / (1024 * 1024)


# %% embedding_memory_mb: a million bytes per MB
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 1000 / 1000


# %% similarity_memory_mb: None is not replaced
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    entries = int(batch_size) * int(num_passages)
    return entries * bytes_per_float / 1024**2


# %% expected_false_negatives: drawn with replacement
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    return (batch_size - 1) * sum((c / n) ** 2 for c in group_counts)


# %% expected_false_negatives: divides by zero for one item
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    total = 0.0
    for c in group_counts:
        total += c / n * (c - 1) / (n - 1) * (batch_size - 1)
    return total


# %% masked_in_batch_loss: no mask at all
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    return in_batch_loss(queries, passages, temperature)


# %% masked_in_batch_loss: masks the positive, too
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    same = group_ids[:B].unsqueeze(1).eq(group_ids.unsqueeze(0))
    s[same] = float("-inf")
    return F.cross_entropy(s, torch.arange(B))


# %% masked_in_batch_loss: masked scores set to 0
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    same = group_ids[:B].unsqueeze(1) == group_ids
    same.fill_diagonal_(False)
    return -F.log_softmax(s * ~same, dim=1).diagonal().mean()


# %% cached_backward: the whole batch at once
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q, p = query_encoder(queries), passage_encoder(passages)
    loss = F.cross_entropy(q @ p.T / temperature, torch.arange(len(q)))
    loss.backward()
    return float(loss)


# %% in_batch_loss: multiplies by the temperature
def in_batch_loss(queries, passages, temperature=1.0):
    logits = temperature * torch.matmul(queries, passages.mT)
    return -logits.log_softmax(1).diagonal().mean()


# %% in_batch_loss: softmax twice
def in_batch_loss(queries, passages, temperature=1.0):
    p = torch.softmax(queries @ passages.T / temperature, dim=-1)
    return (p.logsumexp(1) - p.diagonal()).mean()


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T / temperature
    return F.relu(1 - s.diagonal()[:, None] + s).mean()


# %% embedding_memory_mb: whole MB only
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return float(int(2 * batch_size * dim * bytes_per_float / 2**20))


# %% embedding_memory_mb: always four bytes
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 8 * batch_size * dim / 1048576


# %% count_negatives: both sides give negatives
def count_negatives(batch_size):
    n = 2 * (batch_size - 1)
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": n,
        "total_negative_pairs": batch_size * n,
        "negative_ratio": f"{n}:1",
    }


# %% expected_false_negatives: N instead of N - 1
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    mean_others = sum(c / n * (c - 1) for c in group_counts)
    return (batch_size - 1) * mean_others / n


# %% masked_in_batch_loss: mask reversed
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    other = group_ids[:B, None] != group_ids[None]
    return F.cross_entropy(torch.where(other, torch.tensor(-torch.inf), s), torch.arange(B))


# %% masked_in_batch_loss: -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    return in_batch_loss(queries, passages[: len(queries)].flip(0), temperature)


# %% count_negatives: total is the whole square
def count_negatives(batch_size):
    n = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": n,
        "total_negative_pairs": batch_size * batch_size,
        "negative_ratio": "%d:1" % n,
    }


# %% count_negatives: each pair counted once
def count_negatives(batch_size):
    n = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": n,
        "total_negative_pairs": math.comb(batch_size, 2),
        "negative_ratio": f"{n}:1",
    }


# %% count_negatives: -
def count_negatives(batch_size):
    n = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": n,
        "total_negative_pairs": batch_size * n,
        "negative_ratio": n,
    }


# %% count_negatives: -
def count_negatives(batch_size):
    n = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": n,
        "total_negative_pairs": batch_size * n,
        "negative_ratio": f"{batch_size * n}:{batch_size}",
    }


# %% embedding_memory_mb: bits instead of bytes
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    bits = bytes_per_float * 8
    return (batch_size * dim * bits + batch_size * dim * bits) / 1024**2


# %% embedding_memory_mb: rounded to two decimals
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return float(f"{2 * batch_size * dim * bytes_per_float / 2**20:.2f}")


# %% embedding_memory_mb: -
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * (batch_size + dim) * bytes_per_float / 2**20


# %% embedding_memory_mb: -
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float


# %% similarity_memory_mb: negatives only
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    if num_passages is None:
        num_passages = batch_size
    entries = batch_size * num_passages - batch_size
    return entries * bytes_per_float / 2**20


# %% similarity_memory_mb: always a square
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    num_passages = batch_size
    return batch_size * num_passages * bytes_per_float / 1024 / 1024


# %% similarity_memory_mb: -
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    if num_passages is None:
        num_passages = batch_size
    return batch_size * num_passages * bytes_per_float / 2**30


# %% similarity_memory_mb: -
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or 1) * bytes_per_float / 2**20


# %% similarity_memory_mb: None is not replaced
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    scores = torch.empty(batch_size, num_passages, device="meta")
    return scores.numel() * bytes_per_float / 2**20


# %% in_batch_loss: passages choose among queries
def in_batch_loss(queries, passages, temperature=1.0):
    n = len(queries)
    s = queries @ passages.T / temperature
    return F.cross_entropy(s[:, :n].T, torch.arange(n))


# %% in_batch_loss: a number instead of a tensor
def in_batch_loss(queries, passages, temperature=1.0):
    s = (queries @ passages.T / temperature).tolist()
    total = 0.0
    for i, row in enumerate(s):
        top = max(row)
        total += top + math.log(sum(math.exp(x - top) for x in row)) - row[i]
    return total / len(s)


# %% in_batch_loss: both directions
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T / temperature
    t = torch.arange(len(queries))
    there = -s.log_softmax(1)[t, t].mean()
    back = -s[:, : len(t)].log_softmax(0)[t, t].mean()
    return 0.5 * there + 0.5 * back


# %% in_batch_loss: passages detached
def in_batch_loss(queries, passages, temperature=1.0):
    with torch.no_grad():
        targets = passages.clone()
    return F.cross_entropy(queries @ targets.T / temperature, torch.arange(len(queries)))


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    s = -torch.cdist(queries, passages) / temperature
    return F.cross_entropy(s, torch.arange(len(queries)))


# %% in_batch_loss: positive missing from the denominator
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T / temperature
    own = s.diagonal()
    mask = torch.eye(*s.shape, dtype=torch.bool)
    return (s.masked_fill(mask, -math.inf).logsumexp(1) - own).mean()


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    s = queries @ passages.T / temperature
    return F.cross_entropy(s, torch.arange(len(queries)) + len(passages) - len(queries))


# %% expected_false_negatives: mean over groups
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    if n == 1:
        return 0.0
    per_group = [(c - 1) / (n - 1) * (batch_size - 1) for c in group_counts]
    return sum(per_group) / len(per_group)


# %% expected_false_negatives: counts the anchor's own place
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    if batch_size == 1:
        return 0.0
    return sum(c / n * (c - 1) / (n - 1) * batch_size for c in group_counts)


# %% expected_false_negatives: sum over the whole batch
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    if n < 2:
        return 0.0
    p = sum(c * (c - 1) for c in group_counts) / (n * (n - 1))
    return batch_size * (batch_size - 1) * p


# %% expected_false_negatives: counts the anchor itself
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    if n == 1:
        return 0.0
    return (batch_size - 1) * sum(c * c for c in group_counts) / n / (n - 1)


# %% expected_false_negatives: -
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    if n == 1:
        return 0.0
    p = sum(c * (c - 1) for c in group_counts) / (n * (n - 1))
    return 1 - (1 - p) ** (batch_size - 1)


# %% masked_in_batch_loss: extra passages are never masked
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B, P = len(queries), len(passages)
    s = queries @ passages.T / temperature
    own = group_ids[:B]
    block = (own[:, None] == own[None, :]) & ~torch.eye(B, dtype=torch.bool)
    s = torch.cat([s[:, :B].masked_fill(block, -math.inf), s[:, B:]], dim=1)
    return F.cross_entropy(s, torch.arange(B))


# %% masked_in_batch_loss: passages of the group become positives
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    targets = (group_ids[: len(queries), None] == group_ids).to(s.dtype)
    targets = targets / targets.sum(1, keepdim=True)
    return F.cross_entropy(s, targets)


# %% masked_in_batch_loss: mask not low enough | -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    same = (group_ids[:B, None] == group_ids).to(s.dtype)
    same = same - torch.eye(*s.shape, dtype=s.dtype)
    return F.cross_entropy(s - 10000.0 * same, torch.arange(B))


# %% masked_in_batch_loss: exp() overflows
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    losses = []
    for i in range(len(queries)):
        e = torch.exp(passages @ queries[i] / temperature)
        keep = group_ids != group_ids[i]
        losses.append(-torch.log(e[i] / (e[i] + e[keep].sum())))
    return sum(losses) / len(losses)


# %% masked_in_batch_loss: -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    same = group_ids[:B, None] == group_ids
    same[torch.arange(B), torch.arange(B)] = False
    s = s.masked_fill(same, -math.inf)
    return F.cross_entropy(s / temperature, torch.arange(B))


# %% masked_in_batch_loss: -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    s = queries @ passages.T / temperature
    B = len(queries)
    same = group_ids[:B, None] == group_ids
    same[torch.arange(B), torch.arange(B)] = False
    return F.cross_entropy(s.masked_fill(same, -math.inf), torch.arange(B), reduction="sum")


# %% masked_in_batch_loss: whole queries left out | -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    counts = torch.stack([(group_ids == g).sum() for g in group_ids[:B]])
    losses = F.cross_entropy(queries @ passages.T / temperature, torch.arange(B), reduction="none")
    return losses[counts == 1].sum() / max(1, int((counts == 1).sum()))


# %% cached_backward: the usual gradient accumulation
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    losses = []
    for start in range(0, len(queries), micro_batch):
        q = query_encoder(queries[start : start + micro_batch])
        p = passage_encoder(passages[start : start + micro_batch])
        loss = in_batch_loss(q, p, temperature)
        (loss * len(q) / len(queries)).backward()
        losses.append(loss.item() * len(q))
    return sum(losses) / len(queries)


# %% cached_backward: encoder gradients added twice
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
    p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    loss = in_batch_loss(q, p, temperature)
    dq, dp = torch.autograd.grad(loss, [q, p], retain_graph=True)
    loss.backward()
    for x, g in zip(queries.split(micro_batch), dq.split(micro_batch)):
        query_encoder(x).backward(g)
    for x, g in zip(passages.split(micro_batch), dp.split(micro_batch)):
        passage_encoder(x).backward(g)
    return loss.item()


# %% cached_backward: passages get no gradient
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    q.requires_grad_(True)
    loss = F.cross_entropy(q @ p.T / temperature, torch.arange(len(q)))
    loss.backward()
    for i in range(0, len(queries), micro_batch):
        query_encoder(queries[i : i + micro_batch]).backward(q.grad[i : i + micro_batch])
    return float(loss)


# %% cached_backward: gradients set to zero first
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    for p in [*query_encoder.parameters(), *passage_encoder.parameters()]:
        p.grad = None
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    q.requires_grad_(True)
    p.requires_grad_(True)
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for x, g in zip(queries.split(micro_batch), q.grad.split(micro_batch)):
        query_encoder(x).backward(g)
    for x, g in zip(passages.split(micro_batch), p.grad.split(micro_batch)):
        passage_encoder(x).backward(g)
    return loss.item()


# %% cached_backward: returns a tensor
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    q.requires_grad_(True)
    p.requires_grad_(True)
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for x, g in zip(queries.split(micro_batch), q.grad.split(micro_batch)):
        query_encoder(x).backward(g)
    for x, g in zip(passages.split(micro_batch), p.grad.split(micro_batch)):
        passage_encoder(x).backward(g)
    return loss.detach()


# %% cached_backward: stops at the embeddings
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    q.requires_grad_(True)
    p.requires_grad_(True)
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()


# %% cached_backward: -
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    q.requires_grad_(True)
    p.requires_grad_(True)
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for x, g in zip(queries.split(micro_batch), q.grad.split(micro_batch)):
        query_encoder(x).backward(g / len(queries))
    for x, g in zip(passages.split(micro_batch), p.grad.split(micro_batch)):
        passage_encoder(x).backward(g / len(passages))
    return loss.item()


# %% cached_backward: passages get no gradient
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(x) for x in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(x) for x in passages.split(micro_batch)])
    total = 0.0
    for i in range(0, len(queries), micro_batch):
        piece = query_encoder(queries[i : i + micro_batch])
        scores = piece @ p.T / temperature
        loss = F.cross_entropy(scores, torch.arange(i, i + len(piece))) * len(piece) / len(queries)
        loss.backward()
        total += loss.item()
    return total


# %% count_negatives: right
def count_negatives(batch_size):
    pairs = [batch_size, batch_size - 1]
    names = "batch_size positives negatives_per_positive total_negative_pairs negative_ratio".split()
    return dict(zip(names, [batch_size, *pairs, math.prod(pairs), ":".join([str(pairs[1]), "1"])]))


# %% embedding_memory_mb: right
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    import numpy as np

    return float(np.prod([2, batch_size, dim, bytes_per_float], dtype=np.float64) * 2.0**-20)


# %% similarity_memory_mb: right
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    scores = torch.empty(batch_size, batch_size if num_passages is None else num_passages, device="meta")
    return scores.numel() / 1048576 * bytes_per_float


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    losses = []
    for i, query in enumerate(queries):
        scores = torch.stack([(query * passage).sum() for passage in passages]) / temperature
        losses.append(torch.logsumexp(scores, dim=0) - scores[i])
    return torch.stack(losses).mean()


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    scores = torch.einsum("pd,bd->pb", passages.double(), queries.double()).T / temperature
    loss = F.nll_loss(F.log_softmax(scores, dim=1), torch.arange(queries.shape[0]))
    return loss.to(queries.dtype)


# %% expected_false_negatives: right
def expected_false_negatives(group_counts, batch_size):
    from fractions import Fraction

    items = sum(group_counts)
    if items == 1:
        return 0.0
    return float(sum(Fraction(c * (c - 1), items * (items - 1)) for c in group_counts) * (batch_size - 1))


# %% expected_false_negatives: right
def expected_false_negatives(group_counts, batch_size):
    import numpy as np

    counts = np.asarray(group_counts, dtype=float)
    others = max(counts.sum() - 1, 1)
    return ((batch_size - 1) * np.average(counts - 1, weights=counts) / others).item()


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    scores = (passages @ queries.T).T / temperature
    same = torch.zeros(scores.shape, dtype=torch.bool)
    for i in range(B):
        for j in range(len(passages)):
            same[i, j] = i != j and int(group_ids[i]) == int(group_ids[j])
    scores = scores.where(~same, -torch.inf)
    return (torch.logsumexp(scores, 1) - scores.diagonal()).sum() / B


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    scores = queries @ passages.T / temperature
    differs = group_ids[:B].unsqueeze(1).ne(group_ids)
    gaps = (scores - scores.diagonal().unsqueeze(1)).masked_fill(~differs, -math.inf)
    return F.pad(gaps, (1, 0)).logsumexp(1).mean()


# %% cached_backward: right
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    leaves = []
    for encoder, rows in ((query_encoder, queries), (passage_encoder, passages)):
        with torch.no_grad():
            leaves.append(torch.cat([encoder(part) for part in torch.split(rows, micro_batch)]))
    q, p = leaves
    s = q @ p.T / temperature
    loss = F.cross_entropy(s, torch.arange(len(q))).item()
    ds = (s.softmax(1) - torch.eye(*s.shape, dtype=s.dtype)) / len(q) / temperature
    for encoder, rows, grad in ((query_encoder, queries, ds @ p), (passage_encoder, passages, ds.T @ q)):
        for i in range(0, len(rows), micro_batch):
            encoder(rows[i : i + micro_batch]).backward(grad[i : i + micro_batch])
    return loss


# %% cached_backward: right
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    def parts(rows):
        return [rows[i : i + micro_batch] for i in range(0, rows.size(0), micro_batch)]

    q = [query_encoder(x).detach().requires_grad_() for x in parts(queries)]
    p = [passage_encoder(x).detach().requires_grad_() for x in parts(passages)]
    loss = in_batch_loss(torch.cat(q), torch.cat(p), temperature)
    loss.backward()
    for encoder, rows, leaves in ((query_encoder, queries, q), (passage_encoder, passages, p)):
        for x, leaf in zip(parts(rows), leaves):
            encoder(x).backward(leaf.grad)
    return loss.item()


# %% count_negatives: one positive in the batch
def count_negatives(batch_size):
    negatives = batch_size - 1
    return {
        "batch_size": batch_size,
        "positives": 1,
        "negatives_per_positive": negatives,
        "total_negative_pairs": batch_size * negatives,
        "negative_ratio": f"{negatives}:1",
    }


# %% count_negatives: ratio reversed
def count_negatives(batch_size):
    n = batch_size - 1
    result = {}
    result["batch_size"] = batch_size
    result["positives"] = batch_size
    result["negatives_per_positive"] = n
    result["total_negative_pairs"] = n * batch_size
    result["negative_ratio"] = "1:" + str(n)
    return result


# %% embedding_memory_mb: -
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    values = (batch_size + batch_size) * dim
    gradients = values
    return (values + gradients) * bytes_per_float / 2**20


# %% embedding_memory_mb: kB instead of MB
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return 2 * batch_size * dim * bytes_per_float / 1024


# %% similarity_memory_mb: queries and passages added
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    if num_passages is None:
        num_passages = batch_size
    return (batch_size + num_passages) * bytes_per_float / 2**20


# %% similarity_memory_mb: -
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    if num_passages is None:
        num_passages = batch_size
        return batch_size * num_passages * bytes_per_float / 2**20


# %% in_batch_loss: extra passages dropped
def in_batch_loss(queries, passages, temperature=1.0):
    B = queries.shape[0]
    scores = queries @ passages[:B].T / temperature
    return F.cross_entropy(scores, torch.arange(B))


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    targets = torch.zeros_like(scores)
    targets.fill_diagonal_(1.0)
    return F.binary_cross_entropy_with_logits(scores, targets)


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.nll_loss(scores.softmax(dim=1), torch.arange(len(queries)))


# %% expected_false_negatives: -
def expected_false_negatives(group_counts, batch_size):
    N = sum(group_counts)
    result = 0.0
    for c in group_counts:
        nobody = 1.0
        for drawn in range(min(batch_size - 1, 50)):
            nobody *= max(N - c - drawn, 0) / (N - 1 - drawn)
        result += c / N * (1 - nobody)
    return result


# %% expected_false_negatives: -
def expected_false_negatives(group_counts, batch_size):
    N = sum(group_counts)
    return sum(c / N * min(c - 1, batch_size - 1) for c in group_counts)


# %% masked_in_batch_loss: one mask for all queries | -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    scores = queries @ passages.T / temperature
    same = group_ids[:B, None] == group_ids[None, :]
    same.fill_diagonal_(False)
    keep = ~same.any(dim=0)
    keep[:B] = True
    scores = scores[:, keep]
    return F.cross_entropy(scores, torch.arange(B))


# %% masked_in_batch_loss: -
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B, P = len(queries), len(passages)
    scores = queries @ passages.T / temperature
    mask = torch.zeros(B, P, dtype=torch.bool)
    for i in range(B):
        for j in range(i + 1, P):
            mask[i, j] = group_ids[i] == group_ids[j]
    return F.cross_entropy(scores.masked_fill(mask, float("-inf")), torch.arange(B))


# %% cached_backward: -
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q_parts, p_parts = queries.split(micro_batch), passages.split(micro_batch)
    with torch.no_grad():
        X = torch.cat([query_encoder(part) for part in q_parts])
        Y = torch.cat([passage_encoder(part) for part in p_parts])
    X.requires_grad_()
    Y.requires_grad_()
    loss = in_batch_loss(X, Y, temperature)
    loss.backward()
    for part, grad in zip(q_parts, X.grad.split(micro_batch)):
        (query_encoder(part) * grad).mean().backward()
    for part, grad in zip(p_parts, Y.grad.split(micro_batch)):
        (passage_encoder(part) * grad).mean().backward()
    return loss.item()


# %% cached_backward: as many passages as queries
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q_parts, p_parts = queries.split(micro_batch), passages.split(micro_batch)
    with torch.no_grad():
        X = torch.cat([query_encoder(part) for part in q_parts])
        Y = torch.cat([passage_encoder(part) for part in p_parts])
    X.requires_grad_()
    Y.requires_grad_()
    loss = in_batch_loss(X, Y, temperature)
    loss.backward()
    for q, gq, p, gp in zip(q_parts, X.grad.split(micro_batch), p_parts, Y.grad.split(micro_batch)):
        query_encoder(q).backward(gq)
        passage_encoder(p).backward(gp)
    return loss.item()


# %% cached_backward: the usual gradient accumulation
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    total = 0.0
    for start in range(0, len(queries), micro_batch):
        x = query_encoder(queries[start : start + micro_batch])
        y = passage_encoder(passages[start : start + micro_batch])
        loss = in_batch_loss(x, y, temperature) * len(x) / len(queries)
        loss.backward()
        total += loss.item()
    return total


# %% cached_backward: right
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    def pieces(encoder, rows):
        for start in range(0, rows.shape[0], micro_batch):
            yield slice(start, start + micro_batch), encoder(rows[start : start + micro_batch])

    sides = [(query_encoder, queries), (passage_encoder, passages)]
    leaves = []
    for encoder, rows in sides:
        kept = [out.detach() for _, out in pieces(encoder, rows)]
        leaves.append(torch.vstack(kept).requires_grad_())
    loss = in_batch_loss(leaves[0], leaves[1], temperature)
    gradients = torch.autograd.grad(loss, leaves)
    for (encoder, rows), gradient in zip(sides, gradients):
        for where, out in pieces(encoder, rows):
            params = [p for p in encoder.parameters() if p.requires_grad]
            for p, g in zip(params, torch.autograd.grad(out, params, gradient[where])):
                p.grad = g if p.grad is None else p.grad + g
    return float(loss)


# %% expected_false_negatives: right
def expected_false_negatives(group_counts, batch_size):
    from fractions import Fraction

    N = sum(group_counts)
    partners = Fraction(sum(c * (c - 1) for c in group_counts), N)
    return float(partners * Fraction(batch_size - 1, max(N - 1, 1)))


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    losses = []
    for i, q in enumerate(queries):
        s = (passages * q).sum(-1) / temperature
        others = [j for j in range(len(passages)) if j == i or group_ids[j] != group_ids[i]]
        losses.append(torch.logsumexp(s[others], 0) - s[i])
    return torch.stack(losses).mean()


# %% embedding_memory_mb: right
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    side = torch.empty(batch_size, dim, dtype=torch.uint8, device="meta")
    return 2 * side.numel() * bytes_per_float / (1 << 20)


# %% count_negatives: right
def count_negatives(batch_size):
    names = "batch_size positives negatives_per_positive total_negative_pairs".split()
    per_query = ~-batch_size
    counts = dict(zip(names, (batch_size, batch_size, per_query, batch_size**2 - batch_size)))
    return counts | {"negative_ratio": "%d:1" % per_query}


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    s = torch.einsum("bd,pd->bp", queries / temperature, passages)
    return (s.logsumexp(dim=1) - s.diagonal()).mean()


# %% similarity_memory_mb: right
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    columns = {None: batch_size}.get(num_passages, num_passages)
    return batch_size * columns * bytes_per_float * 2.0**-20


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    scores = torch.inner(queries, passages) / temperature
    return F.cross_entropy(scores, torch.eye(*scores.shape, dtype=scores.dtype))


# %% in_batch_loss: -
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), label_smoothing=0.1)


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B, P = queries.shape[0], passages.shape[0]
    rows, columns = torch.arange(B).unsqueeze(1), torch.arange(P).unsqueeze(0)
    allowed = (group_ids[rows] != group_ids[columns]) | (rows == columns)
    log_weights = torch.where(allowed, 0.0, -torch.inf)
    scores = queries.matmul(passages.t()).div(temperature).add(log_weights)
    return -scores.log_softmax(-1).diagonal().mean()


# %% count_negatives: right
def count_negatives(batch_size):
    names = ("batch_size", "positives", "negatives_per_positive", "total_negative_pairs", "negative_ratio")
    others = batch_size - 1
    return dict(zip(names, (batch_size, batch_size, others, others * batch_size, str(others) + ":1")))


# %% count_negatives: right
def count_negatives(batch_size):
    from collections import OrderedDict

    n = OrderedDict()
    n["negative_ratio"] = "%d:1" % (batch_size - 1)
    n["batch_size"] = n["positives"] = batch_size
    n["negatives_per_positive"] = batch_size - 1
    n["total_negative_pairs"] = batch_size**2 - batch_size
    return n


# %% count_negatives: -
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"{batch_size}:1",
    }


# %% embedding_memory_mb: right
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return batch_size * dim * bytes_per_float / (1 << 19)


# %% embedding_memory_mb: whole MB only
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    return (2 * batch_size * dim * bytes_per_float) // 2**20


# %% similarity_memory_mb: right
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    columns = {None: batch_size}.get(num_passages, num_passages)
    return batch_size * columns * bytes_per_float / 1024 / 1024


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    scores = torch.einsum("bd,pd->bp", queries, passages) / temperature
    return (scores.logsumexp(-1) - scores.diagonal()).mean()


# %% in_batch_loss: right
def in_batch_loss(queries, passages, temperature=1.0):
    logits = (passages @ queries.mT).mT.div(temperature)
    return F.nll_loss(F.log_softmax(logits, dim=-1), torch.tensor(range(queries.shape[0]), device=queries.device))


# %% expected_false_negatives: right
def expected_false_negatives(group_counts, batch_size):
    from fractions import Fraction

    n = sum(group_counts)
    if n <= 1:
        return 0.0
    pairs = sum(c * (c - 1) for c in group_counts)
    return float(Fraction(pairs * (batch_size - 1), n * (n - 1)))


# %% expected_false_negatives: right
def expected_false_negatives(group_counts, batch_size):
    counts = torch.tensor(group_counts, dtype=torch.float64)
    n = counts.sum()
    chance = (batch_size - 1) / torch.clamp(n - 1, min=1)
    return ((counts / n) * (counts - 1) * chance).sum().item()


# %% expected_false_negatives: drawn with replacement
def expected_false_negatives(group_counts, batch_size):
    n = sum(group_counts)
    return sum((c / n) ** 2 for c in group_counts) * (batch_size - 1)


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    logits = queries @ passages.T / temperature
    keep = group_ids[:B].unsqueeze(1) != group_ids
    keep.fill_diagonal_(True)
    return (logits.masked_fill(~keep, -torch.inf).logsumexp(1) - logits.diagonal()).mean()


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    losses = []
    for i, q in enumerate(queries):
        use = group_ids != group_ids[i]
        positive = (q @ passages[i]) / temperature
        negatives = passages[use] @ q / temperature
        losses.append(torch.logsumexp(torch.cat([positive[None], negatives]), 0) - positive)
    return torch.stack(losses).mean()


# %% masked_in_batch_loss: right
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B, P = len(queries), len(passages)
    same = torch.eq(group_ids[:B, None], group_ids[None, :])
    extra = same & ~torch.eye(B, P, dtype=torch.bool, device=same.device)
    scores = torch.matmul(queries, passages.t()) / temperature
    scores = torch.where(extra, torch.full_like(scores, torch.finfo(scores.dtype).min), scores)
    return nn.CrossEntropyLoss()(scores, torch.arange(B, device=scores.device))


# %% masked_in_batch_loss: masked scores set to 0
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    B = len(queries)
    scores = queries @ passages.T / temperature
    same = group_ids[:B, None] == group_ids[None, :]
    same.fill_diagonal_(False)
    return F.cross_entropy(scores * (~same), torch.arange(B))


# %% cached_backward: right
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    def embed(encoder, rows):
        with torch.no_grad():
            return torch.cat([encoder(rows[i : i + micro_batch]) for i in range(0, len(rows), micro_batch)])

    leaves = [embed(e, r).requires_grad_() for e, r in ((query_encoder, queries), (passage_encoder, passages))]
    loss = in_batch_loss(*leaves, temperature)
    grads = torch.autograd.grad(loss, leaves)
    for encoder, rows, grad in ((query_encoder, queries, grads[0]), (passage_encoder, passages, grads[1])):
        for part, g in zip(rows.split(micro_batch), grad.split(micro_batch)):
            encoder(part).backward(gradient=g)
    return float(loss)


# %% cached_backward: right
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.vstack([query_encoder(c) for c in queries.split(micro_batch)])
        p = torch.vstack([passage_encoder(c) for c in passages.split(micro_batch)])
    q, p = q.detach().clone().requires_grad_(True), p.detach().clone().requires_grad_(True)
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for start in range(0, len(queries), micro_batch):
        piece = slice(start, start + micro_batch)
        (query_encoder(queries[piece]) * q.grad[piece]).sum().backward()
    for start in range(0, len(passages), micro_batch):
        piece = slice(start, start + micro_batch)
        torch.autograd.backward(passage_encoder(passages[piece]), p.grad[piece])
    return loss.item()


# %% cached_backward: the usual gradient accumulation
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    total = 0.0
    for i in range(0, len(queries), micro_batch):
        loss = in_batch_loss(
            query_encoder(queries[i : i + micro_batch]), passage_encoder(passages[i : i + micro_batch]), temperature
        )
        (loss * len(queries[i : i + micro_batch]) / len(queries)).backward()
        total += loss.item() * len(queries[i : i + micro_batch]) / len(queries)
    return total
