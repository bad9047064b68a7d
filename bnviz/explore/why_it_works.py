"""The explorables of notebook 10."""

import functools
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from bnviz import digits, live, network, training
from bnviz.explore import example
from bnviz.pictures import LandscapeView, NoiseView, number

NOISES = 0.0, 0.5, 1.0, 2.0
NOISY_STEPS = 240
PLAIN_STEPS = 1800
SEEDS = 5
RATE = 0.3
MULTIPLES = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4])  # of the learning rate, to look at
SMALL, WELL, WITH = "std 0.1, without", "good start, without", "with batch norm"
SETTINGS = {  # name: activation, learning rate, scale of the weights that is a good start
    "ReLU, rate 0.1": ("relu", 0.1, 0.14),  # √(2/100): He's rule for 100 inputs
    "ReLU, rate 0.03": ("relu", 0.03, 0.14),
    "sigmoid, rate 0.3": ("sigmoid", 0.3, "sigmoid"),
}


class NoisyRun(NamedTuple):
    """What happened while training with noise, in S snapshots; made for `training.steps_to`."""

    steps: np.ndarray  # (S,)
    accuracy: np.ndarray  # (S, seeds) share of the test images that is recognized, without noise
    y: np.ndarray  # (S, examples) what the sigmoid of one unit of layer 3 gets, first seed


class Landscape(NamedTuple):
    """The loss along the gradient at S points of a training, at E = len(MULTIPLES) step sizes."""

    steps: np.ndarray  # (S,)
    loss: np.ndarray  # (S, E) of the mini-batch that the gradient is from; loss[:, 0] is before
    cosine: np.ndarray  # (S, E) between the gradient there and the one at the start
    change: np.ndarray  # (S, E) ‖gradient there − gradient at the start‖/‖gradient at the start‖


