"""The encoder that learns from scratch: called like a transformer, blind to padding, and able to learn."""

import torch
import torch.nn.functional as F

from course_utils.training import SubwordEncoder, SubwordTokenizer

TOKENIZER = SubwordTokenizer()


def test_words_share_the_pieces_that_they_have_in_common():
    rows = [set(row[row > 0].tolist()) for row in TOKENIZER(["transpose", "transposed", "dropout"])["input_ids"]]
    assert len(rows[0] & rows[1]) > len(rows[0]) / 2
    assert not rows[0] & rows[2]


def test_a_batch_is_padded_to_its_longest_text_and_cut():
    batch = TOKENIZER(["a tensor", "an embedding of words"], padding=True, truncation=True, return_tensors="pt")
    ids, mask = batch["input_ids"], batch["attention_mask"]
    assert ids.shape == mask.shape
    assert torch.equal(mask > 0, ids > 0)
    assert TOKENIZER(["an embedding of words"], max_length=5)["input_ids"].shape == (1, 5)


def test_a_pair_has_the_ids_of_both_texts():
    pair, joined = TOKENIZER(["one hot"], ["class numbers"]), TOKENIZER(["one hot class numbers"])
    assert torch.equal(pair["input_ids"], joined["input_ids"])


def test_an_embedding_does_not_depend_on_padding_and_has_the_stated_length():
    torch.manual_seed(0)
    encoder = SubwordEncoder(dim=16, scale=3.0)
    alone = encoder(**TOKENIZER(["norm of a vector"]))
    padded = encoder(**TOKENIZER(["norm of a vector", "a much longer text about many vectors and matrices"]))
    torch.testing.assert_close(alone[0], padded[0])
    torch.testing.assert_close(padded.norm(dim=1), torch.tensor([3.0, 3.0]))


def test_a_text_without_words_has_a_finite_vector_and_gradient():
    encoder = SubwordEncoder(dim=8)
    vectors = encoder(**TOKENIZER(["", "the", "tensor"]))
    vectors.sum().backward()
    assert vectors.isfinite().all()
    assert encoder.vectors.weight.grad.isfinite().all()


def test_it_learns_which_texts_belong_together():
    torch.manual_seed(0)
    encoder = SubwordEncoder(dim=32)
    questions = ["glue tensors", "swap axes", "count zeros", "sort numbers"]
    passages = ["concatenates sequences", "transposes dimensions", "nonzero elements", "ascending order"]
    optimizer = torch.optim.Adam(encoder.parameters(), lr=1e-2)
    for _ in range(30):
        scores = encoder(**TOKENIZER(questions)) @ encoder(**TOKENIZER(passages)).T
        optimizer.zero_grad()
        F.cross_entropy(scores, torch.arange(4)).backward()
        optimizer.step()
    assert scores.argmax(dim=1).tolist() == [0, 1, 2, 3]
