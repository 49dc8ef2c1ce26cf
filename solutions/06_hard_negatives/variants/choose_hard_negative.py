# %% always the first kind="misconception"
# This returns the first passage even where it is gold: [5, 2, 8] with gold 5 gives 5. A good model often puts gold
# first. Check where you use `gold`.
def choose_hard_negative(ranked, gold):
    if not ranked or set(ranked) == {gold}:
        raise ValueError("nothing left")
    return ranked[0]


# %% always the second kind="misconception"
# This always skips the first passage. Gold may be anywhere in the ranking, or nowhere: [5, 2, 8] with gold 8 gives 2
# instead of the hardest negative, 5. Check where you use `gold`.
def choose_hard_negative(ranked, gold):
    if set(ranked) <= {gold}:
        raise ValueError("nothing left")
    return ranked[1]


# %% identity instead of equality kind="misconception"
# `is not` asks whether two values are different objects, not whether they are different numbers. Two objects may hold
# the same large number, from 257 on, and then gold itself is chosen. Check how you compare.
def choose_hard_negative(ranked, gold):
    for passage in ranked:
        if passage is not gold:
            return passage
    raise ValueError("nothing left")


# %% passage 0 skipped kind="misconception"
# The number 0 counts as False in a condition, so passage 0 is never chosen, although it is as good a negative as any
# other. Check your condition for this passage.
def choose_hard_negative(ranked, gold):
    for passage in ranked:
        if passage and passage != gold:
            return passage
    raise ValueError("nothing left")


# %% None instead of an error kind="misconception"
# When nothing but gold is left, as in [5, 5] with gold 5, this returns None, and the error appears later, where None
# is used as an index. Check in the docstring what should happen.
def choose_hard_negative(ranked, gold):
    return next((passage for passage in ranked if passage != gold), None)


# %% gold removed only once kind="misconception"
# `remove` takes away only the first occurrence, and raises an error when gold is not in the list. Gold may be
# repeated or absent. Check both cases.
def choose_hard_negative(ranked, gold):
    others = list(ranked)
    others.remove(gold)
    if not others:
        raise ValueError("nothing left")
    return others[0]


# %% last instead of first kind="misconception"
# This returns the last passage that is not gold: [5, 2, 8] with gold 5 gives 8, the easiest one. The ranking starts
# with the hardest. Check which end you take.
def choose_hard_negative(ranked, gold):
    others = [passage for passage in ranked if passage != gold]
    if not others:
        raise ValueError("nothing left")
    return others[-1]


# %% smallest index kind="misconception"
# A set does not keep the order of the ranking, so the smallest index wins: [5, 2] with gold 8 gives 2 instead of 5.
# Check what happens to the order.
def choose_hard_negative(ranked, gold):
    others = set(ranked) - {gold}
    if not others:
        raise ValueError("nothing left")
    return min(others)


# %% a generator, and its end as the error kind="alternative"
# `next` takes the first passage that fits and looks no further. `from None` hides the StopIteration, which would only
# confuse the reader of the error.
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
