"""The running example of the series: its images, its unit, and the networks that it starts from."""

import functools

from bnviz import batchnorm, digits, measures, network, training

DATA = digits.load()
TEST = DATA.test_images, DATA.test_labels
# where learning rates are to be chosen: 1,200 images to train with, and 237 to choose by
TRAIN = DATA.images[:1200], DATA.labels[:1200]
VALIDATION = DATA.images[1200:], DATA.labels[1200:]
SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have


# The running example: one unit of the first hidden layer, and the digits it sees


def images():
    """Return the 1,437 training images, (n, 64); not to be written to."""
    return DATA.images


@functools.cache
def weights():
    """Return the unit's weights before training, (64, 1)."""
    return network.init(SIZES, weights="sigmoid", seed=0).layers[0].weights[:, [UNIT]]


def sorted_batch(activations=None):
    """Return Wx of the unit as one sorted mini-batch (m, 1), float64.

    activations: your own values of Wx, any shape, as many as you like: more than 4,096 are
    compressed to that many by `measures.compress`, so that a picture of a million moves as fast.
    Raises ValueError for none, for nan and inf, and beyond 1e9, which no axis has room for.
    """
    values = measures.compress(images() @ weights() if activations is None else activations)
    largest = max(abs(values[0]), abs(values[-1]))  # they are sorted
    if largest > 1e9:
        raise ValueError(f"activations are at most 1e9, got {largest:.3g}: did training diverge?")
    return values.astype(float)[:, None]


# Networks before and in training

SMALL_START, GOOD_START, WITH_BN = "sd 0.1, without", "4×Xavier, without", "with batch norm"
GOOD_WITH_BN = "4×Xavier, with batch norm"
FOLDED = "folded at step 0"
STARTS = {  # batch norm, weights
    SMALL_START: (False, 0.1),
    GOOD_START: (False, "sigmoid"),
    WITH_BN: (True, 0.1),
    GOOD_WITH_BN: (True, "sigmoid"),
}


def start(name, seed=0):
    """Return one of the networks of `STARTS`, or `FOLDED`, before training."""
    if name == FOLDED:
        return folded(start(WITH_BN, seed))
    return network.init(SIZES, *STARTS[name], seed=seed)


def folded(net, seen=None):
    """Return a network without batch norm that computes what `net` does for a batch.

    seen: the batch, (m, 64); by default all training images.
    """
    _, cache = network.forward(net, images() if seen is None else seen)
    hidden = [
        network.Layer(*batchnorm.fold(*layer, norm.mean, norm.var, net.eps))
        for layer, norm in zip(net.layers, cache.norms, strict=False)
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


def into_sigmoid(record):
    """Return what the sigmoid of `UNIT` gets in each layer of such a record, (S, layers, examples).

    y = gamma z_hat + beta with the statistics of the examples; without batch norm y = z.
    """
    z = record["z"].astype(float)
    if "gamma" not in record:
        return z
    gamma, beta = (record[name][..., [UNIT]] for name in ("gamma", "beta"))  # (S, layers, 1)
    return batchnorm.forward(z[..., None], gamma, beta)[0][..., 0]


@functools.cache
def five_runs(steps, rate, /):
    """Train as in `trained_network` from five seeds: a list of `training.Run`s.

    rate: the weight of the new mini-batch in their running averages.
    """
    choices = {"steps": steps, "running_rate": rate, "snapshots": 2, "progress": False}
    return [
        training.train(start(WITH_BN, seed), DATA.images, DATA.labels, seed=seed, **choices)
        for seed in training.progress_bar(range(5), desc="five networks")
    ]


def train_over_seeds(make, rates, seeds, **choices):
    """Train what make(seed=…) gives at every rate, for each of some seeds: `training.Run`s."""
    choices |= {"images": DATA.images, "labels": DATA.labels, "test": TEST}
    return [
        training.train_at_rates([make(seed=seed)], learning_rates=rates, seed=seed, **choices)[0]
        for seed in seeds
    ]
