import torch
import torch.nn as nn

# The notebook defines these.
in_batch_nce_loss = ...


# %% gradients accumulate kind="misconception"
# `backward()` adds to the gradients that are already there, so each step also uses the gradients of all earlier
# batches. Each step should use its own batch alone. Check what the gradients are before `backward()`.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% gradients cleared only before the loop kind="misconception"
# The gradients are cleared once, before the first batch. Then `backward()` adds to them: after gradients of 1 and 2,
# the second step uses 3. Check what is inside the loop.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    optimizer.zero_grad()
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% gradients cleared before the step kind="misconception"
# The gradients are cleared between `backward()` and `step()`, so the step finds none: after the epoch, a weight of
# 1.0 is still 1.0. Check the order of the calls in a step.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.zero_grad()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% clipped after the step kind="misconception"
# The gradient is clipped after the step has used it: with `max_norm=1`, a gradient of length 5 still moves the
# weights by 5 times the learning rate. Check the order of the calls in a step.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% not clipped kind="misconception"
# The gradient is never clipped: with `max_norm=1`, one unusual batch with a gradient of length 50 moves the weights
# 50 times as far as it may. Check where you use `max_norm`.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% max_norm fixed at 1 kind="misconception"
# The gradient is always clipped to length 1, so `max_norm=5` has no effect. The 1 in the signature is only a default.
# Check where you use the argument.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% clipped by value kind="misconception"
# Each number of the gradient is limited on its own, which changes its direction: with `max_norm=1`, (3, 4) becomes
# (1, 1). The length should change, and the direction should stay. Compare the functions for clipping.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% each weight clipped alone kind="misconception"
# Each weight tensor is clipped on its own, so the gradient as a whole may still be too long: two tensors of length 1
# have length 1.41 together. Check in the docstring what `max_norm` limits.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            nn.utils.clip_grad_norm_([parameter], max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% scheduler once per epoch kind="misconception"
# The scheduler moves once, at the end of the epoch, so a warm-up of 100 steps would last 100 epochs. Check in the
# docstring when it moves.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    if scheduler is not None:
        scheduler.step()
    return losses


# %% scheduler before the step kind="misconception"
# The scheduler moves before the optimizer: if the learning rates are 0.1, 0.2, 0.3, the first step already uses 0.2.
# Check the order of the calls in a step.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if scheduler is not None:
            scheduler.step()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% scheduler never moved kind="misconception"
# The scheduler never moves, so the learning rate keeps its first value. With warm-up this is 0, and nothing is
# learned. Check where you use `scheduler`.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% eval mode kind="misconception"
# The model is in eval mode during the epoch, so dropout is off: `model.training` is False while it learns. Check in
# the docstring which mode it should be in.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.eval()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% mode not set kind="misconception"
# The model stays in the mode that it was in. After an evaluation, `model.training` is False, and the epoch trains
# without dropout. Check in the docstring which mode it should be in.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return losses


# %% mean of the losses kind="misconception"
# This returns one number, the mean of all losses: 2.0 instead of [3.0, 1.0]. The mean follows from the losses, but
# not the other way round. Check the type of the result.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


# %% losses as tensors kind="misconception"
# The list contains tensors, such as tensor(0.7), and a tensor with a graph keeps it in memory. The docstring promises
# Python floats. Look at what you append.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss)
    return losses


# %% loss after the step kind="misconception"
# The loss is computed a second time, after the step: if the step lowers it from 3.0 to 2.5, the list has 2.5. The
# loss that led to the step is wanted, and it is already there. Look at what you append.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(in_batch_nce_loss(model, batch)[0].item())
    return losses


# %% correct answers instead of losses kind="misconception"
# The list contains the number of correct questions in each batch. `in_batch_nce_loss` returns two values, and this is
# the other one. Look at what you append.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(float(num_correct))
    return losses


# %% one step per epoch kind="misconception"
# The weights move only once, at the end of the epoch: for 10 batches, 1 step instead of 10. Check in the docstring
# how many steps there are.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    optimizer.zero_grad()
    device = next(model.parameters()).device
    losses = []
    for batch in loader:
        batch = [tensor.to(device) for tensor in batch]
        loss, num_correct = in_batch_nce_loss(model, batch)
        loss.backward()
        losses.append(loss.item())
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if scheduler is not None:
        scheduler.step()
    return losses


# %% gradients cleared after the step, eval mode at the end kind="alternative"
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model = model.train()
    where = next(iter(model.parameters())).device
    optimizer.zero_grad(set_to_none=True)
    history = []
    for Q, Q_mask, P, P_mask, labels in loader:
        batch = Q.to(where), Q_mask.to(where), P.to(where), P_mask.to(where), labels.to(where)
        loss = in_batch_nce_loss(model, batch)[0]
        history += [float(loss.detach())]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
        optimizer.step()
        optimizer.zero_grad()
        if scheduler:
            scheduler.step()
    model.eval()
    return history


# %% clipped by hand, the parameters taken from the optimizer kind="alternative"
# Clipping means: measure the length of all gradients together, as if they were one vector, and if it is above the
# limit, shorten them all by the same factor. The direction stays.
def train_epoch(model, loader, optimizer, scheduler=None, max_norm=1.0):
    model.train()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses = []
    for batch in loader:
        for parameter in parameters:
            parameter.grad = None
        loss, _ = in_batch_nce_loss(model, tuple(part.to(parameters[0].device) for part in batch))
        loss.backward()
        with torch.no_grad():
            length = sum(parameter.grad.square().sum() for parameter in parameters).sqrt()
            if length > max_norm:
                for parameter in parameters:
                    parameter.grad *= max_norm / length
        optimizer.step()
        scheduler is None or scheduler.step()
        losses.append(loss.item())
    return losses
