"""Lab 09's reference against PyTorch's own layers, and against transformers' model with the course's weights."""

import ast
import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab, is_solution_cell, nbgrader_metadata
from course_utils.training.encoders import load_encoder, load_tokenizer
from tests.paths import ROOT

CARRIED = ["scaled_scores", "attention_weights", "MultiHeadSelfAttention"]


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("09_transformer_encoder", ROOT))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def loaded(lab, model):
    """The lab's encoder with the weights of a DistilBERT."""
    config = model.config
    sizes = (config.vocab_size, config.dim, config.n_heads, config.hidden_dim, config.n_layers)
    encoder = lab["Encoder"](*sizes, config.max_position_embeddings)
    assert lab["load_pretrained"](encoder, model.state_dict()) == []
    return encoder.eval()


@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 4, 3, 7)])
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 1.0])
def test_layer_norm_is_pytorchs(lab, shape, eps):
    x, weight, bias = draw(*shape) * 30 + 5, draw(7, seed=1), draw(7, seed=2)
    torch.testing.assert_close(lab["layer_norm"](x, weight, bias, eps), F.layer_norm(x, (7,), weight, bias, eps))


def test_gradients_of_layer_norm_are_right_numerically(lab):
    operands = [draw(*shape, seed=seed).requires_grad_() for seed, shape in enumerate([(2, 3, 5), (5,), (5,)])]
    assert torch.autograd.gradcheck(lab["layer_norm"], operands)


def test_equal_features_give_the_bias(lab):
    x = torch.full((2, 4), 3.0, requires_grad=True)
    got = lab["layer_norm"](x, torch.ones(4), torch.arange(4.0))
    got.sum().backward()
    torch.testing.assert_close(got.detach(), torch.arange(4.0).expand(2, 4))
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("masked", [False, True])
def test_the_block_is_pytorchs_with_copied_weights(lab, masked):
    net = lab["EncoderBlock"](12, 3, 20).double()
    right = nn.TransformerEncoderLayer(
        12, 3, 20, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True, dtype=torch.float64
    )
    attention, theirs = net.attention, right.self_attn
    with torch.no_grad():
        for part in ("weight", "bias"):
            projections = (attention.q_proj, attention.k_proj, attention.v_proj)
            getattr(theirs, f"in_proj_{part}").copy_(torch.cat([getattr(layer, part) for layer in projections]))
    for mine, other in (
        (attention.out_proj, theirs.out_proj),
        (net.ffn.lin1, right.linear1),
        (net.ffn.lin2, right.linear2),
        (net.norm1, right.norm1),
        (net.norm2, right.norm2),
    ):
        other.load_state_dict(mine.state_dict())
    x = draw(4, 6, 12)
    mask = torch.arange(6) < torch.tensor([6, 1, 3, 5])[:, None]
    got = net(x, mask) if masked else net(x)
    expected = right(x, src_key_padding_mask=~mask) if masked else right(x)
    real = mask if masked else torch.ones_like(mask)
    torch.testing.assert_close(got[real], expected[real])


def test_a_text_that_is_too_long_is_refused_with_both_numbers(lab):
    embeddings = lab["TokenEmbeddings"](11, 4, 6)
    assert embeddings(torch.zeros(2, 6, dtype=torch.int64)).shape == (2, 6, 4)
    with pytest.raises(ValueError, match=r"\b9\b.*\b6\b"):
        embeddings(torch.zeros(2, 9, dtype=torch.int64))


def test_the_tiny_encoder_gives_the_librarys_hidden_states_on_a_padded_batch(lab):
    tokenizer, model = load_tokenizer(), load_encoder()
    texts = [
        "a bridge",
        "who built the old mill by the river in the town known for marshes",
        "cats sleep on the warm steps",
    ]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    mask = batch["attention_mask"].bool()
    with torch.no_grad():
        expected = model(**batch).last_hidden_state
        got = loaded(lab, model)(batch["input_ids"], mask)
    assert (got - expected)[mask].abs().max() < 1e-5


