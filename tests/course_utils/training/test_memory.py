"""Peak memory counts new blocks while they are alive, in forward and backward passes."""

import pytest
import torch
from torch import nn

from course_utils.training.memory import peak_bytes

MB = 2**20


def one_mb():
    return torch.ones(256, 1024)


def test_a_chain_needs_two_blocks_at_a_time():
    def chain():
        x = one_mb()
        for _ in range(5):
            x = x + 1
        return x

    assert peak_bytes(chain) == 2 * MB


def test_live_tensors_add_up():
    assert peak_bytes(lambda: [one_mb() for _ in range(3)]) == 3 * MB


def test_views_and_in_place_changes_need_no_memory():
    x = one_mb()
    assert peak_bytes(lambda: x.view(-1)[:1024].unsqueeze(0).T) == 0
    assert peak_bytes(lambda: x.mul_(2)) == 0


def test_existing_tensors_do_not_count():
    x = one_mb()
    assert peak_bytes(lambda: x + 1) == MB


def test_freeing_an_existing_block_does_not_lower_the_count():
    given = [one_mb()]

    def work():
        given[0].add_(1)
        given.clear()
        return one_mb(), one_mb()

    assert peak_bytes(work) == 2 * MB


def test_a_graph_keeps_its_activations_until_backward():
    weight = torch.ones(1024, requires_grad=True)

    def forward(depth):
        x = one_mb()
        for _ in range(depth):
            x = torch.tanh(x * weight)
        return x

    with torch.no_grad():
        without_graph = peak_bytes(lambda: forward(8))
    assert without_graph <= 3 * MB
    assert peak_bytes(lambda: forward(8)) >= 9 * MB


def test_gradients_made_in_the_backward_pass_count():
    layer = nn.Linear(1024, 256, bias=False)  # 1 MB of weights
    rows = torch.ones(1, 1024)
    assert peak_bytes(lambda: layer(rows).sum().backward()) >= MB
    assert layer.weight.grad is not None


def test_an_error_in_the_work_is_raised():
    with pytest.raises(ZeroDivisionError):
        peak_bytes(lambda: 1 / 0)


@pytest.mark.gpu
def test_on_a_gpu_pytorchs_own_counter_is_used():
    assert peak_bytes(lambda: torch.ones(256, 1024, device="cuda"), "cuda") == MB
