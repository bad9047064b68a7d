"""Claim 1: chance between mini-batches, drift while the layers below learn, careful weights."""

import numpy as np
import pytest

from bnviz import digits, example, measures, network, recordings, training
from bnviz.recordings import deep_starts

WEIGHTS = range(3)  # seeds of the first weights, trained as one stack
BATCHES = range(2)  # seeds of the mini-batches


def train(weights, hidden=3, batch_norm=False, **choices):
    """Train one network per seed of `WEIGHTS` as a stack."""
    data = digits.load()
    sizes = (64, *[100] * hidden, 10)
    nets = [network.init(sizes, batch_norm, weights, seed=seed) for seed in WEIGHTS]
    choices = {"test": (data.test_images, data.test_labels), "snapshots": 2} | choices
    return training.train(
        network.stack(nets), data.images, data.labels, progress=False, **choices
    )  # fmt: skip


def test_the_deep_starts_are_what_the_code_gives():
    again, shipped = deep_starts.run(), recordings.read("deep_starts")
    np.testing.assert_array_equal(again["scales"], shipped["scales"])
    for name in ("without", "with"):
        for quantity, values in again[name].items():
            np.testing.assert_allclose(values, shipped[name][quantity], rtol=0.02, atol=1e-16)


@pytest.mark.parametrize("name", example.STARTS)
def test_the_first_steps_of_a_recorded_network_are_what_the_code_gives(name):
    data, shipped = digits.load(), recordings.read("four_networks")[name]
    run = training.train(  # a ninth of the steps, with a third of the looks, which are the same
        example.start(name), data.images, data.labels, steps=200, snapshots=24,
        test=(data.test_images, data.test_labels), examples=256, unit=example.UNIT,
    )  # fmt: skip
    looks = len(run.steps)
    np.testing.assert_array_equal(run.steps, shipped["steps"][:looks])
    early = run.steps <= 50  # later, rounding grows into another path
    z = run.z, shipped["z"][:looks].astype(float)
    np.testing.assert_allclose(*(each[early] for each in z), atol=0.05)
    assert np.abs(run.accuracy - shipped["accuracy"][:looks]).mean() < 0.03


def test_the_recorded_networks_end_as_they_are_shown():
    ends = {
        name: record["accuracy"][-1] for name, record in recordings.read("four_networks").items()
    }
    assert min(ends.values()) > 0.9


def test_without_batch_norm_no_scale_keeps_all_three_healthy_over_20_layers():
    start = recordings.read("deep_starts")["without"]
    kept = start["spread"][:, -1] / start["spread"][:, 0]
    healthy = (kept > 0.1) & (start["saturated"].max(axis=1) < 0.5)
    assert not healthy.any()
    assert kept[0] < 1e-10
    assert start["saturated"][-1].max() > 0.7


def test_with_batch_norm_every_scale_does():
    start = recordings.read("deep_starts")["with"]
    assert (start["spread"][:, -1] > 0.9 * start["spread"][:, 0]).all()
    assert start["saturated"].max() < 0.01
    assert (start["gradient"][:, 0] / start["gradient"][:, -1] < 3).all()
    assert (start["gradient"][:, 0] / start["gradient"][:, -1] > 0.5).all()


def test_a_layer_passes_on_a_quarter_of_the_spread_at_sd_0_1():
    spread = recordings.read("deep_starts")["without"]["spread"][0]
    np.testing.assert_allclose(spread[1:] / spread[:-1], 0.25, atol=0.05)


@pytest.mark.parametrize("seed", BATCHES)
def test_three_layers_learn_and_eight_from_large_weights_only(seed):
    starts = (0.4, 3), (0.1, 8), (1.0, 8)  # sd of the weights, hidden layers
    three, small, large = (train(*start, steps=200, seed=seed).accuracy[-1] for start in starts)
    assert three.min() > 0.8
    assert small.max() < 0.15
    assert large.min() > 0.25
    assert large.mean() > 0.4


