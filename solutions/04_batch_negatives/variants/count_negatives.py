# %% counts the own passage kind="misconception"
# One of the batch's passages is the query's own, and that is its positive. So a query has one negative fewer than
# there are passages.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size,
        "total_negative_pairs": batch_size * batch_size,
        "negative_ratio": f"{batch_size}:1",
    }


# %% total is the whole square kind="misconception"
# The square of all scores holds the positives too: they stand on its diagonal and are no negative pairs.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size**2,
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% each pair counted once kind="misconception"
# Query i against passage j is another pair than query j against passage i, so nothing is halved here.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1) // 2,
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% one positive in the batch kind="misconception"
# One positive is what each query has. The batch has as many positives as queries.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": 1,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% ratio the wrong way round kind="misconception"
# The ratio is read as negatives to positives, so the large number comes first.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"1:{batch_size - 1}",
    }


# %% numbers are floats kind="misconception"
# Dividing with / makes floats: 511.0 instead of 511, and beyond sixteen digits a wrong number. Counts are ints.
def count_negatives(batch_size):
    total = batch_size * (batch_size - 1.0)
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": total / batch_size,
        "total_negative_pairs": total,
        "negative_ratio": f"{total / batch_size:.0f}:1",
    }


# %% both sides give negatives kind="misconception"
# Here a query is compared with passages only. Other queries are no negatives, so nothing is doubled.
def count_negatives(batch_size):
    negatives = 2 * (batch_size - 1)
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": negatives,
        "total_negative_pairs": batch_size * negatives,
        "negative_ratio": f"{negatives}:1",
    }


# %% by dict() and subtraction kind="alternative"
def count_negatives(batch_size):
    total = batch_size**2 - batch_size
    each = total // batch_size
    return dict(
        negative_ratio=str(each) + ":1",
        total_negative_pairs=total,
        negatives_per_positive=each,
        positives=batch_size,
        batch_size=batch_size,
    )


# %% counted step by step kind="alternative"
def count_negatives(batch_size):
    result = {"batch_size": batch_size, "positives": batch_size}
    result["negatives_per_positive"] = batch_size - 1
    result["total_negative_pairs"] = result["positives"] * result["negatives_per_positive"]
    result["negative_ratio"] = "{}:1".format(result["negatives_per_positive"])
    return result
