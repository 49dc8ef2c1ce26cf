"""Lab 02's reference against PyTorch's own attention and optimiser, and against published numbers."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from tests.paths import ROOT


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("02_attention", ROOT))


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def weights_of_the_sentence(lab):
    return lab["attention_weights"](lab["scaled_scores"](*lab["project"](lab["x"], lab["Wq"], lab["Wk"])))


def test_the_worked_sentence_has_its_published_numbers(lab):
    Q, K = lab["project"](lab["x"], lab["Wq"], lab["Wk"])
    expected = torch.tensor([[0.5047, 0.1876, 0.3077], [0.6624, 0.0915, 0.2461], [0.5874, 0.1331, 0.2796]])
    torch.testing.assert_close(weights_of_the_sentence(lab), expected, rtol=0, atol=6e-5)
    assert lab["variance_ratio"](Q @ K.T, lab["scaled_scores"](Q, K)) == pytest.approx(2.0, abs=5e-5)


def test_he_looks_most_at_likes_of_all_words_but_most_at_himself(lab):
    weights, words = weights_of_the_sentence(lab), lab["words"]
    assert lab["most_attentive"](weights, words, "likes") == "he"
    assert words[weights[words.index("he")].argmax()] == "he"


@pytest.mark.parametrize("causal", [False, True])
def test_scores_and_weights_are_torchs_scaled_dot_product_attention(lab, causal):
    Q, K, V = (draw(2, 3, 7, 5, seed=seed) for seed in range(3))
    mask = lab["causal_mask"](7) if causal else None
    got = lab["attention_weights"](lab["scaled_scores"](Q, K), mask) @ V
    torch.testing.assert_close(got, F.scaled_dot_product_attention(Q, K, V, is_causal=causal))


def test_padding_masks_are_those_of_scaled_dot_product_attention(lab):
    Q, K, V = (draw(2, 3, 7, 5, seed=seed) for seed in range(3))
    mask = torch.tensor([[True] * 7, [True] * 4 + [False] * 3])[:, None, None]  # (2, 1, 1, 7)
    got = lab["attention_weights"](lab["scaled_scores"](Q, K), mask) @ V
    torch.testing.assert_close(got, F.scaled_dot_product_attention(Q, K, V, attn_mask=mask))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_fully_masked_row_is_zero_and_its_gradient_finite(lab, dtype):
    scores = (draw(4, 6) * 10_000).to(dtype).requires_grad_(True)
    mask = torch.ones(4, 6, dtype=torch.bool)
    mask[2] = False
    weights = lab["attention_weights"](scores, mask)
    (weights * draw(4, 6, seed=1).to(dtype)).sum().backward()
    assert weights[2].abs().max() == 0
    assert torch.isfinite(weights).all() and torch.isfinite(scores.grad).all()
    torch.testing.assert_close(weights.sum(dim=-1), torch.tensor([1, 1, 0, 1], dtype=dtype))


def test_gradients_of_the_weights_are_right_numerically(lab):
    mask = torch.tensor([[True, False, True], [False, False, False]])
    assert torch.autograd.gradcheck(lambda scores: lab["attention_weights"](scores, mask), draw(2, 3).requires_grad_())


@pytest.mark.parametrize(("heads", "masked"), [(1, False), (3, False), (3, True), (12, True)])
def test_the_layer_equals_torchs_with_copied_weights(lab, heads, masked):
    net = lab["MultiHeadSelfAttention"](12, heads).double()
    right = nn.MultiheadAttention(12, heads, batch_first=True, dtype=torch.float64)
    projections = (net.q_proj, net.k_proj, net.v_proj)
    with torch.no_grad():
        for layer in projections:
            layer.bias.normal_(generator=torch.Generator().manual_seed(3))  # torch starts with biases of 0
        right.in_proj_weight.copy_(torch.cat([layer.weight for layer in projections]))
        right.in_proj_bias.copy_(torch.cat([layer.bias for layer in projections]))
    right.out_proj.load_state_dict(net.out_proj.state_dict())
    x, mask = draw(2, 5, 12), lab["causal_mask"](5) if masked else None
    expected, _ = right(x, x, x, attn_mask=~mask if masked else None)
    torch.testing.assert_close(net(x, mask), expected)


def test_a_word_with_nothing_to_see_gets_the_bias_of_out_proj(lab):
    net = lab["MultiHeadSelfAttention"](6, 2)
    mask = lab["causal_mask"](4)
    mask[1] = False
    got = net(draw(3, 4, 6).float(), mask)
    torch.testing.assert_close(got[:, 1], net.out_proj.bias.expand(3, -1))


def test_heads_that_cannot_share_evenly_are_refused(lab):
    with pytest.raises(ValueError, match="5 heads"):
        lab["MultiHeadSelfAttention"](12, 5)


@pytest.mark.parametrize(("n", "batch_size"), [(0, 3), (1, 3), (12, 4), (13, 4), (5, 9)])
def test_minibatches_partition_the_ids(lab, n, batch_size):
    batches = list(lab["iterate_minibatches"](n, batch_size, torch.Generator().manual_seed(0)))
    assert sorted(i for ids in batches for i in ids.tolist()) == list(range(n))
    assert [len(ids) for ids in batches] == [min(batch_size, n - start) for start in range(0, n, batch_size)]


def test_minibatches_follow_the_generator(lab):
    def order(generator):
        return torch.cat(list(lab["iterate_minibatches"](50, 8, generator))).tolist()

    generator = torch.Generator().manual_seed(1)
    first, second = order(generator), order(generator)
    assert first == order(torch.Generator().manual_seed(1))
    assert first != second


def test_steps_are_those_of_torchs_sgd(lab):
    mine, right = nn.Linear(4, 3), nn.Linear(4, 3)
    right.load_state_dict(mine.state_dict())
    optimiser = torch.optim.SGD(right.parameters(), lr=0.1)
    inputs = draw(6, 4).float()
    for _ in range(5):
        mine(inputs).square().mean().backward()
        lab["gradient_step"](mine.parameters(), 0.1)
        optimiser.zero_grad()
        right(inputs).square().mean().backward()
        optimiser.step()
    torch.testing.assert_close(list(mine.parameters()), list(right.parameters()))


def test_a_step_skips_what_has_no_gradient_and_leaves_no_graph(lab):
    used, unused = torch.tensor([3.0], requires_grad=True), torch.tensor([5.0], requires_grad=True)
    (used**2).sum().backward()
    assert lab["gradient_step"](iter([unused, used]), 0.1) is None
    assert used.item() == pytest.approx(2.4) and unused.item() == 5.0
    assert used.is_leaf and used.requires_grad and used.grad is None
