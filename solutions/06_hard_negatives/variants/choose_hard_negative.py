# %% always the first kind="misconception"
# The first of a ranking may be the gold passage itself; a model that is any good puts it there.
def choose_hard_negative(ranked, gold):
    if not ranked or set(ranked) == {gold}:
        raise ValueError("nothing left")
    return ranked[0]


# %% always the second kind="misconception"
# The second is only right if gold comes first. Gold may stand anywhere in the ranking, or nowhere.
def choose_hard_negative(ranked, gold):
    if set(ranked) <= {gold}:
        raise ValueError("nothing left")
    return ranked[1]


# %% objects instead of numbers kind="misconception"
# `is not` asks whether two names mean one object. Small numbers happen to be one object in Python, larger ones (from
# 257 on) are not, so gold itself is chosen. Compare with `!=`.
def choose_hard_negative(ranked, gold):
    for passage in ranked:
        if passage is not gold:
            return passage
    raise ValueError("nothing left")


# %% passage 0 is skipped kind="misconception"
# 0 counts as False, so `if passage and ...` skips passage 0, which is as good a negative as any other.
def choose_hard_negative(ranked, gold):
    for passage in ranked:
        if passage and passage != gold:
            return passage
    raise ValueError("nothing left")


# %% None instead of an error kind="misconception"
# When nothing is left this hands back None, and the error shows far away, where somebody uses it as an index.
def choose_hard_negative(ranked, gold):
    return next((passage for passage in ranked if passage != gold), None)


# %% gold is removed once kind="misconception"
# `remove` takes away the first occurrence only, and raises a ValueError of its own if gold is not in the list.
def choose_hard_negative(ranked, gold):
    others = list(ranked)
    others.remove(gold)
    if not others:
        raise ValueError("nothing left")
    return others[0]


# %% the last of the others kind="misconception"
# The ranking begins with the hardest. This takes the easiest of the passages that are not gold.
def choose_hard_negative(ranked, gold):
    others = [passage for passage in ranked if passage != gold]
    if not others:
        raise ValueError("nothing left")
    return others[-1]


# %% the smallest of the others kind="misconception"
# A set has no order: what comes out first is a matter of the numbers, not of the ranking.
def choose_hard_negative(ranked, gold):
    others = set(ranked) - {gold}
    if not others:
        raise ValueError("nothing left")
    return min(others)


# %% a generator, and its end as the error kind="alternative"
def choose_hard_negative(ranked, gold):
    try:
        return next(passage for passage in ranked if passage != gold)
    except StopIteration:
        raise ValueError("nothing but gold") from None


# %% a list of the others kind="alternative"
def choose_hard_negative(ranked, gold):
    others = [index for index in ranked if not index == gold]
    if len(others) == 0:
        raise ValueError("no negative left")
    return others[0]
