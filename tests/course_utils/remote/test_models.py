"""The small text encoders that tests hand to a student's functions."""

import pytest
import torch

from course_utils.remote.models import build

IDS = torch.tensor([[4, 2, 1, 0], [3, 3, 0, 0], [1, 2, 3, 4]])
MASK = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]])


def test_a_table_encoder_takes_the_mean_of_what_the_mask_lets_through():
    encoder = build("table_encoder", num_embeddings=5, dim=3)
    rows = encoder.table.weight
    expected = torch.stack([rows[[4, 2, 1]].mean(dim=0), rows[3], rows[[1, 2, 3, 4]].mean(dim=0)])
    torch.testing.assert_close(encoder(IDS, MASK), expected)
    torch.testing.assert_close(encoder(IDS), rows[IDS].mean(dim=1))
    torch.testing.assert_close(encoder(input_ids=IDS, attention_mask=MASK), expected)  # as Hugging Face's are called


def test_two_tables_are_two_towers():
    model = build("two_tables", num_embeddings=5, dim=3)
    queries, passages = model(IDS, MASK, P=IDS[:2], P_mask=MASK[:2])
    torch.testing.assert_close(queries, model.query_encoder(IDS, MASK))
    torch.testing.assert_close(passages, model.passage_encoder(IDS[:2], MASK[:2]))
    assert not torch.allclose(queries[:2], passages)


def test_dropout_of_a_table_is_active_in_training_only():
    model = build("two_tables", num_embeddings=5, dim=3, dropout=1.0)
    assert not model(IDS, MASK)[0].any()
    assert model.eval()(IDS, MASK)[0].all()


def test_hidden_states_of_the_echo_can_be_read():
    states = build("echo_encoder")(input_ids=IDS, attention_mask=MASK).last_hidden_state  # (3, 4, 3)
    assert states[1].tolist() == [[3, 0, 2], [3, 1, 2], [0, 2, 2], [0, 3, 2]]
    assert build("echo_encoder")(IDS).last_hidden_state[1, 0].tolist() == [3, 0, 4]
    assert torch.equal(build("echo_encoder")(IDS, MASK, return_dict=False)[0], states)
    assert torch.equal(build("echo_encoder")(IDS, MASK, output_hidden_states=True).hidden_states[-1], states)


@pytest.mark.parametrize("kind", ["distilbert", "bert"])
def test_tiny_transformers_hide_what_the_mask_hides_and_draw_nothing(kind):
    encoder = build("tiny_transformer", kind=kind, vocab_size=9, dim=8).train()
    alone = encoder(IDS[:1, :3]).last_hidden_state
    torch.testing.assert_close(encoder(IDS, attention_mask=MASK).last_hidden_state[:1, :3], alone)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match='"distilbert" or "bert", got \'gpt\''):
        build("tiny_transformer", kind="gpt", vocab_size=9, dim=8)
