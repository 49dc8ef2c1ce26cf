"""Wrong answers to lab 04 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

COUNT_NEGATIVES = [
    Misconception(
        "count_negatives",
        "counts the own passage",
        "One of the batch's passages is the query's own, and that is its positive. So a query has one negative fewer "
        "than there are passages.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size,
        "total_negative_pairs": batch_size * batch_size,
        "negative_ratio": f"{batch_size}:1",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "total is the whole square",
        "The square of all scores holds the positives too: they stand on its diagonal and are no negative pairs.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size**2,
        "negative_ratio": f"{batch_size - 1}:1",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "each pair counted once",
        "Query i against passage j is another pair than query j against passage i, so nothing is halved here.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1) // 2,
        "negative_ratio": f"{batch_size - 1}:1",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "one positive in the batch",
        "One positive is what each query has. The batch has as many positives as queries.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": 1,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"{batch_size - 1}:1",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "ratio the wrong way round",
        "The ratio is read as negatives to positives, so the large number comes first.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": batch_size - 1,
        "total_negative_pairs": batch_size * (batch_size - 1),
        "negative_ratio": f"1:{batch_size - 1}",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "numbers are floats",
        "Dividing with / makes floats: 511.0 instead of 511, and beyond sixteen digits a wrong number. Counts are "
        "ints.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    total = batch_size * (batch_size - 1.0)
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": total / batch_size,
        "total_negative_pairs": total,
        "negative_ratio": f"{total / batch_size:.0f}:1",
    }
""",
    ),
    Misconception(
        "count_negatives",
        "both sides give negatives",
        "Here a query is compared with passages only. Other queries are no negatives, so nothing is doubled.",
        """
# Exercise: count_negatives
def count_negatives(batch_size):
    negatives = 2 * (batch_size - 1)
    return {
        "batch_size": batch_size,
        "positives": batch_size,
        "negatives_per_positive": negatives,
        "total_negative_pairs": batch_size * negatives,
        "negative_ratio": f"{negatives}:1",
    }
""",
    ),
]


def _one_line(exercise, signature, name, explanation, result):
    code = f"\n# Exercise: {exercise}\ndef {exercise}({signature}):\n    return {result}\n"
    return Misconception(exercise, name, explanation, code)


def _embedding(name, explanation, result):
    return _one_line("embedding_memory_mb", "batch_size, dim, bytes_per_float=4", name, explanation, result)


EMBEDDING_MEMORY = [
    _embedding(
        "one side only",
        "A batch holds embeddings of queries and of as many passages. This counts one of the two sides.",
        "batch_size * dim * bytes_per_float / 2**20",
    ),
    _embedding(
        "a million bytes in a MB",
        "In this lab a MB has 2**20 bytes, about five percent more than a million.",
        "2 * batch_size * dim * bytes_per_float / 10**6",
    ),
    _embedding(
        "kB instead of MB",
        "2**10 bytes are a kB. A MB has 2**20, so this result is 1024 times too large.",
        "2 * batch_size * dim * bytes_per_float / 2**10",
    ),
    _embedding(
        "numbers instead of bytes",
        "This counts the numbers. Each of them takes bytes_per_float bytes.",
        "2 * batch_size * dim / 2**20",
    ),
    _embedding(
        "always four bytes",
        "The precision is an argument: in half precision a number takes 2 bytes, not 4.",
        "2 * batch_size * dim * 4 / 2**20",
    ),
    _embedding(
        "bits instead of bytes",
        "bytes_per_float counts bytes already; multiplied by 8 the result is in bits.",
        "2 * batch_size * dim * bytes_per_float * 8 / 2**20",
    ),
    _embedding(
        "whole MB only",
        "// rounds down to whole MB, so that a small batch seems to take none at all.",
        "float(2 * batch_size * dim * bytes_per_float // 2**20)",
    ),
    _embedding(
        "rounded to two places",
        "Rounding makes small sizes 0. Round when you print, not when you compute.",
        "round(2 * batch_size * dim * bytes_per_float / 2**20, 2)",
    ),
]


def _similarity(name, explanation, result):
    return _one_line(
        "similarity_memory_mb", "batch_size, num_passages=None, bytes_per_float=4", name, explanation, result
    )


