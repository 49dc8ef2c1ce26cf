import torch


# %% title and text joined to one string kind="misconception" also_affects=["question_loader"]
# Title and text are a pair: two lists for the tokenizer, which puts a [SEP] between them. One joined string has a
# single [SEP] at its end, and the model never saw passages like that.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] + " " + c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% text before title kind="misconception" also_affects=["question_loader"]
# The title is the first text of the pair. The other way round the cut at max_length hits something else, and the
# model meets an order that it was not pretrained with.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["text"] for c in contexts], [c["title"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% padded to max_length kind="misconception" also_affects=["question_loader"]
# Padding to max_length makes every batch as wide as the longest text could be. Ask for padding to the longest text of
# the batch: short questions then stay short.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": "max_length", "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% questions are not cut kind="misconception" also_affects=["question_loader"]
# Questions may be too long as well. Both sides need truncation and max_length.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], padding=True, return_tensors="pt")
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% max_length fixed at 100 kind="misconception" also_affects=["question_loader"]
# max_length is an argument, and 100 is only its default.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": 100, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% hard negatives always kind="misconception" also_affects=["question_loader"]
# Hard negatives come in only where use_hard_negative asks for them.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if True:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% a hard negative for every sample kind="misconception" also_affects=["question_loader"]
# Not every sample has a hard negative: the key may be missing, and its value may be None.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% hard negatives in between, labels as if they were not kind="misconception" also_affects=["question_loader"]
# When each hard negative follows its gold passage, later gold passages move down. The labels have to say where they
# are then.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = []
    for sample in samples:
        contexts.append(sample["gold_context"])
        if use_hard_negative and sample.get("hard_negative"):
            contexts.append(sample["hard_negative"])
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% equal passages merged kind="misconception" also_affects=["question_loader"]
# Nothing is merged: each sample brings a row of its own, also where two have the same gold passage.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts, labels = [], []
    extra = [sample["hard_negative"] for sample in samples if use_hard_negative and sample.get("hard_negative")]
    for context in [sample["gold_context"] for sample in samples] + extra:
        if context not in contexts:
            contexts.append(context)
    labels = torch.tensor([contexts.index(sample["gold_context"]) for sample in samples])
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% labels of ones and zeros kind="misconception" also_affects=["question_loader"]
# A label is the number of a row, one for each question, and not a mark for right or wrong.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.ones(len(samples), dtype=torch.int64)
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% masks mixed up kind="misconception" also_affects=["question_loader"]
# The five tensors have a fixed order: each side's ids are followed by the mask of the same side.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    masks = pairs["attention_mask"], questions["attention_mask"]
    return questions["input_ids"], masks[0], pairs["input_ids"], masks[1], torch.arange(len(samples))


# %% each hard negative behind its gold passage kind="alternative"
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


# %% hard negatives first, pairs as tuples, padded by hand kind="alternative"
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
