import torch
import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
classification_loss = ...


# %% gradients pile up kind="misconception"
# The gradients are never cleared. backward() adds to them, so each step also uses the gradients of all earlier steps.
# Look at what .grad contains when the second step begins.
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses


# %% loss after the update kind="misconception"
# Each loss is computed after the update of its step, so the list does not begin with the loss of the untrained model.
# Look at when the recorded loss is computed.
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
# The losses are tensors, not Python floats, and each one keeps its graph in memory. Look at the type of the entries
# in the list.
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
# The gradients are computed, but nothing moves the parameters, so all losses are the same. Look for the line that
# should use the gradients.
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
# The gradients are cleared between backward() and step(), so step() finds none and moves nothing. Look at the order
# of the calls.
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
# The losses of the tokens are added up instead of averaged, so the steps grow with the number of tokens. Look at how
# the losses are combined.
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
# The learning rate is fixed in the code, so the argument lr changes nothing. Look at what the optimiser gets.
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
# Adam rescales each step by the history of the gradients: its first step moves every parameter by about lr, whatever
# the size of the gradient. Look at the optimiser that the docstring names.
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
# The optimiser uses momentum, so part of each earlier step is repeated. Each step should use only its own gradient;
# look at the arguments of the optimiser.
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
# Each step uses only one of the tokens. Full-batch descent computes one gradient from all tokens; look at what the
# model gets in each step.
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
# The losses are right, but a copy of the model is trained, and the caller's model does not change. Look at whose
# parameters the optimiser gets.
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
# Only the loss of the last step is returned, as a single float. Look at what the docstring says is returned.
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
# Three steps give four losses: the loss after the last update does not belong to any step. Look at what is added to
# the list after the loop.
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
# The logits go through softmax before F.cross_entropy, which applies softmax itself, so the losses and gradients are
# those of flattened probabilities. Look at what F.cross_entropy expects.
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