SIMILARITY_MEMORY = [
    _similarity(
        "always a square",
        "There may be more passages than queries. The matrix has a column for each passage.",
        "batch_size * batch_size * bytes_per_float / 2**20",
    ),
    _similarity(
        "passages squared",
        "Passages are not compared with passages: the matrix has a row for each query and a column for each passage.",
        "(num_passages or batch_size) ** 2 * bytes_per_float / 2**20",
    ),
    _similarity(
        "both directions",
        "One matrix holds the scores of every query with every passage; the other direction is the same numbers, read "
        "by column.",
        "2 * batch_size * (num_passages or batch_size) * bytes_per_float / 2**20",
    ),
    _similarity(
        "negatives only",
        "The positives' scores are in the matrix as well: they stand on the diagonal.",
        "batch_size * ((num_passages or batch_size) - 1) * bytes_per_float / 2**20",
    ),
    _similarity(
        "queries and passages added",
        "Adding counts the rows and the columns. Every row meets every column: multiply.",
        "(batch_size + (num_passages or batch_size)) * bytes_per_float / 2**20",
    ),
    _similarity(
        "always four bytes",
        "The precision is an argument: in half precision a score takes 2 bytes, not 4.",
        "batch_size * (num_passages or batch_size) * 4 / 2**20",
    ),
    _similarity(
        "a million bytes in a MB",
        "In this lab a MB has 2**20 bytes, about five percent more than a million.",
        "batch_size * (num_passages or batch_size) * bytes_per_float / 1e6",
    ),
    _similarity(
        "None is not replaced",
        "Without a number of passages, None is multiplied, and that is an error. None means as many as queries.",
        "batch_size * num_passages * bytes_per_float / 2**20",
    ),
    _similarity(
        "whole MB only",
        "// rounds down to whole MB, so that a small matrix seems to take none at all.",
        "float(batch_size * (num_passages or batch_size) * bytes_per_float // 2**20)",
    ),
]


def _expected(name, explanation, body):
    code = "\n# Exercise: expected_false_negatives\ndef expected_false_negatives(group_counts, batch_size):\n" + body
    return Misconception("expected_false_negatives", name, explanation, code)


EXPECTED_FALSE_NEGATIVES = [
    _expected(
        "drawn with replacement",
        "The anchor is still in the urn here, so that it can meet itself. Drawn without replacement, n - 1 of the "
        "N - 1 items that are left belong to its group.",
        """    items = sum(group_counts)
    return (batch_size - 1) * sum((count / items) ** 2 for count in group_counts)
""",
    ),
    _expected(
        "counts the anchor itself",
        "The anchor takes one place of the batch. Only the other B - 1 places can hold a false negative.",
        """    items = sum(group_counts)
    if items == 1:
        return 0.0
    return batch_size * sum(count * (count - 1) for count in group_counts) / items / (items - 1)
""",
    ),
    _expected(
        "mean over groups",
        "All groups count alike here. The mean is over anchors: a group of 90 gives 90 times as many as a group of 1.",
        """    items = sum(group_counts)
    if items == 1:
        return 0.0
    others = sum(count - 1 for count in group_counts) / len(group_counts)
    return (batch_size - 1) * others / (items - 1)
""",
    ),
    _expected(
        "as if all groups were equal",
        "The mean group size does not tell how unequal the groups are. Large groups give more anchors, and each of "
        "these meets more company.",
        """    items, groups = sum(group_counts), len(group_counts)
    if items == 1:
        return 0.0
    return (batch_size - 1) * (items / groups - 1) / (items - 1)
""",
    ),
    _expected(
        "of the whole batch",
        "This is the number for all anchors of the batch together. The question is about one anchor.",
        """    items = sum(group_counts)
    if items == 1:
        return 0.0
    one = (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)
    return batch_size * one
""",
    ),
    _expected(
        "N instead of N - 1",
        "The others are drawn from the items that are left after the anchor is taken: N - 1, not N.",
        """    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items**2
""",
    ),
    _expected(
        "each pair counted once",
        "Two items of one group are a false negative for each other: both anchors count, so nothing is halved.",
        """    items = sum(group_counts)
    if items == 1:
        return 0.0
    pairs = sum(count * (count - 1) / 2 for count in group_counts)
    return (batch_size - 1) * pairs / items / (items - 1)
""",
    ),
    _expected(
        "divides by zero for one item",
        "With a single item in all, N - 1 is 0. A batch of one has no other items, so the answer is 0.0 before any "
        "division.",
        """    items = sum(group_counts)
    return (batch_size - 1) * sum(count * (count - 1) for count in group_counts) / items / (items - 1)
""",
    ),
    _expected(
        "draws instead of computing",
        "A simulation is near the answer, never on it. The expectation can be written down exactly.",
        """    groups = torch.repeat_interleave(torch.arange(len(group_counts)), torch.tensor(group_counts))
    total = 0
    for _ in range(50):
        batch = groups[torch.randperm(len(groups))[:batch_size]]
        total += sum(int((batch == group).sum()) - 1 for group in batch[:20]) / min(20, batch_size)
    return total / 50
""",
    ),
]


