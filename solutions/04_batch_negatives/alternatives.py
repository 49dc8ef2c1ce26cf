"""Other right answers to lab 04: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "count_negatives",
        "by dict() and subtraction",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    total = batch_size**2 - batch_size
    each = total // batch_size
    return dict(
        negative_ratio=str(each) + ":1",
        total_negative_pairs=total,
        negatives_per_positive=each,
        positives=batch_size,
        batch_size=batch_size,
    )
""",
    ),
    Alternative(
        "count_negatives",
        "counted step by step",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    result = {"batch_size": batch_size, "positives": batch_size}
    result["negatives_per_positive"] = batch_size - 1
    result["total_negative_pairs"] = result["positives"] * result["negatives_per_positive"]
    result["negative_ratio"] = "{}:1".format(result["negatives_per_positive"])
    return result
""",
    ),
    Alternative(
        "embedding_memory_mb",
        "in steps",
        """
# Exercise: embedding_memory_mb
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    queries = items = batch_size * dim
    return (queries + items) * bytes_per_float / 1024 / 1024
""",
    ),
    Alternative(
        "embedding_memory_mb",
        "asks torch",
        """
# Exercise: embedding_memory_mb
def embedding_memory_mb(batch_size, dim, bytes_per_float=4):
    numbers = torch.Size((2, batch_size, dim)).numel()
    return float(numbers) * bytes_per_float / (1 << 20)
""",
    ),
    Alternative(
        "similarity_memory_mb",
        "or",
        """
# Exercise: similarity_memory_mb
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    return batch_size * (num_passages or batch_size) * bytes_per_float / 1024**2
""",
    ),
    Alternative(
        "similarity_memory_mb",
        "row by row",
        """
# Exercise: similarity_memory_mb
def similarity_memory_mb(batch_size, num_passages=None, bytes_per_float=4):
    columns = batch_size if num_passages is None else num_passages
    bytes_per_row = columns * bytes_per_float
    return float(batch_size * bytes_per_row) / 2.0**20
""",
    ),
    Alternative(
        "expected_false_negatives",
        "group by group",
        """
# Exercise: expected_false_negatives
def expected_false_negatives(group_counts, batch_size):
    total = sum(group_counts)
    expected = 0.0
    if total > 1:
        for count in group_counts:
            anchor_from_here = count / total
            expected += anchor_from_here * (batch_size - 1) * (count - 1) / (total - 1)
    return expected
""",
    ),
    Alternative(
        "expected_false_negatives",
        "from probabilities, in a tensor",
        """
# Exercise: expected_false_negatives
def expected_false_negatives(group_counts, batch_size):
    counts = torch.tensor(group_counts, dtype=torch.float64)
    items = counts.sum()
    chance = (counts - 1) / (items - 1).clamp(min=1)
    return float((batch_size - 1) * (counts / items * chance).sum())
""",
    ),
    Alternative(
        "expected_false_negatives",
        "pairs of the batch, divided by its anchors",
        """
# Exercise: expected_false_negatives
def expected_false_negatives(group_counts, batch_size):
    pairs = sum(math.comb(count, 2) for count in group_counts)
    all_pairs = math.comb(sum(group_counts), 2)
    if all_pairs == 0:
        return 0.0
    return 2 * math.comb(batch_size, 2) * pairs / all_pairs / batch_size
""",
    ),
    Alternative(
        "in_batch_loss",
        "log-softmax and a diagonal",
        """
# Exercise: in_batch_loss
def in_batch_loss(queries, passages, temperature=1.0):
    log_probabilities = torch.log_softmax(torch.matmul(queries, passages.mT) / temperature, dim=-1)
    return -log_probabilities.diagonal().mean()
""",
    ),
    Alternative(
        "in_batch_loss",
        "logsumexp",
        """
# Exercise: in_batch_loss
def in_batch_loss(queries, passages, temperature=1.0):
    scores = torch.einsum("bd,pd->bp", queries / temperature, passages)
    own = scores[range(len(queries)), range(len(queries))]
    return (scores.logsumexp(dim=1) - own).mean()
""",
    ),
    Alternative(
        "in_batch_loss",
        "nn.CrossEntropyLoss and one-hot targets",
        """
# Exercise: in_batch_loss
def in_batch_loss(queries, passages, temperature=1.0):
    scores = F.linear(queries, passages) / temperature
    targets = torch.eye(*scores.shape, dtype=scores.dtype)
    return nn.CrossEntropyLoss()(scores, targets)
""",
    ),
    Alternative(
        "masked_in_batch_loss",
        "torch.where and an identity",
        """
# Exercise: masked_in_batch_loss
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    count = queries.size(0)
    scores = torch.matmul(queries, passages.T) / temperature
    is_positive = torch.eye(*scores.shape, dtype=torch.bool)
    keep = (group_ids[:count].unsqueeze(1) != group_ids.unsqueeze(0)) | is_positive
    scores = torch.where(keep, scores, torch.tensor(float("-inf"), dtype=scores.dtype))
    return F.cross_entropy(scores, torch.arange(count))
""",
    ),
    Alternative(
        "masked_in_batch_loss",
        "query by query",
        """
# Exercise: masked_in_batch_loss
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    losses = []
    for i, query in enumerate(queries):
        others = passages[group_ids != group_ids[i]]
        rows = torch.cat([passages[i : i + 1], others])
        losses.append(-torch.log_softmax(rows @ query / temperature, dim=0)[0])
    return torch.stack(losses).mean()
""",
    ),
    Alternative(
        "masked_in_batch_loss",
        "the dtype's lowest number",
        """
# Exercise: masked_in_batch_loss
def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):
    scores = queries @ passages.T / temperature
    places = torch.arange(scores.shape[1])
    left_out = (group_ids[: len(scores)].view(-1, 1) == group_ids) & (places[: len(scores)].view(-1, 1) != places)
    scores = scores.masked_fill(left_out, torch.finfo(scores.dtype).min)
    return -scores.log_softmax(dim=1).diagonal().mean()
