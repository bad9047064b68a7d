"""Seven ways to train on 300 images, followed over 600 steps, with labels right or partly wrong.

Every step takes the gradient of all 300 images. "none" has no batch norm, nor has "folded at step
0", which begins as the function that batch norm over all 300 begins as; "m = 300" and "m = 4" have
it in groups of so many; "noise only" has the statistics of all 300, and what enters a sigmoid is
stretched and shifted at random, one draw for every 4 images and unit, about as much as groups of 4
do; "dropout" lets a share of the units of "none" through; "weight decay" adds λ W to its gradient.
The last two come in several strengths. A seed draws the images, the labels, the weights and the
noise, for all ways the same. In 300 other images, the validation split, as many labels are wrong;
rates, strengths and the step at which to stop are chosen by them.

Returns steps (S,), and for "right" labels and for one in five "wrong", and each of `WAYS`:
accuracy (seeds, 4, S, strengths, 7 rates) on the training images with the labels that they were
given, on the validation split, on the test images, and on the first 60 of the training images,
which are those with a wrong label. There are 20 seeds; for what has several strengths, the first 6.
"""

from typing import NamedTuple

import numpy as np

from bnviz import batchnorm, example, network, training
from bnviz.example import DATA, FOLDED, TEST
from bnviz.recordings import race

SIZES = (64, 50, 50, 10)
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
STEPS = 600
WRONG = {"right": 0, "wrong": 60}


class Way(NamedTuple):
    """A way to train, at one strength of what it does."""

    m: int | None = None  # batch norm in groups of so many, None for no batch norm
    folded: bool = False  # without batch norm, from the function that it begins as
    noise: int | None = None  # about that of groups of so many
    share: float = 1.0  # of the hidden units, let through
    decay: float = 0.0  # λ


WAYS = {  # each at all its strengths
    "none": [Way()],
    FOLDED: [Way(folded=True)],
    "m = 300": [Way(m=300)],
    "noise only": [Way(m=300, noise=4)],
    "m = 4": [Way(m=4)],
    "dropout": [Way(share=share) for share in (0.3, 0.5, 0.7, 0.9)],
    "weight decay": [Way(decay=decay) for decay in (1e-4, 1e-3, 3e-3, 1e-2)],
}


def run():
    kept = {"steps": training.snapshot_steps(STEPS, 50)}
    for labels, wrong in WRONG.items():
        kept[labels] = {}
        for name, strengths in WAYS.items():
            seeds = range(20 if len(strengths) == 1 else 6)
            runs = [train_all(strengths, wrong, seed) for seed in seeds]
            kept[labels][name] = np.array(runs)
    return kept


def train_all(strengths, wrong, seed):
    """Train in one way at all its strengths and all rates: accuracy (4, S, strengths, rates)."""
    runs = [train(way, wrong, seed) for way in strengths]
    return np.stack(runs, axis=2).astype(np.float32)


