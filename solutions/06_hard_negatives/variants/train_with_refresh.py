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


# %% mined only once kind="misconception"
# Negatives are mined only before epoch 0, whatever `refresh_every` is. They become outdated while the model learns.
# Check when you mine.
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
# Negatives are mined before every epoch, whatever `refresh_every` is, which costs time. Between two refreshes the
# mined lists should stay the same. Check when you mine.
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


# %% mined with old embeddings kind="misconception"
# The embeddings are computed once, before training, so the refresh of epoch 2 finds the same negatives as that of
# epoch 0. Check in the docstring which model mines.
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


# %% refreshes one epoch early kind="misconception"
# After epoch 0, every refresh comes one epoch early: with `refresh_every=3`, negatives are mined before epochs 2 and
# 5 instead of 3 and 6. Check your condition with epochs that count from 0.
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


# %% gold passages mined kind="misconception"
# Mining is not told which passages are right: if gold is 4, which a good model ranks first, 4 can come back as a hard
# negative. Check what you pass to `mine_hard_negatives`.
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


# %% passage i taken as gold kind="misconception"
# This takes passage i as the gold passage of question i. If questions 0 and 1 share passage 0, question 2 has gold
# passage 1, not 2. Look at what `knowledge_base` says about the training questions.
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


# %% validation passages mined kind="misconception"
# Negatives come from the whole knowledge base: with 80 passages for training questions and 20 more for validation,
# all 100 may be pushed away, so validation no longer measures unseen passages. Check in the docstring which passages
# may be mined.
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


# %% negatives missing from the batches kind="misconception"
# The samples carry hard negatives, but the batches do not contain them: 8 samples give 8 passages instead of 16,
# because `tensorize` leaves them out by default. Check what you pass to it.
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
# Each question brings its hardest negative in every epoch, so the other k - 1 are never used. Check in the docstring
# how one of the k is chosen.
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


# %% drawn once per refresh kind="misconception"
# Each question draws a negative when the negatives are mined and keeps it: with a refresh every 3 epochs, it meets
# the same one 3 times. Check in the docstring how often it draws.
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


# %% new optimiser in each epoch kind="misconception"
# Optimiser and schedule are made again in each epoch: Adam forgets its averages, and each epoch warms up from a
# learning rate of 0 again. Check in the exercise what a schedule should cover.
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
# The first entry of the history has the epoch 1. Check in the docstring how epochs are numbered.
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
# Recall is measured before the steps of an epoch: after 1 epoch, the entry still describes the untrained model. Check
# in the docstring when it is measured.
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


# %% copy trained kind="misconception"
# A copy of the model is trained: after 3 epochs, the caller's model gives the same vectors as before. Check in the
# docstring which model should learn.
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


# %% shuffling ignores the seed kind="misconception"
# The order of the samples does not depend on `seed`, so two runs with seed=42 give different numbers. Check every
# source of random numbers.
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


# %% a hand-written loop, and PyTorch's schedule kind="alternative"
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
# Two nested loops, over the refreshes and over the epochs between them, need no test of `epoch % refresh_every`.
# Drawing a column of the table of mined passages gives every question another negative in each epoch.
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
