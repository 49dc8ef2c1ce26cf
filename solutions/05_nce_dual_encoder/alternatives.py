"""Other right answers to lab 05: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "tensorize",
        "each hard negative behind its gold passage",
        """
# Exercise: tensorize
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    titles, texts, labels = [], [], []
    for sample in samples:
        labels.append(len(titles))
        own = [sample["gold_context"]]
        if use_hard_negative and sample.get("hard_negative") is not None:
            own.append(sample["hard_negative"])
        for context in own:
            titles.append(context["title"])
            texts.append(context["text"])
    both = {"padding": "longest", "truncation": "longest_first", "max_length": max_length, "return_tensors": "pt"}
    q = tokenizer([s["question"] for s in samples], **both)
    p = tokenizer(titles, texts, **both)
    return q.input_ids, q.attention_mask, p.input_ids, p.attention_mask, torch.tensor(labels)
""",
    ),
    Alternative(
        "tensorize",
        "hard negatives first, pairs as tuples, padded by hand",
        """
# Exercise: tensorize
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    def rectangle(rows):
        width = max(len(row) for row in rows)
        ids = torch.full((len(rows), width), tokenizer.pad_token_id, dtype=torch.int64)
        mask = torch.zeros(len(rows), width, dtype=torch.bool)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
            mask[place, : len(row)] = True
        return ids, mask

    extra = [s["hard_negative"] for s in samples if use_hard_negative and s.get("hard_negative")]
    contexts = extra + [s["gold_context"] for s in samples]
    questions = [tokenizer(s["question"], truncation=True, max_length=max_length)["input_ids"] for s in samples]
    pairs = tokenizer([(c["title"], c["text"]) for c in contexts], truncation=True, max_length=max_length)["input_ids"]
    return (*rectangle(questions), *rectangle(pairs), len(extra) + torch.arange(len(samples)))
""",
    ),
    Alternative(
        "CLSEncoder",
        "first part of the output, and a mask of ones",
        """
# Exercise: CLSEncoder
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        output = self.encoder(input_ids, attention_mask)
        return output[0][:, 0, :]
""",
    ),
    Alternative(
        "CLSEncoder",
        "select",
        """
# Exercise: CLSEncoder
class CLSEncoder(torch.nn.Module):
    def __init__(self, encoder):
        torch.nn.Module.__init__(self)
        self.add_module("encoder", encoder)

    def forward(self, input_ids, attention_mask=None):
        output = self.encoder(attention_mask=attention_mask, input_ids=input_ids)
        return output["last_hidden_state"].select(1, 0)
""",
    ),
    Alternative(
        "DualEncoder",
        "with ifs",
        """
# Exercise: DualEncoder
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X, Y = None, None
        if Q is not None:
            X = self.query_encoder(Q, Q_mask)
        if P is not None:
            Y = self.passage_encoder(P, P_mask)
        return X, Y
""",
    ),
    Alternative(
        "DualEncoder",
        "two methods",
        """
# Exercise: DualEncoder
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.passage_encoder = passage_encoder
        self.query_encoder = query_encoder

    def encode(self, encoder, ids, mask):
        if ids is None:
            return None
        return encoder(ids) if mask is None else encoder(ids, mask)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return self.encode(self.query_encoder, Q, Q_mask), self.encode(self.passage_encoder, P, P_mask)
""",
    ),
    Alternative(
        "top_k_passages",
        "begins with minus infinity",
        """
# Exercise: top_k_passages
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    total = passage_embeddings.size(0)
    if k > total:
        raise ValueError("k is too large")
    n = question_embeddings.size(0)
    scores = torch.full((n, k), -math.inf, dtype=question_embeddings.dtype)
    indices = torch.full((n, k), -1)
    for start in range(0, total, chunk_size):
        stop = min(start + chunk_size, total)
        new = torch.einsum("nd,md->nm", question_embeddings, passage_embeddings[start:stop])
        candidates = torch.cat((scores, new), dim=1)
        names = torch.cat((indices, torch.arange(start, stop).repeat(n, 1)), dim=1)
        scores, order = torch.topk(candidates, k, dim=1)
        indices = torch.gather(names, 1, order)
    return scores, indices
