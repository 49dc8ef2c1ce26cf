"""Wrong answers to lab 01 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

TO_TARGET_SHAPE = [
    Misconception(
        "to_target_shape",
        "squeezes every axis",
        "squeeze() without an axis takes away every axis of size one, also an a or b that happens to be 1. Say "
        "which axis you mean.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.squeeze().unsqueeze(0).unsqueeze(-1).unsqueeze(-1)
""",
    ),
    Misconception(
        "to_target_shape",
        "axes have moved",
        "After unsqueeze(0) every axis has a new number, one higher. The axis that you then squeeze is not the one "
        "you thought of. "
        "Write the shape behind each step.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.unsqueeze(0).squeeze(1).unsqueeze(-1)
""",
    ),
    Misconception(
        "to_target_shape",
        "adds axes and removes none",
        "Two axes are added, but the axis of size one between a and b is still there. Count the axes of the result.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.unsqueeze(0).unsqueeze(-1)
""",
    ),
    Misconception(
        "to_target_shape",
        "right shape, scrambled values",
        "The shape is right, but the numbers are in another order: reshaping to (b, a) and swapping the axes "
        "afterwards is not the same "
        "as keeping a and b where they are.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    a, _, b, _ = x.shape
    return x.reshape(1, b, a, 1, 1).transpose(1, 2)
""",
    ),
    Misconception(
        "to_target_shape",
        "copies the numbers",
        "The shape and the values are right, but the result has memory of its own. squeeze and unsqueeze alone "
        "give a view; something "
        "here makes a copy.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return torch.tensor(x.tolist(), dtype=x.dtype).squeeze(1).unsqueeze(0).unsqueeze(-1)
""",
    ),
    Misconception(
        "to_target_shape",
        "changes its input",
        "A name that ends in an underscore works in place: the caller's tensor has another shape afterwards. Use "
        "the names without it.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.squeeze_(1).unsqueeze_(0).unsqueeze_(-1)
""",
    ),
    Misconception(
        "to_target_shape",
        "sizes of the example",
        "The sizes of the worked example stand in the code. Your function should take any a and b: let the tensor "
        "say its own sizes.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.reshape(1, 2, 3, 1, 1)
""",
    ),
    Misconception(
        "to_target_shape",
        "a and b swapped",
        "a and b have changed places. Nothing in this exercise turns rows into columns.",
        """
# Exercise: to_target_shape
def to_target_shape(x):
    return x.squeeze(3).squeeze(1).T.unsqueeze(0).unsqueeze(-1).unsqueeze(-1)
""",
    ),
]

