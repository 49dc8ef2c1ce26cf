"""The optimiser's groups, the schedule, clipping, and a training run that keeps its best weights."""

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F

from course_utils.training.fine_tuning import fine_tune, make_optimiser, train_epoch, warmup_schedule


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Dropout(0.2), nn.Linear(6, 3))


def samples(count=20):
    rows = torch.randn(count, 4, generator=torch.Generator().manual_seed(1))
    return list(zip(rows, rows[:, :3].argmax(dim=1).tolist(), strict=True))


def tensorize(batch):
    return torch.stack([row for row, _ in batch]), torch.tensor([label for _, label in batch])


def loss_function(model, batch):
    logits = model(batch[0])  # (B, 3)
    return F.cross_entropy(logits, batch[1]), int((logits.argmax(dim=1) == batch[1]).sum())


def tune(model=None, **changes):
    model = model or network()
    settings = {"epochs": 3, "batch_size": 8, "learning_rate": 0.05, **changes}
    return model, fine_tune(model, samples(), tensorize, loss_function, **settings)


def test_biases_and_norms_do_not_decay():
    model = network()
    optimiser = make_optimiser(model, 0.1, weight_decay=0.5)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    before = {name: value.clone() for name, value in model.named_parameters()}
    optimiser.step()
    kept = [name for name, value in model.named_parameters() if torch.equal(value, before[name])]
    assert kept == ["0.bias", "1.weight", "1.bias", "3.bias"]
    torch.testing.assert_close(model[0].weight, before["0.weight"] * (1 - 0.1 * 0.5))


def test_frozen_parameters_are_left_out():
    model = network()
    model[0].requires_grad_(False)
    optimised = [parameter for group in make_optimiser(model, 0.1).param_groups for parameter in group["params"]]
    assert len(optimised) == 4


def test_the_rate_rises_and_falls_linearly():
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)
    schedule = warmup_schedule(optimiser, 20)
    rates = []
    for _ in range(21):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    assert rates[:3] == [0.0, 1.0, 2.0]
    assert rates[2:] == pytest.approx([2 * (20 - step) / 18 for step in range(2, 21)])


def test_gradients_are_clipped_together():
    model = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(model.weight)
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    batches = [(torch.tensor([[30.0, 40.0]]),)]
    schedule = torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1)
    losses, right = train_epoch(model, batches, lambda m, batch: (m(batch[0]).sum(), 1), optimiser, schedule)
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[-0.6, -0.8]]))  # direction kept, length 1
    assert (losses, right) == ([0.0], 1)


def test_training_lowers_the_loss_and_reports_each_step():
    _, history = tune(epochs=30)
    assert len(history.losses) == 30 * 3  # 8 + 8 + 4 samples
    assert len(history.accuracies) == 30
    assert sum(history.losses[-3:]) < sum(history.losses[:3]) / 2
    assert history.accuracies[-1] > history.accuracies[0]
    assert all(0 <= accuracy <= 100 for accuracy in history.accuracies)
    assert history.scores == []
    assert history.best_epoch is None


def test_every_sample_once_per_epoch_in_a_new_order():
    seen = []

    def note(batch):
        seen.append([row[0].item() for row, _ in batch])
        return tensorize(batch)

    fine_tune(network(), samples(), note, loss_function, epochs=2, batch_size=8, learning_rate=0.01)
    first, second = ([value for batch in epoch for value in batch] for epoch in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == sorted(row[0].item() for row, _ in samples())
    assert first != second


def test_the_seed_repeats_a_run_whatever_the_threads_and_the_callers_random_numbers():
    before = torch.get_num_threads()
    histories = []
    try:
        for threads, seed in ((1, 5), (2, 5), (1, 6)):
            torch.set_num_threads(threads)
            model = network()
            torch.manual_seed(threads)
            histories.append(tune(model, seed=seed)[1].losses)
    finally:
        torch.set_num_threads(before)
    assert histories[0] == histories[1] != histories[2]


def test_the_callers_random_numbers_are_not_changed():
    model = network()
    state = torch.get_rng_state()
    tune(model)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_best_epochs_weights_are_kept():
    scores, weights = iter([1.0, 7.0, 7.0, 3.0]), []

    def evaluate(model):
        assert not model.training
        weights.append(model[0].weight.detach().clone())
        return {5: next(scores), 1: 0.0}

    model, history = tune(epochs=4, evaluate=evaluate, select_by=5)
    assert history.best_epoch == 2  # the first of equals
    assert torch.equal(model[0].weight, weights[1])
    assert not torch.equal(model[0].weight, weights[3])
    assert [epoch[5] for epoch in history.scores] == [1.0, 7.0, 7.0, 3.0]


def test_without_a_score_the_last_weights_are_kept():
    weights = []
    model, history = tune(evaluate=lambda model: weights.append(model[0].weight.detach().clone()) or {})
    assert torch.equal(model[0].weight, weights[-1])
    assert history.best_epoch is None


def test_select_by_needs_evaluate():
    with pytest.raises(ValueError, match="needs `evaluate`"):
        tune(select_by=5)


def test_silent_without_a_label(capsys):
    tune()
    assert capsys.readouterr() == ("", "")
    tune(label="NCE")
    shown = capsys.readouterr()
    assert "NCE" in shown.out
    assert not shown.err


@pytest.mark.gpu
def test_training_on_a_gpu():
    model = network().cuda()
    assert make_optimiser(model, 0.1).defaults["fused"]
    _, history = tune(model, epochs=30)
    assert sum(history.losses[-3:]) < sum(history.losses[:3]) / 2