@pytest.mark.parametrize("seed", BATCHES)
def test_eight_layers_learn_from_the_start_that_fails_with_batch_norm(seed):
    assert train(0.1, hidden=3, steps=200, seed=seed).accuracy[-1].max() < 0.15
    assert train(0.1, hidden=8, batch_norm=True, steps=200, seed=seed).accuracy[-1].min() > 0.93


def test_batch_means_of_shuffled_data_scatter_by_sigma_over_root_m():
    z = (example.images() @ example.weights())[:, 0].astype(float)
    shuffles = [np.random.default_rng(seed).permutation(len(z))[:1380] for seed in range(1000)]
    for values in (z, network.sigmoid(z)):
        means = values[np.reshape(shuffles, (-1, 60))].mean(axis=1)
        noise = values.std() / np.sqrt(60)
        assert means.std() / noise == pytest.approx(np.sqrt(1 - 60 / len(z)), rel=0.03)


def test_input_and_output_drift_and_the_further_one_learns_faster():
    choices = {"steps": 600, "unit": example.UNIT, "snapshots": 20}
    small, well = (train(sd, **choices) for sd in (0.1, 0.4))
    moved, moved_a = {}, {}
    for name, run in {"small": small, "well": well}.items():
        _, median, _ = measures.percentiles(run.z[:, 2].astype(float))  # (S, seeds)
        moved[name] = np.ptp(median, axis=0)
        moved_a[name] = np.ptp(network.sigmoid(median), axis=0)
    assert min(moved["small"].min(), moved["well"].min()) > 0.3
    assert min(moved_a["small"].min(), moved_a["well"].min()) > 0.08
    assert moved["well"].mean() > 1.2 * moved["small"].mean()
    assert well.accuracy[-1].min() > 0.9 > small.accuracy[-1].max()


@pytest.mark.parametrize(("sd", "least", "most"), [(0.1, 0.02, 0.25), (0.4, 0.35, 0.85)])
def test_the_layers_below_make_a_part_of_the_drift_only(sd, least, most):
    data = digits.load()
    net = start = network.stack(
        network.init(example.SIZES, False, sd, seed=seed) for seed in WEIGHTS
    )
    nets, below = [], []  # (seeds, 256, 100) each
    for part in range(6):
        seen = network.forward(net, data.images[:256])[1]
        nets.append(seen.z[2])
        below.append(seen.inputs[2] @ start.layers[2].weights)
        choices = {"steps": 100, "seed": part, "snapshots": 2, "progress": False}
        net = training.train(net, data.images, data.labels, **choices).network
    medians = (np.median(z, axis=2) for z in (nets, below))  # (looks, seeds, 100)
    moved, from_below = (np.ptp(each, axis=0).mean(axis=-1) for each in medians)
    share = from_below / moved
    assert least < share.min() <= share.max() < most


def test_training_on_much_ink_costs_points_on_little_and_none_on_much():
    data = digits.load()
    ink, test_ink = data.images.mean(axis=1), data.test_images.mean(axis=1)
    least, most = (
        np.array([np.quantile(ink[data.labels == digit], q) for digit in range(10)])
        for q in (0.3, 0.7)
    )
    inky = np.flatnonzero(ink > most[data.labels])
    pale, dark = test_ink < least[data.test_labels], test_ink > most[data.test_labels]
    nets = [network.init(example.SIZES, False, 0.4, seed=seed) for seed in WEIGHTS]

    def accuracies(rows, seed):
        some = data.images[rows], data.labels[rows]
        net = training.train(network.stack(nets), *some, 300, seed=seed, snapshots=2).network
        return [
            training.accuracy(net, data.test_images[k], data.test_labels[k]) for k in (pale, dark)
        ]

    lost = []
    for seed in BATCHES:
        anyone = np.random.default_rng(seed).choice(len(ink), len(inky), replace=False)
        lost.append(np.subtract(accuracies(anyone, seed), accuracies(inky, seed)))
    on_pale, on_dark = np.mean(lost, axis=(0, 2))
    assert on_pale > 0.01
    assert on_pale > on_dark + 0.01