def few_images(seed, wrong=0):
    """Draw 300 images to train with and 300 to validate, the first of each with another label.

    Returns two pairs (images, labels).
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(DATA.images))[:600].reshape(2, 300)
    labels = DATA.labels[rows]
    labels[:, :wrong] = (labels[:, :wrong] + rng.integers(1, 10, (2, wrong))) % 10
    return list(zip(DATA.images[rows], labels, strict=True))


def start(way, x, seed):
    """Return the network that a way to train on the images x begins with."""
    if way.m is None and not way.folded:
        return network.init(SIZES, batch_norm=False, weights="sigmoid", seed=seed)
    # batch norm learns faster from the smaller weights
    net = network.init(SIZES, batch_norm=True, weights="xavier", seed=seed)
    return example.folded(net, x) if way.folded else net


def train(way, wrong, seed):
    """Train in one `Way` at all rates: accuracy (4, S, rates)."""
    (x, labels), validation = few_images(seed, wrong)
    net = race.copies(start(way, x, seed), len(RATES))
    rng, rates = np.random.default_rng([seed, 1]), training.parameter_rates(net, np.array(RATES))
    accuracy = []
    for gap in np.diff(training.snapshot_steps(STEPS, 50), prepend=0):
        for _ in range(gap):
            order = rng.permutation(len(x))  # other groups at every step
            gradients = find_gradients(net, x[order], labels[order], way, rng)
            net = training.descend(net, decayed(net, gradients, way.decay), rates)
        statistics = training.measure_statistics(net, x, len(x))
        tested = net._replace(statistics=statistics)
        seen = (x, labels), validation, TEST, (x[:60], labels[:60])
        accuracy.append([training.accuracy(tested, *some) for some in seen])
    return np.swapaxes(accuracy, 0, 1)


def find_gradients(net, x, labels, way, rng):
    """Return the gradients of the loss of all x, (n, inputs), for a stack of networks.

    λ W is left out: `decayed` adds it.
    """
    layers, passed, a = net.layers, [], x
    m, noise, share = way.m, way.noise, np.float32(way.share)
    for layer in layers[:-1]:
        z = network.linear(a, layer)
        y, norm = in_groups(z, layer, m) if m else (z, None)
        stretch, shift = draw_noise(noise, y.shape[-2:], rng) if noise else (1, 0)
        if noise:  # around β, in units of γ
            beta, gamma = layer.beta[..., None, :], layer.gamma[..., None, :]
            y = beta + stretch * (y - beta) + gamma * shift
        inputs, a = a, network.sigmoid(y)
        through = (rng.random(a.shape[-2:], np.float32) < share) / share
        passed.append((inputs, a, norm, stretch, shift, through))
        a = a * through
    _, dz = network.cross_entropy(network.linear(a, layers[-1]), labels)
    gradients = [network.Layer(a.swapaxes(-1, -2) @ dz, dz.sum(axis=-2))]
    for index in reversed(range(len(passed))):
        inputs, a, norm, stretch, shift, through = passed[index]
        da = through * (dz @ layers[index + 1].weights.swapaxes(-1, -2))
        dz, bias, gamma, beta = da * a * (1 - a), None, None, None
        if m:
            gamma, beta = (dz * shift).sum(axis=-2), ((1 - stretch) * dz).sum(axis=-2)
            dz, from_groups = back_in_groups(stretch * dz, norm)
            gamma, beta = gamma + from_groups[0], beta + from_groups[1]
        else:
            bias = dz.sum(axis=-2)
        gradients.append(network.Layer(inputs.swapaxes(-1, -2) @ dz, bias, gamma, beta))
    return tuple(reversed(gradients))


def in_groups(z, layer, m):
    """Normalize z (networks, n, units) in groups of m: y, in the shape of z, and the cache."""
    groups = z.reshape(len(z), -1, m, z.shape[-1])  # (networks, groups, m, units)
    y, cache = batchnorm.forward(groups, layer.gamma[:, None], layer.beta[:, None])
    return y.reshape(z.shape), cache


def back_in_groups(dy, cache):
    """Go back through `in_groups`: dz, and dγ and dβ, summed over the groups."""
    groups = dy.reshape(cache.z_hat.shape)
    dz, dgamma, dbeta = batchnorm.backward(groups, cache)
    return dz.reshape(dy.shape), (dgamma.sum(axis=1), dbeta.sum(axis=1))


def draw_noise(m, shape, rng):
    """Draw stretch and shift, each `shape`, one for every m rows: about what groups of m do.

    The mean of m numbers of sd 1 has the sd 1/√m; the logarithm of their sd has about 1/√(2m − 2).
    """
    rows, units = shape
    u, v = rng.standard_normal((2, rows // m, units), np.float32).repeat(m, axis=1)
    return np.exp(u / np.float32(np.sqrt(2 * m - 2))), v / np.float32(np.sqrt(m))


def decayed(net, gradients, decay):
    """Return the gradients with decay · W added in every layer."""
    return tuple(
        gradient._replace(weights=gradient.weights + np.float32(decay) * layer.weights)
        for gradient, layer in zip(gradients, net.layers, strict=True)
    )


def best_setting(accuracy):
    """Return the indices (strength, rate) of what is best, as validation sees it.

    accuracy: (seeds, 4, S, strengths, rates). Every seed stops at its own best step; what counts is
    the mean over the seeds.
    """
    stopped = accuracy[:, 1].max(axis=1).mean(axis=0)  # (strengths, rates)
    return np.unravel_index(stopped.argmax(), stopped.shape)


def at_best(accuracy):
    """Return the accuracy at the best setting, (seeds, 4, S)."""
    strength, rate = best_setting(accuracy)
    return accuracy[..., strength, rate]


def stopped_early(accuracy):
    """Return the accuracies on the test images at the best setting, (seeds, 2): stopped, at end.

    Every seed stops at its own best step, as validation sees it.
    """
    _, validation, test, _ = np.moveaxis(at_best(accuracy), 1, 0)  # each (seeds, S)
    stop = validation.argmax(axis=1)
    return np.stack([test[np.arange(len(test)), stop], test[:, -1]], axis=1)


def words_of(name, accuracy):
    """Say the best setting of a way: "rate 3, share 0.5". A * marks the first or last one tried."""
    strength, rate = best_setting(accuracy)
    way = WAYS[name][strength]
    said = f"rate {RATES[rate]:g}{_star(rate, RATES)}"
    if way.share < 1:
        said += f", share {way.share:g}{_star(strength, WAYS[name])}"
    if way.decay > 0:
        said += f", λ {way.decay:g}{_star(strength, WAYS[name])}"
    return said


def _star(index, tried):
    return "*" if index in (0, len(tried) - 1) else ""