def _loss(name, explanation, body):
    code = "\n# Exercise: in_batch_loss\ndef in_batch_loss(queries, passages, temperature=1.0):\n" + body
    return Misconception("in_batch_loss", name, explanation, code, also_affects=("cached_backward",))


IN_BATCH_LOSS = [
    _loss(
        "normalises as in lab 03",
        "Lab 03 compared cosines. Here the scores are raw dot products: lengths count, and nothing is normalised.",
        """    scores = F.normalize(queries, dim=-1) @ F.normalize(passages, dim=-1).T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))
""",
    ),
    _loss(
        "multiplies by the temperature",
        "A low temperature makes the softmax sharper, so scores are divided by it.",
        """    scores = queries @ passages.T * temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))
""",
    ),
    _loss(
        "leaves out the temperature",
        "The temperature is not used at all. At 1 that makes no difference, at any other value it does.",
        """    return F.cross_entropy(queries @ passages.T, torch.arange(len(queries)))
""",
    ),
    _loss(
        "extra passages dropped",
        "Only the first B passages are compared here. The further ones are negatives too, and the most useful ones.",
        """    scores = queries @ passages[: len(queries)].T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))
""",
    ),
    _loss(
        "passages choose among queries",
        "The softmax runs over the queries here. Each query has to find its passage among all passages, not the other "
        "way round.",
        """    scores = passages[: len(queries)] @ queries.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))
""",
    ),
    _loss(
        "both directions",
        "The mean with the other direction is another loss, which some libraries use. Here only queries choose.",
        """    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    back = F.cross_entropy(scores[:, : len(queries)].T, positives)
    return (F.cross_entropy(scores, positives) + back) / 2
""",
    ),
    _loss(
        "softmax twice",
        "F.cross_entropy contains the softmax. Given probabilities it applies another one, which flattens them.",
        """    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores.softmax(dim=1), torch.arange(len(queries)))
""",
    ),
    _loss(
        "sum over the queries",
        "This is the sum over the queries; the loss is their mean, so that it does not grow with the batch.",
        """    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="sum")
""",
    ),
    _loss(
        "one loss for each query",
        "Each query has its loss here. The mean over the queries is wanted: one number, still a tensor.",
        """    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="none")
""",
    ),
    _loss(
        "exp overflows",
        "The formula is right, but exp() of a large score is infinite. Use log-softmax or F.cross_entropy, which take "
        "the largest score away first.",
        """    scores = (queries @ passages.T / temperature).exp()
    positives = scores.diagonal()
    return -(positives / scores.sum(dim=1)).log().mean()
""",
    ),
    _loss(
        "passages detached",
        "The values are right, but detach() cuts the passages off: their encoder would never learn.",
        """    scores = queries @ passages.detach().T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))
""",
    ),
    _loss(
        "a number instead of a tensor",
        "item() takes the number out of the tensor, and the graph is lost: nothing is left to call backward() on.",
        """    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries))).item()
""",
    ),
]


def _masked(name, explanation, body):
    code = (
        "\n# Exercise: masked_in_batch_loss\n"
        "def masked_in_batch_loss(queries, passages, group_ids, temperature=1.0):\n"
        "    scores = queries @ passages.T / temperature\n"
        "    positives = torch.arange(len(queries))\n"
        "    same = group_ids[: len(queries), None] == group_ids\n"
    )
    return Misconception("masked_in_batch_loss", name, explanation, code + body)


