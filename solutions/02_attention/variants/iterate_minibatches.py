import torch


# %% drops the last batch kind="misconception"
# The last, smaller batch is thrown away, so some examples are never seen in an epoch.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


# %% return instead of yield kind="misconception"
# The first return ends the function, so one batch comes out and no more. yield hands a batch over, and goes on when
# the next one is asked for.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        return order[start : start + batch_size]


# %% never shuffled kind="misconception"
# The ids come in their own order, the same in every epoch. Data is often sorted, and then a batch holds only one
# kind.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.arange(start, min(start + batch_size, n))


# %% only the order of the batches is random kind="misconception"
# The batches come in random order, but each one holds neighbours, always the same ones. Shuffle the ids before they
# are cut.
def iterate_minibatches(n, batch_size, generator=None):
    batches = [torch.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    for number in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[number]


# %% shuffled within the batch kind="misconception"
# Each batch is shuffled, but it always holds the same neighbours. Shuffle the ids before they are cut.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        yield start + torch.randperm(size, generator=generator)


# %% drawn with replacement kind="misconception"
# Each id is drawn anew, so some come twice in an epoch and others not at all. An epoch is a permutation.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.randint(n, (min(batch_size, n - start),), generator=generator)


# %% generator not used kind="misconception"
# The generator that is handed in has no part in the order, so a run cannot be repeated with its seed.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% sets its own seed kind="misconception"
# A seed is set inside, so every epoch and every run has the same order, whatever generator is handed in.
def iterate_minibatches(n, batch_size, generator=None):
    torch.manual_seed(0)
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% the same order in every epoch kind="misconception"
# The generator is set back to its seed, so the second epoch repeats the first. Use it as it is.
def iterate_minibatches(n, batch_size, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% an empty batch for nothing kind="misconception"
# split() makes one empty piece of an empty tensor. The mean over an empty batch is NaN; n = 0 should give no batch.
def iterate_minibatches(n, batch_size, generator=None):
    yield from torch.randperm(n, generator=generator).split(batch_size)


# %% an empty batch at the end kind="misconception"
# Where batch_size divides n an empty batch comes last. Its mean is NaN, and one such step spoils every parameter.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for number in range(n // batch_size + 1):
        yield order[number * batch_size : (number + 1) * batch_size]


# %% batch_size many batches kind="misconception"
# torch.chunk takes the number of pieces, not their size. torch.split takes the size.
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.randperm(n, generator=generator).chunk(batch_size)


# %% lists instead of tensors kind="misconception"
# The ids are right, but they come in lists. Tensors of int64 are asked for; they index other tensors on any device.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator).tolist()
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% split, with an n of 0 apart kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    if n == 0:
        return iter(())
    return iter(torch.randperm(n, generator=generator).split(batch_size))


# %% eating up a permutation kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    left = torch.randperm(n, generator=generator)
    while len(left) > 0:
        batch, left = left[:batch_size], left[batch_size:]
        yield batch


# %% sorting random numbers kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort()
    return (order[i : i + batch_size] for i in range(0, n, batch_size))


# %% PyTorch's own DataLoader, with an n of 0 apart kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.utils.data.DataLoader(range(n), batch_size, shuffle=True, generator=generator)
