"""Claims 1, 2 and 9, three explanations put to the test: claims of notebook 10."""

from itertools import islice

import numpy as np
import pytest

from bnviz import digits, network, training
from bnviz.explore import example, why_it_works
from bnviz.explore.why_it_works import SMALL, WELL, WITH

pytestmark = pytest.mark.slow
SEEDS = range(3)


@pytest.fixture(scope="module")
def needed():
    """Steps to 90 %: {noise: (5,)}, and of the plain networks."""
    steps = {
        level: training.steps_to(why_it_works.noisy_run(level, seed=1), 0.9)
        for level in (0.0, 1.0, 2.0)
    }
    steps["small"] = training.steps_to(example.trained(False, 1800), 0.9)
    steps["well"] = training.steps_to(why_it_works.train_well(1800), 0.9)
    return steps


def test_noise_after_the_normalization_costs_little_of_the_gain(needed):
    assert (needed[1.0] < 4 * needed[0.0]).all()
    assert (10 * needed[1.0] < needed["small"]).all()
    assert (needed[1.0] < needed["well"]).all()


def test_noise_is_not_for_free(needed):
    assert (2 * needed[0.0] < needed[2.0]).all()


def test_the_shaken_unit_moves_more_than_the_plain_one():
    plain = example.trained(False, 1800)
    drift = np.abs(np.diff(plain.z[:, 2].mean(axis=-1)))
    shaken = np.abs(np.diff(why_it_works.noisy_run(1.0, seed=1).y.mean(axis=-1)))
    assert shaken.mean() > 5 * drift.mean()


def look(setting, name, seed):
    """Median cosine at one learning rate, and the share of points where four go uphill."""
    seen = why_it_works.along_training(setting, name, seed)
    one, four = (why_it_works.MULTIPLES.tolist().index(k) for k in (1, 4))
    return np.median(seen.cosine[1:, one]), np.mean(seen.loss[1:, four] > seen.loss[1:, 0])


@pytest.mark.parametrize("seed", [3, 4, 5])
@pytest.mark.parametrize("start", [SMALL, WELL])
def test_relu_with_batch_norm_is_smoother_along_the_gradient(seed, start):
    cosine, uphill = look("ReLU, rate 0.1", WITH, seed)
    plain_cosine, plain_uphill = look("ReLU, rate 0.1", start, seed)
    assert cosine > plain_cosine + 0.2
    assert uphill + 0.4 < plain_uphill


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_at_a_small_learning_rate_there_is_hardly_a_difference(seed):
    cosines = [look("ReLU, rate 0.03", name, seed)[0] for name in (SMALL, WELL, WITH)]
    assert min(cosines) > 0.8


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_sigmoid_is_smoother_than_a_good_start_and_not_than_a_plateau(seed):
    small, well, normed = (look("sigmoid, rate 0.3", name, seed) for name in (SMALL, WELL, WITH))
    assert normed[0] > well[0] + 0.2
    assert normed[1] + 0.3 < well[1]
    assert small[0] > normed[0]


@pytest.fixture(scope="module")
def batches():
    data = digits.load(dtype=np.float64)
    rows = islice(training.minibatches(len(data.images), 60), 80)
    return [(data.images[batch], data.labels[batch]) for batch in rows]


def start(seed):
    return network.init((64, 20, 20, 10), dtype=np.float64, seed=seed)._replace(eps=0.0)


def with_weights(net, function):
    """The network with other weights in its hidden layers."""
    hidden = [layer._replace(weights=function(layer.weights)) for layer in net.layers[:-1]]
    return net._replace(layers=(*hidden, net.layers[-1]))


def descend(net, batches, rates, decay=0.0):
    """Losses when the hidden weights go by their own learning rates, and the network then."""
    losses = []
    for batch, rate in zip(batches, rates, strict=True):
        loss, gradients = why_it_works.find_gradients(net, *batch)
        hidden = [g._replace(weights=g.weights * (rate / 0.3)) for g in gradients[:-1]]
        decayed = with_weights(net, lambda w: (1 - 0.3 * decay) * w)
        net = why_it_works.walk(decayed, (*hidden, gradients[-1]), 0.3)
        losses.append(loss)
    return np.array(losses), net


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("a", [0.1, 10, 1000])
def test_scale_of_the_weights_and_step_size_are_one_question(batches, seed, a):
    plain, _ = descend(start(seed), batches, [0.3] * 80)
    larger = with_weights(start(seed), lambda w: a * w)
    np.testing.assert_allclose(descend(larger, batches, [0.3 * a * a] * 80)[0], plain, atol=1e-9)
    assert np.abs(descend(larger, batches, [0.3] * 80)[0] - plain).max() > 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_weight_decay_is_a_growing_learning_rate(batches, seed):
    shrink = 1 - 0.3 * 0.1
    decayed, short = descend(start(seed), batches, [0.3] * 80, decay=0.1)
    growing = [0.3 / shrink ** (2 * k + 1) for k in range(80)]
    same, long = descend(start(seed), batches, growing)
    np.testing.assert_allclose(decayed, same, atol=1e-9)
    ratio = np.linalg.norm(short.layers[0].weights) / np.linalg.norm(long.layers[0].weights)
    assert ratio == pytest.approx(shrink**80)
    assert np.abs(descend(start(seed), batches, [0.3] * 80)[0] - decayed).max() > 0.01


def test_the_best_learning_rate_does_not_replace_batch_norm():
    data = digits.load()

    def best(batch_norm, weights):
        nets = [network.init((64, 50, 50, 50, 10), batch_norm, weights, seed=s) for s in SEEDS]
        choices = {"test": (data.test_images, data.test_labels), "progress": False}
        choices |= {"snapshots": 24, "examples": 60, "steps": 300}
        runs = [
            training.train(
                network.stack(nets), data.images, data.labels, learning_rate=rate, **choices
            )
            for rate in (0.1, 0.3, 1.0, 3.0)
        ]
        return np.min([training.steps_to(run, 0.9) for run in runs], axis=0)

    assert (2 * best(True, 0.1) < best(False, "sigmoid")).all()
