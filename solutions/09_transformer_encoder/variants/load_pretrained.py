import re

import torch

# %% queries and keys exchanged kind="misconception"
# The weights of the queries are in the place of the keys, and the other way round. Both have the same shape, so
# nothing raises an error. Read the rules for q_lin and k_lin again.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "k_proj",
    "k_lin": "q_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% norms exchanged kind="misconception"
# The two norms of a block are exchanged. `sa` stands for self-attention: which of your norms follows attention?
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm2",
    "output_layer_norm": "norm1",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% values and output exchanged kind="misconception"
# The weights of the values and of the output projection are exchanged. Their shapes are equal; their work is not.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "out_proj",
    "out_lin": "v_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% only the first layer kind="misconception"
# Only the names of layer 0 are translated; all other layers stay as they were. The rules must work for every number.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer.0": "blocks.0",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% returns what was found kind="misconception"
# The list holds the names that were copied. The caller wants to know the others: those that found no place.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
                left.append(name)
    return left


# %% returns nothing kind="misconception"
# The weights are copied, but names without a place are passed over in silence: None is returned. Look at what the
# docstring says is returned.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)


# %% returns the translated names kind="misconception"
# The names that are returned are translated ones. The docstring asks for the names in state_dict: those that the
# caller knows.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(my_name(name))
    return left


# %% assigned into a dict kind="misconception"
# The tensors are put into the dict that `encoder.state_dict()` gives. That changes the dict, not the encoder. Look at
# how a parameter itself is changed.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = encoder.state_dict()
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            places[my_name(name)] = tensor
        else:
            left.append(name)
    return left


# %% weights transposed kind="misconception"
# The weights of square linear layers are transposed. nn.Linear of both libraries stores (out, in), so there is nothing
# to transpose.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor.T if name.endswith("_lin.weight") else tensor)
        else:
            left.append(name)
    return left


# %% biases left out kind="misconception"
# Only weights are copied; the biases keep the numbers they had. Look at how the names in the two lists end.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if name.endswith("bias") and my_name(name) in places:
            continue
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% embeddings' norm forgotten kind="misconception"
# The layer norm of the embeddings has no rule, so its weight and bias are returned as names without a place. Compare
# the two lists of names.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% positions forgotten kind="misconception"
# The position table has no rule, so the encoder keeps its random positions. Compare the two lists of names.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
        else:
            left.append(name)
    return left


# %% stops at a name without a place kind="misconception"
# A name without a place ends the loop with an error. The docstring asks to go on and to return such names.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    encoder.load_state_dict({my_name(name): tensor for name, tensor in state_dict.items()})
    return []


# %% names without a weight kind="misconception"
# The list holds the names of your encoder that got no weight. The docstring asks for the other direction: names in
# state_dict without a place in the encoder.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    own = {my_name(name): tensor for name, tensor in state_dict.items()}
    return list(encoder.load_state_dict(own, strict=False).missing_keys)


# %% shares memory kind="misconception" hidden_because="only a step of training shows it"
# The encoder now uses the tensors of state_dict themselves, so training it changes them, too. Copy the numbers
# instead.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            places[my_name(name)].data = tensor
        else:
            left.append(name)
    return left


# %% parameters that no longer learn kind="misconception" hidden_because="only training shows it"
# The parameters are replaced by ones that need no gradient, so the encoder cannot be trained any more. Change the
# numbers of the parameters, not their settings.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    places = dict(encoder.named_parameters())
    left = []
    for name, tensor in state_dict.items():
        if my_name(name) in places:
            with torch.no_grad():
                places[my_name(name)].copy_(tensor)
                places[my_name(name)].requires_grad_(False)
        else:
            left.append(name)
    return left


# %% load_state_dict without strict kind="alternative"
# With strict=False, `load_state_dict` loads what fits and returns the names that were missing and those that it did
# not expect. Always look at these two lists: a misspelt name is silent otherwise.
RULES = {
    "embeddings.word_embeddings": "embeddings.word",
    "embeddings.position_embeddings": "embeddings.position",
    "embeddings.LayerNorm": "embeddings.norm",
    "transformer.layer": "blocks",
    "q_lin": "q_proj",
    "k_lin": "k_proj",
    "v_lin": "v_proj",
    "out_lin": "out_proj",
    "sa_layer_norm": "norm1",
    "output_layer_norm": "norm2",
}


def my_name(name):
    for theirs, ours in RULES.items():
        name = name.replace(theirs, ours)
    return name


def load_pretrained(encoder, state_dict):
    own = {my_name(name): tensor for name, tensor in state_dict.items()}
    unexpected = set(encoder.load_state_dict(own, strict=False).unexpected_keys)
    return [name for name in state_dict if my_name(name) in unexpected]


# %% from the encoder's names kind="alternative"
def load_pretrained(encoder, state_dict):
    parts = {
        "embeddings.word": "embeddings.word_embeddings",
        "embeddings.position": "embeddings.position_embeddings",
        "embeddings.norm": "embeddings.LayerNorm",
    }
    inside = {"norm1": "sa_layer_norm", "norm2": "output_layer_norm", "ffn.lin1": "ffn.lin1", "ffn.lin2": "ffn.lin2"}
    inside |= {f"attention.{letter}_proj": f"attention.{letter}_lin" for letter in ("q", "k", "v", "out")}
    for number in range(len(encoder.blocks)):
        parts |= {f"blocks.{number}.{mine}": f"transformer.layer.{number}.{theirs}" for mine, theirs in inside.items()}
    used = set()
    for name, parameter in encoder.named_parameters():
        module, part = name.rsplit(".", 1)
        source = f"{parts[module]}.{part}"
        if source in state_dict:
            parameter.data.copy_(state_dict[source])
            used.add(source)
    return sorted(set(state_dict) - used)


# %% regular expressions kind="alternative"
def load_pretrained(encoder, state_dict):
    rules = [
        (r"^embeddings\.(word|position)_embeddings", r"embeddings.\1"),
        (r"^embeddings\.LayerNorm", "embeddings.norm"),
        (r"^transformer\.layer\.(\d+)\.", r"blocks.\1."),
        (r"attention\.(q|k|v|out)_lin", r"attention.\1_proj"),
        (r"\bsa_layer_norm", "norm1"),
        (r"\boutput_layer_norm", "norm2"),
    ]
    state, rest = encoder.state_dict(), []
    for name, tensor in state_dict.items():
        mine = name
        for pattern, replacement in rules:
            mine = re.sub(pattern, replacement, mine)
        if mine in state:
            state[mine].copy_(tensor)
        else:
            rest.append(name)
    return rest
