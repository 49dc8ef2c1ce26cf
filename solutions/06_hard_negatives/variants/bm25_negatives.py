import math

import bm25s


# %% gold passage kept kind="misconception"
# The question's own gold passage stays in the list: with gold 4, a list may begin 4, 2, so training would teach the
# model that the right answer is wrong. Check where you use `gold`.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [row[:k] for row in found]


# %% too few passages requested kind="misconception"
# The best k passages are requested, and where gold is among them, only k - 1 are left. Each list should have k. Think
# about how many you need before gold is removed.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 0, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own] for row, own in zip(found, gold)]


# %% list one too long without gold kind="misconception"
# Where gold is not among the passages found, none is removed, and the list has k + 1 passages. Each list should have
# k. Check its length in both cases.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own] for row, own in zip(found, gold)]


# %% all gold passages removed kind="misconception"
# The gold passages of all questions are removed from every list: with gold (2, 0), question 0 also loses passage 0.
# That is a wrong answer to question 0, and often a hard one. Check which entries of `gold` concern a question.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage not in gold][:k] for row in found]


# %% first place removed kind="misconception"
# The passage in first place is removed, whichever it is: from 5, 2, 8 with gold 8 this leaves 2, 8, so the hardest
# negative is lost, and gold stays. Check how you recognise gold.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [row[1:] for row in found]


# %% passage i taken as gold kind="misconception"
# Passage i is removed from the list of question i. The list `gold` says which passage answers a question: with gold
# (2, 0), the answer to question 0 is passage 2. Check what you compare each passage with.
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
# The list is in reverse order, 8, 2, 5 instead of 5, 2, 8, so the easiest of the k passages comes first. Check the
# order that the docstring asks for.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(questions, stopwords="en", show_progress=False)
    found, _ = retriever.retrieve(tokens, k=k + 1, show_progress=False)
    found = found.tolist()
    return [[passage for passage in row if passage != own][:k][::-1] for row, own in zip(found, gold)]


# %% shared words counted kind="misconception"
# This counts the words that a question and a passage share, so 'the' counts as much as a rare name. BM25 gives rare
# words a larger weight, for which it needs the whole collection. Look at the library in the exercise.
def bm25_negatives(questions, passages, gold, k):
    if len(passages) - 1 < k:
        raise ValueError("too few")
    rows = []
    for question, own in zip(questions, gold):
        words = set(question.lower().split())
        counts = {i: len(words & set(passage.lower().split())) for i, passage in enumerate(passages) if i != own}
        rows.append(sorted(counts, key=lambda i: (-counts[i], i))[:k])
    return rows


# %% number of passages not checked kind="misconception"
# With k = 5 and 4 passages, the lists have 3 entries, and there is no error. Check in the docstring what should
# happen.
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


# %% BM25 without a library kind="alternative"
# All of BM25 in a few lines: rare words count more (idf), repeated words count less and less (k1), and long passages
# are held back (b).
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
