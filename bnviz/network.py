"""A small network with or without batch norm: forward, backward, and nothing hidden.

    x ─► z = x @ weights (+ bias) ─► y = batch norm of z ─► a = activation(y) ─► … ─► logits

Arrays are (..., m, units): m examples, any leading axes in front. Parameters with leading axes are
a stack of networks, which one call computes all at once; data without them is shared by the stack.
Everything is computed in the precision of the weights.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from bnviz import batchnorm
from bnviz.arguments import floats


class Layer(NamedTuple):
    """The parameters of one layer, or their gradients; None where it has no such parameter."""

    weights: np.ndarray  # (..., inputs, units)
    bias: np.ndarray | None = None  # (..., units)
    gamma: np.ndarray | None = None  # (..., units)
    beta: np.ndarray | None = None  # (..., units)


class Network(NamedTuple):
    """Hidden layers and a last one that is linear: its outputs are the logits of the classes."""

    layers: tuple[Layer, ...]
    activation: str = "sigmoid"
    eps: float = 1e-5
    statistics: tuple | None = None  # for test time: (mean, var) of every hidden layer

    @property
    def batch_norm(self):
        """Whether the hidden layers normalize."""
        return self.layers[0].gamma is not None

    @property
    def dtype(self):
        """The precision in which this network computes."""
        return self.layers[0].weights.dtype


class Pass(NamedTuple):
    """What one forward pass went through: for `backward`, and to look at."""

    network: Network
    inputs: list  # inputs[l] enters layer l; inputs[l + 1] is the activation of hidden layer l
    z: list  # z[l] is the net of hidden layer l, (..., m, units)
    norms: list  # norms[l] is the batchnorm.Cache of hidden layer l, None without batch norm


def sigmoid(y):
    """The logistic function 1 / (1 + exp(−y)): from 0 to 1, nearly the line ½ + y/4 around 0."""
    y = floats("y", y)
    with np.errstate(over="ignore"):  # exp(−y) = inf far to the left is right: it gives a = 0
        a = 1 / (1 + np.exp(-y))
    return a.astype(y.dtype, copy=False)  # before NumPy 2 a single number became float64


def relu(y):
    """Cut off what is negative: max(y, 0)."""
    return np.maximum(y, 0)


# name: the function, its slope da/dy written in terms of a
ACTIVATIONS = {"sigmoid": (sigmoid, lambda a: a * (1 - a)), "relu": (relu, lambda a: a > 0)}

# name: standard deviation of the weights in units of √(2/(inputs + units))
WEIGHT_SCALES = {"xavier": 1, "sigmoid": 4}


def init(
    sizes, batch_norm=True, weights=0.1, activation="sigmoid", seed=0, dtype=np.float32, bias=None
):
    """A network that knows nothing yet: normal weights, biases and beta at 0, gamma at 1.

    sizes: inputs, units of every hidden layer, classes: (64, 100, 100, 100, 10).
    weights: their standard deviation as a number, "xavier" (√(2/(inputs + units)), Glorot normal)
    or "sigmoid" (4 times that, the rule for the logistic sigmoid).
    bias: whether the hidden layers have one; by default only without batch norm, which cancels it.
    The same seed draws the same weights with and without batch norm, at every scale.
    Raises ValueError for names it does not know, fewer than three sizes, a size below 1, and a
    dtype other than float32 and float64.
    """
    _check(sizes, activation, dtype)
    rng = np.random.default_rng(seed)
    bias = (not batch_norm) if bias is None else bias
    layers = []
    for inputs, units in pairwise(sizes):
        last = len(layers) == len(sizes) - 2
        std = _weight_std(weights, inputs, units)
        layers.append(
            Layer(
                weights=(std * rng.standard_normal((inputs, units))).astype(dtype),
                bias=np.zeros(units, dtype) if bias or last else None,
                gamma=np.ones(units, dtype) if batch_norm and not last else None,
                beta=np.zeros(units, dtype) if batch_norm and not last else None,
            )
        )
    return Network(tuple(layers), activation)


def stack(networks):
    """Many networks of one form as one: each parameter gets a new leading axis.

    The statistics for test time are left behind: measure them again for the stack.
    Raises ValueError for networks that differ in more than the values of their parameters.
    """
    networks = list(networks)
    forms = {(net.activation, net.eps, map_parameters(np.shape, net.layers)) for net in networks}
    if len(forms) != 1:
        raise ValueError(
            "stack needs networks of the same sizes, activation, eps and kinds of parameters, got "
            f"{len(networks)} of {len(forms)} forms: train the others apart"
        )
    layers = map_parameters(lambda *values: np.stack(values), *(net.layers for net in networks))
    return networks[0]._replace(layers=layers, statistics=None)


def select(net, index):
    """One network of a stack, with its statistics: the way back from `stack`."""
    if net.layers[0].weights.ndim < 3:
        raise ValueError("select takes a network out of a stack, got a single one: use it as it is")
    layers = map_parameters(lambda value: value[index], net.layers)
    statistics = net.statistics and tuple((mean[index], var[index]) for mean, var in net.statistics)
    return net._replace(layers=layers, statistics=statistics)


def map_parameters(function, *trees):
    """Layers of function(p, q, …) for every parameter p, q, … that stands in the same place."""

    def apply(*values):
        return None if values[0] is None else function(*values)

    return tuple(Layer(*map(apply, *layers)) for layers in zip(*trees, strict=True))


def side_by_side(layers):
    """All parameters of some layers as one row, (..., parameters)."""
    stacked = layers[0].weights.shape[:-2]
    values = (value for layer in layers for value in layer if value is not None)
    return np.concatenate([value.reshape(*stacked, -1) for value in values], axis=-1)


def forward(net, x):
    """Training time: batch norm takes the statistics of this very mini-batch.

    x: (m, inputs) or (..., m, inputs); logits: (..., m, classes); the second result is a `Pass`,
    where `cache.z[l]` is the net of hidden layer l.
    """
    activate, _ = ACTIVATIONS[net.activation]
    x = _as_inputs(net, x)
    inputs, nets, norms = [x], [], []
    for layer in net.layers[:-1]:
        z = y = linear(x, layer)
        norm = None
        if layer.gamma is not None:
            y, norm = batchnorm.forward(z, layer.gamma, layer.beta, net.eps)
        x = activate(y)  # (..., m, units)
        inputs.append(x)
        nets.append(z)
        norms.append(norm)
    return linear(x, net.layers[-1]), Pass(net, inputs, nets, norms)


def backward(dlogits, cache):
    """Gradients of the loss with respect to every parameter, in the form of `net.layers`.

    Through each layer from the last to the first, by the chain rule:
    dweights = xᵀ @ dz,  dbias = Σ dz,  da = dz @ weightsᵀ,  dy = da · slope,  dz by batch norm
    dlogits: (..., m, classes), the gradient with respect to the logits.
    """
    _, slope = ACTIVATIONS[cache.network.activation]
    layers = cache.network.layers
    dz = floats("dlogits", dlogits, cache.network.dtype)
    gradients, dgamma, dbeta = [], None, None
    for index in reversed(range(len(layers))):
        layer, x = layers[index], cache.inputs[index]
        dbias = None if layer.bias is None else dz.sum(axis=-2)  # (..., units)
        gradients.append(Layer(x.swapaxes(-1, -2) @ dz, dbias, dgamma, dbeta))
        if index > 0:  # x is what the layer below gave: on through its activation and batch norm
            da = dz @ layer.weights.swapaxes(-1, -2)  # (..., m, units)
            dz, dgamma, dbeta = da * slope(x), None, None
            if cache.norms[index - 1] is not None:
                dz, dgamma, dbeta = batchnorm.backward(dz, cache.norms[index - 1])
    return tuple(reversed(gradients))


def predict(net, x):
    """Test time: batch norm takes `net.statistics`, so each example is judged for itself.

    x: (m, inputs) or (..., m, inputs); logits: (..., m, classes).
    Raises ValueError for a network with batch norm that has no statistics yet.
    """
    if net.batch_norm and net.statistics is None:
        raise ValueError(
            "predict needs the statistics of the population for batch norm, got a network that has "
            "none: training.measure_statistics(net, images, batch_size) measures them"
        )
    activate, _ = ACTIVATIONS[net.activation]
    x = _as_inputs(net, x)
    for index, layer in enumerate(net.layers[:-1]):
        y = linear(x, layer)
        if layer.gamma is not None:
            mean, var = net.statistics[index]
            y = batchnorm.inference(y, layer.gamma, layer.beta, mean, var, net.eps)
        x = activate(y)  # (..., m, units)
    return linear(x, net.layers[-1])


def linear(x, layer):
    """z = x @ weights + bias: (..., m, inputs) → (..., m, units)."""
    z = x @ layer.weights
    return z if layer.bias is None else z + layer.bias[..., None, :]


def cross_entropy(logits, labels):
    """How badly the logits predict the labels, and the gradient of that.

    loss = −mean log p[label],  dlogits = (p − one_hot(label)) / m,  p = softmax(logits)
    logits: (..., m, classes); labels: (m,) integers; loss: (...,) in nats; dlogits as logits.
    Raises ValueError for labels that are not one class, counted from 0, for each example.
    """
    logits = floats("logits", logits)
    m, classes = logits.shape[-2:]
    labels = class_labels(labels, m, classes)
    hit = (..., np.arange(m), labels)  # of each example the place of its own class
    shifted = logits - logits.max(axis=-1, keepdims=True)  # so that exp cannot overflow
    exp = np.exp(shifted)
    total = exp.sum(axis=-1, keepdims=True)  # (..., m, 1)
    loss = (np.log(total[..., 0]) - shifted[hit]).mean(axis=-1)  # (...,)
    dlogits = exp / (total * m)
    dlogits[hit] -= 1 / m
    return loss, dlogits


def class_labels(labels, m, classes):
    """The labels of m examples as an array (m,), one class each, counted from 0.

    Raises ValueError for another shape, and for what is no integer from 0 to classes − 1.
    """
    array = np.asarray(labels)
    if array.shape != (m,) or array.dtype.kind not in "iu" or np.ma.isMaskedArray(labels):
        raise ValueError(
            f"labels are one integer for each of {m} examples, shape ({m},), got "
            f"{array.dtype} and shape {array.shape}"
        )
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(
            f"labels go from 0 to {classes - 1} for {classes} classes, got {array.min()} to "
            f"{array.max()}: count from 0"
        )
    return array


def _as_inputs(net, x):
    """x in the precision of the network, if it has as many columns as the network has inputs."""
    x, inputs = floats("x", x, net.dtype), net.layers[0].weights.shape[-2]
    if x.ndim < 2 or x.shape[-1] != inputs:
        raise ValueError(
            f"x has the shape (..., m, {inputs}) for this network, got shape {x.shape}: "
            "for one example write x[None]"
        )
    return x


def _weight_std(weights, inputs, units):
    if not isinstance(weights, str):
        return float(weights)
    if weights not in WEIGHT_SCALES:
        raise ValueError(f"weights is a number or one of {list(WEIGHT_SCALES)}, got {weights!r}")
    return WEIGHT_SCALES[weights] * np.sqrt(2 / (inputs + units))


def _check(sizes, activation, dtype):
    if len(sizes) < 3 or min(sizes) < 1:
        raise ValueError(
            "sizes are the inputs, the units of one hidden layer or more, and the classes, "
            f"each 1 or more, got {sizes}: try (64, 100, 10)"
        )
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is one of {list(ACTIVATIONS)}, got {activation!r}")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ValueError(f"dtype is np.float32 or np.float64, got {dtype!r}")