""",
    ),
    Alternative(
        "top_k_passages",
        "the best of each chunk first, and a sort",
        """
# Exercise: top_k_passages
def top_k_passages(question_embeddings, passage_embeddings, k, chunk_size=4096):
    if len(passage_embeddings) < k:
        raise ValueError(f"{k} of {len(passage_embeddings)} passages")
    best = None
    for number, chunk in enumerate(torch.split(passage_embeddings, chunk_size)):
        values, places = torch.matmul(question_embeddings, chunk.mT).topk(min(k, len(chunk)), dim=-1)
        places = places + number * chunk_size
        if best is not None:
            values, places = torch.cat([values, best[0]], dim=-1), torch.cat([places, best[1]], dim=-1)
        values, order = values.sort(dim=-1, descending=True)
        best = values[:, :k].clone(), places.take_along_dim(order[:, :k], dim=-1)
    return best
""",
    ),
    Alternative(
        "recall_at_k",
        "by rank",
        """
# Exercise: recall_at_k
def recall_at_k(indices, gold, ks):
    longest = indices.size(1)
    for k in ks:
        if k > longest:
            raise ValueError(f"k = {k} is beyond {longest}")
    hits = indices == gold.unsqueeze(1)
    rank = torch.where(hits.any(dim=1), hits.int().argmax(dim=1), longest)
    return {k: float((rank < k).sum()) / len(gold) * 100.0 for k in ks}
""",
    ),
    Alternative(
        "recall_at_k",
        "in plain Python",
        """
# Exercise: recall_at_k
def recall_at_k(indices, gold, ks):
    result = {}
    rankings, answers = indices.tolist(), gold.tolist()
    for k in ks:
        if k > indices.shape[1]:
            raise ValueError(k)
        found = sum(answer in ranking[:k] for ranking, answer in zip(rankings, answers))
        result[k] = 100 * found / len(answers)
    return result
""",
    ),
    Alternative(
        "nce_loss",
        "logsumexp",
        """
# Exercise: nce_loss
def nce_loss(scores, positive, negatives):
    rows = torch.arange(len(scores))
    own = scores[rows, positive]
    others = scores[rows[:, None], negatives]
    everything = torch.cat([others, own[:, None]], dim=1)
    return (torch.logsumexp(everything, dim=1) - own).mean()
""",
    ),
    Alternative(
        "nce_loss",
        "masked columns",
        """
# Exercise: nce_loss
def nce_loss(scores, positive, negatives):
    left_out = torch.ones_like(scores, dtype=torch.bool)
    left_out.scatter_(1, negatives, False)
    left_out.scatter_(1, positive.unsqueeze(1), False)
    return nn.CrossEntropyLoss()(scores.masked_fill(left_out, -math.inf), positive)
""",
    ),
    Alternative(
        "nce_loss",
        "differences and softplus",
        """
# Exercise: nce_loss
def nce_loss(scores, positive, negatives):
    own = torch.take_along_dim(scores, positive[:, None], dim=1)
    gaps = torch.take_along_dim(scores, negatives, dim=1) - own
    return F.softplus(gaps.logsumexp(dim=1)).mean()
""",
    ),
    Alternative(
        "in_batch_nce_loss",
        "each side alone, log-softmax",
        """
# Exercise: in_batch_nce_loss
def in_batch_nce_loss(model, batch):
    questions, questions_mask, passages, passages_mask, labels = batch
    X, _ = model(questions, questions_mask)
    _, Y = model(P=passages, P_mask=passages_mask)
    log_shares = torch.log_softmax(torch.matmul(X, Y.mT), dim=-1)
    loss = -log_shares.gather(1, labels[:, None]).mean()
    return loss, int(log_shares.argmax(dim=-1).eq(labels).sum())
""",
    ),
    Alternative(
        "in_batch_nce_loss",
        "by nce_loss",
        """
