import torch


# %% reads the row kind="misconception"
# This says on whom the target looks most. Asked is who looks most at the target: the target is the one that is asked,
# so its column decides.
def most_attentive(weights, words, target):
    return words[int(weights[words.index(target)].argmax())]


# %% the target does not count kind="misconception"
# The target's own row is left out. A word may look hardest at itself, and then it is the answer.
def most_attentive(weights, words, target):
    place = words.index(target)
    column = weights[:, place].clone()
    column[place] = -1.0
    return words[int(column.argmax())]


# %% the last of equals kind="misconception"
# Of words with equal weights the last one wins here. The first of the sentence should: >= takes a later equal, > does
# not.
def most_attentive(weights, words, target):
    best, place = 0, words.index(target)
    for row in range(len(words)):
        if weights[row, place] >= weights[best, place]:
            best = row
    return words[best]


# %% a number comes back kind="misconception"
# The place is right, but the word is asked for: look the place up in words.
def most_attentive(weights, words, target):
    return int(weights[:, words.index(target)].argmax())


# %% the least attentive kind="misconception"
# This finds the smallest weight of the column. The largest is asked for.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].argmin())]


# %% rounded before the comparison kind="misconception"
# The weights are rounded before they are compared, so close ones become equal and the wrong word wins.
def most_attentive(weights, words, target):
    return words[int(weights[:, words.index(target)].round(decimals=4).argmax())]


# %% attention in both directions kind="misconception"
# Row and column are added up, as if attention were mutual. Who looks at the target is a matter of the column alone.
def most_attentive(weights, words, target):
    place = words.index(target)
    return words[int((weights[:, place] + weights[place]).argmax())]


# %% the largest weight of all kind="misconception"
# This finds the row with the largest weight of the whole table. The target has no part in the answer.
def most_attentive(weights, words, target):
    return words[int(weights.argmax()) // len(words)]


# %% max over pairs in plain Python kind="alternative"
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
