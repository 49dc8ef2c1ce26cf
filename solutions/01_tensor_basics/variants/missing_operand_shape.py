import torch


# %% d fits to b's rows kind="misconception"
# d must fit to the product of a and b, not to b alone. Write down the shape of bmm(a, b) first: which of its sizes
# meets d?
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], b_shape[1], target_shape[2])


# %% d is transposed kind="misconception"
# The two inner sizes of d are in the wrong order. The size that meets bmm(a, b) comes first, the one that stays comes
# last.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], target_shape[2], b_shape[2])


# %% never an error kind="misconception"
# Shapes that cannot be multiplied get an answer too. Where no d fits, or a shape has not three sizes, the docstring
# asks for an error.
def missing_operand_shape(a_shape, b_shape, target_shape):
    return (a_shape[0], b_shape[-1], target_shape[-1])


# %% a batch of 1 stretches kind="misconception"
# This is how torch.matmul works: it repeats a batch of 1 as often as needed. bmm does not; its batch sizes must be
# equal.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if len({a_shape[0], b_shape[0], target_shape[0]} - {1}) > 1:
        raise ValueError("the batch sizes do not fit")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (target_shape[0], b_shape[2], target_shape[2])


# %% batch sizes unchecked kind="misconception"
# The inner sizes are checked, the batch sizes are not. bmm pairs the first matrix with the first, the second with the
# second: what if there are not equally many?
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])


# %% rows of the target unchecked kind="misconception"
# The rows of a product are those of its first factor; no d can change them. Compare a with the target, too.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])


# %% another kind of error kind="misconception"
# The impossible cases are found, but with another exception than the docstring names. An assert raises an
# AssertionError, and a caller who waits for a ValueError does not catch it.
def missing_operand_shape(a_shape, b_shape, target_shape):
    assert len(a_shape) == len(b_shape) == len(target_shape) == 3
    assert a_shape[0] == b_shape[0] == target_shape[0]
    assert a_shape[2] == b_shape[1] and a_shape[1] == target_shape[1]
    return (a_shape[0], b_shape[2], target_shape[2])


# %% None instead of an error kind="misconception"
# For shapes that do not fit, None comes back. Whoever called will fail later, far from the cause. Raise the error
# that the docstring names.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        return None
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        return None
    return (a_shape[0], b_shape[2], target_shape[2])


# %% let torch.bmm decide, on the meta device kind="alternative"
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    d_shape = (b_shape[0], b_shape[2], target_shape[2])
    try:
        a, b, d = (torch.empty(*shape, device="meta") for shape in (a_shape, b_shape, d_shape))
        found = torch.bmm(torch.bmm(a, b), d).shape
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if tuple(found) != tuple(target_shape):
        raise ValueError(f"the product would be {tuple(found)}")
    return d_shape


# %% unpacking raises the ValueError for a wrong number of sizes kind="alternative"
def missing_operand_shape(a_shape, b_shape, target_shape):
    n, i, j = a_shape
    n2, j2, k = b_shape
    n3, i2, m = target_shape
    if (n, n, i, j) != (n2, n3, i2, j2):
        raise ValueError("the shapes do not fit")
    return torch.Size([n, k, m])
