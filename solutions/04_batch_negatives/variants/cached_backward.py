import torch
import torch.nn.functional as F

# The notebook defines these.
in_batch_loss = ...


# %% the usual gradient accumulation kind="misconception"
# Each micro-batch has its own loss, so a query is compared only with the passages of its micro-batch: with two
# micro-batches of 4 pairs, it has 3 negatives instead of 7. Look at which passages the loss gets.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    total = 0.0
    for some, others in zip(queries.split(micro_batch), passages.split(micro_batch)):
        loss = in_batch_loss(query_encoder(some), passage_encoder(others), temperature) * len(some) / len(queries)
        loss.backward()
        total += loss.item()
    return total


# %% the whole batch at once kind="misconception" hidden_because="the gradient is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The gradient is right, but each encoder gets the whole batch in one call: with 100 rows and micro_batch=10, it gets
# 100 rows instead of 10, and all activations are in memory together. Look at how many rows an encoder may get.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    loss = in_batch_loss(query_encoder(queries), passage_encoder(passages), temperature)
    loss.backward()
    return loss.item()


# %% graphs of all pieces kept kind="misconception" hidden_because="the gradient is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The encoders get micro-batches, but each piece keeps its graph until the single backward() at the end: for 10
# pieces, 10 graphs are in memory together. Look at what is recorded while the pieces are encoded.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q = torch.cat([query_encoder(piece) for piece in queries.split(micro_batch)])
    p = torch.cat([passage_encoder(piece) for piece in passages.split(micro_batch)])
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()


# %% detached too late kind="misconception" hidden_because="the gradient is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The pieces keep their graphs until they are joined, so for 10 pieces, 10 graphs are in memory together; detach()
# comes too late. Look at what is recorded while the pieces are encoded.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    joined = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    embeddings = [side.detach().requires_grad_() for side in joined]
    del joined
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% encoder gradients added twice kind="misconception"
# The backward() of the loss already goes through the encoders, and the second pass adds the same gradient again: 0.3
# becomes 0.6. Look at how far the first backward() goes.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.retain_grad()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% first pass in one call kind="misconception" hidden_because="the gradient is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The first pass keeps no graph, but each encoder gets all rows in one call: with 100 rows and micro_batch=10, its
# layers need memory for 100. Look at how many rows an encoder may get.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    sides = ((query_encoder, queries), (passage_encoder, passages))
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


# %% passages get no gradient kind="misconception"
# Only the queries go through their encoder with a gradient, so with two different encoders, the .grad of the passage
# encoder stays None. The loss depends on the passages as well; look at what the second pass encodes.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    query_gradient = embeddings[0].grad
    for piece, gradient in zip(queries.split(micro_batch), query_gradient.split(micro_batch), strict=True):
        query_encoder(piece).backward(gradient)
    return loss.item()


# %% gradients set to zero first kind="misconception"
# What was in .grad before the call is deleted: if it was 1 and this batch gives 2, the result is 2 instead of 3. Look
# at the first word of the docstring, and at what backward() does with an existing .grad.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    for encoder in (query_encoder, passage_encoder):
        encoder.zero_grad()
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% mean over micro-batches kind="misconception"
# The gradient of each piece is divided by the number of pieces: with 4 pieces, 2 becomes 0.5. The loss is already the
# mean over the whole batch. Look at what is done to the gradient before the second pass.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient / len(pieces))
    return loss.item()


# %% last piece dropped kind="misconception"
# Rows that do not fill a micro-batch get no gradient: with 10 rows and a micro_batch of 4, two are skipped. Look at
# where the loop stops.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    encoders = query_encoder, passage_encoder
    for encoder, rows, side in zip(encoders, (queries, passages), embeddings, strict=True):
        for start in range(0, len(rows) - micro_batch + 1, micro_batch):
            piece = slice(start, start + micro_batch)
            encoder(rows[piece]).backward(side.grad[piece])
    return loss.item()


# %% micro_batch is the number of pieces kind="misconception" hidden_because="the gradient is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# chunk() takes the number of pieces, not their size: with 100 rows and a micro_batch of 4, each piece has 25 rows.
# Look at what micro_batch counts.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.chunk(micro_batch), passages.chunk(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.chunk(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% temperature left out kind="misconception"
# The temperature is not passed to the loss, so the loss and its gradient are those at temperature 1. Look at the
# arguments of the loss.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, 1.0)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% as many passages as queries kind="misconception"
# Passages beyond the number of queries are dropped: with 2 queries and 5 passages, three are ignored. They are
# negatives of every query; look at which passages are encoded and compared.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    passages = passages[: len(queries)]
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss.item()