MISSING_OPERAND_SHAPE = [
    Misconception(
        "missing_operand_shape",
        "d fits to b's rows",
        "d must fit to the product of a and b, not to b alone. Write down the shape of bmm(a, b) first: which of "
        "its sizes meets d?",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], b_shape[1], target_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "d is transposed",
        "The two inner sizes of d are in the wrong order. The size that meets bmm(a, b) comes first, the one that "
        "stays comes last.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (b_shape[0], target_shape[2], b_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "never an error",
        "Shapes that cannot be multiplied get an answer too. Where no d fits, or a shape has not three sizes, the "
        "docstring asks for an error.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    return (a_shape[0], b_shape[-1], target_shape[-1])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "a batch of 1 stretches",
        "This is how torch.matmul works: it repeats a batch of 1 as often as needed. bmm does not; its batch sizes "
        "must be equal.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if len({a_shape[0], b_shape[0], target_shape[0]} - {1}) > 1:
        raise ValueError("the batch sizes do not fit")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (target_shape[0], b_shape[2], target_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "batch sizes unchecked",
        "The inner sizes are checked, the batch sizes are not. bmm pairs the first matrix with the first, the "
        "second with the second: "
        "what if there are not equally many?",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "rows of the target unchecked",
        "The rows of a product are those of its first factor; no d can change them. Compare a with the target, too.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        raise ValueError("three sizes each")
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1]:
        raise ValueError("the shapes do not fit")
    return (a_shape[0], b_shape[2], target_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "another kind of error",
        "The impossible cases are found, but with another exception than the docstring names. An assert raises an "
        "AssertionError, "
        "and a caller who waits for a ValueError does not catch it.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    assert len(a_shape) == len(b_shape) == len(target_shape) == 3
    assert a_shape[0] == b_shape[0] == target_shape[0]
    assert a_shape[2] == b_shape[1] and a_shape[1] == target_shape[1]
    return (a_shape[0], b_shape[2], target_shape[2])
""",
    ),
    Misconception(
        "missing_operand_shape",
        "None instead of an error",
        "For shapes that do not fit, None comes back. Whoever called will fail later, far from the cause. Raise "
        "the error that the docstring names.",
        """
# Exercise: missing_operand_shape
def missing_operand_shape(a_shape, b_shape, target_shape):
    if not len(a_shape) == len(b_shape) == len(target_shape) == 3:
        return None
    if not a_shape[0] == b_shape[0] == target_shape[0] or a_shape[2] != b_shape[1] or a_shape[1] != target_shape[1]:
        return None
    return (a_shape[0], b_shape[2], target_shape[2])
""",
    ),
]

CHAIN_BMM = [
    Misconception(
        "chain_bmm",
        "multiplies entry by entry",
        "The star multiplies entry by entry; it is no matrix product. Shapes with equal sizes hide the difference.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return a * b * d
""",
    ),
    Misconception(
        "chain_bmm",
        "loops over the batch",
        "The values are right, but a Python loop does one product after the other. One call can do the whole batch.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.stack([a[n] @ b[n] @ d[n] for n in range(len(a))])
""",
    ),
    Misconception(
        "chain_bmm",
        "factors in the wrong order",
        "Matrix products may be bracketed as you like, but not reordered. Here a factor has changed sides.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.bmm(d, torch.bmm(a, b))
""",
    ),
    Misconception(
        "chain_bmm",
        "one matrix for all",
        "Every element of the batch is multiplied with the first matrix of b. In a stack, each element has a "
        "matrix of its own.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.bmm(a @ b[0], d)
""",
    ),
    Misconception(
        "chain_bmm",
        "sums over the batch",
        "The batch has been summed away: all examples are mixed into one. The batch index must appear in the result.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.einsum("nij,njk,nkm->im", a, b, d)
""",
    ),
    Misconception(
        "chain_bmm",
        "transposes a factor",
        "A factor is transposed on the way. If the inner sizes meet as they are, nothing needs to be turned.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a, b.transpose(1, 2).reshape(b.shape)), d)
""",
    ),
    Misconception(
        "chain_bmm",
        "cuts the gradient",
        "The values are right, but the way through numpy (or .data, or detach) cuts the graph: no gradient comes "
        "back, and nothing could be learned.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.from_numpy(a.detach().numpy() @ b.detach().numpy() @ d.detach().numpy())
""",
    ),
    Misconception(
        "chain_bmm",
        "always float32",
        "The inputs are turned into float32 on the way, so double precision is lost. Leave the dtype as it comes.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    return torch.bmm(torch.bmm(a.float(), b.float()), d.float())
""",
    ),
    Misconception(
        "chain_bmm",
        "drops a batch of one",
        "The result is squeezed: a batch of one loses its batch axis. The result has three axes, always.",
        """
# Exercise: chain_bmm
def chain_bmm(a, b, d):
    product = torch.bmm(torch.bmm(a, b), d)
    return product.squeeze(0)
""",
    ),
]

EMBED_TOKENS = [
    Misconception(
        "embed_tokens",
        "plain indexing",
        "Plain indexing counts negative ids from the end and hands back the row of another token. You have to "
        "check for them yourself.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "clips ids to the table",
        "Ids out of range are moved to the nearest row. This hides the bug that the exercise asks you to report.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    return table[token_ids.clamp(0, len(table) - 1)]
""",
    ),
    Misconception(
        "embed_tokens",
        "refuses the last row",
        "The last row, V - 1, is refused although it exists. Look at the comparison: counting starts at 0.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table) - 1)).any():
        raise IndexError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "smallest of nothing",
        "An empty tensor has no smallest and no largest value, so min() fails for an empty list of ids. No ids are "
        "no error.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if token_ids.min() < 0 or token_ids.max() >= len(table):
        raise IndexError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "all instead of any",
        "The check asks whether all ids are out of range. A single bad one among good ones slips through.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if token_ids.numel() and ((token_ids < 0) | (token_ids >= len(table))).all():
        raise IndexError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "checks the first id only",
        "Only the first id is checked. A bad id may stand anywhere.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    first = token_ids.flatten()[:1]
    if ((first < 0) | (first >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "another kind of error",
        "Bad ids are found, but reported with another exception than the docstring names.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise ValueError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "compares with the width",
        "The ids are compared with the number of features, D, instead of the number of rows, V. Which axis of the "
        "table counts tokens?",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= table.shape[1])).any():
        raise IndexError("token id out of range")
    return table[token_ids]
""",
    ),
    Misconception(
        "embed_tokens",
        "flattens the ids",
        "The vectors are right, but the shape of the ids is lost: the result should have all axes of the ids and "
        "then the features.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table[token_ids.flatten()]
""",
    ),
    Misconception(
        "embed_tokens",
        "cuts the gradient",
        "The values are right, but the table is detached (or copied through lists or numpy): no gradient reaches "
        "it, and the embedding would never learn.",
        """
# Exercise: embed_tokens
def embed_tokens(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return table.detach()[token_ids]
""",
    ),
]

