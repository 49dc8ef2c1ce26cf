# %% counts the query's own passage kind="misconception"
# All passages of the batch are counted as negatives: 4 for each query in a batch of 4 pairs. One of them is the
# query's own, its positive. Look at which passages are left.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size,
        "total_negative_pairs": batch_size * batch_size,
        "negative_ratio": f"{batch_size}:1",
    }


# %% total is the whole square kind="misconception"
# The total counts all scores: 16 for 4 pairs. The positives are among them, on the diagonal; look at which scores
# belong to negatives.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size**2,
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% each pair counted once kind="misconception"
# The total is halved: 6 for 4 pairs. Query i with passage j is a different pair from query j with passage i; look at
# how many negatives all queries have together.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1) // 2,
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% one positive in the batch kind="misconception"
# "positives" is 1, which is the number for one query. Look at what the docstring counts there.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": 1,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"{batch_size - 1}:1",
    }


# %% ratio reversed kind="misconception"
# The ratio is reversed: for 512 pairs it reads 1:511. Look at the example in the docstring.
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"1:{batch_size - 1}",
    }


# %% numbers are floats kind="misconception"
# The counts are floats, such as 511.0 instead of 511, and floats above 2**53 are no longer exact. Look for a float
# constant or a division with /.
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
# The negatives are doubled, as if a query were also compared with the other queries: 6 instead of 3 for 4 pairs. Look
# at what a query is compared with.
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
