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


# %% tensorize: title and text joined into one string
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    q = tokenizer(
        [s["question"] for s in samples], padding=True, truncation=True, max_length=max_length, return_tensors="pt"
    )
    docs = [s["gold_context"] for s in samples]
    if use_hard_negative:
        docs = docs + [s["hard_negative"] for s in samples if s.get("hard_negative")]
    docs = [f"{d['title']} {d['text']}" for d in docs]
    p = tokenizer(docs, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.arange(len(samples))


# %% tensorize: labels ignore the inserted hard negatives
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    titles, texts, labels = [], [], []
    for i, s in enumerate(samples):
        titles.append(s["gold_context"]["title"])
        texts.append(s["gold_context"]["text"])
        labels.append(i)
        if use_hard_negative and s.get("hard_negative") is not None:
            titles.append(s["hard_negative"]["title"])
            texts.append(s["hard_negative"]["text"])
    kw = dict(padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    q, p = tokenizer([s["question"] for s in samples], **kw), tokenizer(titles, texts, **kw)
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.tensor(labels)


# %% tensorize: -
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    kw = dict(padding=True, truncation=True, max_length=max_length, return_tensors="pt", add_special_tokens=False)
    docs = [s["gold_context"] for s in samples]
    if use_hard_negative:
        docs = docs + [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer([s["question"] for s in samples], **kw)
    p = tokenizer([d["title"] for d in docs], [d["text"] for d in docs], **kw)
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.arange(len(samples))


# %% tensorize: -
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    kw = dict(padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    docs = [s["gold_context"] for s in samples]
    if use_hard_negative:
        docs = docs + [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer([s["question"] for s in samples], **kw)
    p = tokenizer([d["title"] for d in docs], [d["text"] for d in docs], **kw)
    return q.input_ids, p.input_ids, q.attention_mask, p.attention_mask, torch.arange(len(samples))


# %% tensorize: title left out
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    kw = dict(padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    docs = [s["gold_context"] for s in samples]
    if use_hard_negative:
        docs = docs + [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer([s["question"] for s in samples], **kw)
    p = tokenizer([d["text"] for d in docs], **kw)
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.arange(len(samples))


# %% question_loader: shuffled only once
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    order = list(samples)
    if shuffle:
        torch.manual_seed(seed)
        order = [samples[i] for i in torch.randperm(len(samples)).tolist()]
    return DataLoader(order, batch_size=batch_size, collate_fn=lambda b: tensorize(b, tokenizer, max_length))


# %% question_loader: no generator
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    sampler = torch.utils.data.RandomSampler(samples) if shuffle else torch.utils.data.SequentialSampler(samples)
    return DataLoader(
        samples, batch_size=batch_size, sampler=sampler, collate_fn=lambda b: tensorize(b, tokenizer, max_length)
    )


# %% question_loader: -
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator()
    generator.manual_seed(seed)
    sampler = torch.utils.data.RandomSampler(samples, replacement=True, generator=generator) if shuffle else None
    return DataLoader(samples, batch_size, sampler=sampler, collate_fn=lambda b: tensorize(b, tokenizer, max_length))


# %% question_loader: -
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    return DataLoader(
        samples,
        batch_size=1,
        shuffle=shuffle,
        generator=torch.Generator().manual_seed(seed),
        collate_fn=lambda b: tensorize(b, tokenizer, max_length),
    )


# %% CLSEncoder: gradients switched off
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        out = self.encoder(input_ids, attention_mask)
        return out.last_hidden_state[:, 0, :].detach()


# %% CLSEncoder: mean over the real tokens
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        h = self.encoder(input_ids, attention_mask).last_hidden_state
        m = attention_mask.unsqueeze(-1).to(h.dtype)
        return (h * m).sum(1) / m.sum(1)


# %% CLSEncoder: -
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.encoder(input_ids, attention_mask).pooler_output


# %% CLSEncoder: -
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        return self.encoder(input_ids, attention_mask).last_hidden_state[:, 1]


# %% DualEncoder: one encoder for both sides
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = query_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = self.query_encoder(Q, Q_mask) if Q is not None else None
        Y = self.passage_encoder(P, P_mask) if P is not None else None
        return X, Y


# %% DualEncoder: masks not passed on
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        sides = []
        for encoder, ids in ((self.query_encoder, Q), (self.passage_encoder, P)):
            sides.append(None if ids is None else encoder(ids, torch.ones_like(ids)))
        return tuple(sides)


# %% DualEncoder: results in the other order
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask)
        return Y, X


# %% DualEncoder: -
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = None if Q is None else self.query_encoder(Q, Q_mask)
        Y = None if P is None else self.passage_encoder(P, P_mask)
        return [X, Y]


# %% top_k_passages: worst first
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    M, N = len(passage_embeddings), len(question_embeddings)
    if k > M:
        raise ValueError("k > M")
    best = ids = None
    for start in range(0, M, chunk_size):
        s = question_embeddings @ passage_embeddings[start : start + chunk_size].T
        i = torch.arange(start, start + s.shape[1]).expand(N, -1)
        if best is not None:
            s, i = torch.cat([best, s], 1), torch.cat([ids, i], 1)
        order = s.argsort(dim=1)[:, -k:]
        best, ids = s.gather(1, order), i.gather(1, order)
    return best, ids


# %% top_k_passages: indices within the chunk
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("k > M")
    values = indices = None
    for chunk in torch.split(passage_embeddings, chunk_size):
        v, i = (question_embeddings @ chunk.T).topk(min(k, len(chunk)), dim=1)
        if values is not None:
            v, i = torch.cat([values, v], 1), torch.cat([indices, i], 1)
        values, order = v.topk(min(k, v.shape[1]), dim=1)
        indices = i.gather(1, order)
    return values, indices


# %% top_k_passages: indices before scores
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("k > M")
    values = indices = None
    start = 0
    for chunk in torch.split(passage_embeddings, chunk_size):
        v, i = (question_embeddings @ chunk.T).topk(min(k, len(chunk)), dim=1)
        i = i + start
        start += len(chunk)
        if values is not None:
            v, i = torch.cat([values, v], 1), torch.cat([indices, i], 1)
        values, order = v.topk(min(k, v.shape[1]), dim=1)
        indices = i.gather(1, order)
    return indices, values


# %% top_k_passages: lowest scores
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("k > M")
    values = indices = None
    start = 0
    for chunk in torch.split(passage_embeddings, chunk_size):
        v, i = (question_embeddings @ chunk.T).topk(min(k, len(chunk)), dim=1, largest=False)
        i = i + start
        start += len(chunk)
        if values is not None:
            v, i = torch.cat([values, v], 1), torch.cat([indices, i], 1)
        values, order = v.topk(min(k, v.shape[1]), dim=1, largest=False)
        indices = i.gather(1, order)
    return values, indices


# %% top_k_passages: starts with zeros
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    N, M = len(question_embeddings), len(passage_embeddings)
    if k > M:
        raise ValueError("k > M")
    best = torch.zeros(N, k, dtype=question_embeddings.dtype)
    ids = torch.zeros(N, k, dtype=torch.long)
    for s in range(0, M, chunk_size):
        scores = torch.matmul(question_embeddings, passage_embeddings[s : s + chunk_size].t())
        names = torch.arange(s, min(s + chunk_size, M)).repeat(N, 1)
        order = torch.cat([best, scores], 1).sort(1, descending=True)
        ids = torch.cat([ids, names], 1).gather(1, order.indices)[:, :k]
        best = order.values[:, :k]
    return best, ids


# %% recall_at_k: one place too many
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError("too long")
    found = {k: 0 for k in ks}
    for row, g in zip(indices.tolist(), gold.tolist()):
        for k in ks:
            if g in row and row.index(g) <= k:
                found[k] += 1
    return {k: 100 * n / len(gold) for k, n in found.items()}


# %% recall_at_k: any question's gold counts
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError("too long")
    golds = set(gold.tolist())
    return {k: 100 * sum(bool(golds & set(row[:k])) for row in indices.tolist()) / len(gold) for k in ks}


# %% recall_at_k: count instead of percentage
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise ValueError("too long")
    return {k: float((indices[:, :k] == gold[:, None]).any(1).sum()) for k in ks}


# %% recall_at_k: -
def recall_at_k(indices, gold, ks):
    if max(ks) > indices.shape[1]:
        raise IndexError("too long")
    return {k: 100 * (indices[:, :k] == gold[:, None]).any(1).double().mean().item() for k in ks}


# %% nce_loss: first row's negatives for all
def nce_loss(scores, positive, negatives):
    pos = scores[torch.arange(len(scores)), positive].unsqueeze(1)
    neg = scores[:, negatives[0]]
    return -torch.cat([pos, neg], 1).log_softmax(1)[:, 0].mean()


# %% nce_loss: exponentials by hand
def nce_loss(scores, positive, negatives):
    e = torch.exp(scores)
    pos = e.gather(1, positive[:, None]).squeeze(1)
    neg = e.gather(1, negatives).sum(1)
    return -(pos / (pos + neg)).log().mean()


# %% nce_loss: -
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive[:, None])
    neg = scores.gather(1, negatives)
    return F.softplus(neg - pos).mean()


# %% nce_loss: -
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive[:, None])
    neg = scores.gather(1, negatives)
    return F.relu(1 - pos + neg).mean()


# %% in_batch_nce_loss: cosine similarity
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    s = F.cosine_similarity(X[:, None], Y[None], dim=-1)
    return F.cross_entropy(s, labels), int((s.argmax(-1) == labels).sum())


# %% in_batch_nce_loss: passages detached
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, _ = model(Q=Q, Q_mask=Q_mask)
    with torch.no_grad():
        _, Y = model(P=P, P_mask=P_mask)
    s = X @ Y.T
    return F.cross_entropy(s, labels), int((s.argmax(-1) == labels).sum())


# %% in_batch_nce_loss: sum over the questions
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    s = X @ Y.T
    return F.cross_entropy(s, labels, reduction="sum"), int((s.argmax(-1) == labels).sum())


# %% in_batch_nce_loss: -
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    s = X @ Y.T
    return int((s.argmax(-1) == labels).sum()), F.cross_entropy(s, labels)


# %% train_epoch: mode not set
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        optimizer.zero_grad()
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler:
            scheduler.step()
        out.append(loss.item())
    return out


# %% train_epoch: gradients accumulate | gradients cleared only before the loop
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    optimizer.zero_grad()
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler:
            scheduler.step()
        out.append(loss.item())
    return out


# %% train_epoch: not clipped
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        out.append(float(loss))
    return out


# %% train_epoch: scheduler before the step
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        if scheduler:
            scheduler.step()
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        out.append(loss.item())
    return out


# %% train_epoch: -
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        out.append(loss.item() / len(batch[0]))
    return out


# %% train_epoch: not clipped | clipped after the step | -
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    dev = next(model.parameters()).device
    out = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, [t.to(dev) for t in batch])
        optimizer.zero_grad()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        out.append(loss.item())
    return out


# %% tensorize: right
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    def encode(*lists):
        rows = [tokenizer(*texts, truncation=True, max_length=max_length)["input_ids"] for texts in zip(*lists)]
        ids = torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(row) for row in rows], batch_first=True, padding_value=tokenizer.pad_token_id
        )
        lengths = torch.tensor([len(row) for row in rows])
        return ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long()

    docs, labels = [], []
    for s in reversed(samples):
        if use_hard_negative and s.get("hard_negative"):
            docs.append(s["hard_negative"])
        labels.insert(0, len(docs))
        docs.append(s["gold_context"])
    Q, Q_mask = encode([s["question"] for s in samples])
    P, P_mask = encode([d["title"] for d in docs], [d["text"] for d in docs])
    return [Q, Q_mask, P, P_mask, torch.LongTensor(labels)]


# %% question_loader: right
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    from functools import partial

    import numpy as np

    class Order(torch.utils.data.Sampler):
        def __init__(self):
            self.rng = np.random.default_rng(seed)

        def __len__(self):
            return len(samples)

        def __iter__(self):
            return iter(self.rng.permutation(len(samples)).tolist() if shuffle else range(len(samples)))

    collate = partial(tensorize, tokenizer=tokenizer, max_length=max_length)
    return DataLoader(samples, batch_size=batch_size, sampler=Order(), collate_fn=collate)


# %% CLSEncoder: right
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
        return states.narrow(1, 0, 1).squeeze(1)


# %% DualEncoder: right
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        sides = ((self.query_encoder, Q, Q_mask), (self.passage_encoder, P, P_mask))
        return tuple(encoder(ids, mask) if isinstance(ids, torch.Tensor) else None for encoder, ids, mask in sides)


# %% top_k_passages: right
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    M, N = passage_embeddings.shape[0], question_embeddings.shape[0]
    if not k <= M:
        raise ValueError(f"{k} > {M}")
    best = [(question_embeddings.new_zeros(N, 0), torch.zeros(N, 0, dtype=torch.long))]
    for start in range(0, M, chunk_size):
        scores = (passage_embeddings[start : start + chunk_size] @ question_embeddings.T).T
        names = torch.arange(start, start + scores.shape[1]).repeat(N, 1)
        best.append((scores, names))
        values, ids = (torch.cat(parts, dim=1) for parts in zip(*best))
        order = values.argsort(dim=1, descending=True, stable=True)[:, :k]
        best = [(values.gather(1, order), ids.gather(1, order))]
    return best[0]


# %% recall_at_k: right
def recall_at_k(indices, gold, ks):
    import numpy as np

    found = np.cumsum(indices.numpy() == gold.numpy()[:, None], axis=1) > 0
    if any(k > found.shape[1] for k in ks):
        raise ValueError("k is larger than the rankings are long")
    return {k: float(100 * np.mean(found[:, k - 1])) for k in ks}


# %% recall_at_k: right
def recall_at_k(indices, gold, ks):
    count, length = indices.shape
    if max(ks) > length:
        raise ValueError
    places = torch.full((count,), length)
    for place in range(length - 1, -1, -1):
        places[indices[:, place] == gold] = place
    return {k: (places < k).sum().item() * 100 / count for k in ks}


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    losses = []
    for row, right, wrong in zip(scores, positive, negatives):
        losses.append(torch.cat([row[wrong], row[right].view(1)]).logsumexp(0) - row[right])
    return sum(losses) / len(losses)


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    exact = scores.double()
    counted = torch.zeros_like(exact).scatter(1, negatives, 1.0).scatter(1, positive[:, None], 1.0)
    top = exact.masked_fill(counted == 0, -math.inf).amax(1, keepdim=True)
    total = (counted * (exact - top).clamp(max=0).exp()).sum(1).log() + top[:, 0]
    return (total - exact.gather(1, positive[:, None])[:, 0]).mean().to(scores.dtype)


# %% in_batch_nce_loss: right
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q=Q, P=P, Q_mask=Q_mask, P_mask=P_mask)
    scores = torch.einsum("bd,pd->pb", X, Y)
    right = scores[labels, torch.arange(len(labels))]
    num_correct = len([1 for best, label in zip(scores.argmax(0).tolist(), labels.tolist()) if best == label])
    return torch.mean(scores.logsumexp(0) - right), num_correct


