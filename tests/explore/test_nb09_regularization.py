"""The numbers behind `regularization`: an example among mates, a gradient in groups."""

import re

import numpy as np
import pytest

from bnviz import digits, explore, network, recordings, training
from bnviz.explore.nb09_regularization import among_mates, lead
from bnviz.recordings import generalization

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((12, 5)), RNG.integers(0, 3, size=12)


def a_network(batch_norm=True):
    return network.init((5, 4, 4, 3), batch_norm, "xavier", dtype=float)


def assert_close(layers, others):
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, atol=1e-12), layers, others)


def test_one_group_has_the_ordinary_gradient():
    _, expected, _ = training.find_gradients(a_network(), IMAGES, LABELS)
    assert_close(generalization.gradients_in_groups(a_network(), IMAGES, LABELS, 12), expected)


def test_groups_are_normalized_apart_and_their_gradients_averaged():
    groups = (slice(0, 4), slice(4, 8), slice(8, 12))
    alone = [training.find_gradients(a_network(), IMAGES[rows], LABELS[rows])[1] for rows in groups]
    mean = network.map_parameters(lambda *g: np.mean(g, axis=0), *alone)
    assert_close(generalization.gradients_in_groups(a_network(), IMAGES, LABELS, 4), mean)


def test_without_batch_norm_groups_change_nothing():
    one, many = (
        generalization.gradients_in_groups(a_network(False), IMAGES, LABELS, m) for m in (12, 3)
    )
    assert_close(one, many)


def test_wrong_labels_are_wrong_and_as_many_as_asked_for():
    (images, right), (same, wrong) = (generalization.few_images(3, count) for count in (0, 60))
    np.testing.assert_array_equal(images, same)
    assert images.shape == (300, 64)
    assert (right != wrong).sum() == 60
    assert set(wrong) <= set(range(10))
    assert (digits.load().labels >= 0).all()  # and those of the data set are as they were
    np.testing.assert_array_equal(right, generalization.few_images(3)[1])


def test_an_example_among_mates():
    values = RNG.normal(2, 3, size=300)
    noisy = among_mates(values, 7)
    alone = (values[7] - values.mean()) / values.std()
    np.testing.assert_allclose(noisy[300], alone, atol=1e-5)  # all of them, each time
    assert noisy[4].shape == (2000,)
    assert np.abs(noisy[4]).max() < np.sqrt(3)
    assert noisy[4].std() > noisy[15].std() > noisy[60].std() > 0.05


def test_the_noise_of_an_example_near_the_mean():
    values = np.random.default_rng(1).normal(size=300)
    noisy = among_mates(values, np.abs(values - values.mean()).argmin())
    share = np.sqrt(1 - 60 / 300)  # drawn without putting back
    assert noisy[60].std() * np.sqrt(60) / share == pytest.approx(1, abs=0.1)


def test_a_lead_is_taken_seed_by_seed_in_points():
    ours, theirs = np.array([[1, 0.9], [1, 0.8]]), np.array([[1, 0.8], [1, 0.74]])
    mean, error = lead(ours, theirs)
    assert mean == pytest.approx(8)
    assert error == pytest.approx(2)  # 10 and 6: sd 2√2


def test_it_opens_without_noise_and_tells_the_lead():
    demo = explore.regularization()
    assert demo.values == {"m": 300, "labels": "right labels", "example": "one sd above"}
    assert "recognize 0.0 ± 0.0 points more" in demo.caption
    demo.set(m=4, labels="one label in five wrong")
    wrong = recordings.read("generalization")["wrong"]
    mean, error = (float(n) for n in re.search(r"(\S+) ± (\S+) points", demo.caption).groups())
    assert (mean, error) == pytest.approx(lead(wrong["4"], wrong["300"]), abs=0.05)
