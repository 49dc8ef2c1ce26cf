# %% lowest loss kind="misconception"
# The lowest loss is taken. Losses at different temperatures are measured by different rulers; recall decides.
def best_temperature(results):
    return min(results, key=lambda temperature: results[temperature]["loss"])


# %% ties go to the first kind="misconception"
# Among equal recalls the one that stands first in the dict is taken. The larger temperature should win.
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"])


# %% ties go to the smaller temperature kind="misconception"
# Among equal recalls the smaller temperature is taken. The larger one should win.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% ties go to the lower loss kind="misconception"
# The loss decides between equal recalls. It plays no part at all: the larger temperature wins.
def best_temperature(results):
    return max(results, key=lambda temperature: (results[temperature]["val_recall"], -results[temperature]["loss"]))


# %% hands back the recall kind="misconception"
# The highest recall itself comes back. The temperature that reached it is wanted.
def best_temperature(results):
    return max(row["val_recall"] for row in results.values())


# %% lowest recall kind="misconception"
# The lowest recall is taken. Of a loss the lowest is best, of a recall the highest.
def best_temperature(results):
    return min(results, key=lambda temperature: (results[temperature]["val_recall"], -temperature))


# %% recall per loss kind="misconception"
# Recall is weighed against the loss. The loss contains T, so this prefers low temperatures for no reason.
def best_temperature(results):
    return max(results, key=lambda temperature: results[temperature]["val_recall"] / results[temperature]["loss"])


# %% recall rounded before comparing kind="misconception"
# Recalls are rounded, so that nearly equal ones count as ties. A tie means equal.
def best_temperature(results):
    return max(results, key=lambda temperature: (round(results[temperature]["val_recall"], 2), temperature))


# %% sorted by recall and temperature kind="alternative"
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
