"""A small network of convolutions whose norm is an average that is handed in.

    images ─► z = patches @ weights ─► z_hat ─► y = gamma · z_hat + beta ─► a = ReLU(y) ─► logits

A norm takes an average away and divides by the root of another. The average is an argument: a
function of z, (m, height, width, channels), whose result can be taken away from z. Without one,
y = z + bias. Two convolutions with 16 and 32 channels are followed by a linear layer.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bnviz import network, training
from bnviz.network import Layer

SIDE, CHANNELS, CLASSES = 8, (1, 16, 32), 10  # of the images; before and after each convolution
WINDOW = 9  # a window has 3 × 3 pixels
ALL_BUT_CHANNELS = (0, 1, 2)


class ConvNet(NamedTuple):
    """Convolutions, and a last layer that is linear; `average` says which norm they have."""

    layers: tuple[Layer, ...]
    average: Callable | None = None  # None: there is no norm
    eps: float = 1e-5

    @property
    def dtype(self):
        """The precision in which this network computes."""
        return self.layers[0].weights.dtype


class Pass(NamedTuple):
    """What one convolution went through, for the way back."""

    seen: np.ndarray  # (m, height, width, 9 · channels that enter)
    z_hat: np.ndarray | None  # (m, height, width, channels), as mean, std and a broadcast
    mean: np.ndarray | None
    std: np.ndarray | None
    a: np.ndarray


def init(average=None, seed=0):
    """A network that knows nothing yet: He's weights, √(2 / inputs); the same for every average."""
    rng = np.random.default_rng(seed)
    sizes = [WINDOW * channels for channels in CHANNELS[:-1]]
    sizes.append((SIDE // 4) ** 2 * CHANNELS[-1])  # each convolution halves the side
    layers = []
    for inputs, units in zip(sizes, (*CHANNELS[1:], CLASSES), strict=True):
        weights = rng.normal(0, np.sqrt(2 / inputs), (inputs, units)).astype(np.float32)
        zeros, ones = np.zeros(units, np.float32), np.ones(units, np.float32)
        if len(layers) == len(sizes) - 1:
            layers.append(Layer(weights))
        elif average is None:
            layers.append(Layer(weights, bias=zeros))
        else:
            layers.append(Layer(weights, gamma=ones, beta=zeros))
    return ConvNet(tuple(layers), average)


def patches(x):
    """Each window of 3 × 3 pixels as a row: a convolution is then a matrix product.

    x: (m, height, width, channels) → (m, height / 2, width / 2, 9 · channels). The window moves by
    two pixels; around the image lies a frame of zeros.
    """
    _, height, width, _ = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = [padded[:, i : i + height : 2, j : j + width : 2] for i in range(3) for j in range(3)]
    return np.concatenate(windows, axis=-1)


def patches_backward(dpatches):
    """The way back: each pixel collects the gradients of all windows that it was in."""
    m, height, width, columns = dpatches.shape
    padded = np.zeros((m, 2 * height + 2, 2 * width + 2, columns // WINDOW), dpatches.dtype)
    for window, part in enumerate(np.split(dpatches, WINDOW, axis=-1)):
        i, j = divmod(window, 3)
        padded[:, i : i + 2 * height : 2, j : j + 2 * width : 2] += part
    return padded[:, 1:-1, 1:-1]


def normalize(z, average, eps):
    """z_hat = (z − average(z)) / std, with std = √(average of (z − average(z))² + eps).

    Returns z_hat, mean and std.
    """
    mean = average(z)
    std = np.sqrt(average((z - mean) ** 2) + z.dtype.type(eps))
    return (z - mean) / std, mean, std


def normalize_backward(dz_hat, z_hat, std, average):
    """dz = (dz_hat − average(dz_hat) − z_hat · average(dz_hat · z_hat)) / std.

    As in batch norm, with this average in the place of the mean over the batch.
    """
    return (dz_hat - average(dz_hat) - z_hat * average(dz_hat * z_hat)) / std


def forward(net, x, statistics=None):
    """The logits (m, classes), and a `Pass` for each convolution.

    x: (m, height, width, channels). statistics: (mean, std) of every convolution, for a test with
    batch norm; all else takes the averages of x itself.
    """
    passed = []
    for index, layer in enumerate(net.layers[:-1]):
        seen = patches(x)
        y = network.linear(seen, layer)  # (m, height / 2, width / 2, channels)
        z_hat = mean = std = None
        if net.average is not None:
            if statistics is None:
                z_hat, mean, std = normalize(y, net.average, net.eps)
            else:
                mean, std = statistics[index]
                z_hat = (y - mean) / std
            y = layer.gamma * z_hat + layer.beta
        x = network.relu(y)
        passed.append(Pass(seen, z_hat, mean, std, x))
    return x.reshape(len(x), -1) @ net.layers[-1].weights, passed


def backward(dlogits, net, passed):
    """Gradients of the loss with respect to every parameter, in the form of `net.layers`."""
    last, a = net.layers[-1], passed[-1].a
    gradients = [Layer(a.reshape(len(a), -1).T @ dlogits)]
    da = (dlogits @ last.weights.T).reshape(a.shape)
    for layer, (seen, z_hat, _, std, a) in zip(net.layers[-2::-1], passed[::-1], strict=True):
        dz = dy = da * (a > 0)
        offset = dy.sum(axis=ALL_BUT_CHANNELS)  # the gradient of what is added: beta, or the bias
        others = {"bias": offset}
        if net.average is not None:
            others = {"gamma": (dy * z_hat).sum(axis=ALL_BUT_CHANNELS), "beta": offset}
            dz = normalize_backward(dy * layer.gamma, z_hat, std, net.average)
        rows = seen.reshape(-1, seen.shape[-1])
        gradients.append(Layer(rows.T @ dz.reshape(-1, dz.shape[-1]), **others))
        da = patches_backward(dz @ layer.weights.T)
    return tuple(gradients[::-1])


def asks_other_examples(average):
    """Whether this average of an example changes when the others leave, as batch norm's does."""
    x = np.random.default_rng(0).normal(size=(3, 2, 2, CHANNELS[-1]))
    together, alone = (np.broadcast_to(average(z), z.shape)[0] for z in (x, x[:1]))
    return not np.allclose(together, alone)


def measure_statistics(net, images):
    """Batch norm's statistics for the test, those of all images as one batch.

    (mean, std) of every convolution, (channels,) each.
    """
    found = []
    for one in forward(net, images)[1]:
        mean, std = (np.broadcast_to(value, one.a.shape)[0, 0, 0] for value in (one.mean, one.std))
        found.append((mean, std))
    return found


def fold(net, images):
    """The folded start: batch norm's statistics of these images in the weights and the biases.

    Computes what `net` does with these images as one batch, and has no norm.
    """
    *hidden, last = net.layers
    layers = []
    for layer, (mean, std) in zip(hidden, measure_statistics(net, images), strict=True):
        factor = layer.gamma / std
        layers.append(Layer(layer.weights * factor, bias=layer.beta - mean * factor))
    return ConvNet((*layers, last))


@np.errstate(all="ignore")  # a network that overflows guesses
def train(net, images, labels, test, steps, batch_size, learning_rate, seed=0, every=None):
    """Train by stochastic gradient descent; the share of test images that is recognized.

    images: (n, 8, 8, 1); labels: (n,); test: (images, labels).
    every: look at the test images after so many steps, by default at the end. Returns one share
    for each look, (looks,).
    """
    every, shares = every or steps, []
    batches = training.minibatches(len(images), batch_size, seed)
    for taken in range(1, steps + 1):
        rows = next(batches)
        logits, passed = forward(net, images[rows])
        _, dlogits = network.cross_entropy(logits, labels[rows])
        net = training.descend(net, backward(dlogits, net, passed), learning_rate)
        if taken % every == 0:
            shares.append(accuracy(net, images, *test))
    return np.array(shares)


def accuracy(net, images, test_images, test_labels):
    """The share of the test images that is recognized.

    A norm that asks other examples gets the statistics of `images`, those of the training.
    """
    statistics = None
    if net.average is not None and asks_other_examples(net.average):
        statistics = measure_statistics(net, images)
    logits, _ = forward(net, test_images, statistics)
    return (logits.argmax(axis=-1) == test_labels).mean()
