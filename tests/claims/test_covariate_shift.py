"""Claim 1: chance between mini-batches, drift while the layers below learn, careful weights."""

import numpy as np
import pytest

from bnviz import digits, example, network, recordings, training
from bnviz.recordings import deep_starts, deep_training

WEIGHTS = range(3)  # seeds of the first weights, trained as one stack
BATCHES = range(2)  # seeds of the mini-batches


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
    assert shipped["accuracy"][-1] > 0.9


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
    rises = start["gradient"][:, 0] / start["gradient"][:, -1]
    assert 0.5 < rises.min() <= rises.max() < 3


def test_the_deep_networks_are_what_the_code_gives():
    shipped = recordings.read("deep_training")
    for name, again in deep_training.run(seeds=[0]).items():
        chaotic = name == "8 layers, sd 1.0"  # rounding grows into another path
        assert abs(again[0] - shipped[name][0]) < (0.3 if chaotic else 0.03)


def test_the_recorded_deep_networks_say_what_the_notebook_says():
    right = recordings.read("deep_training")
    guessing = right["3 layers, sd 0.1"], right["8 layers, sd 0.1"]
    assert np.max(guessing) < 0.15
    assert right["3 layers, sd 0.4"].min() > 0.85
    assert right["8 layers, sd 0.4"].max() < 0.5
    assert right["8 layers, sd 1.0"].min() > 0.5
    normed = right["8 layers, sd 0.1, with batch norm"]
    assert 0.955 < normed.mean() < 0.985
    others = [shares.max() for shares in right.values() if shares is not normed]
    assert normed.min() > max(others)


@pytest.mark.parametrize("seed", BATCHES)
@pytest.mark.parametrize(
    ("hidden", "sd", "batch_norm", "least", "most"),
    [
        (3, 0.4, False, 0.8, 1),
        (3, 0.1, False, 0, 0.15),
        (8, 1.0, False, 0.25, 1),
        (8, 0.1, False, 0, 0.15),
        (8, 0.1, True, 0.93, 1),
    ],
)
def test_eight_layers_learn_from_large_weights_and_with_batch_norm_from_small_ones(
    hidden, sd, batch_norm, least, most, seed
):
    data = digits.load()
    sizes = (64, *[100] * hidden, 10)
    nets = network.stack(network.init(sizes, batch_norm, sd, seed=seed) for seed in WEIGHTS)
    choices = {"steps": 200, "seed": seed, "snapshots": 2, "progress": False}
    nets = training.train(nets, data.images, data.labels, **choices).network
    right = training.accuracy(nets, data.test_images, data.test_labels)
    assert least <= right.min() <= right.max() <= most


def drift(sd):
    """How far layer 3 travels from weights of that sd, four numbers for each of three networks.

    Over what range the median of a unit moves in 600 steps, as the net and as what the sigmoid
    makes of it; how far the layers below alone move it; and how wide the net is at the start.
    """
    data = digits.load()
    start = network.stack(network.init(example.SIZES, False, sd, seed=seed) for seed in WEIGHTS)
    net, medians, from_below = start, [], []
    for part in range(6):
        seen = network.forward(net, data.images[:256])[1]  # (seeds, 256, 100) each
        medians.append(np.median(seen.z[2], axis=1))
        from_below.append(np.median(seen.inputs[2] @ start.layers[2].weights, axis=1))
        if part == 0:
            width = seen.z[2].std(axis=1).mean(axis=-1)
        choices = {"steps": 100, "seed": part, "snapshots": 2, "progress": False}
        net = training.train(net, data.images, data.labels, **choices).network
    right = training.accuracy(net, data.test_images, data.test_labels)
    paths = medians, network.sigmoid(np.array(medians)), from_below
    return *(np.ptp(path, axis=0).mean(axis=-1) for path in paths), width, right


def test_all_drift_and_those_that_drift_further_learn_faster():
    moved, moved_a, below, width, right = zip(drift(0.1), drift(0.4), strict=True)
    assert np.min(moved) > 0.3
    assert np.min(moved_a) > 0.08
    assert moved[1].min() > 1.2 * moved[0].max()
    assert right[1].min() > 0.9 > right[0].max()
    in_sd = [each / wide for each, wide in zip(moved, width, strict=True)]
    assert in_sd[0].min() > 5 * in_sd[1].max()  # counted so, it is the other way round
    shares = [part / whole for part, whole in zip(below, moved, strict=True)]
    assert 0.02 < shares[0].min() <= shares[0].max() < 0.25
    assert 0.35 < shares[1].min() <= shares[1].max() < 0.85


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