MASKED_IN_BATCH_LOSS = [
    _masked(
        "masks the positive too",
        "Passage i has the group of query i, of course, so the positive is masked with the others and the loss is "
        "infinite. Leave it in.",
        """    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)
""",
    ),
    _masked(
        "score 0 instead of none",
        "A score of 0 still counts: exp(0) is 1. Only minus infinity leaves the softmax.",
        """    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, 0.0), positives)
""",
    ),
    _masked(
        "mask not low enough",
        "A fixed low score such as -10000 is not below every score: raw dot products can be lower. Minus infinity is.",
        """    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -1e4), positives)
""",
    ),
    _masked(
        "masks the others",
        "The mask is upside down: negatives of other groups are left out, and the false negatives stay.",
        """    keep = same.clone()
    keep[positives, positives] = True
    return F.cross_entropy(scores.masked_fill(~keep, -math.inf), positives)
""",
    ),
    _masked(
        "extra passages are never masked",
        "Only the first B passages are compared with the query's group. The extra ones have groups too.",
        """    same[:, len(queries) :] = False
    same[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(same, -math.inf), positives)
""",
    ),
    _masked(
        "passages of the group become positives",
        "Here every passage of the group is pulled closer. That is another loss; this one only stops pushing, and "
        "passage i stays the one positive.",
        """    log_probabilities = scores.log_softmax(dim=1)
    return -((log_probabilities * same).sum(dim=1) / same.sum(dim=1)).mean()
""",
    ),
    _masked(
        "no mask at all",
        "The groups are not used: this is in_batch_loss, with its false negatives.",
        """    return F.cross_entropy(scores, positives)
""",
    ),
    _masked(
        "whole queries left out",
        "A query that has a false negative is dropped here, with all its true negatives. Only the false one must go.",
        """    same[positives, positives] = False
    fine = ~same.any(dim=1)
    if not fine.any():
        return scores.sum() * 0
    return F.cross_entropy(scores[fine], positives[fine])
""",
    ),
    _masked(
        "one mask for all queries",
        "A passage whose group occurs elsewhere in the batch is left out for every query. It is a fine negative for "
        "queries of other groups.",
        """    repeated = (group_ids[:, None] == group_ids).sum(dim=0) > 1
    left_out = repeated.expand(len(queries), -1).clone()
    left_out[positives, positives] = False
    return F.cross_entropy(scores.masked_fill(left_out, -math.inf), positives)
""",
    ),
    _masked(
        "exp overflows",
        "The formula is right, but exp() of a large score is infinite. Mask the scores and leave the softmax to "
        "F.cross_entropy.",
        """    same[positives, positives] = False
    weights = scores.exp() * ~same
    return -(scores.exp()[positives, positives] / weights.sum(dim=1)).log().mean()
""",
    ),
    _masked(
        "temperature after the mask is left out",
        "The mask is right, but the scores are no longer divided by the temperature.",
        """    same[positives, positives] = False
    return F.cross_entropy((queries @ passages.T).masked_fill(same, -math.inf), positives)
""",
    ),
]


def _cached(name, explanation, body):
    code = (
        "\n# Exercise: cached_backward\n"
        "def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):\n"
    )
    return Misconception("cached_backward", name, explanation, code + body)


_SIDES = """    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
"""
_FIRST_PASS = (
    _SIDES
    + """    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
"""
)
_LOSS = """    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
"""
_SECOND_PASS = """    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()
"""

