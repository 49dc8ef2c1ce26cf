"""The topics data set: its shapes, several positives per topic, two views that only learned encoders can match."""

import pytest
import torch
import torch.nn.functional as F

from course_utils.data import topics


def test_shapes_and_types_are_as_documented():
    data = topics.make_topics(7, 5, 3, features=11)
    for pairs, per_topic in ((data.train, 5), (data.validation, 3)):
        assert len(pairs) == 7 * per_topic
        assert pairs.queries.shape == pairs.items.shape == (7 * per_topic, 11)
        assert pairs.queries.dtype == pairs.items.dtype == torch.float32
        assert torch.bincount(pairs.topics).tolist() == [per_topic] * 7


def test_data_depend_only_on_the_seed():
    torch.manual_seed(1)
    one, same, other = (topics.make_topics(5, 4, 2, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(one.train.items, same.train.items)
    assert torch.equal(one.validation.queries, same.validation.queries)
    assert not torch.allclose(one.train.items, other.train.items)
    state = torch.get_rng_state()
    topics.make_topics(5, 4, 2)
    assert torch.equal(torch.get_rng_state(), state)


def test_no_pair_is_in_both_splits_and_the_order_is_shuffled():
    data = topics.make_topics(20, 4, 4, noise=0.0)
    assert torch.cdist(data.train.items, data.validation.items).min() > 0
    assert not torch.equal(data.train.topics, data.train.topics.sort().values)


def nearest_of_same_topic(vectors, others, labels, other_labels):
    nearest = (F.normalize(vectors, dim=1) @ F.normalize(others, dim=1).T).argmax(dim=1)
    return (labels == other_labels[nearest]).float().mean().item()


def test_topics_are_visible_within_a_view_but_not_across_views():
    data = topics.make_topics(50, 20, 10)
    train, validation = data.train, data.validation
    within = nearest_of_same_topic(validation.items, train.items, validation.topics, train.topics)
    across = nearest_of_same_topic(validation.queries, train.items, validation.topics, train.topics)
    assert within > 0.5
    assert across < 0.1  # chance is 0.02


def test_spread_and_noise_make_it_harder():
    def same_topic(**kwargs):
        data = topics.make_topics(50, 20, 10, **kwargs)
        train, validation = data.train, data.validation
        return nearest_of_same_topic(validation.items, train.items, validation.topics, train.topics)

    assert same_topic(spread=0.1, noise=0.1) > same_topic(spread=0.1, noise=1.0) > same_topic(spread=1.0, noise=1.0)


def test_noise_is_measured_in_units_of_the_signal():
    clean, noisy = (topics.make_topics(noise=noise).train.items for noise in (0.0, 0.5))
    assert clean.std().item() == pytest.approx(1, abs=0.15)
    assert noisy.var().item() - clean.var().item() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("wrong", [{"num_topics": 0}, {"train_per_topic": 0}, {"features": 0}, {"noise": -1}])
def test_invalid_arguments(wrong):
    with pytest.raises(ValueError, match=r"0|-1"):
        topics.make_topics(**wrong)
