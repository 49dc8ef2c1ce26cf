import torch


# %% always [MASK] kind="misconception"
# Every chosen token becomes [MASK]: of 100 chosen ones, 100 instead of about 80. The model would never see the other
# two cases. Look at the three groups in the docstring.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    return ids.masked_fill(chosen, mask_id), ids.masked_fill(~chosen, -100)


# %% nothing kept kind="misconception"
# No chosen token stays as it is: of 100, about 80 become [MASK] and 20 random, instead of 80, 10 and 10. Look at the
# last group in the docstring.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.8), random_ids, inputs)
    return inputs, labels


# %% nothing random kind="misconception"
# No chosen token becomes a random one: of 100, about 80 become [MASK] and 20 stay, instead of 80, 10 and 10. Look at
# the second group in the docstring.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    return inputs, labels


# %% 10% of the rest kind="misconception"
# The random tokens are 10% of the chosen ones that are not masked: of 100, about 80 become [MASK] and only 2 random.
# Look at what the 10% in the docstring are a share of.
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
# A second draw turns 10% of all chosen tokens into random ones, even those that are [MASK] already: of 100, about 72
# stay masked instead of 80. Think about whether one token can belong to two of the groups.
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
# Special tokens are chosen like all others: in [CLS] a b [SEP] [PAD], 3 of 5 tokens carry no question, and still they
# are hidden and asked. Look at where you use `special`.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = torch.rand(ids.shape, generator=generator) < share
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% only special tokens kind="misconception"
# The table is read the other way round: in [CLS] a b [SEP], the 2 special tokens can be chosen, and a and b never.
# Look at what True means in `special`.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels everywhere kind="misconception"
# The labels have the original id at every place: with 10 tokens of which 2 are chosen, the loss asks for 10 instead
# of 2, and 8 of them can simply be read off the input. Look at what the docstring says about the other places.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.clone()
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels 0 instead of -100 kind="misconception"
# The label is 0 where nothing is asked. But 0 is an id like any other, so the loss would ask for token 0 at all these
# places. Look at the number in the docstring.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, 0)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% labels of the masked ones only kind="misconception"
# Only places with [MASK] have a label: of 10 chosen tokens, about 2 are random or kept, and they are never asked.
# Look at which places the docstring gives a label.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels.masked_fill(inputs != mask_id, -100)


# %% labels hold the inputs kind="misconception"
# The labels contain the input after the replacement, so where token 7 became [MASK], the model is asked for [MASK]
# instead of 7. Look at which ids go into the labels, and when you read them.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, inputs.masked_fill(~chosen, -100)


# %% random tokens anywhere kind="misconception"
# Random tokens appear at places that were not chosen: about 1 token in 10 changes, although its label is -100. The
# input should change only where the labels ask. Look at the condition for the random group.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where((fate >= 0.9) & ~special[ids], random_ids, inputs)
    return inputs, labels


# %% the global generator kind="misconception"
# The random numbers come from PyTorch's global state, so two calls with generators of the same seed, such as 0,
# choose different tokens, and a run cannot be repeated. Look at every call that draws numbers.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape)
    random_ids = torch.randint(vocab_size, ids.shape)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% a new seed in every call kind="misconception"
# The function seeds a generator of its own, so all batches are masked at the same places: if places 3 and 8 are
# hidden now, they are hidden in every call. Look at where the random numbers should come from.
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
# 15% of the tokens are chosen, whatever `share` says: with share=0.5 and 100 tokens, about 15 instead of 50. Look at
# where the function uses its argument.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < 0.15) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% changes the texts kind="misconception"
# The ids of the caller are changed: after the call, a text [5, 7, 9] may read [5, [MASK], 9] for good, and the next
# epoch learns from that. Compare ids before and after the call.
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
# One number is drawn for each place and used for all texts, so if place 3 is hidden in text 0, it is hidden in texts
# 1, 2 and all others. Look at the shape of what you draw.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape[1], generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% one random token for all kind="misconception" hidden_because="the share of random tokens is right; only their variety shows it"
# A single random id is drawn for the whole batch: if it is 42, all tokens of the random group become 42. Look at how
# many ids you draw, and how many tokens need one.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, (1,), generator=generator).expand_as(ids)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), random_ids, inputs)
    return inputs, labels


# %% a fixed number in each text kind="misconception" hidden_because="the share is right; only the counts of many texts show it"
# The same number of places is drawn in every text: of 20 tokens always 3, and of 5 tokens none at all. Each token should
# be chosen by itself, so that one text may get 1 question and another 5. Look at how you choose the places.
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    count = int(share * ids.shape[1])
    places = torch.rand(ids.shape, generator=generator).argsort(dim=1)[:, :count]
    chosen = torch.zeros(ids.shape, dtype=torch.bool).scatter(1, places, True) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    random_ids = torch.randint(vocab_size, ids.shape, generator=generator)
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
# A single number per token decides everything: whether it is chosen, and what becomes of it. In the first 10% of the
# chosen range it is replaced at random, in the next 10% it is kept, and in the rest it is masked.
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
