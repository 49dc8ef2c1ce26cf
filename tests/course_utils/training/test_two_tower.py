"""Two towers, their training with any loss, recall by topic, and a progress bar that removes itself."""

import io

import nbformat
import pytest
import torch
import torch.nn as nn
from nbclient import NotebookClient

from course_utils.data.topics import Pairs, make_topics
from course_utils.training import TwoTower, progress, topic_recall, train


@pytest.fixture(scope="module")
def data():
    return make_topics(10, 8, 4, features=12)


def distance(queries, items, topics):
    return ((queries - items) ** 2).sum(dim=1).mean()


def test_embeddings_have_the_documented_shape_and_length(data):
    model = TwoTower(12, hidden=9, dim=5)
    queries, items = model(data.train.queries, data.train.items[:7])
    assert queries.shape == (80, 5)
    assert items.shape == (7, 5)
    torch.testing.assert_close(items.norm(dim=1), torch.ones(7))
    raw, _ = TwoTower(12, hidden=9, dim=5, normalise=False)(data.train.queries, data.train.items)
    assert raw.norm(dim=1).std() > 0.01


def test_weights_come_from_the_seed_and_the_callers_random_numbers_are_not_changed():
    state = torch.get_rng_state()
    weights = [TwoTower(12, seed=seed).item_encoder[0].weight for seed in (1, 1, 2)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.equal(torch.get_rng_state(), state)


def test_training_lowers_its_loss(data):
    model = TwoTower(12)
    losses = train(model, data.train, distance, steps=60, batch_size=16)
    assert len(losses) == 60
    assert losses[-1] < losses[0] / 4


def test_the_same_seed_repeats_a_training_run(data):
    runs = [train(TwoTower(12), data.train, distance, steps=12, batch_size=16, seed=seed) for seed in (5, 5, 6)]
    assert runs[0] == runs[1] != runs[2]


def test_training_uses_one_thread_and_restores_the_number(data):
    threads = []

    def note(queries, items, topics):
        threads.append(torch.get_num_threads())
        return distance(queries, items, topics)

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train(TwoTower(12), data.train, note, steps=2, batch_size=16)
        with pytest.raises(ValueError, match="batch_size"):
            train(TwoTower(12), data.train, note, steps=2, batch_size=0)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert threads == [1, 1]


def test_each_epoch_uses_every_pair_once_in_a_new_order():
    pairs = Pairs(torch.ones(12, 4), torch.ones(12, 4), torch.arange(12))
    seen = []

    def note(queries, items, topics):
        seen.append(topics.tolist())
        return distance(queries, items, topics)

    train(TwoTower(4), pairs, note, steps=6, batch_size=4)
    first, second = ([pair for batch in epoch for pair in batch] for epoch in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


def test_the_parameters_of_a_loss_are_trained(data):
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(3.0))

        def forward(self, queries, items, topics):
            return self.scale**2 + distance(queries, items, topics)

    loss = Scaled()
    train(TwoTower(12), data.train, loss, steps=20, batch_size=16, learning_rate=0.1)
    assert abs(loss.scale.item()) < 2


@pytest.mark.parametrize("batch_size", [0, 81])
def test_a_batch_must_not_exceed_the_pairs(data, batch_size):
    with pytest.raises(ValueError, match=f"80, the number of pairs; got {batch_size}"):
        train(TwoTower(12), data.train, distance, steps=1, batch_size=batch_size)


class Fixed(nn.Module):
    """Embeddings that are the raw features."""

    def forward(self, queries, items):
        return queries, items


def test_recall_is_the_fraction_of_the_topics_items():
    # Query 0 points to items 0 and 2, queries 1 to 3 to item 1 first, then to 2 or 3. Topic 0 has three items.
    items = torch.eye(4)
    queries = torch.tensor([[3.0, 0, 2, 1], [0, 3, 2, 1], [0, 3, 2, 1], [0, 3, 1, 2]])
    pairs = Pairs(queries, items, torch.tensor([0, 0, 0, 1]))
    # Best 2: {0, 2}, {1, 2}, {1, 2} hold 2 of 3; {1, 3} holds 1 of 1.
    assert topic_recall(Fixed(), pairs, k=2) == pytest.approx((2 / 3 * 3 + 1) / 4)
    assert topic_recall(Fixed(), pairs, k=1) == pytest.approx((1 / 3 * 3 + 0) / 4)
    assert topic_recall(Fixed(), pairs, k=4) == 1.0


def test_the_bar_goes_to_stdout_only_and_removes_itself(capsys):
    with progress(3, "three steps") as advance:
        for _ in range(3):
            advance()
    shown = capsys.readouterr()
    assert "three steps" in shown.out
    assert not shown.err
    assert not shown.out.rsplit("\r", 1)[1].strip()
    assert not shown.out.rsplit("\r", 2)[1].strip()  # blanks over the bar


def test_training_without_a_label_is_silent(data, capsys):
    train(TwoTower(12), data.train, distance, steps=3, batch_size=16)
    assert capsys.readouterr() == ("", "")
    train(TwoTower(12), data.train, distance, steps=3, batch_size=16, label="towers")
    assert "towers" in capsys.readouterr().out


def run_notebook(source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3", timeout=120, allow_errors=True).execute()
    return notebook.cells[0].outputs


def test_a_saved_notebook_contains_no_trace_of_the_bar():
    outputs = run_notebook(
        "from course_utils.training import progress\n"
        "from course_utils.runtime import needs\n"
        "with needs('info_nce'), progress(2, 'sweep') as advance:\n"
        "    advance()\n"
        "    raise NotImplementedError\n"
        "print('after')"
    )
    text = io.StringIO()
    for output in outputs:
        assert output.output_type == "stream", output
        text.write(output.text)
    assert text.getvalue() == "Finish `info_nce` first, then run this cell again.\nafter\n"
