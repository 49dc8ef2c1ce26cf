import torch


# %% title and text joined into one string kind="misconception" also_affects=["question_loader"]
# Title and text are joined into one string, so the tokenizer puts 1 [SEP], at the end. A passage should be a pair of
# two texts, each followed by a [SEP]. Look at the ways to call the tokenizer.
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
# In each pair the text comes first and the title second: "Paris is a city ... [SEP] Paris" instead of "Paris [SEP]
# Paris is a city ...". Check the order that the docstring asks for.
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
# Every row is padded to `max_length`, so even a batch of short questions is 100 tokens wide, and most of the work is
# done on padding. Check in the docstring how wide a batch is.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": "max_length", "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% questions not truncated kind="misconception" also_affects=["question_loader"]
# Only the passages are cut at `max_length`; a long question keeps all its tokens. Compare the settings of your two
# calls of the tokenizer.
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
# Texts are always cut at 100 tokens, so `max_length=20` has no effect. The 100 in the signature is only a default.
# Check where you use the argument.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": 100, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% nothing is cut kind="misconception" also_affects=["question_loader"]
# No text is cut: with `max_length=20`, a passage of 200 tokens keeps all 200. The tokenizer cuts only if it is told to,
# and told where. Check the settings of your two calls.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% hard negatives always added kind="misconception" also_affects=["question_loader"]
# Hard negatives are added even when `use_hard_negative` is False, its default: 2 samples with a hard negative each
# give 4 passages instead of 2. Check where you use the argument.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if True:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% hard negative required kind="misconception" also_affects=["question_loader"]
# This expects a hard negative in every sample: if 1 of 8 samples has none, the whole batch fails. The key may be
# missing, and its value may be None. Check how you read it.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% labels ignore the inserted hard negatives kind="misconception" also_affects=["question_loader"]
# Each hard negative follows its gold passage and moves the later gold passages down, but the labels still count 0, 1,
# 2. If sample 0 has a hard negative, the gold passage of sample 1 is in row 2. Check which rows the labels point to.
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
# Equal passages are merged: for 3 samples of which two have the same gold passage, P has 2 rows instead of 3. Check
# in the docstring how many rows P has.
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


# %% labels that mean right or wrong kind="misconception" also_affects=["question_loader"]
# Every label is 1, as if it meant 'right'. A label is the number of a row, one for each question. Check what
# `P[labels[i]]` is with your labels.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    labels = torch.ones(len(samples), dtype=torch.int64)
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% masks swapped kind="misconception" also_affects=["question_loader"]
# The questions are returned with the mask of the passages, and the passages with the mask of the questions: for
# questions of 5 tokens and passages of 9, Q has 5 columns and its mask 9. Check the order of the five tensors in the
# docstring.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["title"] for c in contexts], [c["text"] for c in contexts], **settings)
    masks = pairs["attention_mask"], questions["attention_mask"]
    return questions["input_ids"], masks[0], pairs["input_ids"], masks[1], torch.arange(len(samples))


# %% title left out kind="misconception" also_affects=["question_loader"]
# Only the text of a passage is encoded, and its title is lost: there is 1 [SEP] instead of 2, and the title is often
# what names the topic. Check what a passage consists of.
def tensorize(samples, tokenizer, max_length=100, use_hard_negative=False):
    settings = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}
    contexts = [sample["gold_context"] for sample in samples]
    if use_hard_negative:
        contexts += [sample["hard_negative"] for sample in samples if sample.get("hard_negative")]
    questions = tokenizer([sample["question"] for sample in samples], **settings)
    pairs = tokenizer([c["text"] for c in contexts], **settings)
    labels = torch.arange(len(samples))
    return questions["input_ids"], questions["attention_mask"], pairs["input_ids"], pairs["attention_mask"], labels


# %% each hard negative behind its gold passage kind="alternative"
# The rows of P may have any order, as long as the labels say where each gold passage is. That is why the loss takes
# labels and never assumes a diagonal.
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
