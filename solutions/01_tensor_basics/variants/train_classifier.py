import torch
import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
classification_loss = ...


# %% gradients pile up kind="misconception"
# The gradients are never cleared. backward() adds to them: after gradients of 1 and 2, the second step uses 3. Look
# at what .grad contains when the second step begins.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


# %% cleared only before the loop kind="misconception"
# The gradients are cleared once, before the first step. Then backward() adds to them: after gradients of 1 and 2, the
# second step uses 3. Look at what is inside the loop.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    optimiser.zero_grad()
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


# %% loss after the update kind="misconception"
# Each loss is computed after the update of its step, so the list does not begin with the loss of the untrained model,
# about 1.4 for 4 classes. Look at when the recorded loss is computed.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(model(tokens), labels).backward()
        optimiser.step()
        losses.append(F.cross_entropy(model(tokens), labels).item())
    return losses


# %% tensors instead of floats kind="misconception"
# The losses are tensors, such as tensor(1.4), not Python floats, and a tensor with a graph keeps that graph in
# memory. Look at the type of the entries in the list.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% never takes the step kind="misconception"
# The gradients are computed, but nothing moves the parameters, so all losses are the same: 1.4, 1.4, 1.4. Look for
# the line that should use the gradients.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
    return losses


# %% cleared before the step kind="misconception"
# The gradients are cleared between backward() and step(), so step() finds none and moves nothing: the losses stay
# 1.4, 1.4, 1.4. Look at the order of the calls.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        optimiser.zero_grad()
        optimiser.step()
    return losses


# %% sum instead of mean kind="misconception"
# The losses of the tokens are added up instead of averaged: with 10 tokens, every step is 10 times as long. Look at
# how the docstring combines the losses.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels, reduction="sum")
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% learning rate not used kind="misconception"
# The learning rate is fixed in the code, so lr=0.1 and lr=1 give the same losses. Look at what the optimiser gets.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% Adam instead of SGD kind="misconception"
# Adam rescales each step by the history of the gradients: its first step moves every parameter by about lr, whether
# the gradient is 0.01 or 100. Look at the optimiser that the docstring names.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% momentum kind="misconception"
# The optimiser uses momentum, which repeats part of each earlier step: with momentum 0.9 and two gradients of 1, the
# second step is 1.9 instead of 1. Look at the arguments of the optimiser.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% one token for each step kind="misconception"
# Each step uses only one of the tokens: with 8 tokens, 7 of them are ignored in every step. Full-batch descent
# computes one gradient from all tokens; look at what the model gets in each step.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for step in range(steps):
        place = step % len(tokens)
        loss = F.cross_entropy(model(tokens[place : place + 1]), labels[place : place + 1])
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% trains a copy kind="misconception"
# The losses are right, but a copy of the model is trained: after 100 steps, the caller's model gives the same logits
# as before. Look at whose parameters the optimiser gets.
def train_classifier(model, tokens, labels, steps, lr):
    import copy

    model = copy.deepcopy(model)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% only the last loss kind="misconception"
# Only the loss of the last step is returned, a single float: 3 steps give 0.9 instead of three numbers. Look at what
# the docstring says is returned.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    loss = torch.zeros(())
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()


# %% one loss too many kind="misconception"
# With steps=3 there are 4 losses: the loss after the last update does not belong to any step. Look at what is added
# to the list outside the loop.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    losses.append(F.cross_entropy(model(tokens), labels).item())
    return losses


# %% softmax twice kind="misconception"
# The logits go through softmax before F.cross_entropy, which applies softmax itself: for the right class, even the
# logits [100, 0, 0, 0] give a loss of 0.74 instead of 0. Look at what F.cross_entropy expects.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens).softmax(dim=-1), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


# %% gradients cleared after the step, loss as a module kind="alternative"
def train_classifier(model, tokens, labels, steps, lr):
    criterion = nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr)
    losses = []
    for _ in range(steps):
        loss = criterion(model(tokens), labels)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return losses


# %% a new optimiser in every step kind="alternative"
def train_classifier(model, tokens, labels, steps, lr):
    losses = []
    while len(losses) < steps:
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        model.zero_grad()
        loss = classification_loss(model, tokens, labels)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


# %% the step of torch.optim.SGD with a closure kind="alternative"
# An optimiser's step can take a function that computes loss and gradient, and returns the loss. Methods that look at
# the loss several times in a step, such as L-BFGS, need this form.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(list(model.parameters()), lr=lr)

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        return loss

    return [optimiser.step(closure).item() for _ in range(steps)]
