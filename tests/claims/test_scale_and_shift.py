"""γ and β, learned and frozen: claims 5 and 6 of notebook 05."""

import numpy as np
import pytest

from bnviz import example, measures, network, recordings, training
from bnviz.network import sigmoid
from bnviz.recordings import freezing, trained_network


@pytest.mark.parametrize("name", freezing.NETWORKS)
def test_a_network_trained_anew_ends_as_the_recorded_ones(name):
    again, found = freezing.run([name], seeds=[3], rates=[1.0])[name], recordings.read("freezing")
    recorded = {what: found[name][what][:, freezing.RATES.index(1.0)] for what in again}
    assert recorded["loss"].min() / 1.4 < again["loss"] < recorded["loss"].max() * 1.4
    assert abs(again["accuracy"] - recorded["accuracy"].mean()) < 0.025


def test_each_at_its_own_best_rate_learned_is_ahead_of_frozen_in_the_training_loss_only():
    losses, accuracies = [], []
    for kind in recordings.read("freezing").values():  # (5 seeds, rates)
        best = kind["loss"].mean(axis=0).argmin()
        assert 0 < best < len(freezing.RATES) - 1, "the best rate may lie outside"
        losses.append(kind["loss"][:, best])
        accuracies.append(kind["accuracy"][:, best])
    learned, frozen, set_to_3 = losses
    assert (frozen > 1.4 * learned).all()
    assert (set_to_3 < 0.5 * learned).all()
    assert abs(accuracies[0].mean() - accuracies[1].mean()) < 0.01
    assert min(accuracies[0].min(), accuracies[1].min()) > 0.955


@pytest.mark.parametrize("seed", [3, 8])
def test_where_gamma_starts_matters_more_than_whether_it_learns(seed):
    def losses(gammas, frozen=()):
        nets = network.stack(freezing.widened(gamma, seed) for gamma in gammas)
        choices = {"learning_rate": 1, "frozen": frozen, "snapshots": 20, "progress": False}
        return training.train(nets, *example.DATA[:2], 600, seed=seed, **choices).loss[-1]

    from_1, from_3, from_6, from_20 = losses([1, 3, 6, 20])
    frozen_at_1, frozen_at_3 = losses([1, 3], frozen=("gamma", "beta"))
    assert frozen_at_1 > 1.2 * from_1
    assert max(from_3, frozen_at_3, from_6) < 0.5 * from_1
    assert from_20 > 2 * from_3


def test_units_go_a_short_way_so_a_line_still_explains_most_and_none_undoes_batch_norm():
    net = trained_network.trained()
    _, cache = network.forward(net, example.images())
    for layer, norm in zip(net.layers, cache.norms, strict=False):
        for inputs in (norm.z_hat, layer.gamma * norm.z_hat + layer.beta):
            fits = [measures.line_fit(unit, sigmoid(unit)) for unit in inputs.T]
            assert 0.97 < np.mean(fits) < 0.995
        assert norm.std.max() < 0.5 < layer.gamma.min() < layer.gamma.max() < 1.7  # √(σ² + ε)
        assert np.abs(layer.beta).max() < 0.25
    first, second, last = (layer.gamma.mean() for layer in net.layers[:-1])
    assert 0.95 < min(first, second) <= max(first, second) < 1.15 < 1.2 < last < 1.5
