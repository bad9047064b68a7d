"""The running example: one unit of the first hidden layer, and the digits it sees."""

import functools

from bnviz import digits, measures, network, training

SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have


@functools.cache
def images():
    """Return the 1,437 training images, (n, 64)."""
    return digits.load().images


@functools.cache
def weights():
    """Return the unit's weights before training, (64, 1)."""
    return network.init(SIZES, weights="sigmoid", seed=0).layers[0].weights[:, [UNIT]]


def batch(activations=None):
    """Return Wx of the unit as one sorted mini-batch (m, 1), float64.

    activations : array of any shape, optional
        Your own values of Wx, as many as you like: more than 4,096 are compressed to that many
        by `measures.compress`, so that a picture of a million moves as fast.
    """
    values = images() @ weights() if activations is None else activations
    return measures.compress(values).astype(float)[:, None]


@functools.cache
def trained(batch_norm=True, steps=600, seed=0):
    """Return the `training.Run` of the network that learns the digits, with their test accuracy.

    Weights of standard deviation 0.1, learning rate 0.3, mini-batches of 60; `seed` draws both
    the weights and the mini-batches.
    """
    data = digits.load()
    net = network.init(SIZES, batch_norm, seed=seed)
    test = data.test_images, data.test_labels
    return training.train(
        net, data.images, data.labels, steps, seed=seed, test=test, unit=UNIT, snapshots=80,
        progress=False,
    )  # fmt: skip
