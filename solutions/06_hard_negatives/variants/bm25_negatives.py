import math

import bm25s


# %% gold stays in kind="misconception"
# Nothing leaves the question's own gold passage out, and it usually ranks first: the model would be taught that the
# right answer is wrong.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [row[:k] for row in found]


# %% gold dropped from the best k kind="misconception"
# Where gold was among the best k, one fewer is left. Ask for one more than k.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 0, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own] for row, own in zip(found, gold)]


# %% k + 1 where gold is not found kind="misconception"
# Where gold is not among the best, nothing is dropped, and the list is one too long. Cut it to k.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own] for row, own in zip(found, gold)]


# %% everybody's gold is left out kind="misconception"
# Only a question's own gold passage is no negative of it. The gold passages of other questions are, and good ones.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage not in gold][:k] for row in found]


# %% the first place is dropped kind="misconception"
# Gold need not rank first. Where it does not, this drops the hardest negative and may keep gold.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [row[1:] for row in found]


# %% question i is answered by passage i kind="misconception"
# The list `gold` says which passage answers a question; its number is not that of the question.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != number][:k] for number, row in enumerate(found)]


# %% worst first kind="misconception"
# The ranking comes best first already. Turned round, the first of the list is the easiest.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own][:k][::-1] for row, own in zip(found, gold)]


# %% counts shared words kind="misconception"
# The number of shared words is not BM25: a rare word has to count more than a frequent one, which takes the
# frequencies in the whole collection.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    rows = []
    for question, own in zip(questions, gold):
        words = set(question.lower().split())
        counts = {i: len(words & set(passage.lower().split())) for i, passage in enumerate(passages) if i != own}
        rows.append(sorted(counts, key=lambda i: (-counts[i], i))[:k])
    return rows


# %% no check for enough passages kind="misconception"
# With fewer than k other passages the lists come out too short, and nobody notices. Raise a ValueError.
def bm25_negatives(questions, passages, gold, k):
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=min(k + 1, len(passages)), show_progress=False)
    return [[passage for passage in row if passage != own][:k] for row, own in zip(found.tolist(), gold)]


# %% another variant of BM25, a loop kind="alternative"
def bm25_negatives(questions, passages, gold, k):
    if k > len(passages) - 1:
        raise ValueError("not enough passages")
    retriever = bm25s.BM25(method="bm25+", k1=1.2, b=0.6, delta=0.8)
    retriever.index(bm25s.tokenize(passages, show_progress=False), show_progress=False)
    result = []
    for question, own in zip(questions, gold):
        tokens = bm25s.tokenize(question, show_progress=False)
        ranking = retriever.retrieve(tokens, k=len(passages), show_progress=False)
        others = [int(index) for index in ranking.documents[0] if index != own]
        result.append(others[:k])
    return result


# %% all scores, gold masked kind="alternative"
def bm25_negatives(questions, passages, gold, k):
    import numpy as np

    if len(passages) <= k:
        raise ValueError("not enough passages")
    retriever = bm25s.BM25(method="robertson")
    retriever.index([passage.lower().split() for passage in passages], show_progress=False)
    rows = []
    for question, own in zip(questions, gold):
        scores = retriever.get_scores(question.lower().split())
        scores[own] = -np.inf
        rows.append(np.argsort(-scores, kind="stable")[:k].tolist())
    return rows


# %% a BM25 of one's own kind="alternative"
def bm25_negatives(questions, passages, gold, k, k1=1.5, b=0.75):
    from collections import Counter

    if len(passages) - 1 < k:
        raise ValueError("not enough passages")
    texts = [passage.lower().split() for passage in passages]
    counts = [Counter(text) for text in texts]
    frequency = Counter(word for text in texts for word in set(text))
    mean = sum(map(len, texts)) / len(texts)

    def score(words, i):
        total = 0.0
        for word in words:
            idf = math.log(1 + (len(texts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            n = counts[i][word]
            total += idf * n * (k1 + 1) / (n + k1 * (1 - b + b * len(texts[i]) / mean))
        return total

    rows = []
    for question, own in zip(questions, gold):
        words = question.lower().split()
        ranked = sorted((i for i in range(len(texts)) if i != own), key=lambda i: -score(words, i))
        rows.append(ranked[:k])
    return rows