# %% train_epoch: right
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train(True)
    home = next(model.parameters()).device
    losses = []
    for batch in loader:
        model.zero_grad()
        loss, _ = in_batch_nce_loss(model, tuple(part.to(home) for part in batch))
        loss.backward()
        grads = [p.grad for p in model.parameters() if p.grad is not None]
        length = torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads]))
        if length > max_norm:
            torch._foreach_mul_(grads, float(max_norm / length))
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.detach().cpu().item())
    return losses


# %% tensorize: padded to max_length
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    questions = [s["question"] for s in samples]
    contexts = [s["gold_context"] for s in samples]
    if use_hard_negative:
        contexts += [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer(questions, padding="max_length", truncation=True, max_length=max_length, return_tensors="pt")
    p = tokenizer(
        [c["title"] for c in contexts],
        [c["text"] for c in contexts],
        padding="max_length",
        truncation=True,
        max_length=max_length,
        return_tensors="pt",
    )
    labels = torch.arange(len(samples))
    return q["input_ids"], q["attention_mask"], p["input_ids"], p["attention_mask"], labels


# %% tensorize: hard negatives always added
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    questions = [s["question"] for s in samples]
    contexts = [s["gold_context"] for s in samples]
    contexts += [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer(questions, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    titles, texts = [c["title"] for c in contexts], [c["text"] for c in contexts]
    p = tokenizer(titles, texts, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    return q["input_ids"], q["attention_mask"], p["input_ids"], p["attention_mask"], torch.arange(len(samples))


# %% tensorize: text before title
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    questions = [s["question"] for s in samples]
    contexts = [s["gold_context"] for s in samples]
    if use_hard_negative:
        contexts += [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer(questions, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    p = tokenizer(
        [(c["text"], c["title"]) for c in contexts],
        padding=True,
        truncation=True,
        max_length=max_length,
        return_tensors="pt",
    )
    return q["input_ids"], q["attention_mask"], p["input_ids"], p["attention_mask"], torch.arange(len(samples))


# %% question_loader: max_length not passed on
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.utils.data.DataLoader(
        samples,
        batch_size=batch_size,
        shuffle=shuffle,
        generator=generator,
        collate_fn=lambda batch: tensorize(batch, tokenizer),
    )


# %% question_loader: last batch dropped | -
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)
    return torch.utils.data.DataLoader(
        samples,
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=shuffle,
        generator=generator,
        collate_fn=lambda batch: tensorize(batch, tokenizer, max_length),
    )


# %% CLSEncoder: mask not passed on
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        out = self.encoder(input_ids)
        return out.last_hidden_state[:, 0, :]


# %% CLSEncoder: -
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        out = self.encoder(input_ids, attention_mask=attention_mask)
        return out.last_hidden_state.max(dim=1).values


# %% DualEncoder: -
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = Y = None
        if Q_mask is not None:
            X = self.query_encoder(Q, Q_mask)
        if P_mask is not None:
            Y = self.passage_encoder(P, P_mask)
        return X, Y


# %% DualEncoder: single result for one side
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        if Q is not None and P is not None:
            return self.query_encoder(Q, Q_mask), self.passage_encoder(P, P_mask)
        if Q is not None:
            return self.query_encoder(Q, Q_mask)
        return self.passage_encoder(P, P_mask)


# %% top_k_passages: -
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("k is too large")
    all_scores, all_indices = [], []
    for i, chunk in enumerate(passage_embeddings.split(chunk_size)):
        scores = question_embeddings @ chunk.T
        top = scores.topk(min(k, len(chunk)), dim=1)
        all_scores.append(top.values)
        all_indices.append(top.indices + i)
    scores, places = torch.cat(all_scores, 1).topk(k, dim=1)
    return scores, torch.cat(all_indices, 1).gather(1, places)


# %% top_k_passages: -
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("k is too large")
    best_s, best_i = [], []
    for q in question_embeddings:
        scores = passage_embeddings @ q
        order = scores.abs().argsort(descending=True)[:k]
        best_s.append(scores[order])
        best_i.append(order)
    return torch.stack(best_s), torch.stack(best_i)


# %% recall_at_k: rounded
def recall_at_k(indices, gold, ks):
    result = {}
    for k in ks:
        if k > indices.shape[1]:
            raise ValueError("k is larger than K")
        hits = (indices[:, :k] == gold[:, None]).any(dim=1)
        result[k] = round(100 * hits.float().mean().item(), 1)
    return result


# %% recall_at_k: -
def recall_at_k(indices, gold, ks):
    if max(ks) >= indices.shape[1]:
        raise ValueError("k is larger than K")
    return {k: 100.0 * (indices[:, :k] == gold[:, None]).any(1).float().mean().item() for k in ks}


# %% nce_loss: binary cross-entropy
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive[:, None]).squeeze(1)
    neg = scores.gather(1, negatives)
    return -(F.logsigmoid(pos) + F.logsigmoid(-neg).sum(dim=1)).mean()


# %% nce_loss: -
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive[:, None])
    neg = scores.gather(1, negatives)
    return (torch.log(1 + torch.exp(neg - pos))).mean()


# %% in_batch_nce_loss: best question of each passage
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T
    loss = F.cross_entropy(scores, labels)
    num_correct = (scores.argmax(dim=0)[: len(labels)] == labels).sum().item()
    return loss, num_correct


# %% in_batch_nce_loss: scaled as in attention
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q, Q_mask, P, P_mask)
    scores = X @ Y.T / X.shape[1] ** 0.5
    loss = F.cross_entropy(scores, labels)
    return loss, int((scores.argmax(dim=1) == labels).sum())


# %% train_epoch: clipped by value
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [t.to(device) for t in batch]
        optimizer.zero_grad()
        loss, _ = in_batch_nce_loss(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% train_epoch: each weight clipped alone
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [t.to(device) for t in batch]
        optimizer.zero_grad()
        loss, _ = in_batch_nce_loss(model, batch)
        loss.backward()
        for p in model.parameters():
            torch.nn.utils.clip_grad_norm_(p, max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% train_epoch: not clipped | -
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    losses = []
    for batch in loader:
        optimizer.zero_grad()
        loss, _ = in_batch_nce_loss(model, batch)
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% train_epoch: right
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    home = next(iter(model.parameters())).device
    history = list()
    model.train(True)
    for Q, Qm, P, Pm, labels in loader:
        for p in model.parameters():
            p.grad = None
        loss = in_batch_nce_loss(model, (Q.to(home), Qm.to(home), P.to(home), Pm.to(home), labels.to(home)))[0]
        loss.backward()
        grads = [p.grad for p in model.parameters() if p.grad is not None]
        norm = torch.stack([g.pow(2).sum() for g in grads]).sum().sqrt()
        if norm > max_norm:
            for g in grads:
                g.mul_(max_norm / (norm + 1e-6))
        optimizer.step()
        scheduler and scheduler.step()
        history += [float(loss)]
    return history


# %% question_loader: right
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    class Order(torch.utils.data.Sampler):
        epoch = 0

        def __len__(self):
            return len(samples)

        def __iter__(self):
            g = torch.Generator().manual_seed(1000 * seed + self.epoch)
            self.epoch += 1
            return iter(torch.randperm(len(samples), generator=g).tolist())

    def collate(rows):
        return tensorize(rows, tokenizer, max_length=max_length)

    sampler = Order() if shuffle else None
    return torch.utils.data.DataLoader(samples, batch_size=batch_size, sampler=sampler, collate_fn=collate)


# %% top_k_passages: right
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    N, M = question_embeddings.shape[0], passage_embeddings.shape[0]
    if M < k:
        raise ValueError(f"only {M} passages")
    best = question_embeddings.new_empty(N, 0)
    where = torch.empty(N, 0, dtype=torch.long, device=best.device)
    for start in range(0, M, chunk_size):
        stop = min(start + chunk_size, M)
        best = torch.hstack([best, question_embeddings @ passage_embeddings[start:stop].T])
        where = torch.hstack([where, torch.arange(start, stop, device=where.device).expand(N, -1)])
        order = best.argsort(dim=1, descending=True)[:, :k]
        best, where = best.take_along_dim(order, 1), where.take_along_dim(order, 1)
    return best, where


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    keep = torch.zeros_like(scores, dtype=torch.bool)
    keep.scatter_(1, negatives, True)
    keep.scatter_(1, positive.unsqueeze(1), True)
    return F.cross_entropy(scores.masked_fill(~keep, -torch.inf), positive)


# %% recall_at_k: right
def recall_at_k(indices, gold, ks):
    rows, right = indices.tolist(), gold.tolist()
    if any(k > indices.shape[1] for k in ks):
        raise ValueError("k")
    found = {}
    for k in ks:
        found[k] = sum(g in row[:k] for g, row in zip(right, rows)) * 100 / len(right)
    return found


# %% tensorize: right
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    def batch(*columns):
        rows = [tokenizer(*row, truncation=True, max_length=max_length) for row in zip(*columns)]
        out = tokenizer.pad(
            {"input_ids": [r["input_ids"] for r in rows], "attention_mask": [r["attention_mask"] for r in rows]},
            return_tensors="pt",
        )
        return out["input_ids"], out["attention_mask"]

    passages, labels = [], []
    for sample in samples:
        hard = sample.get("hard_negative") if use_hard_negative else None
        if hard is not None:
            passages.append(hard)
        labels.append(len(passages))
        passages.append(sample["gold_context"])
    Q = batch([s["question"] for s in samples])
    P = batch([p["title"] for p in passages], [p["text"] for p in passages])
    return (*Q, *P, torch.tensor(labels))


# %% DualEncoder: right
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        sides = ((self.query_encoder, Q, Q_mask), (self.passage_encoder, P, P_mask))
        return tuple(None if ids is None else encoder(ids, mask) for encoder, ids, mask in sides)


# %% CLSEncoder: right
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        nn.Module.__init__(self)
        self.add_module("encoder", encoder)

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, return_dict=True)["last_hidden_state"]
        return states.select(1, 0)


# %% tensorize: right
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    golds = [s["gold_context"] for s in samples]
    hards = [s.get("hard_negative") for s in samples] if use_hard_negative else []
    rows = golds + [h for h in hards if h]
    settings = dict(padding="longest", truncation="longest_first", max_length=max_length, return_tensors="pt")
    Q = tokenizer([s["question"] for s in samples], **settings).input_ids
    P = tokenizer(text=[r["title"] for r in rows], text_pair=[r["text"] for r in rows], **settings).input_ids
    pad = tokenizer.pad_token_id
    return Q, (Q != pad).long(), P, (P != pad).long(), torch.arange(len(samples))


# %% nce_loss: -
def nce_loss(scores, positive, negatives):
    pos = scores.gather(1, positive[:, None])
    logits = torch.cat([pos, scores.gather(1, negatives)], dim=1)
    return -logits.log_softmax(1)[:, 0].sum() / negatives.numel()


# %% DualEncoder: -
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = self.query_encoder(Q, Q_mask) if Q else None
        Y = self.passage_encoder(P, P_mask) if P else None
        return X, Y


# %% tensorize: right
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    options = dict(padding="longest", truncation="longest_first", max_length=max_length, return_tensors="pt")
    contexts = [s["gold_context"] for s in samples]
    if use_hard_negative:
        contexts.extend(s["hard_negative"] for s in samples if s.get("hard_negative") is not None)
    q = tokenizer([s["question"] for s in samples], **options)
    p = tokenizer([c["title"] for c in contexts], text_pair=[c["text"] for c in contexts], **options)
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.arange(len(samples), dtype=torch.int64)


# %% tensorize: right
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    passages, gold = [], []
    for sample in samples:
        negative = sample.get("hard_negative")
        if use_hard_negative and negative:
            passages.append(negative)
        gold.append(len(passages))
        passages.append(sample["gold_context"])
    q = tokenizer(
        [s["question"] for s in samples], padding=True, truncation=True, max_length=max_length, return_tensors="pt"
    )
    pairs = [(p["title"], p["text"]) for p in passages]
    p = tokenizer(pairs, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
    return (q["input_ids"], q["attention_mask"], p["input_ids"], p["attention_mask"], torch.LongTensor(gold))


# %% tensorize: text before title
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    contexts = [s["gold_context"] for s in samples]
    if use_hard_negative:
        contexts += [s["hard_negative"] for s in samples if s.get("hard_negative")]
    q = tokenizer(
        [s["question"] for s in samples], padding=True, truncation=True, max_length=max_length, return_tensors="pt"
    )
    p = tokenizer(
        [c["text"] for c in contexts],
        [c["title"] for c in contexts],
        padding=True,
        truncation=True,
        max_length=max_length,
        return_tensors="pt",
    )
    return q["input_ids"], q["attention_mask"], p["input_ids"], p["attention_mask"], torch.arange(len(samples))


# %% question_loader: right
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    from functools import partial

    collate = partial(tensorize, tokenizer=tokenizer, max_length=max_length)
    g = torch.Generator()
    g.manual_seed(seed)
    return torch.utils.data.DataLoader(samples, batch_size, shuffle, collate_fn=collate, generator=g)


# %% question_loader: right
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    class Questions(torch.utils.data.Dataset):
        def __len__(self):
            return len(samples)

        def __getitem__(self, i):
            return samples[i]

    data = Questions()
    sampler = None
    if shuffle:
        sampler = torch.utils.data.RandomSampler(data, generator=torch.Generator().manual_seed(seed))
    return torch.utils.data.DataLoader(
        data, batch_size=batch_size, sampler=sampler, collate_fn=lambda b: tensorize(b, tokenizer, max_length)
    )


# %% question_loader: last batch dropped
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    return torch.utils.data.DataLoader(
        samples,
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=True,
        collate_fn=lambda b: tensorize(b, tokenizer, max_length),
        generator=torch.Generator().manual_seed(seed),
    )


# %% CLSEncoder: right
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.add_module("encoder", encoder)

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        hidden = self.encoder(input_ids, attention_mask)[0]
        return hidden.select(1, 0)


# %% CLSEncoder: right
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        return states.last_hidden_state[:, 0]


# %% DualEncoder: right
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    @staticmethod
    def _encode(encoder, ids, mask):
        return ids if ids is None else encoder(ids, mask)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self._encode(self.query_encoder, Q, Q_mask), self._encode(self.passage_encoder, P, P_mask)


# %% DualEncoder: masks not passed on
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder = query_encoder
        self.passage_encoder = passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = self.query_encoder(Q) if Q is not None else None
        Y = self.passage_encoder(P) if P is not None else None
        return X, Y


# %% top_k_passages: right
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    M = passage_embeddings.shape[0]
    if k > M:
        raise ValueError(f"k = {k} is more than {M} passages")
    best = None
    start = 0
    while start < M:
        chunk = passage_embeddings.narrow(0, start, min(chunk_size, M - start))
        s = question_embeddings @ chunk.T
        v, i = s.topk(min(k, s.size(1)), dim=1)
        i = i + start
        if best is not None:
            v, i = torch.cat((best[0], v), 1), torch.cat((best[1], i), 1)
        v, order = v.sort(dim=1, descending=True)
        best = v[:, :k], i.gather(1, order)[:, :k]
        start += chunk_size
    return best


# %% top_k_passages: right
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if k > len(passage_embeddings):
        raise ValueError("too few passages")
    N = len(question_embeddings)
    scores = question_embeddings.new_full((N, k), -float("inf"))
    indices = torch.full((N, k), -1, device=question_embeddings.device)
    for first in range(0, len(passage_embeddings), chunk_size):
        chunk = passage_embeddings[first : first + chunk_size]
        found = torch.einsum("nd,md->nm", question_embeddings, chunk)
        ids = torch.arange(first, first + len(chunk), device=indices.device).expand(N, -1)
        scores, place = torch.topk(torch.cat([scores, found], 1), k)
        indices = torch.take_along_dim(torch.cat([indices, ids], 1), place, 1)
    return scores, indices


# %% recall_at_k: right
def recall_at_k(indices, gold, ks):
    if any(k > indices.shape[1] for k in ks):
        raise ValueError("k too large")
    hits = (indices == gold.view(-1, 1)).float().cumsum(1).clamp(max=1).mean(0) * 100
    return {k: hits[k - 1].item() for k in ks}


# %% recall_at_k: right
def recall_at_k(indices, gold, ks):
    rows, golds = indices.tolist(), gold.tolist()
    if max(ks, default=0) > indices.size(1):
        raise ValueError
    return {k: 100 * sum(g in row[:k] for row, g in zip(rows, golds)) / len(golds) for k in ks}


# %% recall_at_k: k not checked
def recall_at_k(indices, gold, ks):
    K = indices.shape[1]
    return {k: 100.0 * (indices[:, : min(k, K)] == gold[:, None]).any(1).float().mean().item() for k in ks}


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    columns = torch.cat([positive[:, None], negatives], dim=1)
    return -scores.gather(1, columns).log_softmax(dim=1).select(1, 0).mean()


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    pos = scores.take_along_dim(positive.unsqueeze(1), 1)
    neg = scores.take_along_dim(negatives, 1)
    return F.softplus(torch.logsumexp(neg, 1) - pos.squeeze(1)).mean() if negatives.shape[1] else (pos * 0).mean()


# %% nce_loss: right
def nce_loss(scores, positive, negatives):
    use = torch.zeros_like(scores, dtype=torch.bool).scatter(1, negatives, True)
    use[torch.arange(len(scores), device=scores.device), positive] = True
    return F.cross_entropy(scores.masked_fill(~use, float("-inf")), positive)


# %% in_batch_nce_loss: right
def in_batch_nce_loss(model, batch):
    *inputs, labels = batch
    X, Y = model(*inputs)
    logits = torch.mm(X, Y.t())
    loss = F.cross_entropy(logits, labels)
    correct = sum(int(p == l) for p, l in zip(logits.argmax(-1), labels))
    return loss, correct


# %% in_batch_nce_loss: right
def in_batch_nce_loss(model, batch):
    Q, Q_mask, P, P_mask, labels = batch
    X, Y = model(Q=Q, Q_mask=Q_mask, P=P, P_mask=P_mask)
    logp = (X @ Y.T).log_softmax(-1)
    return -logp.gather(1, labels[:, None]).mean(), torch.count_nonzero(logp.topk(1).indices.flatten() == labels).item()


# %% train_epoch: right
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(iter(model.parameters())).device
    losses = []
    for batch in loader:
        batch = [t.to(device) for t in batch]
        optimizer.zero_grad(set_to_none=True)
        loss = in_batch_nce_loss(model, batch)[0]
        loss.backward()
        nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm, norm_type=2)
        optimizer.step()
        scheduler.step() if scheduler is not None else None
        losses.append(loss.detach().cpu().item())
    return losses


# %% train_epoch: clipped by value
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        loss, _ = in_batch_nce_loss(model, [t.to(device) for t in batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
    return losses