CACHED_BACKWARD = [
    _cached(
        "the usual accumulation",
        "Each micro-batch has its own loss here, so a query sees only the negatives of its own micro-batch.",
        """    total = 0.0
    for some, others in zip(queries.split(micro_batch), passages.split(micro_batch)):
        loss = in_batch_loss(query_encoder(some), passage_encoder(others), temperature) * len(some) / len(queries)
        loss.backward()
        total += loss.item()
    return total
""",
    ),
    _cached(
        "the whole batch at once",
        "The gradient is right, but all activations are in memory together, and that is what had to be avoided.",
        """    loss = in_batch_loss(query_encoder(queries), passage_encoder(passages), temperature)
    loss.backward()
    return loss.item()
""",
    ),
    _cached(
        "graphs of all pieces kept",
        "The encoders see micro-batches, but each piece keeps its graph until one backward at the end. All activations "
        "are in memory together.",
        """    q = torch.cat([query_encoder(piece) for piece in queries.split(micro_batch)])
    p = torch.cat([passage_encoder(piece) for piece in passages.split(micro_batch)])
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()
""",
    ),
    _cached(
        "detached too late",
        "The pieces keep their graphs until they are joined, so all activations are in memory together; detach() after "
        "that frees them too late. Encode without a graph.",
        _SIDES
        + """    joined = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    embeddings = [side.detach().requires_grad_() for side in joined]
    del joined
"""
        + _LOSS
        + _SECOND_PASS,
    ),
    _cached(
        "gradients of the encoders twice",
        "The loss's backward pass went through the encoders already, and the second pass adds the same gradient once "
        "more. It has to stop at the embeddings.",
        _SIDES
        + """    embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.retain_grad()
"""
        + _LOSS
        + _SECOND_PASS,
    ),
    _cached(
        "first pass in one go",
        "Without a graph nothing is kept, but while an encoder runs its layers still need memory for every row that it "
        "is given. The first pass goes piece by piece too.",
        """    sides = ((query_encoder, queries), (passage_encoder, passages))
    with torch.no_grad():
        embeddings = [encoder(rows) for encoder, rows in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, rows), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(rows.split(micro_batch), side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()
""",
    ),
    _cached(
        "passages get no gradient",
        "Only the queries' encoder learns here. The loss has a gradient with respect to the passages as well.",
        _FIRST_PASS
        + _LOSS
        + """    query_gradient = embeddings[0].grad
    for piece, gradient in zip(queries.split(micro_batch), query_gradient.split(micro_batch), strict=True):
        query_encoder(piece).backward(gradient)
    return loss.item()
""",
    ),
    _cached(
        "gradients set to zero first",
        "zero_grad() throws away what was in .grad before. backward() adds, and this function is to do the same; "
        "clearing is the caller's business.",
        """    for encoder in (query_encoder, passage_encoder):
        encoder.zero_grad()
"""
        + _FIRST_PASS
        + _LOSS
        + _SECOND_PASS,
    ),
    _cached(
        "mean over micro-batches",
        "The loss is already the mean over the whole batch, and its gradient is shared out over the pieces. Dividing "
        "by their number makes it too small.",
        _FIRST_PASS
        + _LOSS
        + """    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient / len(pieces))
    return loss.item()
""",
    ),
    _cached(
        "last piece dropped",
        "Rows that do not fill a micro-batch are skipped. The last piece may be shorter, and belongs to the batch.",
        _FIRST_PASS
        + _LOSS
        + """    encoders = query_encoder, passage_encoder
    for encoder, rows, side in zip(encoders, (queries, passages), embeddings, strict=True):
        for start in range(0, len(rows) - micro_batch + 1, micro_batch):
            piece = slice(start, start + micro_batch)
            encoder(rows[piece]).backward(side.grad[piece])
    return loss.item()
""",
    ),
    _cached(
        "micro_batch pieces",
        "chunk(n) cuts into n pieces, split(n) into pieces of n rows. micro_batch is a number of rows.",
        _FIRST_PASS.replace("split", "chunk") + _LOSS + _SECOND_PASS.replace("split", "chunk"),
    ),
    _cached(
        "temperature left out",
        "The temperature is not handed on to the loss, so both the loss and its gradient are those at temperature 1.",
        _FIRST_PASS + _LOSS.replace("temperature", "1.0") + _SECOND_PASS,
    ),
    _cached(
        "as many passages as queries",
        "Passages beyond the number of queries are dropped. They are negatives of every query and get a gradient too.",
        "    passages = passages[: len(queries)]\n" + _FIRST_PASS + _LOSS + _SECOND_PASS,
    ),
    _cached(
        "a tensor comes back",
        "The loss is wanted as a plain float: item() takes it out of the tensor.",
        _FIRST_PASS + _LOSS + _SECOND_PASS.replace("loss.item()", "loss"),
    ),
    _cached(
        "gradients assigned",
        "The gradient of the batch replaces what was in .grad. backward() adds, also where one module encodes both "
        "sides.",
        _FIRST_PASS
        + _LOSS
        + """    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        parameters = list(encoder.parameters())
        sums = [torch.zeros_like(parameter) for parameter in parameters]
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            for total, part in zip(sums, torch.autograd.grad(encoder(piece), parameters, gradient), strict=True):
                total += part
        for parameter, total in zip(parameters, sums, strict=True):
            parameter.grad = total
    return loss.item()
""",
    ),
]

MISCONCEPTIONS = [
    *COUNT_NEGATIVES,
    *EMBEDDING_MEMORY,
    *SIMILARITY_MEMORY,
    *EXPECTED_FALSE_NEGATIVES,
    *IN_BATCH_LOSS,
    *MASKED_IN_BATCH_LOSS,
    *CACHED_BACKWARD,
]
