import re

import torch

# %% queries and keys exchanged kind="misconception"
# The weights of the queries are where the keys should be, and the other way round. For d_model=4 both are (4, 4), so
# nothing raises an error, but the attention weights are wrong. Look at your rules for q_lin and k_lin.
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
# The two norms of each block are exchanged, 2 weights and 2 biases in a block. The shapes are equal, so nothing
# raises an error. Look at what `sa` in sa_layer_norm stands for, and which of your norms comes after that part.
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
# The weights of the values and of the output projection are exchanged. For d_model=4 both are (4, 4), so nothing
# raises an error, but the two do different work. Compare your rules for v_lin and out_lin.
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
# Only the names of layer 0 are translated: "transformer.layer.1..." and all later layers find no place, and their
# blocks keep random weights. Look at which part of your rule contains the number.
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
# The list has the names that were copied. If 100 of 102 names find a place, the caller gets 100 names and has to work
# out the other 2. Look at which names the docstring asks for.
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
# The weights are copied, but the function returns None, so a caller does not learn that, say, 2 of 102 names found no
# place. Look at what the docstring says is returned.
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
# The names in the list have been translated: the caller passed "x.q_lin.weight" and reads "x.q_proj.weight", a name
# that is not in state_dict. Look at whose names the docstring asks for.
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
# The tensors are put into the dict that `encoder.state_dict()` gives. That changes the dict: afterwards a parameter
# of 0.5 is still 0.5. Look at whether your assignment reaches the parameter itself.
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
# The weights of the linear layers are transposed: [[1, 2], [3, 4]] becomes [[1, 3], [2, 4]]. Only square ones fit in
# this way, so nothing raises an error. Compare how nn.Linear stores its weight in both models.
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
# Only the weights are copied; each bias keeps its random or zero start, one for each of the 6 linear layers in a
# block. Look at how the names in state_dict end.
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
# The layer norm of the embeddings has no rule, so 2 names, its weight and its bias, come back as if they had no
# place. Compare the two lists of names, beginning with "embeddings".
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
# The position table has no rule, so the encoder keeps random positions, and 1 name too many comes back. Compare the
# two lists of names, beginning with "embeddings".
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
# A name without a place ends the loop with an error, and everything after it is not copied: if name 3 of 100 is
# unknown, 97 weights stay random. Look at what the docstring says about such names.
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
# The list has the names of your encoder that got no weight. The question is the other direction: if state_dict brings
# 2 names that the encoder lacks, these 2 are wanted. Look at whose names the docstring asks for.
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


# %% copied in order kind="misconception"
# The tensors are copied in the order in which they come: the first into the first parameter, and so on. A dict may have
# any order, and if 1 name has no place here, all tensors after it land one place too far. Look at whether you use the
# names.
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
    for parameter, tensor in zip(encoder.parameters(), state_dict.values(), strict=False):
        if parameter.shape == tensor.shape:
            parameter.data.copy_(tensor)
    places = dict(encoder.named_parameters())
    return [name for name in state_dict if my_name(name) not in places]


# %% shares memory kind="misconception" hidden_because="only a step of training shows it"
# The encoder now uses the very tensors of state_dict. After one training step, `state_dict[name]` has changed too:
# what was 1.0 may be 0.9. Look at the last words of the docstring, and at whether your assignment moves numbers or
# only names.
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
# The parameters are replaced by tensors that need no gradient, so after loading, an optimiser finds 0 parameters to
# train. Look at requires_grad of a parameter before and after the call.
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
