"""Train with four norms and with none, in mini-batches of 2 to 60, at 14 rates, for five seeds.

The network is that of the series. Group norm has ten groups of ten units; layer norm and RMS norm
go over the units of one example. Without a norm there are two starts, the good one and the folded
one. Layer norm and the folded start are there twice: with the sigmoid that all have, and with ½
taken away from what each sigmoid gives. 1,150 images are trained with; the other 287 are for
choosing the rate.

Returns for each of `METHODS`, and each of "examples" (6,000 seen, whatever m) and "steps" (300),
the errors (6 sizes, 5 seeds, 2, 14 rates): of the images for choosing, then of the test images.
Batch norm is tested with the statistics of all images that it trains with.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bnviz import example, network, training
from bnviz.example import DATA, FOLDED, GOOD_START, TEST, WITH_BN

SIZES = (2, 4, 8, 16, 32, 60)
RATES = (0.004 * 1.75 ** np.arange(14)).astype(np.float32)
GROUPS = 10
HALF = np.float32(0.5)
EXAMPLES, STEPS = 6000, 300
ORDER = np.random.default_rng(0).permutation(len(DATA.images))
KEPT_BACK = DATA.images[ORDER[:287]], DATA.labels[ORDER[:287]]
SEEN = DATA.images[ORDER[287:]], DATA.labels[ORDER[287:]]


# Who shares an average: each broadcasts against x, (..., examples, units)


def over_examples(x):
    return x.mean(axis=-2, keepdims=True)


def over_groups(x):
    groups = x.reshape(*x.shape[:-1], GROUPS, -1).mean(axis=-1)
    return np.repeat(groups, x.shape[-1] // GROUPS, axis=-1)


def over_units(x):
    return x.mean(axis=-1, keepdims=True)


class Method(NamedTuple):
    """Where a network begins, and what its hidden layers do before and after the sigmoid."""

    start: str  # as `example.start` names it
    average: Callable | None = None  # of the norm; None: there is no norm
    subtract: bool = True  # whether the norm takes the mean away before it divides
    taken: np.float32 = np.float32(0)  # from what each sigmoid gives


HALF_LAYER_NORM = "layer norm, sigmoid − ½"
HALF_FOLDED = "folded at step 0, sigmoid − ½"
METHODS = {
    "batch norm": Method(WITH_BN, over_examples),
    "group norm": Method(WITH_BN, over_groups),
    "layer norm": Method(WITH_BN, over_units),
    "RMS norm": Method(WITH_BN, over_units, subtract=False),
    HALF_LAYER_NORM: Method(WITH_BN, over_units, taken=HALF),
    GOOD_START: Method(GOOD_START),
    FOLDED: Method(FOLDED),
    HALF_FOLDED: Method(FOLDED, taken=HALF),
}


def run(methods=tuple(METHODS), sizes=SIZES, seeds=range(5)):
    kept = {}
    for name in methods:
        found = np.array([[errors(METHODS[name], m, seed) for seed in seeds] for m in sizes])
        kept[name] = {"examples": found[:, :, 0], "steps": found[:, :, 1]}
    return kept


@np.errstate(all="ignore")  # at the highest rates some overflow: they guess
def errors(method, m, seed):
    """Errors after 6,000 examples and after 300 steps, (2, 2, rates)."""
    net = network.stack([start(method, seed)] * len(RATES))
    rates, found = RATES[:, None, None], {}
    batches = training.minibatches(len(SEEN[0]), m, seed)
    for step in range(1, max(EXAMPLES // m, STEPS) + 1):
        rows = next(batches)
        net = descend(method, net, SEEN[0][rows], SEEN[1][rows], rates)
        if step in (EXAMPLES // m, STEPS):
            found[step] = [share_wrong(method, net, *data) for data in (KEPT_BACK, TEST)]
    return np.array([found[EXAMPLES // m], found[STEPS]])


def start(method, seed=0):
    """The network before training.

    Without a norm every layer has a bias. Where ½ is taken away from what a sigmoid gives, the bias
    of the next layer makes up for it, so that the network computes the same as without.
    """
    net = example.start(method.start, seed)
    if method.average:
        return net
    first, *others = net.layers
    others = [p._replace(bias=p.bias + method.taken * p.weights.sum(axis=0)) for p in others]
    return net._replace(layers=(first, *others))


def forward(method, net, x, kept=None):
    """The logits, and for each hidden layer its input, z_hat, std, mean and activation.

    kept: mean and std of every hidden layer, where those of the mini-batch are not to be used.
    """
    passed = []
    for index, layer in enumerate(net.layers[:-1]):
        z_hat, std, mean = network.linear(x, layer), 1, 0
        if method.average:
            mean, std = kept[index] if kept else statistics(method, z_hat)
            z_hat = (z_hat - mean) / std
        y = z_hat
        if layer.gamma is not None:
            y = layer.gamma[..., None, :] * z_hat + layer.beta[..., None, :]
        a = network.sigmoid(y) - method.taken
        passed.append((x, z_hat, std, mean, a))
        x = a
    return network.linear(x, net.layers[-1]), passed


def statistics(method, z):
    """What this norm takes away and what it divides by."""
    mean = method.average(z) if method.subtract else 0
    return mean, np.sqrt(method.average((z - mean) ** 2) + np.float32(1e-5))


def descend(method, net, x, labels, rates):
    """One step downhill; rates: (rates, 1, 1)."""
    logits, passed = forward(method, net, x)
    _, dz = network.cross_entropy(logits, labels)
    last, a = net.layers[-1], passed[-1][-1]
    layers = [last._replace(weights=last.weights - rates * (transposed(a) @ dz),
                            bias=last.bias - rates[..., 0] * dz.sum(axis=-2))]  # fmt: skip
    da = dz @ transposed(last.weights)
    for layer, (x, z_hat, std, _, a) in zip(net.layers[-2::-1], passed[::-1], strict=True):
        s = a + method.taken  # what the sigmoid itself gave
        dy = dz = da * s * (1 - s)
        changed = {}
        if method.average:
            changed["gamma"] = layer.gamma - rates[..., 0] * (dy * z_hat).sum(axis=-2)
            changed["beta"] = layer.beta - rates[..., 0] * dy.sum(axis=-2)
            dz = dy * layer.gamma[..., None, :]
            through_mean = method.average(dz) if method.subtract else 0
            dz = (dz - z_hat * method.average(dz * z_hat) - through_mean) / std
        else:
            changed["bias"] = layer.bias - rates[..., 0] * dz.sum(axis=-2)
        da = dz @ transposed(layer.weights)
        weights = layer.weights - rates * (transposed(x) @ dz)
        layers.append(layer._replace(weights=weights, **changed))
    return net._replace(layers=tuple(layers[::-1]))


def transposed(x):
    """The matrix, or each of a stack of them, with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)


def share_wrong(method, net, images, labels):
    """The share of the images that is not recognized, (rates,)."""
    kept = None
    if method.average is over_examples:  # batch norm, which needs statistics for the test
        kept = [(mean, std) for _, _, std, mean, _ in forward(method, net, SEEN[0])[1]]
    logits, _ = forward(method, net, images, kept)
    return (logits.argmax(axis=-1) != labels).mean(axis=-1)
