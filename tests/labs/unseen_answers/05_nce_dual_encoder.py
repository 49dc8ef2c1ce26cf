# %% recall_at_k: share instead of percentage
def recall_at_k(indices, gold, ks):
    if any(k > indices.size(1) for k in ks):
        raise ValueError("k too large")
    out = {}
    for k in ks:
        found = [int(g) in row[:k].tolist() for row, g in zip(indices, gold)]
        out[k] = sum(found) / len(found)
    return out


# %% recall_at_k: only the k-th place
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError
    return {k: 100.0 * (indices[:, k - 1] == gold).float().mean().item() for k in ks}


# %% recall_at_k: k not checked
def recall_at_k(indices, gold, ks):
    result = {}
    for k in ks:
        hits = 0
        for i in range(len(gold)):
            if gold[i] in indices[i, :k]:
                hits += 1
        result[k] = 100 * hits / len(gold)
    return result


# %% nce_loss: all columns count
def nce_loss(scores, positive, negatives):
    return nn.CrossEntropyLoss()(scores, positive)


# %% nce_loss: missing minus sign
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive.unsqueeze(1))
    neg = scores.gather(1, negatives)
    logits = torch.cat([pos, neg], 1)
    return torch.log_softmax(logits, 1)[:, 0].mean()


# %% nce_loss: positive missing from the denominator
def nce_loss(scores, positive, negatives):
    pos = scores[torch.arange(len(scores)), positive]
    neg = scores.gather(1, negatives)
    return torch.mean(torch.logsumexp(neg, dim=1) - pos)


# %% nce_loss: sum over the questions
def nce_loss(scores, positive, negatives):
    n = torch.arange(len(scores))
    cols = torch.cat([negatives, positive[:, None]], 1)
    return (scores.gather(1, cols).logsumexp(1) - scores[n, positive]).sum()


# %% in_batch_nce_loss: positives on the diagonal
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    s = torch.matmul(X, Y.t())
    target = torch.arange(X.size(0))
    return F.cross_entropy(s, target), int((s.argmax(1) == target).sum())


# %% in_batch_nce_loss: share instead of count
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    s = X @ Y.T
    acc = (s.max(dim=1).indices == labels).float().mean()
    return nn.CrossEntropyLoss()(s, labels), acc.item()


# %% top_k_passages: k not checked
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    N, M = len(question_embeddings), len(passage_embeddings)
    vals, idx = [], []
    best_v = best_i = None
    for s in range(0, M, chunk_size):
        sc = question_embeddings @ passage_embeddings[s : s + chunk_size].T
        ids = torch.arange(s, s + sc.shape[1]).repeat(N, 1)
        if best_v is not None:
            sc, ids = torch.cat([best_v, sc], 1), torch.cat([best_i, ids], 1)
        order = sc.argsort(dim=1, descending=True)[:, :k]
        best_v, best_i = sc.gather(1, order), ids.gather(1, order)
    return best_v, best_i


# %% CLSEncoder: last position
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        out = self.encoder(input_ids, attention_mask=attention_mask)
        h = out.last_hidden_state
        return h[:, h.size(1) - 1, :]


# %% DualEncoder: scaled to length 1
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = Y = None
        if Q is not None:
            X = self.query_encoder(Q, Q_mask)
            X = X / X.norm(dim=1, keepdim=True)
        if P is not None:
            Y = self.passage_encoder(P, P_mask)
            Y = Y / Y.norm(dim=1, keepdim=True)
        return X, Y


# %% train_epoch: gradients accumulate
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    dev = next(model.parameters()).device
    result = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, tuple(t.to(dev) for t in batch))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler:
            scheduler.step()
        result.append(float(loss))
    return result
