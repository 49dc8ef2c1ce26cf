import math

import torch
from torch.utils.data import DataLoader

# The notebook defines these.
tensorize = ...


# %% last batch dropped kind="misconception"
# The shorter last batch is left out: with 7 samples and `batch_size=3`, one sample is missing from every epoch. Each
# epoch should have every sample once. Look at the options of your DataLoader.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate, drop_last=True)


# %% no generator kind="misconception"
# The DataLoader draws its order from PyTorch's global random numbers: two loaders with `seed=1` give different
# batches, and any other random draw changes the order. Check where you use `seed`.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)


# %% global seed kind="misconception"
# `torch.manual_seed` sets the global random numbers, which everything else draws from too. Two loaders that are used
# in turns then disturb each other's order. Think about which source of random numbers belongs to one loader alone.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    torch.manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, collate_fn=collate)


# %% shuffled only once kind="misconception"
# The list is shuffled when the loader is made, so if epoch 1 has the order 2, 0, 1, every later epoch has it too.
# Check when the order is drawn.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    if shuffle:
        samples = [samples[i] for i in torch.randperm(len(samples), generator=generator)]
    return DataLoader(samples, batch_size, collate_fn=collate)


# %% seeded again in every epoch kind="misconception"
# The random numbers start again from the same seed in every epoch, so if epoch 1 has the order 2, 0, 1, epoch 2 has
# it too. Check when you set the seed.
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
# The generator always gets the seed 0, so `seed=1` gives the same order as `seed=0`. The 0 in the signature is only a
# default. Check where you use `seed`.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(0)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)


# %% always shuffled kind="misconception"
# The samples are shuffled even when `shuffle` is False, its default. Without shuffling they should keep their order.
# Check where you use the argument.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=True, generator=generator, collate_fn=collate)


# %% shuffled by default kind="misconception"
# Here `shuffle` is True unless the caller says otherwise, so `question_loader(samples, tokenizer, 4)` gives a random
# order. With the given default, samples 0 to 9 come in the order 0, 1, 2, ..., 9. Check the first line of your function.
def question_loader(samples, tokenizer, batch_size, *, shuffle=True, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)


# %% never shuffled kind="misconception"
# `shuffle` has no effect, so the order is always 0, 1, 2, ..., and each question meets the same negatives again and
# again. Check what you pass on to the DataLoader.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer, max_length)

    return DataLoader(samples, batch_size, generator=generator, collate_fn=collate)


# %% max_length not passed on kind="misconception"
# `max_length` has no effect: texts are always cut at 100 tokens, the default of `tensorize`. Check what you pass on
# to it.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)

    def collate(batch):
        return tensorize(batch, tokenizer)

    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate)


# %% batches of samples kind="misconception"
# Each batch is a list of samples, that is, of dicts such as {"question": "Who ..."}, which no model can read; 5
# tensors are expected. Look at what the collate function does with this list.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=list)


# %% list of batches kind="misconception"
# This returns a list of finished batches, so epoch 2 has the same order as epoch 1, and all tensors are in memory
# together. Check in the docstring which kind of object is wanted.
def question_loader(samples, tokenizer, batch_size, *, shuffle=False, seed=0, max_length=100):
    generator = torch.Generator().manual_seed(seed)
    order = range(len(samples))
    if shuffle:
        order = torch.randperm(len(samples), generator=generator).tolist()
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return [tensorize([samples[i] for i in part], tokenizer, max_length) for part in parts]


# %% a Dataset and a sampler kind="alternative"
# A DataLoader is three parts: a dataset (what is in row i), a sampler (in which order) and a collate function (how
# rows become a batch). Each can be replaced on its own.
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