def test_the_tiny_encoder_agrees_up_to_its_last_position(lab):
    model = load_encoder()
    ids = torch.randint(5, 2000, (2, 256), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        difference = loaded(lab, model)(ids) - model(input_ids=ids).last_hidden_state
    assert difference.abs().max() < 2e-5


def test_names_without_a_place_are_handed_back(lab):
    state = load_encoder().state_dict()
    encoder = lab["Encoder"](2000, 128, 4, 256, 1, 256)
    left = lab["load_pretrained"](encoder, state | {"vocab_projector.bias": torch.zeros(2000)})
    assert sorted(left) == sorted([name for name in state if ".layer.1." in name] + ["vocab_projector.bias"])


def test_without_positions_shuffled_words_get_shuffled_vectors(lab):
    encoder = lab["Encoder"](50, 12, 3, 20, 2, 16).double()
    nn.init.zeros_(encoder.embeddings.position.weight)
    ids, order = torch.randperm(50)[None, :9], torch.randperm(9)
    torch.testing.assert_close(encoder(ids[:, order]), encoder(ids)[:, order])


def test_masking_has_the_published_shares(lab):
    special = torch.arange(500) < 5
    ids = torch.randint(500, (600, 500), generator=torch.Generator().manual_seed(1))
    before = ids.clone()
    inputs, labels = lab["mask_tokens"](ids, special, 4, 500, torch.Generator().manual_seed(2))
    asked = labels != -100
    assert torch.equal(ids, before) and torch.equal(labels[asked], ids[asked])
    assert not asked[special[ids]].any() and torch.equal(inputs[~asked], ids[~asked])
    assert asked[~special[ids]].double().mean() == pytest.approx(0.15, abs=0.005)
    masked, kept = inputs[asked] == 4, inputs[asked] == ids[asked]
    assert masked.double().mean() == pytest.approx(0.8, abs=0.01)
    assert kept.double().mean() == pytest.approx(0.1, abs=0.01)


def test_masking_follows_the_generator(lab):
    ids, special = torch.randint(5, 90, (20, 30)), torch.arange(90) < 5
    generator = torch.Generator().manual_seed(3)
    first, second = (lab["mask_tokens"](ids, special, 4, 90, generator) for _ in range(2))
    again = lab["mask_tokens"](ids, special, 4, 90, torch.Generator().manual_seed(3))
    assert all(torch.equal(*pair) for pair in zip(first, again, strict=True))
    assert not torch.equal(first[1], second[1])


def test_the_loss_is_cross_entropy_over_the_asked_places(lab):
    logits, labels = draw(3, 5, 11) * 4, torch.randint(0, 11, (3, 5), generator=torch.Generator().manual_seed(0))
    labels[0, 1:], labels[2] = -100, -100
    expected = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100)
    torch.testing.assert_close(lab["masked_lm_loss"](logits, labels), expected)


def test_the_loss_is_0_with_a_gradient_of_0_where_nothing_is_asked(lab):
    logits = draw(2, 3, 5).requires_grad_()
    loss = lab["masked_lm_loss"](logits, torch.full((2, 3), -100))
    loss.backward()
    assert loss.item() == 0 and logits.grad.abs().max() == 0


def definitions(source):
    """Top-level functions and classes by name, without what only an exercise has: how many lines it may take."""
    tree = ast.parse(re.sub(r"\((About [^)]*|1 line\.)\)", "", source))
    return {node.name: "".join(ast.unparse(node).split()) for node in tree.body if hasattr(node, "name")}


def test_what_is_carried_over_is_lab_02s_own_solution():
    earlier = find_lab("02_attention", ROOT).reference()
    solutions = {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in earlier.cells if is_solution_cell(cell)}
    cells = find_lab("09_transformer_encoder", ROOT).reference().cells
    carried = definitions(next(cell.source for cell in cells if cell.source.startswith("# From lab 02")))
    assert list(carried) == CARRIED
    for name in CARRIED:
        assert carried[name] == definitions(solutions[name])[name]