# Exercise: in_batch_nce_loss
def in_batch_nce_loss(model, batch):
    *texts, labels = batch
    X, Y = model(*texts)
    scores = X @ Y.T
    columns = torch.arange(len(Y)).expand(len(X), -1)
    negatives = columns[columns != labels[:, None]].view(len(X), -1)
    num_correct = sum(int(row.argmax()) == int(label) for row, label in zip(scores, labels))
    return nce_loss(scores, labels, negatives), num_correct
""",
    ),
    Alternative(
        "DualEncoder",
        "called by keyword",
        """
# Exercise: DualEncoder
class DualEncoder(nn.Module):
    def __init__(self, query_encoder, passage_encoder):
        super().__init__()
        self.query_encoder, self.passage_encoder = query_encoder, passage_encoder

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        X = self.query_encoder(Q, attention_mask=Q_mask) if Q is not None else None
        Y = self.passage_encoder(input_ids=P, attention_mask=P_mask) if P is not None else None
        return X, Y
""",
    ),
    Alternative(
        "CLSEncoder",
        "all hidden states asked for",
        """
# Exercise: CLSEncoder
class CLSEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask=None):
        output = self.encoder(input_ids, attention_mask=attention_mask, output_hidden_states=True, return_dict=True)
        return output.hidden_states[-1][:, 0]
""",
    ),
    Alternative(
        "question_loader",
        "a Dataset and a sampler",
        """
# Exercise: question_loader
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    class Questions(torch.utils.data.Dataset):
        def __len__(self):
            return len(samples)

        def __getitem__(self, i):
            return samples[i]

    data = Questions()
    order = torch.utils.data.SequentialSampler(data)
    if shuffle:
        order = torch.utils.data.RandomSampler(data, generator=torch.Generator().manual_seed(seed))

    def collate(batch):
        return tensorize(batch, tokenizer, max_length=max_length)

    return DataLoader(data, batch_size=batch_size, sampler=order, collate_fn=collate)
""",
    ),
    Alternative(
        "question_loader",
        "a batch sampler with Python's random numbers",
        """
# Exercise: question_loader
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    import random

    draw = random.Random(seed)

    class Batches:
        def __len__(self):
            return -(-len(samples) // batch_size)

        def __iter__(self):
            order = list(range(len(samples)))
            if shuffle:
                draw.shuffle(order)
            for start in range(0, len(order), batch_size):
                yield order[start : start + batch_size]

    def collate(rows):
        return list(tensorize(rows, tokenizer, max_length))

    return DataLoader(samples, batch_sampler=Batches(), collate_fn=collate)
""",
    ),
    Alternative(
        "train_epoch",
        "gradients cleared after the step, eval mode at the end",
        """
# Exercise: train_epoch
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model = model.train()
    where = next(iter(model.parameters())).device
    optimizer.zero_grad(set_to_none=True)
    history = []
    for Q, Q_mask, P, P_mask, labels in loader:
        batch = Q.to(where), Q_mask.to(where), P.to(where), P_mask.to(where), labels.to(where)
        loss = in_batch_nce_loss(model, batch)[0]
        history += [float(loss.detach())]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
        optimizer.step()
        optimizer.zero_grad()
        if scheduler:
            scheduler.step()
    model.eval()
    return history
""",
    ),
    Alternative(
        "train_epoch",
        "clipped by hand, the parameters taken from the optimizer",
        """
# Exercise: train_epoch
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses = []
    for batch in loader:
        for parameter in parameters:
            parameter.grad = None
        loss, _ = in_batch_nce_loss(model, tuple(part.to(parameters[0].device) for part in batch))
        loss.backward()
        with torch.no_grad():
            length = sum(parameter.grad.square().sum() for parameter in parameters).sqrt()
            if length > max_norm:
                for parameter in parameters:
                    parameter.grad *= max_norm / length
        optimizer.step()
        scheduler is None or scheduler.step()
        losses.append(loss.item())
    return losses
""",
    ),
]
