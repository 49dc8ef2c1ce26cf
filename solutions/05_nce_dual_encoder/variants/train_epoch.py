import torch
import torch.nn as nn

# The notebook defines these.
in_batch_nce_loss = ...


# %% gradients add up kind="misconception"
# backward() adds to the gradients that are there. Without zero_grad(), each step also uses the gradients of all
# batches before it.
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


# %% gradients cleared before the step kind="misconception"
# zero_grad() stands between backward() and step(), so the step finds no gradient and the weights do not learn.
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
# The gradient is clipped when the step has already used it. Clip after backward() and before step().
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
# The gradient must be clipped to max_norm before the step: one unusual batch could otherwise move the weights far.
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


# %% always clipped to 1 kind="misconception"
# max_norm is an argument, and 1 is only its default.
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
# clip_grad_value_ limits each number of the gradient on its own and changes the direction. Clip the length of the
# gradient of all weights together: clip_grad_norm_.
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


# %% each weight clipped on its own kind="misconception"
# Each weight tensor is clipped to max_norm on its own, so that both can have that length. max_norm limits the length
# of the gradient of all weights together.
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
# The scheduler counts batches: it moves after each step. Moved once per epoch, the warm-up would last for many
# epochs.
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
# The scheduler moves before the optimizer, so the first learning rate of the schedule is skipped. Step the optimizer
# first.
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


# %% scheduler left out kind="misconception"
# The scheduler is never moved, so the learning rate keeps its first value: with warm-up, that is 0.
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


# %% in eval mode kind="misconception"
# model.eval() switches dropout off. Training needs model.train().
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


# %% mode left as it is kind="misconception"
# After an evaluation the model is in eval mode, and then this epoch trains without dropout. Call model.train() first.
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
# The result is a list with the loss of each batch. The mean of an epoch can be computed from it, but not the other
# way round.
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
# Each loss is a tensor with its graph, which keeps the memory of every batch alive. item() gives the Python float.
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
# The loss is computed again after the step. Asked for is the loss of the batch before its step, which is there
# already.
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


# %% number of correct answers kind="misconception"
# in_batch_nce_loss returns a pair, the loss and the number of correct questions. The list is to hold the losses.
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


# %% one step at the end kind="misconception"
# There is one step for the whole epoch. The weights move after each batch.
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
