"""The explorable of notebook 09."""

import functools
from itertools import islice

import numpy as np

from bnviz import batchnorm, digits, live, network, training
from bnviz.explore import example
from bnviz.pictures import GapView, number

SIZES = (64, 50, 50, 10)
IMAGES = 300  # few enough to be learned by heart
DRAWS = 5  # of the images, with two networks each
BATCH = 60
GROUPS = (3, 4, 6, 15, 60)
BATCHES = 2000


def regularization():
    """See the noise that batch-mates put on one example, and what it does to the train–test gap.

    On the left the running example's unit before training; on the right ten networks of each kind,
    trained on 300 images, by mini-batches of 60 that only batch norm sees in groups of m.
    Returns a `Live`.
    """
    net = example.images() @ example.weights()  # (n, 1)
    z_hat = batchnorm.normalize(net, *batchnorm.batch_statistics(net))[:, 0]  # (n,)
    examples = {"near the mean": 0, "one sd above": 1, "far out": z_hat.max()}
    examples = {name: np.abs(z_hat - place).argmin() for name, place in examples.items()}
    noise = {
        (m, name): among_mates(net[:, 0], index, m)  # (batches,)
        for m in GROUPS
        for name, index in examples.items()
    }
    kinds = {"Xavier, without": (False, "xavier"), "4×Xavier, without": (False, "sigmoid")}
    kinds |= {m: (True, "xavier", m) for m in GROUPS}
    bar = training.progress_bar(kinds.items(), desc="networks", total=len(kinds))
    found = {name: scores(*kind) for name, kind in bar}  # (2, networks) each
    without = {name: found.pop(name) for name in list(kinds)[:2]}

    def show(m, followed):
        index, noisy = examples[followed], noise[m, followed]
        gaps = [number(gap(some).mean(), 1) for some in (found[m], *without.values())]
        caption = (
            f"Among {m - 1} batch-mates drawn at random the ẑ of this example has mean "
            f"{number(noisy.mean())} and sd {number(noisy.std())} (1/√m is {number(m**-0.5)}); the "
            f"gap between training and test images is {gaps[0]} points on average with batch norm "
            f"in groups of {m}, {gaps[1]} for Xavier without it and {gaps[2]} for 4×Xavier "
            "without it."
        )
        shown = {"image": example.images()[index], "truth": z_hat[index], "z_hat": noisy}
        return {**shown, "m": m, "scores": found[m]}, caption

    controls = {
        "m": live.steps("group size m", GROUPS, 6),
        "followed": live.choice("example", list(examples), "one sd above"),
    }
    return live.Live("regularization", GapView(without), show, controls)


def among_mates(values, index, m, batches=BATCHES):
    """Return ẑ of one value among m − 1 random others, in many mini-batches of m: (batches,).

    Drawn with replacement; the same draw for every m, of which the first m − 1 are taken.
    """
    mates = np.random.default_rng(0).choice(values, (BATCH - 1, batches))[: m - 1]
    z = np.vstack([np.full(batches, values[index]), mates])  # (m, batches): a column is a batch
    return batchnorm.normalize(z, *batchnorm.batch_statistics(z))[0]


@functools.cache
@training.one_thread
def scores(batch_norm, weights, m=BATCH, batch_size=BATCH, steps=350, learning_rate=1.5):
    """Train ten networks; return their accuracies on training and on test images, (2, 10).

    Five draws of 300 images, and on each two draws of the weights; the same for all kinds.
    """
    data = digits.load()
    columns = []
    for draw in range(DRAWS):
        order = np.random.default_rng(draw).permutation(len(data.images))[:IMAGES]
        images, labels = data.images[order], data.labels[order]
        seeds = 2 * draw, 2 * draw + 1
        nets = (network.init(SIZES, batch_norm, weights, seed=seed) for seed in seeds)
        net = network.stack([network.stack([net]) for net in nets])  # the second axis: for groups
        for batch in islice(training.minibatches(IMAGES, batch_size, seed=draw), steps):
            net = step(net, images[batch], labels[batch], m, learning_rate)
        net = net._replace(statistics=training.population_statistics(net, images, IMAGES))
        pairs = (images, labels), (data.test_images, data.test_labels)
        columns.append([training.accuracy(net, *pair)[:, 0] for pair in pairs])  # (2, 2)
    return np.concatenate(columns, axis=1)


def step(net, images, labels, m, learning_rate):
    """A step downhill along the gradient of all images, while batch norm sees groups of m.

    net: a stack of networks, (networks, 1), whose second axis makes room for the groups;
    images: (groups · m, pixels).
    """
    groups = images.reshape(-1, m, images.shape[-1])  # (groups, m, pixels)
    logits, cache = network.forward(net, groups)  # (networks, groups, m, classes)
    together = logits.reshape(len(logits), len(images), -1)  # (networks, groups · m, classes)
    _, dlogits = network.cross_entropy(together, labels)
    gradients = network.backward(dlogits.reshape(logits.shape), cache)

    def descend(p, g):
        return p - learning_rate * g.sum(axis=1, keepdims=True)  # the groups add up

    return net._replace(layers=network.map_parameters(descend, net.layers, gradients))


def gap(accuracies):
    """Return how many points the test images lie behind the training images: (2, n) → (n,)."""
    train, test = accuracies
    return 100 * (train - test)
