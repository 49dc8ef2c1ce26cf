import torch


# %% reads the row kind="misconception"
# This finds the word to which the target pays most attention. With the rows [0.1, 0.9] and [0.05, 0.95] and target 0,
# it gives word 1, because of the 0.9; but that is what word 0 gives to word 1. Look at what rows and columns stand
# for.
def most_attentive(weights, words, target):
    return words[int(weights[words.index(target)].argmax())]


# %% leaves out the target itself kind="misconception"
# The target's own row is left out: if the target gives itself 0.7 and another word gives it 0.2, the other word wins.
# Look at which rows the docstring counts.
def most_attentive(weights, words, target):
    place = words.index(target)
    column = weights[:, place].clone()
    column[place] = -1.0
    return words[int(column.argmax())]


# %% the last of equals kind="misconception"
# If two words both have the weight 0.4, the last one wins. Look at how the code compares equal weights and at what
# the docstring says about ties.
def most_attentive(weights, words, target):
    best, place = 0, words.index(target)
    for row in range(len(words)):
        if weights[row, place] >= weights[best, place]:
            best = row
    return words[best]


# %% returns a number kind="misconception"
# The position is right, but the function returns it, for example 2, instead of the word at this position. Look at the
# type that the docstring asks for.
def most_attentive(weights, words, target):
    return int(weights[:, words.index(target)].argmax())


# %% the least attentive kind="misconception"
# This finds the smallest weight: of 0.1, 0.7 and 0.2, the word with 0.1 wins. Look at what the function searches for.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].argmin())]


# %% rounded before the comparison kind="misconception" hidden_because="weights this close occur only in a test made for this mistake, and such a test would name it"
# The weights are rounded before they are compared, so 0.30001 and 0.30004 count as equal and the wrong word may win.
# Look at the numbers that are compared.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].round(decimals=4).argmax())]


# %% attention in both directions kind="misconception"
# The target's row and column are added, as if attention were mutual: a word that gives the target 0.1 but gets 0.9
# from it beats one that gives 0.6 and gets 0.1. Look at which of the two directions the question is about.
def most_attentive(weights, words, target):
    place = words.index(target)
    return words[int((weights[:, place] + weights[place]).argmax())]


# %% the largest weight of all kind="misconception"
# This finds the largest weight of the whole table, say 0.9, and returns the word of its row, so every target gives
# the same answer. Look at where the function uses the target.
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
