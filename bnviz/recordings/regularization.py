"""Six ways to train on 300 images, followed over 600 steps, with labels right or partly wrong.

Every step takes the gradient of all 300 images. "none" has no batch norm; "m = 300" and "m = 4"
have it in groups of so many; "noise only" has the statistics of all 300, and what enters a sigmoid
is stretched and shifted at random, one draw for every 4 images and unit, about as much as groups
of 4 do; "dropout" lets half of the units of "none" through; "weight decay" adds λ W to its
gradient. A seed draws the images, the labels, the weights and the noise, for all ways the same.
In 300 other images, the validation split, as many labels are wrong; rates and the step at which to
stop are chosen by them.

Returns steps (S,), and for "right" labels and for one in five "wrong", and each of `WAYS`:
accuracy (6 seeds, 3, S, 7 rates) on the training images with the labels that they were given, on
the validation split, and on the test images.
"""

import numpy as np

from bnviz import batchnorm, network, training
from bnviz.example import DATA, TEST
from bnviz.recordings import race

SIZES = (64, 50, 50, 10)
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
STEPS = 600
WRONG = {"right": 0, "wrong": 60}
WAYS = {  # m of batch norm, noise as of groups of so many, share of units let through, decay λ
    "none": (None, None, 1.0, 0.0),
    "m = 300": (300, None, 1.0, 0.0),
    "noise only": (300, 4, 1.0, 0.0),
    "m = 4": (4, None, 1.0, 0.0),
    "dropout": (None, None, 0.5, 0.0),
    "weight decay": (None, None, 1.0, 0.001),
}


def run(labels=WRONG, ways=WAYS, seeds=range(6)):
    kept = {"steps": training.snapshot_steps(STEPS, 50)}
    for which in labels:
        kept[which] = {
            way: np.array([train(way, WRONG[which], seed) for seed in seeds], np.float32)
            for way in ways
        }
    return kept


def few_images(seed, wrong=0):
    """Draw 300 images to train with and 300 to validate, the first of each with another label.

    Returns two pairs (images, labels).
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(DATA.images))[:600].reshape(2, 300)
    labels = DATA.labels[rows]
    labels[:, :wrong] = (labels[:, :wrong] + rng.integers(1, 10, (2, wrong))) % 10
    return list(zip(DATA.images[rows], labels, strict=True))


def train(way, wrong, seed):
    """Train in one way at all rates: accuracy (3, S, rates)."""
    m, noise, share, decay = WAYS[way]
    weights = "xavier" if m else "sigmoid"  # batch norm learns faster from the smaller weights
    net = race.copies(network.init(SIZES, m is not None, weights, seed=seed), len(RATES))
    (x, labels), validation = few_images(seed, wrong)
    rng, rates = np.random.default_rng([seed, 1]), training.parameter_rates(net, np.array(RATES))
    accuracy = []
    for gap in np.diff(training.snapshot_steps(STEPS, 50), prepend=0):
        for _ in range(gap):
            order = rng.permutation(len(x))  # other groups at every step
            gradients = find_gradients(net, x[order], labels[order], m, noise, share, rng)
            net = training.descend(net, decayed(net, gradients, decay), rates)
        statistics = training.measure_statistics(net, x, len(x))
        tested = net._replace(statistics=statistics)
        accuracy.append(
            [training.accuracy(tested, *some) for some in ((x, labels), validation, TEST)]
        )
    return np.swapaxes(accuracy, 0, 1)


def find_gradients(net, x, labels, m, noise, share, rng):
    """Return the gradients of the loss of all x, (n, inputs), for a stack of networks."""
    layers, passed, a = net.layers, [], x
    for layer in layers[:-1]:
        z = network.linear(a, layer)
        y, norm = in_groups(z, layer, m) if m else (z, None)
        stretch, shift = draw_noise(noise, y.shape[-2:], rng) if noise else (1, 0)
        if noise:  # around β, in units of γ
            beta, gamma = layer.beta[..., None, :], layer.gamma[..., None, :]
            y = beta + stretch * (y - beta) + gamma * shift
        inputs, a = a, network.sigmoid(y)
        through = (rng.random(a.shape[-2:], np.float32) < share) / np.float32(share)
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


def best_rate(accuracy):
    """Return the index of the rate with the best mean of what validation sees at its best step."""
    return accuracy[:, 1].max(axis=1).mean(axis=0).argmax()


def stopped_early(accuracy):
    """Return the accuracies on the test images at the best rate, (seeds, 2): stopped early, at end.

    Every seed stops at its own best step, as validation sees it.
    """
    _, validation, test = np.moveaxis(accuracy[..., best_rate(accuracy)], 1, 0)  # (seeds, S)
    stop = validation.argmax(axis=1)
    return np.stack([test[np.arange(len(test)), stop], test[:, -1]], axis=1)
