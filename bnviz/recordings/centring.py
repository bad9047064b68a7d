"""Which half of batch norm is it: to subtract the batch's mean, or to divide by its sd?

Four networks begin as the same function, the folded start, where every net has mean 0 and sd 1.
At every step "neither" does nothing more, "subtract" takes the mini-batch's mean away, "divide"
divides by its sd, and "both" is batch norm. A fifth, "good start", is a usual network from good
weights. They race as in `race`, with four activations. Two more networks, `HALF_IN`, are "neither"
with the ½ subtracted in one place only: in what feeds hidden layers, or in what feeds the last.

Returns for each of `ACTIVATIONS`, and each of `KINDS` and "good start", what `race` does of a
network: to_marks (5 seeds, 2, 9 rates, 4) and accuracy (5 seeds, S). For each of `HALF_IN` it does
so of "neither".
"""

import functools
from typing import NamedTuple

import numpy as np

from bnviz import network
from bnviz.example import SIZES, TEST, TRAIN, VALIDATION
from bnviz.recordings import race

EPS = np.float32(1e-5)
HALF = np.float32(0.5)
KINDS = {  # subtract the mean, divide by the sd
    "neither": (False, False),
    "subtract": (True, False),
    "divide": (False, True),
    "both": (True, True),
}
ACTIVATIONS = {  # the function, and its slope in terms of a
    "sigmoid": network.ACTIVATIONS["sigmoid"],
    "sigmoid − ½": (
        lambda y: network.sigmoid(y) - HALF,
        lambda a: (HALF + a) * (HALF - a),
    ),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "ReLU": network.ACTIVATIONS["relu"],
}
HALF_IN = {  # the activations that feed hidden layers, and those that feed the last one
    "½ hidden only": ("sigmoid − ½", "sigmoid"),
    "½ last only": ("sigmoid", "sigmoid − ½"),
}
GOOD_WEIGHTS = {"sigmoid": "sigmoid", "sigmoid − ½": "sigmoid", "tanh": "xavier", "ReLU": 0.14}
LARGE = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 10.0)
RATES = {
    "sigmoid": LARGE,
    "sigmoid − ½": LARGE,
    "½ hidden only": LARGE,
    "½ last only": LARGE,
    "tanh": (0.1, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.0, 3.0),
    "ReLU": (0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5),
}


class Switched(NamedTuple):
    """A network whose hidden layers compute y = γ (z − mean) / sd + β, with two switches.

    Without `subtract` no mean is taken away; without `divide` the sd counts as 1, and γ stays 1.
    """

    layers: tuple[network.Layer, ...]
    activations: tuple[str, ...]  # of every hidden layer
    subtract: bool
    divide: bool
    statistics: tuple | None = None  # for test time: (mean, var) of every hidden layer


class Passed(NamedTuple):
    """What a hidden layer saw in the forward pass, for the way back."""

    x: np.ndarray
    z: np.ndarray
    mean: np.ndarray  # (..., units), as var
    var: np.ndarray
    z_hat: np.ndarray
    y: np.ndarray
    a: np.ndarray


def run(seeds=range(5)):
    recorded = {name: _race(name, (*KINDS, "good start"), seeds) for name in ACTIVATIONS}
    return recorded | {name: _race(name, ("neither",), seeds) for name in HALF_IN}


def _race(activation, kinds, seeds):
    how = {"step": descend_once, "measure": look}
    return {
        kind: race.race_all(
            functools.partial(start, activation, kind), RATES[activation], seeds, 600, **how
        )
        for kind in kinds
    }


def start(activation, kind, seed, sizes=SIZES):
    """Return a `Switched` before training: all kinds but "good start" compute the same.

    activation: a name of `ACTIVATIONS` or of `HALF_IN`.
    """
    inner, outer = HALF_IN.get(activation, (activation, activation))
    activations = (*[inner] * (len(sizes) - 3), outer)
    if kind == "good start":
        return _as_usual(activations, seed, sizes)
    subtract, divide = KINDS[kind]
    *hidden, last = network.init(sizes, False, 0.1, seed=seed).layers
    layers, x = [], TRAIN[0]
    for layer, name in zip(hidden, activations, strict=True):
        activate, _ = ACTIVATIONS[name]
        z = x @ layer.weights
        sd = np.sqrt(z.var(axis=0) + EPS)
        mean, weights = z.mean(axis=0) / sd, layer.weights / sd
        beta = 0 * mean if subtract else -mean  # what is subtracted at every step is in β else
        layers.append(network.Layer(weights, None, np.ones_like(sd), beta))
        x = activate(x @ weights - mean)
    return Switched((*layers, _absorbed(last, outer)), activations, subtract, divide)


