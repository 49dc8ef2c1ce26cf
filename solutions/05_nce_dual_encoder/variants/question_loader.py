import math

import torch
from torch.utils.data import DataLoader

# The notebook defines these.
tensorize = ...


# %% last batch dropped kind="misconception"
# drop_last=True leaves out the samples of the shorter last batch: of 10 samples with batch_size=4, two are never used
# in this epoch. Keep the last batch.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate, drop_last=True)


# %% no generator kind="misconception"
# Without a generator, DataLoader draws its order from PyTorch's global random numbers, so the seed has no effect.
# Give it a generator that was seeded with seed.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)


# %% global seed kind="misconception"
# torch.manual_seed sets the global random numbers, which everything else draws from, too. Two loaders that are used
# in turns then disturb each other. Each loader needs a generator of its own.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    torch.manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)


# %% shuffled once kind="misconception"
# The list is shuffled when the loader is made, so every epoch has the same order. The DataLoader itself must shuffle:
# then each epoch draws a new order.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    if shuffle:
        samples = [samples[i] for i in torch.randperm(len(samples), generator=generator)]
    return DataLoader(samples, batch_size, collate_fn=collate)


# %% seeded anew in each epoch kind="misconception"
# The generator is seeded at the start of every epoch, so every epoch has the same order. Seed it once, when the
# loader is made.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    class Order(torch.utils.data.Sampler):
        def __len__(self):
            return len(samples)

        def __iter__(self):
            return iter(torch.randperm(len(samples), generator=torch.Generator().manual_seed(seed)).tolist())

    return DataLoader(samples, batch_size, sampler=Order() if shuffle else None, collate_fn=collate)


# %% seed fixed at 0 kind="misconception"
# The seed is an argument, and 0 is only its default: with this code, seed=1 gives the order of seed=0.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(0)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)


# %% always shuffled kind="misconception"
# shuffle is an argument: without it, the samples keep their order.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=True, generator=generator, collate_fn=collate)


# %% never shuffled kind="misconception"
# shuffle is an argument of your function and has to reach the DataLoader. A model that sees the samples in the same
# order in every epoch meets the same batches, and the same negatives, again and again.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, generator=generator, collate_fn=collate)


# %% max_length not passed on kind="misconception"
# tensorize cuts at 100 tokens unless it is told otherwise. Pass max_length on to it.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)


# %% batches of samples kind="misconception"
# The batches are lists of dicts, and no model can read them. The collate function turns the samples of a batch into
# tensors.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=list)


# %% a list of batches kind="misconception"
# A list of batches has one order for all epochs and keeps all tensors in memory. A DataLoader makes the batches of
# each epoch when they are asked for.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)
    order = range(len(samples))
    if shuffle:
        order = torch.randperm(len(samples), generator=generator).tolist()
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return [tensorize([samples[i] for i in part], tokenizer, max_length) for part in parts]


# %% a Dataset and a sampler kind="alternative"
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


# %% a batch sampler with Python's random numbers kind="alternative"
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    import random

    draw = random.Random(seed)

    class Batches:
        def __len__(self):
            return math.ceil(len(samples) / batch_size)

        def __iter__(self):
            order = list(range(len(samples)))
            if shuffle:
                draw.shuffle(order)
            for start in range(0, len(order), batch_size):
                yield order[start : start + batch_size]

    def collate(rows):
        return list(tensorize(rows, tokenizer, max_length))

    return DataLoader(samples, batch_sampler=Batches(), collate_fn=collate)