# %% returns a tensor kind="misconception"
# The loss is right, but it is still a tensor, such as tensor(0.7), not 0.7. Look at the type that the docstring asks
# for.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            encoder(piece).backward(gradient)
    return loss


# %% gradients assigned kind="misconception"
# The new gradient replaces what was in .grad: if one module encodes both sides, with gradients 1 and 2, the result is
# 2 instead of 3. Look at what backward() does with an existing .grad.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    pieces_of_both = queries.split(micro_batch), passages.split(micro_batch)
    sides = list(zip((query_encoder, passage_encoder), pieces_of_both, strict=True))
    with torch.no_grad():
        embeddings = [torch.cat([encoder(piece) for piece in pieces]) for encoder, pieces in sides]
    for side in embeddings:
        side.requires_grad_()
    loss = in_batch_loss(*embeddings, temperature)
    loss.backward()
    for (encoder, pieces), side in zip(sides, embeddings, strict=True):
        parameters = list(encoder.parameters())
        sums = [torch.zeros_like(parameter) for parameter in parameters]
        for piece, gradient in zip(pieces, side.grad.split(micro_batch), strict=True):
            for total, part in zip(sums, torch.autograd.grad(encoder(piece), parameters, gradient), strict=True):
                total += part
        for parameter, total in zip(parameters, sums, strict=True):
            parameter.grad = total
    return loss.item()


# %% stops at the embeddings kind="misconception"
# The backward() of the loss ends at the embeddings, which have no graph, and nothing carries their gradient on: each
# parameter's .grad is still None. Look at what happens after the loss's backward().
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    with torch.no_grad():
        q = torch.cat([query_encoder(piece) for piece in queries.split(micro_batch)])
        p = torch.cat([passage_encoder(piece) for piece in passages.split(micro_batch)])
    loss = in_batch_loss(q.requires_grad_(), p.requires_grad_(), temperature)
    loss.backward()
    return loss.item()


# %% loops with ranges, and detach instead of no_grad at the end kind="alternative"
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    def encode(encoder, rows):
        parts = []
        for start in range(0, len(rows), micro_batch):
            with torch.no_grad():
                parts.append(encoder(rows[start : start + micro_batch]))
        return torch.cat(parts).detach().requires_grad_(True)

    q, p = encode(query_encoder, queries), encode(passage_encoder, passages)
    loss = F.cross_entropy(q @ p.T / temperature, torch.arange(len(q)))
    q_gradient, p_gradient = torch.autograd.grad(loss, (q, p))
    for encoder, rows, gradient in ((query_encoder, queries, q_gradient), (passage_encoder, passages, p_gradient)):
        for start in range(0, len(rows), micro_batch):
            piece = encoder(rows[start : start + micro_batch])
            torch.autograd.backward(piece, gradient[start : start + micro_batch])
            del piece
    return float(loss.detach())


# %% a dot product with the gradient kind="alternative"
# The sum of embeddings times a fixed gradient is a scalar whose gradient with respect to the embeddings is exactly
# that gradient. So an ordinary `backward()` carries on where the cached loss stopped.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q_pieces, p_pieces = queries.split(micro_batch), passages.split(micro_batch)
    with torch.no_grad():
        q = torch.cat([query_encoder(piece) for piece in q_pieces])
        p = torch.cat([passage_encoder(piece) for piece in p_pieces])
    q.requires_grad = p.requires_grad = True
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    for piece, gradient in zip(q_pieces, q.grad.split(micro_batch)):
        (query_encoder(piece) * gradient).sum().backward()
    for piece, gradient in zip(p_pieces, p.grad.split(micro_batch)):
        (passage_encoder(piece) * gradient).sum().backward()
    return loss.item()


# %% torch's checkpointing kind="alternative"
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    from torch.utils.checkpoint import checkpoint

    q, p = (
        torch.cat([checkpoint(encoder, piece, use_reentrant=False) for piece in rows.split(micro_batch)])
        for encoder, rows in ((query_encoder, queries), (passage_encoder, passages))
    )
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()
