import torch


# %% reads the row kind="misconception"
# This finds the word to which the target pays most attention. The question is which word pays most attention to the
# target; look at what rows and columns stand for.
def most_attentive(weights, words, target):
    return words[int(weights[words.index(target)].argmax())]


# %% leaves out the target itself kind="misconception"
# The target's own row is left out, so another word wins even when the target attends most to itself. Look at which
# rows the docstring counts.
def most_attentive(weights, words, target):
    place = words.index(target)
    column = weights[:, place].clone()
    column[place] = -1.0
    return words[int(column.argmax())]


# %% the last of equals kind="misconception"
# If two words have the same weight, the last one wins. Look at how the code compares equal weights and at what the
# docstring says about ties.
def most_attentive(weights, words, target):
    best, place = 0, words.index(target)
    for row in range(len(words)):
        if weights[row, place] >= weights[best, place]:
            best = row
    return words[best]


# %% returns a number kind="misconception"
# The position is right, but the function returns the position itself. Look at the type that the docstring asks for.
def most_attentive(weights, words, target):
    return int(weights[:, words.index(target)].argmax())


# %% the least attentive kind="misconception"
# This finds the smallest weight of the column instead of the largest. Look at what the function searches for.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].argmin())]


# %% rounded before the comparison kind="misconception" hidden_because="weights this close occur only in a test made for this mistake, and such a test would name it"
# The weights are rounded before they are compared, so 0.30001 and 0.30004 count as equal and the wrong word may win.
# Look at the numbers that are compared.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].round(decimals=4).argmax())]


# %% attention in both directions kind="misconception"
# The target's row and column are added, as if attention were mutual. The row says what the target attends to, which
# is not the question; look at what rows and columns stand for.
def most_attentive(weights, words, target):
    place = words.index(target)
    return words[int((weights[:, place] + weights[place]).argmax())]


# %% the largest weight of all kind="misconception"
# This finds the largest weight of the whole table and returns the word of its row, so the target makes no difference.
# Look at where the function uses the target.
def most_attentive(weights, words, target):
    return words[int(weights.argmax()) // len(words)]


# %% max over pairs in plain Python kind="alternative"
# Python's `max` with a key keeps the first of several equal values, as `torch.argmax` does.
def most_attentive(weights, words, target):
    column = [row[list(words).index(target)] for row in weights.tolist()]
    return max(zip(column, words), key=lambda pair: pair[0])[1]


# %% stable sort, descending kind="alternative"
def most_attentive(weights, words, target):
    j = [i for i, word in enumerate(words) if word == target][0]
    order = torch.argsort(weights[:, j], descending=True, stable=True)
    return words[order[0].item()]


# %% a loop that keeps the first kind="alternative"
def most_attentive(weights, words, target):
    j, best = words.index(target), 0
    for i in range(1, len(words)):
        if weights[i, j] > weights[best, j]:
            best = i
    return words[best]
