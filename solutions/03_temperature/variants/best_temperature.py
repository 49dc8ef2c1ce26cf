# %% lowest loss kind="misconception"
# The temperature with the lowest loss is returned. The loss itself depends on T: a model with loss 2.0 at T = 1 may
# have a higher recall than one with loss 0.5 at T = 0.05. Look at what the docstring compares.
def best_temperature(results):
    return min(results, key=lambda temperature: results[temperature]["loss"])


# %% ties go to the first kind="misconception"
# If T = 0.05 and T = 0.1 have the same recall, the one that comes first in the dict is returned. Look at what the
# docstring says about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"])


# %% ties go to the smaller temperature kind="misconception"
# If T = 0.05 and T = 0.1 have the same recall, 0.05 is returned. Look at what the docstring says about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% ties go to the lower loss kind="misconception"
# If T = 0.05 and T = 0.1 have the same recall, the one with the lower loss is returned. Look at what the docstring
# says about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -results[temperature]["loss"]))


# %% returns the recall kind="misconception"
# The highest recall itself is returned, such as 0.8, instead of the temperature that reached it. Look at what the
# docstring says is returned.
def best_temperature(results):
    return max(row["val_recall"] for row in results.values())


# %% lowest recall kind="misconception"
# The temperature with the lowest recall is returned: of 0.6 and 0.8, the one with 0.6. Low is good for a loss, but
# not for a recall; look at what the function searches for.
def best_temperature(results):
    return min(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% recall divided by loss kind="misconception"
# The recall is divided by the loss: 0.6 with loss 0.5 gives 1.2 and beats 0.8 with loss 2, which gives 0.4. The loss
# itself depends on T; look at what the docstring compares.
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"] / results[temperature]["loss"])


# %% recall rounded before comparing kind="misconception"
# The recalls are rounded before they are compared, so 0.801 and 0.804 count as a tie. Look at the numbers that are
# compared.
def best_temperature(results):
    return max(results, key=lambda temperature: (round(results[temperature]["val_recall"], 2), temperature))


# %% sorted by recall and temperature kind="alternative"
# Tuples are compared entry by entry, so one sort decides by recall first and by temperature where recalls are equal.
def best_temperature(results):
    rows = sorted((row["val_recall"], temperature) for temperature, row in results.items())
    return rows[-1][1]


# %% a loop kind="alternative"
def best_temperature(results):
    best = None
    for temperature in sorted(results):
        if best is None or results[temperature]["val_recall"] >= results[best]["val_recall"]:
            best = temperature
    return best


# %% the highest recall first, then its largest temperature kind="alternative"
def best_temperature(results):
    highest = max(row["val_recall"] for row in results.values())
    return max(temperature for temperature, row in results.items() if row["val_recall"] == highest)
