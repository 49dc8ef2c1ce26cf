# %% lowest loss kind="misconception"
# The temperature with the lowest loss is returned. The loss itself depends on T, so losses at different temperatures
# cannot be compared. Look at what the docstring compares.
def best_temperature(results):
    return min(results, key=lambda temperature: results[temperature]["loss"])


# %% ties go to the first kind="misconception"
# If two temperatures have the same recall, the one that comes first in the dict is returned. Look at what the
# docstring says about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"])


# %% ties go to the smaller temperature kind="misconception"
# If two temperatures have the same recall, the smaller one is returned. Look at what the docstring says about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% ties go to the lower loss kind="misconception"
# If two temperatures have the same recall, the one with the lower loss is returned. Look at what the docstring says
# about ties.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -results[temperature]["loss"]))


# %% returns the recall kind="misconception"
# The highest recall itself is returned, such as 0.8, instead of the temperature that reached it. Look at what the
# docstring says is returned.
def best_temperature(results):
    return max(row["val_recall"] for row in results.values())


# %% lowest recall kind="misconception"
# The temperature with the lowest recall is returned. Low is good for a loss, but not for a recall; look at what the
# function searches for.
def best_temperature(results):
    return min(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% recall divided by loss kind="misconception"
# The recall is divided by the loss, so a small loss can outweigh a higher recall. The loss itself depends on T and
# cannot be compared across temperatures; look at what the docstring compares.
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
