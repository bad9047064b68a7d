"""γ and β, learned and frozen: claims 5 and 6 of notebook 05."""

import numpy as np
import pytest

from bnviz import batchnorm, example, measures, network, recordings, training
from bnviz.network import sigmoid
from bnviz.recordings import freezing, trained_network

RATES = freezing.RATES


@pytest.fixture(scope="module")
def found():
    return recordings.read("freezing")


def at_best(kind):
    """Loss and accuracy of the five seeds at the rate with the lowest mean loss."""
    best = kind["loss"].mean(axis=0).argmin()
    return kind["loss"][:, best], kind["accuracy"][:, best]


@pytest.mark.parametrize("name", freezing.NETWORKS)
def test_a_network_trained_anew_ends_as_the_recorded_ones(found, name):
    again = freezing.run([name], seeds=[3], rates=[1.0])[name]
    recorded = {what: found[name][what][:, RATES.index(1.0)] for what in again}
    assert recorded["loss"].min() / 1.4 < again["loss"] < recorded["loss"].max() * 1.4
    assert abs(again["accuracy"] - recorded["accuracy"].mean()) < 0.025


def test_the_best_rates_are_inside_the_range(found):
    for kind in found.values():
        assert 0 < kind["loss"].mean(axis=0).argmin() < len(RATES) - 1


def test_learned_is_ahead_in_the_training_loss_seed_by_seed(found):
    (learned, _), (frozen, _), (wide, _) = (at_best(kind) for kind in found.values())
    assert (frozen > 1.4 * learned).all()
    assert (wide < 0.5 * learned).all()


@pytest.mark.parametrize("seed", [3, 8])
def test_where_gamma_starts_matters_more_than_whether_it_learns(seed):
    def loss(gamma, frozen=()):
        choices = {"learning_rate": 1, "frozen": frozen, "snapshots": 20, "progress": False}
        net = freezing.widened(gamma, seed)
        return training.train(net, *example.DATA[:2], 600, seed=seed, **choices).loss[-1]

    from_1, from_3, from_20 = loss(1), loss(3), loss(20)
    assert loss(1, ("gamma", "beta")) > 1.2 * from_1
    assert max(from_3, loss(3, ("gamma", "beta")), loss(6)) < 0.5 * from_1
    assert from_20 > 2 * from_3


def test_at_equal_rates_the_order_is_the_same(found):
    learned, frozen, _ = (kind["loss"].mean(axis=0) for kind in found.values())
    assert (frozen > 1.15 * learned).all()


def test_the_test_images_do_not_tell_learned_from_frozen(found):
    (_, learned), (_, frozen), _ = (at_best(kind) for kind in found.values())
    assert abs(learned.mean() - frozen.mean()) < 0.01
    assert min(learned.min(), frozen.min()) > 0.955


@pytest.mark.parametrize("seed", range(5))
def test_a_line_explains_most_of_what_leaves_the_sigmoid(seed):
    z = example.images() @ network.init(example.SIZES, seed=seed).layers[0].weights
    z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
    fits = [measures.line_fit(unit, sigmoid(unit)) for unit in z_hat.T]
    assert 0.98 < np.mean(fits) < 0.995


def test_units_go_a_short_way_and_none_undoes_batch_norm():
    record = recordings.read("four_networks")[example.WITH_BN]
    gamma, beta = record["gamma"][-1], record["beta"][-1]  # (3 layers, 100 units)
    assert 0.95 < gamma[:2].mean() < 1.15
    assert 1.3 < gamma[2].mean() < 1.5
    assert 0.9 < gamma.min() < gamma.max() < 1.7
    assert np.abs(beta).max() < 0.25
    _, cache = network.forward(trained_network.trained(), example.images())
    assert max(norm.std.max() for norm in cache.norms) < 0.5 < gamma.min()  # √(σ² + ε)