ONE_HOT_EMBED = [
    Misconception(
        "one_hot_embed",
        "as wide as the largest id",
        "Without num_classes, F.one_hot is only as wide as the largest id that occurs. The table has a fixed "
        "number of rows: say so.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids).to(table.dtype) @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "always float32",
        "The one-hot matrix is float32 whatever the table is. A product needs the same dtype on both sides.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, len(table)).float() @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "F.one_hot's own error",
        "F.one_hot does refuse bad ids, but with a RuntimeError. The docstring promises the same error as in "
        "embed_tokens.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    return F.one_hot(token_ids, len(table)).to(table.dtype) @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "negative ids wrap in the identity",
        "Indexing the identity matrix wraps negative ids just as indexing the table does: -1 becomes the one-hot "
        "vector of the last token.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    return torch.eye(len(table), dtype=table.dtype)[token_ids] @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "a look-up in disguise",
        "The values are right, but they are looked up; the exercise asks for a product with one-hot vectors, in "
        "which every row of the table takes part.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    one_hot = F.one_hot(token_ids, len(table))
    return table[one_hot.argmax(dim=-1)]
""",
    ),
    Misconception(
        "one_hot_embed",
        "cuts the gradient",
        "The values are right, but no gradient reaches the table: something detaches it, or the product stands "
        "under no_grad.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    with torch.no_grad():
        return F.one_hot(token_ids, len(table)).to(table.dtype) @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "as wide as the features",
        "The one-hot vectors are D wide, one entry for each feature. They need V entries, one for each token.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids, table.shape[1]).to(table.dtype) @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "flattens the ids",
        "The vectors are right, but the shape of the ids is lost: the result should have all axes of the ids and "
        "then the features.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return F.one_hot(token_ids.flatten(), len(table)).to(table.dtype) @ table
""",
    ),
    Misconception(
        "one_hot_embed",
        "one-hot in integers",
        "F.one_hot gives integers, and so the table is cut to integers for the product. Change the one-hot matrix, "
        "not the table.",
        """
# Exercise: one_hot_embed
def one_hot_embed(table, token_ids):
    if ((token_ids < 0) | (token_ids >= len(table))).any():
        raise IndexError("token id out of range")
    return (F.one_hot(token_ids, len(table)) @ table.long()).to(table.dtype)
""",
    ),
]

