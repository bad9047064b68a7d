"""Claim 10: the noise of small groups regularizes, batch norm without it does not."""

import numpy as np
import pytest

from bnviz import recordings
from bnviz.explore.nb09_regularization import lead
from bnviz.recordings import generalization

FOUND = recordings.read("generalization")
WRONG, RIGHT = FOUND["wrong"], FOUND["right"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"), [("4×Xavier", (False, "sigmoid")), ("300", (True, "xavier", 300))]
)
def test_a_network_is_what_the_code_gives(name, kind):
    again = generalization.generalize(generalization.few_images(2, 60), 2, *kind)
    np.testing.assert_allclose(again, WRONG[name][2], atol=0.05)


def test_nearly_all_training_images_are_learned():
    for name in WRONG:
        assert RIGHT[name][:, 0].mean() > 0.999
        assert WRONG[name][:, 0].mean() > 0.99


def test_with_wrong_labels_more_noise_is_better():
    leads = [lead(WRONG[str(m)], WRONG["300"]) for m in generalization.GROUPS[:-1]]
    means, errors = np.array(leads).T
    assert (np.diff(means) < 0).all()
    assert means[0] > 5
    assert (means[:3] > 3 * errors[:3]).all()


def test_with_right_labels_there_is_about_a_point_to_gain():
    mean, error = lead(RIGHT["4"], RIGHT["300"])
    assert 3 * error < mean < 2
    for m in (10, 15, 30, 60):
        assert abs(lead(RIGHT[str(m)], RIGHT["300"])[0]) < 0.6


def test_without_its_noise_batch_norm_is_behind_a_good_start_where_labels_are_wrong():
    mean, error = lead(WRONG["300"], WRONG["4×Xavier"])
    assert mean < -4 * error
    mean, error = lead(WRONG["4"], WRONG["4×Xavier"])
    assert mean > 3 * error


def test_other_seeds_and_a_few_steps_say_the_same():
    def test_accuracy(m, seed):
        few = generalization.few_images(seed, wrong=60)
        return generalization.generalize(few, seed, True, "xavier", m, steps=100)[1]

    leads = [test_accuracy(4, seed) - test_accuracy(300, seed) for seed in range(20, 25)]
    assert np.mean(leads) > 0.02