""",
    ),
    Alternative(
        "cached_backward",
        "loops with ranges, and detach instead of no_grad at the end",
        """
# Exercise: cached_backward
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    def encode(encoder, rows):
        parts = []
        for start in range(0, len(rows), micro_batch):
            with torch.no_grad():
                parts.append(encoder(rows[start : start + micro_batch]))
        return torch.cat(parts).detach().requires_grad_(True)

    q, p = encode(query_encoder, queries), encode(passage_encoder, passages)
    loss = F.cross_entropy(q @ p.T / temperature, torch.arange(len(q)))
    q_gradient, p_gradient = torch.autograd.grad(loss, (q, p))
    for encoder, rows, gradient in ((query_encoder, queries, q_gradient), (passage_encoder, passages, p_gradient)):
        for start in range(0, len(rows), micro_batch):
            piece = encoder(rows[start : start + micro_batch])
            torch.autograd.backward(piece, gradient[start : start + micro_batch])
            del piece
    return float(loss.detach())
""",
    ),
    Alternative(
        "cached_backward",
        "a dot product with the gradient",
        """
# Exercise: cached_backward
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q_pieces, p_pieces = queries.split(micro_batch), passages.split(micro_batch)
    with torch.no_grad():
        q = torch.cat([query_encoder(piece) for piece in q_pieces])
        p = torch.cat([passage_encoder(piece) for piece in p_pieces])
    q.requires_grad = p.requires_grad = True
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for piece, gradient in zip(q_pieces, q.grad.split(micro_batch)):
        (query_encoder(piece) * gradient).sum().backward()
    for piece, gradient in zip(p_pieces, p.grad.split(micro_batch)):
        (passage_encoder(piece) * gradient).sum().backward()
    return loss.item()
""",
    ),
    Alternative(
        "cached_backward",
        "torch's checkpointing",
        """
# Exercise: cached_backward
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    from torch.utils.checkpoint import checkpoint

    q, p = (
        torch.cat([checkpoint(encoder, piece, use_reentrant=False) for piece in rows.split(micro_batch)])
        for encoder, rows in ((query_encoder, queries), (passage_encoder, passages))
    )
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()
""",
    ),
]