def _as_usual(activations, seed, sizes):
    """Return a network without batch norm from good weights of the usual kind."""
    good = GOOD_WEIGHTS[activations[-1]]
    first, *others = network.init(sizes, False, good, seed=seed).layers
    *hidden, last = first, *map(_absorbed, others, activations)
    layers = [network.Layer(p.weights, None, np.ones_like(p.bias), p.bias) for p in hidden]
    return Switched((*layers, last), activations, False, False)


def _absorbed(layer, activation):
    """Return the layer that does with a − ½ what `layer` does with a, if the activation is that."""
    if activation != "sigmoid − ½":
        return layer
    return layer._replace(bias=layer.bias + HALF * layer.weights.sum(axis=0))


def forward(net, x, moved=None):
    """Return the logits, and what each hidden layer `Passed`.

    moved: for each hidden layer a function y -> y, what is done to the sigmoid's input on its way.
    """
    passed = []
    for index, layer in enumerate(net.layers[:-1]):
        z = x @ layer.weights
        mean, var = net.statistics[index] if net.statistics else _statistics(z)
        z_hat = z - mean[..., None, :] if net.subtract else z
        if net.divide:
            z_hat = z_hat / np.sqrt(var + EPS)[..., None, :]
        y = layer.gamma[..., None, :] * z_hat + layer.beta[..., None, :]
        activate, _ = ACTIVATIONS[net.activations[index]]
        a = activate(moved[index](y) if moved else y)
        passed.append(Passed(x, z, mean, var, z_hat, y, a))
        x = a
    return network.linear(x, net.layers[-1]), passed


def _statistics(z):
    mean = z.mean(axis=-2)  # (..., units)
    return mean, ((z - mean[..., None, :]) ** 2).mean(axis=-2)


def find_gradients(net, x, labels, moved=None, back=None):
    """Return the gradients in the form of `net.layers`.

    back: for each hidden layer the way back through `moved`, a function (dy, y) -> dy.
    """
    logits, passed = forward(net, x, moved)
    _, dz = network.cross_entropy(logits, labels)
    gradients = [network.Layer(passed[-1].a.swapaxes(-1, -2) @ dz, dz.sum(axis=-2))]
    for index in reversed(range(len(passed))):
        layer, above, at = net.layers[index], net.layers[index + 1], passed[index]
        _, slope = ACTIVATIONS[net.activations[index]]
        dy = dz @ above.weights.swapaxes(-1, -2) * slope(at.a)
        dy = back[index](dy, at.y) if back else dy
        dz = _through_statistics(net, layer.gamma[..., None, :] * dy, at)
        dweights = at.x.swapaxes(-1, -2) @ dz
        gradients.append(
            network.Layer(dweights, None, (dy * at.z_hat).sum(axis=-2), dy.sum(axis=-2))
        )
    return tuple(reversed(gradients))


def _through_statistics(net, dz_hat, at):
    """Return dz: what reaches z through ẑ itself, through the sd, and through the mean."""
    dz = dz_hat
    if net.divide:
        sd = np.sqrt(at.var + EPS)[..., None, :]
        dvar = (dz_hat * at.z_hat).mean(axis=-2, keepdims=True) / sd**2
        dz = dz_hat / sd - (at.z - at.mean[..., None, :]) * dvar
    return dz - dz.mean(axis=-2, keepdims=True) if net.subtract else dz


def descend_once(net, x, labels, rates, beta_factor=1, gamma_factor=1, **moves):
    """Return the networks one step further; rates: (networks,), those of γ and β times a factor."""
    rate = rates.astype(np.float32)[:, None]
    gamma_rate = np.float32(gamma_factor if net.divide else 0) * rate
    layer = network.Layer(rate[..., None], rate, gamma_rate, np.float32(beta_factor) * rate)
    gradients = find_gradients(net, x, labels, **moves)
    layers = network.map_parameters(
        lambda p, g, r: p - r * g, net.layers, gradients, (layer,) * len(net.layers)
    )
    return net._replace(layers=layers)


def look(net, moved=None):
    """Return loss and accuracies as `race.look` does, with the statistics of `race.SEEN`."""
    logits, passed = forward(net, race.SEEN[0], moved)
    loss, _ = network.cross_entropy(logits, race.SEEN[1])
    net = net._replace(statistics=tuple((layer.mean, layer.var) for layer in passed))
    right = [
        (forward(net, x, moved)[0].argmax(axis=-1) == labels).mean(axis=-1)
        for x, labels in (VALIDATION, TEST)
    ]
    return loss, *right