COUNT_PARAMETERS = [
    Misconception(
        "count_parameters",
        "product of all sizes",
        "All sizes are multiplied with one another. Each layer connects only two neighbours: multiply pairs, then add.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    if len(layer_sizes) < 2:
        return 0
    return math.prod(layer_sizes) + (sum(layer_sizes[1:]) if bias else 0)
""",
    ),
    Misconception(
        "count_parameters",
        "counts neurons",
        "The sizes are added up: that counts features, not the weights between them. A weight belongs to a pair of "
        "features.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    return sum(layer_sizes) - layer_sizes[0]
""",
    ),
    Misconception(
        "count_parameters",
        "bias for each input",
        "The biases are counted by the inputs of a layer. A bias is added to each output.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + (i if bias else 0) for i, j in zip(layer_sizes, layer_sizes[1:]))
""",
    ),
    Misconception(
        "count_parameters",
        "bias for the input layer too",
        "There is one bias too many for each input feature: the first size is what comes in, and no layer produces it.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    weights = sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))
    return weights + (sum(layer_sizes) if bias else 0)
""",
    ),
    Misconception(
        "count_parameters",
        "one bias a layer",
        "Each layer gets a single bias here. It has one for each of its outputs.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    return sum(i * j + int(bias) for i, j in zip(layer_sizes, layer_sizes[1:]))
""",
    ),
    Misconception(
        "count_parameters",
        "bias always counted",
        "Biases are counted although nobody asked for them. Look at the default of the argument, and at whether it "
        "is used.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=True):
    return sum(i * j + j for i, j in zip(layer_sizes, layer_sizes[1:]))
""",
    ),
    Misconception(
        "count_parameters",
        "bias never counted",
        "The argument bias changes nothing: with bias=True each layer has a number more for each of its outputs.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    return sum(i * j for i, j in zip(layer_sizes, layer_sizes[1:]))
""",
    ),
    Misconception(
        "count_parameters",
        "last layer forgotten",
        "The loop stops one layer early. For n sizes there are n - 1 layers.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    total = 0
    for place in range(len(layer_sizes) - 2):
        total += layer_sizes[place] * layer_sizes[place + 1]
        total += layer_sizes[place + 1] if bias else 0
    return total
""",
    ),
    Misconception(
        "count_parameters",
        "counts in float32",
        "float32 holds whole numbers exactly only up to about 16 million, and the docstring asks for an int. Count "
        "with Python's own integers.",
        """
# Exercise: count_parameters
def count_parameters(layer_sizes, bias=False):
    sizes = torch.tensor(layer_sizes, dtype=torch.float32)
    return int((sizes[:-1] * sizes[1:]).sum() + (sizes[1:].sum() if bias else 0))
""",
    ),
]

TOKEN_CLASSIFIER = [
    Misconception(
        "TokenClassifier",
        "softmax at the end",
        "The outputs are probabilities. The loss expects logits and does the softmax itself; here it would be done "
        "twice.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.softmax(self.U(F.relu(self.W(self.embedding(tokens)))), dim=-1)
""",
    ),
    Misconception(
        "TokenClassifier",
        "ReLU at the end",
        "A ReLU after U cuts off every negative logit. The activation belongs between the two linear layers.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return F.relu(self.U(F.relu(self.W(self.embedding(tokens)))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "no activation",
        "Between W and U nothing happens, so the two layers together are one linear map. Something must bend the line.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(self.embedding(tokens)))
""",
    ),
    Misconception(
        "TokenClassifier",
        "ReLU on the embedding",
        "The ReLU is applied to the embedding, before W. It belongs behind W.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(self.W(F.relu(self.embedding(tokens))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "layers in another order",
        "The layers are right, but made in another order than the docstring says. Each draws its weights from the "
        "same stream of random numbers, "
        "so that the order decides who gets which.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.U = nn.Linear(10, 4)
        self.W = nn.Linear(6, 10)
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "no bias",
        "The linear layers have no bias. The docstring asks for one in both; it is what nn.Linear does if you do "
        "not forbid it.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10, bias=False)
        self.U = nn.Linear(10, 4, bias=False)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "layers made in forward",
        "W and U are made anew in each call: their weights are random each time, and no optimiser ever sees them. "
        "Make layers once, in __init__.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)

    def forward(self, tokens):
        hidden = F.relu(nn.Linear(6, 10)(self.embedding(tokens)))
        return nn.Linear(10, 4)(hidden)
""",
    ),
    Misconception(
        "TokenClassifier",
        "seed inside the class",
        "A seed is set inside the class, so every network that anybody makes has the same weights. Seeds belong to "
        "the experiment, not to the model.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(42)
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "layers hidden in a list",
        "A plain Python list hides its layers from PyTorch: parameters() does not find them. Make each layer an "
        "attribute, with the name that the docstring gives.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Embedding(8, 6), nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, 4)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
""",
    ),
    Misconception(
        "TokenClassifier",
        "super().__init__() forgotten",
        "nn.Module must set up its book-keeping before it can hold a layer. What is the first line of every "
        "__init__ in the worked example?",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens))))
