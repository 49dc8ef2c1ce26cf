import torch
import torch.nn as nn
import torch.nn.functional as F

# The notebook defines these.
classification_loss = ...


# %% gradients pile up kind="misconception"
# Nothing clears the gradients. backward() adds to them, so each step also uses the gradients of all steps before it.
# Call zero_grad() in every step.
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
# Each loss is computed after the update of its step. The list should begin with the loss of the untrained model.
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
# The losses are tensors, and each of them keeps its whole computation in memory. item() gives the Python float.
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
# The gradients are computed, but nothing moves the parameters: all losses are the same. Call step() after backward().
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
# zero_grad() comes between backward() and step(), so the step finds no gradient and moves nothing. Clear the
# gradients before backward().
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
# The losses of the tokens are added up. The exercise asks for their mean; with the sum, the steps grow with the
# number of tokens.
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
# The learning rate is fixed in the code, so the argument lr changes nothing.
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
# Adam scales every step by the history of the gradients. The exercise asks for plain gradient descent,
# torch.optim.SGD.
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
# The optimiser has momentum, so a part of each step repeats the steps before it. Each step should use its own
# gradient only.
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
# Each step uses a single token. Full-batch descent computes one gradient from all tokens and takes one step with it.
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
# A copy of the model is trained, and the caller's model stays as it was. Train the model that you get.
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
# Only the loss of the last step comes back. The exercise asks for a list with the loss of every step.
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
# There is one loss too many: the loss after the last step does not belong to any step.
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
# The logits go through softmax before a loss that applies softmax itself. Pass the logits as they are.
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
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(list(model.parameters()), lr=lr)

    def closure():
        optimiser.zero_grad()
        loss = F.cross_entropy(model(tokens), labels)
        loss.backward()
        return loss

    return [optimiser.step(closure).item() for _ in range(steps)]
