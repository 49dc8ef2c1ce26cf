import torch


# %% always [MASK] kind="misconception"
# Every chosen token becomes [MASK]. The docstring has three groups: masked, random and kept.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    return ids.masked_fill(chosen, mask_id), ids.masked_fill(~chosen, -100)


# %% nothing kept kind="misconception"
# 20% of the chosen tokens become random ones, and none stays as it is. Half of what is not masked is kept.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.8), random_ids, inputs)
    return inputs, labels


# %% nothing random kind="misconception"
# 20% of the chosen tokens stay as they are, and none becomes a random one. Half of what is not masked is random.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    return inputs, labels


# %% 10% of the rest kind="misconception"
# A second draw gives random tokens to 10% of those that are not masked: 2% of the chosen ones. 10% of all chosen
# tokens is half of the rest.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    again = torch.rand(ids.shape, generator=generator)
    inputs = torch.where(chosen & (fate >= 0.8) & (again < 0.1), random_ids, inputs)
    return inputs, labels


# %% random tokens over masked ones kind="misconception"
# A second draw gives random tokens to 10% of all chosen ones, also to those that are [MASK] already, so only 72% stay
# masked. Each chosen token belongs to one group.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    again = torch.rand(ids.shape, generator=generator)
    inputs = torch.where(chosen & (again < 0.1), random_ids, inputs)
    return inputs, labels


# %% special tokens too kind="misconception"
# Special tokens are chosen like all others, so [CLS], [SEP] and [PAD] are hidden and asked. Look at the argument
# `special`.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = torch.rand(ids.shape, generator=generator) < share
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% only special tokens kind="misconception"
# The table is read the other way round: special tokens are chosen and ordinary ones are not. Look at what True means
# in `special`.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels everywhere kind="misconception"
# The labels hold the original id at every place, so the loss asks for all tokens. Where nothing is asked, the label is
# -100.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.clone()
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels 0 instead of -100 kind="misconception"
# The label is 0 where nothing is asked. But 0 is an id, and the loss would ask for it. Look at the number in the
# docstring.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, 0)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels of the masked ones only kind="misconception"
# Labels are set only where the input is [MASK]. Random and kept tokens are asked, too: that is what they are for.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels.masked_fill(inputs != mask_id, -100)


# %% labels hold the inputs kind="misconception"
# The labels hold what stands in the input, after the replacement, and not the original tokens. The model would be
# asked for [MASK].
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, inputs.masked_fill(~chosen, -100)


# %% random tokens anywhere kind="misconception"
# Random tokens are put into places that were not chosen. The input may differ from the text only where the labels ask.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where((fate >= 0.9) & ~special[ids], random_ids, inputs)
    return inputs, labels


# %% the global generator kind="misconception"
# The random numbers do not come from the generator, so the same seed does not give the same choice. Look at every call
# that draws.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape)
    random_ids = torch.randint(vocab_size, ids.shape)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% a new seed in every call kind="misconception"
# The function makes its own generator with a fixed seed, so every batch is masked at the same places. Look at where
# the random numbers come from.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    generator = torch.Generator().manual_seed(0)
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% share fixed kind="misconception"
# 15% are chosen, whatever `share` says. Look at where the function uses its argument.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < 0.15) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% changes the texts kind="misconception"
# The tokens are replaced in ids itself, so the caller's texts are changed for good, and the next epoch reads [MASK] as
# text. Work on a copy.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids
    inputs[chosen & (fate < 0.8)] = mask_id
    places = chosen & (fate >= 0.9)
    inputs[places] = random_ids[places]
    return inputs, labels


# %% whole columns kind="misconception" hidden_because="a visible test would need more texts and places than a short one has"
# One draw per place is used for all texts, so the same places are hidden in every text of the batch. Draw a number for
# each token.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape[1], generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% one random token for all kind="misconception" hidden_because="the share of random tokens is right; only their variety shows it"
# A single random id is drawn and used at all places of the third group. Each of these tokens needs its own draw.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, (1,), generator=generator).expand_as(ids)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% bernoulli, as in the Hugging Face library kind="alternative"
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    inputs, labels = ids.clone(), ids.clone()
    chances = torch.full(ids.shape, share).masked_fill(special[ids], 0.0)
    chosen = torch.bernoulli(chances, generator=generator).bool()
    labels[~chosen] = -100
    masked = torch.bernoulli(torch.full(ids.shape, 0.8), generator=generator).bool() & chosen
    inputs[masked] = mask_id
    random = torch.bernoulli(torch.full(ids.shape, 0.5), generator=generator).bool() & chosen & ~masked
    inputs[random] = torch.randint(vocab_size, ids.shape, generator=generator)[random]
    return inputs, labels


# %% one draw for both questions kind="alternative"
# A single number per token decides everything: whether it is chosen, and what becomes of it. Below 10% of the chosen
# range it is replaced at random, in the next 10% it is kept, and else masked.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    draw = torch.rand(ids.shape, generator=generator, dtype=torch.float64) / max(share, 1e-300)
    draw = draw.masked_fill(special[ids], 2.0)
    labels = torch.where(draw < 1, ids, -100)
    other = torch.randint(0, vocab_size, ids.shape, generator=generator)
    inputs = torch.where(draw < 0.1, other, torch.where((draw >= 0.2) & (draw < 1), mask_id, ids))
    return inputs, labels


# %% only the chosen places are drawn for kind="alternative"
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    places = ((torch.rand(ids.shape, generator=generator) < share) & ~special[ids]).nonzero()
    rows, columns = places.T
    labels[rows, columns] = ids[rows, columns]
    fate = torch.rand(len(places), generator=generator)
    replacement = ids[rows, columns]
    replacement[fate < 0.8] = mask_id
    random = (fate >= 0.8) & (fate < 0.9)
    replacement[random] = torch.randint(vocab_size, (int(random.sum()),), generator=generator)
    inputs[rows, columns] = replacement
    return inputs, labels
