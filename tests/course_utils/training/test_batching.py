"""Batches made with and without a thread, and embeddings in the order of their texts."""

import threading
import time

import pytest
import torch
import torch.nn as nn

from course_utils.training.batching import embed, made_ahead, steady_threads, tensor_batches

CPU = torch.device("cpu")


def as_ids(words):
    """A word becomes its letters' numbers, padded with 0."""
    rows = [torch.tensor([ord(letter) for letter in word]) for word in words]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return ids, ids.ne(0).long()


class MeanLetter(nn.Module):
    """(B, L) ids -> (B, 2): the mean of the letters' vectors, with dropout while training."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(128, 2)
        self.dropout = nn.Dropout(0.5)
        self.widths = []

    def forward(self, ids, mask):
        self.widths.append(ids.shape[1])
        total = (self.table(ids) * mask[:, :, None]).sum(dim=1)  # (B, 2)
        return self.dropout(total / mask.sum(dim=1, keepdim=True))


WORDS = ["one", "thirteen", "six", "a", "seventeen", "to", "nine"]


def test_batches_hold_every_item_in_order():
    batches = list(tensor_batches(WORDS, 3, lambda batch: (batch,), CPU))
    assert batches == [(WORDS[:3],), (WORDS[3:6],), (WORDS[6:],)]


def test_a_generator_shuffles_and_its_seed_repeats():
    def epochs(seed):
        generator = torch.Generator().manual_seed(seed)
        return [
            [word for (batch,) in tensor_batches(WORDS, 3, lambda b: (b,), CPU, generator) for word in batch]
            for _ in "12"
        ]

    first, second = epochs(1)
    assert sorted(first) == sorted(second) == sorted(WORDS)
    assert first != second
    assert epochs(1) == [first, second] != epochs(2)


def test_made_ahead_keeps_the_order_and_works_in_advance():
    made, main = [], threading.get_ident()

    def make(number):
        assert threading.get_ident() != main
        made.append(number)
        return number * number

    results = made_ahead(make, range(20), ahead=3)
    assert next(results) == 0
    deadline = time.monotonic() + 30
    while len(made) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert made == [0, 1, 2, 3]  # and no more: memory for a few batches only
    assert list(results) == [number * number for number in range(1, 20)]


def test_an_error_is_raised_in_its_turn():
    def make(number):
        if number == 2:
            raise KeyError("no such token")
        return number

    results = made_ahead(make, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(KeyError, match="no such token"):
        next(results)


def test_embeddings_are_in_the_order_of_the_items():
    encoder = MeanLetter()
    encoder.train()
    got = embed(encoder, WORDS, as_ids, batch_size=3)
    expected = torch.cat([encoder.table(as_ids([word])[0]).mean(dim=1) for word in WORDS])  # (7, 2), no dropout
    torch.testing.assert_close(got, expected)
    assert not got.requires_grad
    assert encoder.training


def test_texts_of_similar_length_share_a_batch():
    encoder = MeanLetter()
    embed(encoder, WORDS, as_ids, batch_size=3)
    assert encoder.widths == [3, 8, 9]


def test_a_failing_encoder_keeps_its_mode():
    encoder = MeanLetter()
    encoder.train()
    with pytest.raises(NotImplementedError):
        embed(encoder, WORDS, lambda words: (_ for _ in ()).throw(NotImplementedError))
    assert encoder.training


def test_no_items_to_embed_is_an_error():
    with pytest.raises(ValueError, match="at least one item to embed, got none"):
        embed(MeanLetter(), [], as_ids)


def test_a_bar_only_with_a_label(capsys):
    embed(MeanLetter(), WORDS, as_ids, batch_size=3)
    assert capsys.readouterr() == ("", "")
    embed(MeanLetter(), WORDS, as_ids, batch_size=3, label="passages")
    shown = capsys.readouterr()
    assert "passages" in shown.out
    assert not shown.err


def test_a_small_model_uses_one_thread_and_restores_the_number():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with steady_threads(nn.Linear(3, 3)):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        with torch.device("meta"):
            large = nn.Linear(4000, 4000)
        with steady_threads(large):
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.gpu
def test_batches_reach_the_gpu():
    encoder = MeanLetter().cuda()
    got = embed(encoder, WORDS, as_ids, batch_size=3)
    assert got.device.type == "cuda"
    torch.testing.assert_close(got.cpu(), embed(encoder.cpu(), WORDS, as_ids), rtol=0.02, atol=0.02)
