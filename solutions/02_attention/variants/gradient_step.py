import torch


# %% uphill kind="misconception"
# The gradient points uphill, and the step goes with it: the loss grows. Subtract.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter += lr * parameter.grad
                parameter.grad = None


# %% a new tensor under the old name kind="misconception"
# parameter = parameter - ... makes a new tensor and gives it the name; the model's own parameter stays where it was.
# Change it in place.
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            gradient, parameter.grad = parameter.grad, None
            parameter = parameter - lr * gradient


# %% gradients left over kind="misconception"
# The gradients are still there after the step. backward() adds to them, so the next step uses the sum of both.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad


# %% cleared before it is used kind="misconception"
# The gradient is cleared first, and the step then goes nowhere. Step first, clear afterwards.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter.grad.zero_()
                parameter -= lr * parameter.grad


# %% recorded by autograd kind="misconception"
# PyTorch refuses to change a parameter in place while it records for gradients. The step is no part of the model:
# torch.no_grad() says so.
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% every parameter has a gradient kind="misconception"
# A parameter that had no part in the loss has None as its gradient, and None cannot be multiplied. Skip it.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% stops at a parameter without gradient kind="misconception"
# At the first parameter without a gradient the function ends, and those after it never move. Skip it and go on.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is None:
                return
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% two walks through params kind="misconception"
# params is walked through twice. model.parameters() is a generator and empty after the first time, so the gradients
# are never cleared.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    for parameter in params:
        parameter.grad = None


# %% only the sign counts kind="misconception"
# Every number moves by the same amount, whatever the size of its gradient. The step is lr times the gradient itself.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad.sign()
                parameter.grad = None


# %% stops learning kind="misconception"
# After the step the parameters no longer require gradients: the next backward() leaves them out. no_grad() is enough,
# and it ends by itself.
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            parameter.requires_grad_(False)
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% through .data, gradients zeroed kind="alternative"
def gradient_step(params, lr):
    for p in params:
        if p.grad is None:
            continue
        p.data.sub_(p.grad, alpha=lr)
        p.grad.zero_()


# %% torch.optim.SGD kind="alternative"
def gradient_step(params, lr):
    optimiser = torch.optim.SGD(params, lr=lr)
    optimiser.step()
    optimiser.zero_grad()


# %% copy_ under no_grad kind="alternative"
@torch.no_grad()
def gradient_step(params, lr):
    for p in filter(lambda p: p.grad is not None, params):
        p.copy_(p - lr * p.grad)
        p.grad = None
