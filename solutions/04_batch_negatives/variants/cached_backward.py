import torch
import torch.nn.functional as F

# The notebook defines these.
in_batch_loss = ...


# %% the usual accumulation kind="misconception"
# Each micro-batch has its own loss here, so a query sees only the negatives of its own micro-batch.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    total = 0.0
    for some, others in zip(queries.split(micro_batch), passages.split(micro_batch)):
        loss = in_batch_loss(query_encoder(some), passage_encoder(others), temperature) * len(some) / len(queries)
        loss.backward()
        total += loss.item()
    return total


# %% the whole batch at once kind="misconception"
# The gradient is right, but all activations are in memory together, and that is what had to be avoided.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    loss = in_batch_loss(query_encoder(queries), passage_encoder(passages), temperature)
    loss.backward()
    return loss.item()


# %% graphs of all pieces kept kind="misconception"
# The encoders see micro-batches, but each piece keeps its graph until one backward at the end. All activations are in
# memory together.
def cached_backward(query_encoder, passage_encoder, queries, passages, temperature, micro_batch):
    q = torch.cat([query_encoder(piece) for piece in queries.split(micro_batch)])
    p = torch.cat([passage_encoder(piece) for piece in passages.split(micro_batch)])
    loss = in_batch_loss(q, p, temperature)
    loss.backward()
    return loss.item()


# %% detached too late kind="misconception"
# The pieces keep their graphs until they are joined, so all activations are in memory together; detach() after that
# frees them too late. Encode without a graph.
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


# %% gradients of the encoders twice kind="misconception"
# The loss's backward pass went through the encoders already, and the second pass adds the same gradient once more. It
# has to stop at the embeddings.
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


# %% first pass in one go kind="misconception"
# Without a graph nothing is kept, but while an encoder runs its layers still need memory for every row that it is
# given. The first pass goes piece by piece too.
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
# Only the queries' encoder learns here. The loss has a gradient with respect to the passages as well.
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
# zero_grad() throws away what was in .grad before. backward() adds, and this function is to do the same; clearing is
# the caller's business.
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
# The loss is already the mean over the whole batch, and its gradient is shared out over the pieces. Dividing by their
# number makes it too small.
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
# Rows that do not fill a micro-batch are skipped. The last piece may be shorter, and belongs to the batch.
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


# %% micro_batch pieces kind="misconception"
# chunk(n) cuts into n pieces, split(n) into pieces of n rows. micro_batch is a number of rows.
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
# The temperature is not handed on to the loss, so both the loss and its gradient are those at temperature 1.
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
# Passages beyond the number of queries are dropped. They are negatives of every query and get a gradient too.
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


# %% a tensor comes back kind="misconception"
# The loss is wanted as a plain float: item() takes it out of the tensor.
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
# The gradient of the batch replaces what was in .grad. backward() adds, also where one module encodes both sides.
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
