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