""",
    ),
    Misconception(
        "TokenClassifier",
        "the embedding does not learn",
        "The embedding is cut off from the gradient (frozen, detached, or under no_grad), so that its rows stay "
        "random for ever.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        return self.U(F.relu(self.W(self.embedding(tokens).detach())))
""",
    ),
    Misconception(
        "TokenClassifier",
        "averages the tokens",
        "The vectors of all tokens are averaged into one. The tagger answers for each token: N tokens give N rows.",
        """
# Exercise: TokenClassifier
class TokenClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(8, 6)
        self.W = nn.Linear(6, 10)
        self.U = nn.Linear(10, 4)

    def forward(self, tokens):
        vectors = self.embedding(tokens).mean(dim=0)
        return self.U(F.relu(self.W(vectors)))
""",
    ),
]

CLASSIFICATION_LOSS = [
    Misconception(
        "classification_loss",
        "softmax twice",
        "The logits go through softmax before a loss that applies softmax itself. Hand it the logits as they are.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return F.cross_entropy(F.softmax(model(tokens), dim=-1), labels)
""",
    ),
    Misconception(
        "classification_loss",
        "sum instead of mean",
        "The losses of the tokens are added up, so a larger batch looks worse. Take the mean.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="sum")
""",
    ),
    Misconception(
        "classification_loss",
        "a number without a graph",
        "The loss comes back as a bare number. item(), float() and detach() cut the graph: there is nothing to "
        "differentiate any more.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels).item()
""",
    ),
    Misconception(
        "classification_loss",
        "log of the softmax",
        "Softmax first and log afterwards is right on paper. For large logits a probability becomes exactly 0, and "
        "its log is infinite. There is a function that does both at once.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    probs = torch.softmax(model(tokens), dim=-1)
    right = probs[torch.arange(len(labels)), labels]
    return -torch.log(right).mean()
""",
    ),
    Misconception(
        "classification_loss",
        "nll_loss on logits",
        "nll_loss expects log-probabilities and got logits. The result may even be negative. What is missing "
        "before it?",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return F.nll_loss(model(tokens), labels)
""",
    ),
    Misconception(
        "classification_loss",
        "softmax over the batch",
        "The probabilities are taken over the tokens of the batch instead of over the classes. Each row of logits "
        "belongs to one token: along which axis lie its classes?",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=0)
    return F.nll_loss(log_probs, labels)
""",
    ),
    Misconception(
        "classification_loss",
        "squared error",
        "This is the squared distance between probabilities and one-hot labels, a loss for measuring quantities. "
        "Classes ask for cross-entropy.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    logits = model(tokens)
    return F.mse_loss(F.softmax(logits, dim=-1), F.one_hot(labels, logits.shape[-1]).to(logits.dtype))
""",
    ),
    Misconception(
        "classification_loss",
        "sign forgotten",
        "The sign is wrong: the loss falls when the right class gets less probable. Training would make the model "
        "worse.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    log_probs = F.log_softmax(model(tokens), dim=-1)
    return log_probs[torch.arange(len(labels)), labels].mean()
""",
    ),
    Misconception(
        "classification_loss",
        "one loss a token",
        "There is one loss for each token. Training needs a single number: reduce them to their mean.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return F.cross_entropy(model(tokens), labels, reduction="none")
""",
    ),
    Misconception(
        "classification_loss",
        "counts mistakes",
        "This is the share of wrong answers. It jumps from one value to the next and has no gradient that could "
        "guide training.",
        """
# Exercise: classification_loss
def classification_loss(model, tokens, labels):
    return (model(tokens).argmax(dim=-1) != labels).float().mean()
""",
    ),
]

TRAIN_CLASSIFIER = [
    Misconception(
        "train_classifier",
        "gradients pile up",
        "Nothing clears the gradients. backward() adds to them, so each step also uses the gradients of all steps "
        "before it. Call zero_grad() in every step.",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    return losses
""",
    ),
    Misconception(
        "train_classifier",
        "loss after the update",
        "Each loss is computed after the update of its step. The list should begin with the loss of the untrained "
        "model.",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(model(tokens), labels).backward()
        optimiser.step()
        losses.append(F.cross_entropy(model(tokens), labels).item())
    return losses
""",
    ),
    Misconception(
        "train_classifier",
        "tensors instead of floats",
        "The losses are tensors, and each of them keeps its whole computation in memory. item() gives the Python "
        "float.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "never takes the step",
        "The gradients are computed, but nothing moves the parameters: all losses are the same. Call step() after "
        "backward().",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
    return losses
""",
    ),
    Misconception(
        "train_classifier",
        "cleared before the step",
        "zero_grad() comes between backward() and step(), so the step finds no gradient and moves nothing. Clear "
        "the gradients before backward().",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "sum instead of mean",
        "The losses of the tokens are added up. The exercise asks for their mean; with the sum, the steps grow "
        "with the number of tokens.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "learning rate not used",
        "The learning rate is fixed in the code, so the argument lr changes nothing.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "Adam instead of SGD",
        "Adam scales every step by the history of the gradients. The exercise asks for plain gradient descent, "
        "torch.optim.SGD.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "momentum",
        "The optimiser has momentum, so a part of each step repeats the steps before it. Each step should use its "
        "own gradient only.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "one token for each step",
        "Each step uses a single token. Full-batch descent computes one gradient from all tokens and takes one "
        "step with it.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "trains a copy",
        "A copy of the model is trained, and the caller's model stays as it was. Train the model that you get.",
        """
# Exercise: train_classifier
import copy


def train_classifier(model, tokens, labels, steps, lr):
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
""",
    ),
    Misconception(
        "train_classifier",
        "only the last loss",
        "Only the loss of the last step comes back. The exercise asks for a list with the loss of every step.",
        """
# Exercise: train_classifier
def train_classifier(model, tokens, labels, steps, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    loss = torch.zeros(())
    for _ in range(steps):
        loss = F.cross_entropy(model(tokens), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()
""",
    ),
    Misconception(
        "train_classifier",
        "one loss too many",
        "There is one loss too many: the loss after the last step does not belong to any step.",
        """
# Exercise: train_classifier
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
""",
    ),
    Misconception(
        "train_classifier",
        "softmax twice",
        "The logits go through softmax before a loss that applies softmax itself. Pass the logits as they are.",
        """
# Exercise: train_classifier
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
""",
    ),
]

MISCONCEPTIONS = [
    *TO_TARGET_SHAPE,
    *MISSING_OPERAND_SHAPE,
    *CHAIN_BMM,
    *EMBED_TOKENS,
    *ONE_HOT_EMBED,
    *COUNT_PARAMETERS,
    *TOKEN_CLASSIFIER,
    *CLASSIFICATION_LOSS,
    *TRAIN_CLASSIFIER,
]
