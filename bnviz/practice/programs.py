"""A small network around a layer of the reader's own, and what the broken programs do with it.

The layer is a class like `BatchNorm` of notebook 13: `layer(units, rate=…)` with gamma, beta, mean,
var, training, `forward(z)` and `backward(dy)`.
"""

from itertools import pairwise

import numpy as np

from bnviz import network


class Net:
    """x ─► (linear ─► batch norm ─► sigmoid), twice ─► linear ─► logits; it begins in training.

    sizes: inputs, units of every hidden layer, classes; rate: what the layer takes by that name.
    """

    def __init__(self, layer, sizes=(64, 50, 50, 10), rate=0.1, seed=0):
        rng = np.random.default_rng(seed)
        self.weights = [rng.normal(0, 0.1, shape) for shape in pairwise(sizes)]
        self.norms = [layer(units, rate=rate) for units in sizes[1:-1]]
        self.train()

    def train(self):
        """From now on each batch is normalized with its own statistics, and the kept ones move."""
        for norm in self.norms:
            norm.training = True

    def eval(self):
        """From now on the kept statistics are used, and they stay."""
        for norm in self.norms:
            norm.training = False

    def forward(self, x):
        """The logits of some images, (m, inputs) → (m, classes)."""
        self.inputs, self.nets = [x], []
        for weights, norm in zip(self.weights[:-1], self.norms, strict=True):
            self.nets.append(self.inputs[-1] @ weights)
            self.inputs.append(network.sigmoid(norm.forward(self.nets[-1])))
        return self.inputs[-1] @ self.weights[-1]

    def step(self, x, labels, learning_rate=1.0):
        """One step downhill on some images, through batch norm as it now normalizes."""
        _, dz = network.cross_entropy(self.forward(x), labels)
        for index in reversed(range(len(self.weights))):
            a, weights = self.inputs[index], self.weights[index]
            da = dz @ weights.T
            self.weights[index] = weights - learning_rate * a.T @ dz
            if index > 0:
                norm = self.norms[index - 1]
                back = norm.backward if norm.training else self._through_constants(index - 1)
                dz, dgamma, dbeta = back(da * a * (1 - a))
                norm.gamma = norm.gamma - learning_rate * dgamma
                norm.beta = norm.beta - learning_rate * dbeta

    def _through_constants(self, index):
        """The way back through a layer whose statistics are kept: they are constants."""
        norm, z = self.norms[index], self.nets[index]
        std = np.sqrt(norm.var + 1e-5)
        z_hat = (z - norm.mean) / std
        return lambda dy: (dy * norm.gamma / std, (dy * z_hat).sum(axis=0), dy.sum(axis=0))


def fit(net, images, labels, steps=300, seed=0):
    """Train a network with mini-batches of 60 at learning rate 1; returns it, still in training."""
    rng = np.random.default_rng(seed)
    net.train()
    for _ in range(steps):
        rows = rng.choice(len(images), 60, replace=False)
        net.step(images[rows], labels[rows])
    return net


def measure(net, images):
    """Keep the mean and the variance of these images, layer after layer, for the test."""
    a = images
    for weights, norm in zip(net.weights[:-1], net.norms, strict=True):
        z = a @ weights
        norm.mean, norm.var = z.mean(axis=0), z.var(axis=0)
        z_hat = (z - norm.mean) / np.sqrt(norm.var + 1e-5)
        a = network.sigmoid(norm.gamma * z_hat + norm.beta)


def accuracy(net, images, labels):
    """Share of the images that the network recognizes, as it now normalizes."""
    return (net.forward(images).argmax(axis=1) == labels).mean()
