import torch


# %% d gets the rows of b kind="misconception"
# d gets as many rows as b: for a (2, 3, 4) and b (2, 4, 5), it gets 4. But d is multiplied with the product of a and
# b. Write down the shape of that product first, and look at which of its sizes meets d.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], b_shape[1], target_shape[2])


# %% d is transposed kind="misconception"
# The last two sizes of d are swapped: for a (2, 3, 4), b (2, 4, 5) and target (2, 3, 6), it is (2, 6, 5). In a matrix
# product, the columns of the left factor meet the rows of the right factor; look at which sizes meet here.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], target_shape[2], b_shape[2])


# %% never an error kind="misconception"
# Shapes that cannot be multiplied get an answer, too: a (2, 3, 4) and b (2, 9, 5) have no product, but a shape is
# returned. Look at what the docstring says about such cases.
def missing_operand_shape(a_shape, b_shape, target_shape):
    return (a_shape[0], b_shape[-1], target_shape[-1])


# %% a batch of 1 is repeated kind="misconception"
# A batch of 1 is accepted next to a batch of 5, as if it were repeated five times. torch.matmul does that, but bmm
# does not. Look at what bmm requires of the batch sizes.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    batches = {a_shape[0], b_shape[0]}
    if len(batches - {1}) > 1 or target_shape[0] != max(batches):
        raise ValueError("the batch sizes do not fit")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (target_shape[0], b_shape[2], target_shape[2])


# %% batch sizes not checked kind="misconception"
# The inner sizes are checked, but the batch sizes are not: batches of 2 and 3 are accepted. bmm multiplies the first
# matrix by the first and the second by the second. Think about what it would do with the third.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])


# %% rows of the target not checked kind="misconception" hidden_because="to find out which sizes of the target no d can change is the exercise itself"
# a (2, 3, 4) and a target (2, 7, 6) are accepted. A product has as many rows as its first factor, and no d can change
# that. Look at which sizes of the target are checked.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])


# %% wrong exception type kind="misconception"
# Impossible shapes, such as batches of 2 and 3, are found, but they raise a different exception from the one in the
# docstring: `assert`, for example, raises an AssertionError. A caller who catches the documented exception misses
# yours. Look at how you report these cases.
def missing_operand_shape(a_shape, b_shape, target_shape):
    assert len(a_shape) == len(b_shape) == len(target_shape) == 3
    assert a_shape[0] == b_shape[0] == target_shape[0]
    assert a_shape[2] == b_shape[1] and a_shape[1] == target_shape[1]
    return (a_shape[0], b_shape[2], target_shape[2])


# %% None instead of an error kind="misconception"
# For shapes that do not fit, such as batches of 2 and 3, the function returns None, so the caller fails later, far
# from the cause. Look at what the docstring says about such shapes.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        return None
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        return None
    return (a_shape[0], b_shape[2], target_shape[2])


# %% inner sizes not checked kind="misconception"
# The columns of a and the rows of b are not compared: a (2, 3, 4) and b (2, 8, 5) have no product, but a shape is
# returned. Write down which sizes must be equal in each of the two products.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])


# %% a list instead of a tuple kind="misconception"
# The sizes are right, but in a list, [2, 5, 6], and a list never equals a tuple such as (2, 5, 6). Look at the type
# that the docstring names.
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return [a_shape[0], b_shape[2], target_shape[2]]


# %% let torch.bmm decide, on the meta device kind="alternative"
# On the device "meta" tensors have a shape and no numbers. So PyTorch itself checks the shapes, without memory or
# work, and its error says what does not fit. Handy for debugging large models.
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
