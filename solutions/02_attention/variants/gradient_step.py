import torch


# %% uphill kind="misconception"
# The parameters move in the direction of the gradient, which points uphill: a parameter 1 with gradient 2 and lr 0.1
# becomes 1.2, and the loss grows. Look at the sign of the update.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter += lr * parameter.grad
                parameter.grad = None


# %% a new tensor under the old name kind="misconception"
# The subtraction creates a new tensor and gives it the name of the loop variable; the model's own parameter does not
# move: with gradient 2 and lr 0.1, a 1 stays 1. Look at the difference between assigning to a name and changing a
# tensor.
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            gradient, parameter.grad = parameter.grad, None
            parameter = parameter - lr * gradient


# %% returns new tensors kind="misconception"
# The new values are only returned, and the parameters keep theirs: with gradient 2 and lr 0.1, a parameter 1 stays 1,
# and the list has 0.8. Look at what the docstring says about the parameters, and about what is returned.
def gradient_step(params, lr):
    return [parameter - lr * parameter.grad for parameter in params if parameter.grad is not None]


# %% gradients left over kind="misconception"
# The gradients are still there after the step. backward() adds to them: after gradients of 1 and 2, the next step
# would use 3. Look at what .grad contains after the call.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad


# %% cleared before it is used kind="misconception"
# The gradients are cleared before they are used, so a parameter 1 with gradient 2 stays 1. Look at the order of the
# lines.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter.grad.zero_()
                parameter -= lr * parameter.grad


# %% recorded by autograd kind="misconception"
# PyTorch stops with a RuntimeError if a parameter changes in place while autograd records. The update is not part of
# the model's computation; look for a way to keep it from being recorded.
def gradient_step(params, lr):
    for parameter in params:
        if parameter.grad is not None:
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% every parameter has a gradient kind="misconception"
# The .grad of a parameter that took no part in the loss is None, and 0.1 times None is a TypeError. Look at what the
# docstring says about such a parameter.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% stops at a parameter without gradient kind="misconception"
# The function ends at the first parameter without a gradient: if that is number 2 of 5, numbers 3 to 5 never move.
# Look at what the loop does when .grad is None.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is None:
                return
            parameter -= lr * parameter.grad
            parameter.grad = None


# %% params iterated twice kind="misconception" hidden_because="only code beside the student's own can pass a generator, and the docstring names it"
# params is iterated twice. A generator such as model.parameters() gives 0 items the second time, so the second loop
# does nothing, and the gradients are never cleared. Look at how many loops go over params.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    for parameter in params:
        parameter.grad = None


# %% only the sign counts kind="misconception"
# Every number moves by lr, whatever the size of its gradient: gradients of 0.1 and 100 give the same step. Look at
# what lr is multiplied by.
def gradient_step(params, lr):
    with torch.no_grad():
        for parameter in params:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad.sign()
                parameter.grad = None


# %% stops learning kind="misconception"
# After the step, `parameter.requires_grad` is False, so the next backward() leaves the parameter out and it never
# moves again. Look at requires_grad after the call.
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
# The optimiser does the same: skips parameters without a gradient, works in place and outside of the graph. Now you
# know what is inside.
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