def noise():
    """Shake the inputs of every sigmoid, after the normalization, and see what it costs.

    Returns a `Live`.
    """
    runs = {level: noisy_run(level) for level in NOISES}
    small, well = example.trained(False, PLAIN_STEPS), train_well(PLAIN_STEPS)
    steps = runs[0.0].steps
    row = {step: index for index, step in enumerate(steps.tolist())}

    def show(noise, step):
        run, index = runs[noise], row[step]
        y, means, needed = run.y[index], run.y.mean(axis=-1), training.steps_to(run, 0.9)
        caption = (
            f"At step {step} with noise {noise:g} the sigmoid of the unit gets mean "
            f"{number(y.mean())} and sd {number(y.std())}, over all snapshots the mean ranges from "
            f"{number(means.min())} to {number(means.max())}; 90 % takes {needed.min():.0f} to "
            f"{needed.max():.0f} steps ({SEEDS} seeds), without batch norm "
            f"{training.steps_to(well, 0.9):.0f} from 4×Xavier and "
            f"{training.steps_to(small, 0.9):.0f} from standard deviation 0.1."
        )
        return {"y": run.y, "accuracy": run.accuracy, "index": index}, caption

    controls = {
        "noise": live.steps("noise", list(NOISES), 1.0),
        "step": live.steps("training step", list(row), steps.tolist()[len(steps) // 2]),
    }
    plain = {"std 0.1, without": small, "4×Xavier, without": well}
    curves = {name: (run.steps, run.accuracy) for name, run in plain.items()}
    path = small.steps, small.z[:, 2].mean(axis=-1)
    return live.Live("noise", NoiseView(steps, curves, path, SEEDS), show, controls)


def landscape():
    """Walk from a point of the training along its gradient: what becomes of the loss?

    Returns a `Live`.
    """
    looks = {
        setting: {name: along_training(setting, name) for name in (SMALL, WELL, WITH)}
        for setting in SETTINGS
    }
    steps = looks["ReLU, rate 0.1"][WITH].steps
    row = {step: index for index, step in enumerate(steps.tolist())}
    one = MULTIPLES.tolist().index(1)

    def show(step, setting):
        index, seen = row[step], looks[setting]
        parts = [
            f"×{number(look.loss[index, one] / look.loss[index, 0])} and "
            f"{number(look.cosine[index, one])} ({name})"
            for name, look in seen.items()
        ]
        caption = (
            f"{setting}, after {step} steps: one learning rate along the gradient, the loss and "
            f"the cosine to the gradient there are {', '.join(parts)}."
        )
        shown = {
            "losses": [look.loss[index] / look.loss[index, :1] for look in seen.values()],
            "cosines": [look.cosine[index] for look in seen.values()],
            "paths": [look.cosine[:, one] for look in seen.values()],
        }
        return {"index": index, **shown}, caption

    controls = {
        "step": live.steps("training step", list(row), 100),
        "setting": live.choice("activation", list(SETTINGS), "ReLU, rate 0.1"),
    }
    picture = LandscapeView(MULTIPLES, steps, (SMALL, WELL, WITH))
    return live.Live("landscape", picture, show, controls)


def disturb(net, scale, shift):
    """Put noise after the normalization: every hidden layer gives s·(gamma z_hat + beta) + t.

    That is the network with gamma' = s gamma and beta' = s beta + t.
    scale, shift: s and t of every hidden layer, each (..., units).
    """
    hidden = [
        layer._replace(gamma=s * layer.gamma, beta=s * layer.beta + t)
        for layer, s, t in zip(net.layers[:-1], scale, shift, strict=True)
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


def noisy_step(net, images, labels, level, rng, learning_rate=RATE):
    """One step downhill through noise that is drawn anew: (network, disturbed network).

    s = exp(level · u),  t = level · v,  u and v from N(0, 1) for every unit
    By the chain rule dgamma = s dgamma', and dbeta = s dbeta'. Level 0 is an ordinary step.
    The hidden layers are all as wide as the first.
    """
    hidden = net.layers[:-1]
    draw = rng.standard_normal((2, len(hidden), *hidden[0].gamma.shape)).astype(net.dtype)
    scale, shift = np.exp(level * draw[0]), level * draw[1]  # (layers, ..., units)
    disturbed = disturb(net, scale, shift)
    logits, cache = network.forward(disturbed, images)
    _, dlogits = network.cross_entropy(logits, labels)
    *inner, last = network.backward(dlogits, cache)
    inner = [
        g._replace(gamma=s * g.gamma, beta=s * g.beta) for g, s in zip(inner, scale, strict=True)
    ]
    layers = network.map_parameters(lambda p, g: p - learning_rate * g, net.layers, (*inner, last))
    return net._replace(layers=layers), disturbed


@functools.cache
@training.one_thread
def noisy_run(level, seed=0):
    """Train one network for each of `SEEDS` starts with noise of this level: a `NoisyRun`.

    Weights of standard deviation 0.1, mini-batches of 60; `seed` draws the mini-batches, the noise
    and the starts.
    """
    data, rng = digits.load(), np.random.default_rng([seed, 2])
    starts = range(SEEDS * seed, SEEDS * (seed + 1))
    net = network.stack([network.init(example.SIZES, seed=start) for start in starts])
    batches = training.minibatches(len(data.images), 60, seed)
    steps = training.snapshot_steps(NOISY_STEPS, 24)
    record = [_look(net, net, data)]
    for start, stop in pairwise(steps.tolist()):
        for batch in islice(batches, stop - start):
            net, disturbed = noisy_step(net, data.images[batch], data.labels[batch], level, rng)
        record.append(_look(net, disturbed, data))
    accuracy, y = (np.stack(column) for column in zip(*record, strict=True))
    return NoisyRun(steps, accuracy, y)


@functools.cache
def train_well(steps):
    """Return the `training.Run` of the network without batch norm that starts from 4×Xavier."""
    data = digits.load()
    net = network.init(example.SIZES, False, "sigmoid")
    test = data.test_images, data.test_labels
    return training.train(
        net, data.images, data.labels, steps, test=test, snapshots=40, progress=False
    )


@functools.cache
@training.one_thread
def along_training(setting, name, seed=0, steps=400, every=20):
    """Train one network and look along the gradient every few steps: a `Landscape`."""
    activation, rate, good = SETTINGS[setting]
    data, batch_norm, weights = digits.load(), name == WITH, good if name == WELL else 0.1
    net = network.init(example.SIZES, batch_norm, weights, activation, seed=seed)
    record = []
    batches = training.minibatches(len(data.images), 60, seed)
    for step, batch in enumerate(islice(batches, steps + 1)):
        images, labels = data.images[batch], data.labels[batch]
        _, gradients = find_gradients(net, images, labels)
        if step % every == 0:
            record.append(along_gradient(net, gradients, images, labels, rate * MULTIPLES))
        net = walk(net, gradients, rate)
    columns = (np.stack(column) for column in zip(*record, strict=True))
    return Landscape(np.arange(0, steps + 1, every), *columns)


def along_gradient(net, gradients, images, labels, etas):
    """Loss at net − eta · gradient for every eta, and how the gradient there differs.

    Returns loss, cosine and change, each (E,), as in `Landscape`.
    """
    points = walk(network.stack([net] * len(etas)), gradients, etas.astype(net.dtype))
    loss, there = find_gradients(points, images, labels)
    here, there = _flatten(gradients), _flatten(there, stacked=True)  # (P,), (E, P)
    length = np.linalg.norm(here)
    cosine = there @ here / (length * np.linalg.norm(there, axis=-1))
    return loss, cosine, np.linalg.norm(there - here, axis=-1) / length


def walk(net, gradients, eta):
    """parameter − eta · gradient; eta is a number, or one for each network of a stack."""

    def move(p, g):
        return p - np.reshape(eta, np.shape(eta) + (1,) * g.ndim).astype(p.dtype) * g

    return net._replace(layers=network.map_parameters(move, net.layers, gradients))


def find_gradients(net, images, labels):
    """Loss (...) and gradients of a mini-batch."""
    logits, cache = network.forward(net, images)
    loss, dlogits = network.cross_entropy(logits, labels)
    return loss, network.backward(dlogits, cache)


def _look(net, disturbed, data):
    """Accuracy (seeds,) of a network without its noise; what one unit gets with it (examples,)."""
    shown = data.images[:300]
    norms = network.forward(net, shown)[1].norms
    still = net._replace(statistics=tuple((norm.mean, norm.var) for norm in norms))
    first = network.select(disturbed, 0)
    norm = network.forward(first, shown)[1].norms[2]
    y = norm.gamma * norm.z_hat + first.layers[2].beta  # (examples, units)
    return training.accuracy(still, data.test_images, data.test_labels), y[:, example.UNIT]


def _flatten(gradients, stacked=False):
    """All gradients side by side, (P,), or (E, P) for a stack of E."""
    values = [value for layer in gradients for value in layer if value is not None]
    return np.concatenate(
        [value.reshape(len(value), -1) if stacked else value.ravel() for value in values], axis=-1
    )
