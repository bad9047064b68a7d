"""Claim 10: does the noise of the batch statistics close the train–test gap?"""

import numpy as np
import pytest

from bnviz.explore.regularizing import GROUPS, gap, scores

pytestmark = pytest.mark.slow
FULL = {"m": 300, "batch_size": 300, "steps": 200, "learning_rate": 2.5}


@pytest.fixture(scope="module")
def found():
    normed = {m: scores(True, "xavier", m) for m in GROUPS}
    return {"xavier": scores(False, "xavier"), "sigmoid": scores(False, "sigmoid"), **normed}


def ahead(accuracies, of):
    """Return by how many points the test images are ahead of those of another kind, (10,)."""
    return 100 * (accuracies[1] - of[1])


def test_nearly_all_training_images_are_learned(found):
    for name, (train, test) in found.items():
        assert train.mean() > (0.97 if name == 3 else 0.99), name
        assert 0.9 < test.mean() < 0.96, name
    assert found[3][0].max() < 1  # so much noise is in the way


def test_it_generalizes_better_than_plain_xavier(found):
    leads = [ahead(found[m], found["xavier"]) for m in GROUPS if m > 4]  # (3, 10)
    assert 0.5 < np.mean(leads) < 2.5


def test_it_generalizes_no_better_than_4_xavier(found):
    leads = [ahead(found[m], found["sigmoid"]) for m in GROUPS]  # (5, 10)
    assert np.mean(leads, axis=1).max() < 0.8
    assert min(np.mean(leads, axis=1)) > -2.5


def test_more_noise_is_not_better(found):
    for m in (3, 4, 6, 15):
        assert ahead(found[m], found[60]).mean() < 1, m


def test_a_small_gap_is_not_yet_a_good_network(found):
    assert gap(found[3]).mean() < gap(found[60]).mean() + 0.3
    assert ahead(found[3], found[15]).mean() < -0.3


def test_the_lead_over_xavier_needs_no_noise():
    xavier, sigmoid = (scores(False, weights, **FULL) for weights in ("xavier", "sigmoid"))
    normed = scores(True, "xavier", **FULL)
    assert 0.2 < ahead(normed, xavier).mean() < 2.5
    assert -2 < ahead(normed, sigmoid).mean() < 0.8
