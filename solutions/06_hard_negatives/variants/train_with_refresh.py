import functools
import math
import random
import statistics

import torch

from course_utils.training import (
    device_of,
    make_optimiser,
    steps_per_epoch,
    tensor_batches,
    train_epoch,
    warmup_schedule,
)

# The notebook defines these.
batch_loss = ...
embed_both = ...
mine_hard_negatives = ...
tensorize = ...
validation_recall = ...
with_negatives = ...


# %% mined once kind="misconception"
# Negatives are mined before the first epoch only, whatever refresh_every says: they go stale while the model learns.
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
        if epoch == 0:
            embeddings = embed_both(model, train, passages, tokenizer)
            mined = mine_hard_negatives(*embeddings, positives, min(k, len(passages) - 1))
        negatives = [draw.choice(mined[i]) for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% mined before every epoch kind="misconception"
# This mines before every epoch. It is wanted before epochs 0, r, 2r, ...; in between the mined lists stay.
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
        if True:
            embeddings = embed_both(model, train, passages, tokenizer)
            mined = mine_hard_negatives(*embeddings, positives, min(k, len(passages) - 1))
        negatives = [draw.choice(mined[i]) for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% mined by the model of the beginning kind="misconception"
# The embeddings are made once, before training. Mining again with old embeddings gives the old negatives again.
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
    embeddings = embed_both(model, train, passages, tokenizer)
    for epoch in range(epochs):
        refreshed = epoch % refresh_every == 0
        if refreshed:
            mined = mine_hard_negatives(*embeddings, positives, min(k, len(passages) - 1))
        negatives = [draw.choice(mined[i]) for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% first refresh one epoch late kind="misconception"
# Epochs count from 0, and before the very first one negatives have to be mined. With (epoch + 1) the refreshes come
# at other epochs.
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
        refreshed = epoch == 0 or (epoch + 1) % refresh_every == 0
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


# %% gold is mined kind="misconception"
# Nothing tells the miner which passages are right, so that gold, the best of all, comes back as a hard negative.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {}
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


# %% question i is answered by passage i kind="misconception"
# Question i's gold passage is knowledge_base.train_gold[i]. Where two questions share a passage, that is not i.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {i: {i} for i in range(len(train))}
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


# %% validation passages as negatives kind="misconception"
# Mining in the whole knowledge base takes passages that validation questions ask for, and pushes them away: then
# validation no longer tests on unseen passages.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}
    passages = knowledge_base.passages
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


# %% negatives not taken along kind="misconception"
# The samples carry their negatives, but tensorize leaves them out unless it is told use_hard_negative=True.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}
    passages = knowledge_base.passages[: int(knowledge_base.train_gold.max()) + 1]
    to_tensors = functools.partial(tensorize, tokenizer=tokenizer)
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


# %% always the hardest kind="misconception"
# Each epoch brings the same negative again. k of them were mined so that a question meets another one each time.
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
        negatives = [mined[i][0] for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% drawn once for each mining kind="misconception"
# A question keeps its negative until the next refresh; it should be drawn anew before each epoch.
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


# %% a new optimiser in each epoch kind="misconception"
# Optimiser and schedule are made anew in each epoch: the learning rate never decays over the training, and Adam
# forgets its moments. Make both once.
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
        optimiser = make_optimiser(model, lr)
        schedule = warmup_schedule(optimiser, steps_per_epoch(len(train), batch_size))
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% epochs count from 1 kind="misconception"
# Epochs are numbered 0, 1, 2, ..., so that epoch % refresh_every says when negatives are mined.
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
        history.append(
            {"epoch": epoch + 1, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall}
        )
    return history


# %% recall before the epoch kind="misconception"
# Recall is measured before the epoch's steps, so the last entry does not tell how good the trained model is.
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
        recall = validation_recall(model, validation, knowledge_base, tokenizer)
        refreshed = epoch % refresh_every == 0
        if refreshed:
            embeddings = embed_both(model, train, passages, tokenizer)
            mined = mine_hard_negatives(*embeddings, positives, min(k, len(passages) - 1))
        negatives = [draw.choice(mined[i]) for i in range(len(train))]
        samples = with_negatives(train, negatives, passages)
        batches = tensor_batches(samples, batch_size, to_tensors, device_of(model), shuffle)
        losses, _ = train_epoch(model, batches, batch_loss, optimiser, schedule)
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), "refreshed": refreshed, "recall": recall})
    return history


# %% a copy is trained kind="misconception"
# The model that was handed in stays as it is; a copy of it learns. Train it in place.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    import copy

    model = copy.deepcopy(model)
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


# %% another seed each time kind="misconception"
# The shuffling takes no seed, so that two runs with one seed differ, and nobody can repeat yours.
def train_with_refresh(
    model, data, knowledge_base, epochs, refresh_every, tokenizer, *, k=5, batch_size=64, lr=1e-4, seed=42
):
    train, validation = data
    positives = {i: {gold} for i, gold in enumerate(knowledge_base.train_gold.tolist())}
    passages = knowledge_base.passages[: int(knowledge_base.train_gold.max()) + 1]
    to_tensors = functools.partial(tensorize, tokenizer=tokenizer, use_hard_negative=True)
    optimiser = make_optimiser(model, lr)
    schedule = warmup_schedule(optimiser, epochs * steps_per_epoch(len(train), batch_size))
    shuffle, draw, history = None or torch.Generator().manual_seed(random.randrange(10**9)), random.Random(seed), []
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


# %% a loop of one's own, and PyTorch's schedule kind="alternative"
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


# %% an outer loop over refreshes kind="alternative"
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
