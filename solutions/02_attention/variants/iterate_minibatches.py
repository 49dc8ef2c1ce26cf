import torch


# %% drops the last batch kind="misconception"
# The last, smaller batch is dropped: with 10 ids in batches of 4, two ids never appear. Look at where the loop stops.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


# %% return instead of yield kind="misconception"
# return ends the function in the first round of the loop, so with 8 ids and batches of 4 the caller gets one tensor
# of 4 ids, and loops over single ids. Look at how a function can hand over several values, one after another.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        return order[start : start + batch_size]


# %% never shuffled kind="misconception"
# The ids come as 0, 1, 2, ..., the same in every epoch. If the data is sorted by class, a batch then contains only
# one class. Look at what should make the order random.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.arange(start, min(start + batch_size, n))


# %% only the order of the batches is random kind="misconception"
# The batches come in random order, but each one always contains the same neighbours, such as 4, 5, 6 and 7. Look at
# what is shuffled.
def iterate_minibatches(n, batch_size, generator=None):
    batches = [torch.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    for number in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[number]


# %% shuffled within the batch kind="misconception"
# The ids are shuffled only within each batch, so the first batch always contains the ids from 0 to batch_size - 1.
# Look at what is shuffled, and when.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        yield start + torch.randperm(size, generator=generator)


# %% drawn with replacement kind="misconception"
# Each id is drawn independently: 4 draws from 4 ids may give 2, 0, 2, 3, so 2 appears twice and 1 not at all. Every
# id should appear exactly once; look at how the ids are drawn.
def iterate_minibatches(n, batch_size, generator=None):
    for start in range(0, n, batch_size):
        yield torch.randint(n, (min(batch_size, n - start),), generator=generator)


# %% generator not used kind="misconception"
# The generator makes no difference: two generators with seed 0 give different batches, so a run cannot be repeated.
# Look at where the function uses the argument.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% sets its own seed kind="misconception"
# A seed is set inside the function, so a generator with seed 1 and one with seed 2 give the same order. Look at where
# the random numbers should come from.
def iterate_minibatches(n, batch_size, generator=None):
    torch.manual_seed(0)
    order = torch.randperm(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% the same order in every epoch kind="misconception" hidden_because="only code beside the student's own can use one generator twice, and the docstring says what should happen"
# The generator is reset to its seed, so if epoch 1 has the order 2, 0, 1, epoch 2 has it too. Look at what happens to
# the generator before it is used.
def iterate_minibatches(n, batch_size, generator=None):
    if generator is not None:
        generator.manual_seed(generator.initial_seed())
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% an empty batch for zero ids kind="misconception"
# For n = 0, split() gives one empty batch, and the mean over an empty batch is NaN. Look at what the docstring says
# about n = 0.
def iterate_minibatches(n, batch_size, generator=None):
    yield from torch.randperm(n, generator=generator).split(batch_size)


# %% an empty batch at the end kind="misconception"
# If batch_size divides n, the last batch is empty: 8 ids in batches of 4 give three batches. The mean over an empty
# batch is NaN. Look at how many batches the loop makes.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator)
    for number in range(n // batch_size + 1):
        yield order[number * batch_size : (number + 1) * batch_size]


# %% batch_size is the number of batches kind="misconception"
# torch.chunk takes the number of pieces, not their size: 100 ids with a batch_size of 5 give 5 batches of 20. Look at
# the length of the first batch.
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.randperm(n, generator=generator).chunk(batch_size)


# %% lists instead of tensors kind="misconception"
# The ids are right, but each batch is a Python list such as [2, 0], not tensor([2, 0]). Look at the type that the
# docstring asks for.
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.randperm(n, generator=generator).tolist()
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


# %% split, with zero ids handled separately kind="alternative"
# `split` cuts a tensor into pieces of a given size, and the last one is shorter. Its pieces are views, so nothing is
# copied.
def iterate_minibatches(n, batch_size, generator=None):
    if n == 0:
        return iter(())
    return iter(torch.randperm(n, generator=generator).split(batch_size))


# %% taking batches off a permutation kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    left = torch.randperm(n, generator=generator)
    while len(left) > 0:
        batch, left = left[:batch_size], left[batch_size:]
        yield batch


# %% sorting random numbers kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort()
    return (order[i : i + batch_size] for i in range(0, n, batch_size))


# %% PyTorch's own DataLoader, with zero ids handled separately kind="alternative"
def iterate_minibatches(n, batch_size, generator=None):
    if n > 0:
        yield from torch.utils.data.DataLoader(range(n), batch_size, shuffle=True, generator=generator)
