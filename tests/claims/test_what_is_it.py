"""Claim 9 and three explanations: the start, the direction of W, smoothness."""

import numpy as np
import pytest

from bnviz import digits, network, recordings, training
from bnviz.example import FOLDED, GOOD_START, SIZES, SMALL_START, WITH_BN
from bnviz.recordings import landscapes

RACES = recordings.read("race")
RELU = recordings.read("landscapes")["ReLU, rate 0.1"]


def at_best(name):
    to_90 = RACES[name]["to_90"]
    return to_90[:, np.median(to_90, axis=0).argmin()]


def test_most_of_the_gain_is_the_start_and_a_factor_remains():
    small, well, folded, normed = (
        at_best(name) for name in (SMALL_START, GOOD_START, FOLDED, WITH_BN)
    )
    assert small.min() > 3 * well.max()
    assert well.min() > 1.4 * folded.max()
    assert folded.min() > 1.5 * normed.max()
    assert np.median(small) / np.median(folded) > 8
    assert 1.5 < np.median(folded) / np.median(normed) < 4.5


def test_nothing_without_batch_norm_learns_at_rate_10():
    for name in (SMALL_START, GOOD_START, FOLDED):
        assert np.isinf(RACES[name]["to_90"][:, 4:]).all()
    assert np.isfinite(RACES[WITH_BN]["to_90"][:, 4]).all()


def test_the_folded_start_is_the_second_up_to_rate_3():
    median = {name: np.median(RACES[name]["to_90"], axis=0)[:4] for name in RACES}
    assert (median[WITH_BN] < median[FOLDED]).all()
    assert (median[FOLDED] < np.minimum(median[GOOD_START], median[SMALL_START])).all()


def cosine(look):
    """The median one learning rate ahead over the training but its first point, (3 seeds,)."""
    return np.median(look["cosine"][:, 1:, 4].astype(float), axis=1)


def last_loss(look):
    return look["loss"][:, -5:, 0].astype(float).mean(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", [SMALL_START, "sd 0.1, with"])
def test_a_landscape_is_what_the_code_gives(name):
    again = np.array(landscapes.along_training("ReLU, rate 0.1", name, steps=60))  # (4, 2, E)
    for index, which in enumerate(("loss", "cosine")):
        shipped = RELU[name][which][0, :4].astype(float)
        np.testing.assert_allclose(again[:, index], shipped, rtol=0.02, atol=0.02)


def test_relu_with_batch_norm_is_smoother_along_the_gradient():
    plain = np.maximum(cosine(RELU[SMALL_START]), cosine(RELU[landscapes.GOOD_START]))
    assert (cosine(RELU["sd 0.1, with"]) > plain + 0.3).all()


def test_smoothness_goes_with_the_size_of_the_weights_and_not_with_the_loss():
    narrow, middle, wide = (RELU[name] for name in landscapes.WIDTHS)
    assert (cosine(narrow) + 0.2 < cosine(middle)).all()
    assert (cosine(middle) < cosine(wide)).all()
    assert (last_loss(narrow) < last_loss(middle)).all()
    assert (3 * last_loss(middle) < last_loss(wide)).all()


def losses(factor, rate, seed):
    """100 losses when hidden weights are scaled by a factor and learn at their own rate."""
    data, history = digits.load(dtype=float), []
    net = network.init((64, 20, 20, 10), dtype=float, seed=seed)
    hidden = [layer._replace(weights=factor * layer.weights) for layer in net.layers[:-1]]
    net = net._replace(layers=(*hidden, net.layers[-1]), eps=0.0)
    rates = [network.Layer(rate, None, 0.3, 0.3)] * 2 + [network.Layer(0.3, 0.3)]
    for _, batch in zip(range(100), training.minibatches(1437, 60, seed), strict=False):
        net, loss, _ = training.step(net, data.images[batch], data.labels[batch], rates)
        history.append(loss)
    return np.array(history)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("factor", [0.1, 10, 1000])
def test_scale_of_the_weights_and_step_size_are_one_question(seed, factor):
    plain = losses(1, 0.3, seed)
    np.testing.assert_allclose(losses(factor, 0.3 * factor**2, seed), plain, atol=1e-9)
    assert np.abs(losses(factor, 0.3, seed) - plain).max() > 0.05


@pytest.mark.slow
def test_large_weights_are_small_steps():
    data, needed = digits.load(), {}
    for weights in (0.1, 1.0):
        nets = network.stack([network.init(SIZES, True, weights, seed=seed) for seed in (3, 4)])
        choices = {"test": (data.test_images, data.test_labels), "snapshots": 60}
        run = training.train(nets, data.images, data.labels, 200, progress=False, **choices)
        needed[weights] = training.steps_to(run, 0.9)
    assert (2 * needed[0.1] < needed[1.0]).all()
    assert np.isfinite(needed[1.0]).all()


@pytest.mark.parametrize("seed", range(3))
def test_weight_decay_is_a_growing_learning_rate(seed):
    data, decay, rate = digits.load(dtype=float), 0.1, 0.3
    shrink = 1 - rate * decay
    net = network.init((64, 20, 20, 10), dtype=float, seed=seed)._replace(eps=0.0)
    decayed = growing = net
    apart = []
    for k, batch in zip(range(80), training.minibatches(1437, 60, seed), strict=False):
        x, labels = data.images[batch], data.labels[batch]
        before = decayed.layers
        decayed, loss, _ = training.step(
            decayed, x, labels, [network.Layer(0.3, 0.3, 0.3, 0.3)] * 3
        )
        hidden = [
            after._replace(weights=after.weights - rate * decay * old.weights)
            for after, old in zip(decayed.layers[:-1], before, strict=False)
        ]
        decayed = decayed._replace(layers=(*hidden, decayed.layers[-1]))
        larger = [network.Layer(rate / shrink ** (2 * k + 1), None, 0.3, 0.3)] * 2
        growing, same, _ = training.step(growing, x, labels, [*larger, network.Layer(0.3, 0.3)])
        apart.append(abs(loss - same))
    assert max(apart) < 1e-9
    ratio = np.linalg.norm(decayed.layers[0].weights) / np.linalg.norm(growing.layers[0].weights)
    assert ratio == pytest.approx(shrink**80)
