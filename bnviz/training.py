"""Training with mini-batches, the record of a run, and the statistics for test time.

    batch ─► forward ─► cross entropy ─► backward ─► parameter − learning rate · gradient

A stack of networks (leading axes, see `network`) trains in the same code as one, and all of it
sees the same mini-batches. In shapes, "..." stands for these axes; for one network it is nothing.

Importing this module lets the linear algebra of NumPy use one thread only, here and in a reader's
own cells: for arrays as small as ours, sharing the work takes up to twenty times as long as the
work. `training.threads.restore_original_limits()` gives the others back.
"""

import sys
from dataclasses import dataclass
from itertools import count, islice, pairwise
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from bnviz import batchnorm, network
from bnviz.arguments import class_labels, floats, number, short

threads = threadpool_limits(limits=1, user_api="blas")
tqdm.monitor_interval = 0  # no thread that watches the bars: a browser's kernel has none to give

AT_A_LOOK = 2000  # images of either half that the accuracy of a snapshot is estimated from


@dataclass(frozen=True, eq=False)
class Run:
    """What happened while training, in S snapshots: of bounded size, however many steps it took."""

    network: network.Network  # trained; statistics by Algorithm 2 from the training images
    steps: np.ndarray  # (S,) steps taken at each snapshot, from 0 to all; dense at the start
    loss: np.ndarray  # (S, ...) mean over the mini-batches since the snapshot before
    accuracy: np.ndarray | None  # (S, ...) share of the test images that is recognized
    z: np.ndarray  # (S, layers, ..., examples) net of one unit of each hidden layer
    gamma: np.ndarray | None  # (S, layers, ..., units), nan beyond the last unit of a layer
    beta: np.ndarray | None  # (S, layers, ..., units), likewise
    running: tuple | None  # (mean, var) of each hidden layer as running averages
    diverged: np.ndarray  # (...) whether the loss or a parameter became inf or nan


class Snapshot(NamedTuple):
    """One moment of a run: a row of the arrays of the same names in `Run`."""

    loss: np.ndarray
    accuracy: np.ndarray | None
    z: np.ndarray
    gamma: np.ndarray | None
    beta: np.ndarray | None


@np.errstate(all="ignore")  # a network that overflows says so in Run.diverged
def train(
    net,
    images,
    labels,
    steps=600,
    batch_size=60,
    learning_rate=0.3,
    seed=0,
    test=None,
    snapshots=120,
    examples=512,
    unit=0,
    frozen=(),
    rate=None,
    progress=True,
):
    """Train a network, or a stack of them, by stochastic gradient descent; returns a `Run`.

    parameter ← parameter − learning_rate · gradient, once per mini-batch
    images: (n, inputs) floats; labels: (n,) integers from 0; learning_rate: a number, or one for
    each network of a stack.
    seed: draws the mini-batches and the examples; the same seed gives the same run, bit for bit.
    test: (images, labels); then the accuracy of every snapshot is recorded, with the statistics of
    all training images taken as one batch. A look costs no more for more data: of more than 2,000
    images, to train or to test, it takes 2,000, the same at every look. Then an accuracy p is off
    by about √(p (1 − p)/2000), half a percent at 95 %.
    snapshots, examples, unit: how often at most to look, at how many training images, taken as one
    batch, and at which unit of each hidden layer. The loss of the first snapshot is theirs.
    frozen: names of parameters that stay as they are, such as ("gamma", "beta").
    rate: weight of the NEW batch in running averages that start at (0, 1), their variances
    corrected by m/(m − 1), as PyTorch keeps them; None keeps none.
    progress: whether a bar shows how far it is, once a second has passed.
    Raises ValueError for data and choices that cannot be trained with, before the first step.
    """
    images, labels = _as_data(net, images, labels)
    batches = minibatches(len(images), batch_size, seed)
    _check_choices(net, batch_size, test, frozen, rate)
    rates = _parameter_rates(net, learning_rate, frozen)
    narrowest = min(layer.weights.shape[-1] for layer in net.layers[:-1])
    unit = number("unit", unit, 0, narrowest - 1, whole=True, hint="the narrowest layer ends there")
    examples = number("examples", examples, 1, whole=True)
    shown = np.random.default_rng([seed, 1]).permutation(len(images))[:examples]
    (seen,) = _some(seed, images)
    test = None if test is None else _some(seed, *_as_data(net, *test, which="test "))

    def look(loss):
        return _look(net, images[shown], seen, unit, test, loss)

    at = snapshot_steps(steps, snapshots)
    record = [look(network.cross_entropy(network.forward(net, images[shown])[0], labels[shown])[0])]
    running = _start_averages(net) if rate is not None else None
    with progress_bar(desc="training", total=steps, shown=progress) as bar:
        for start, stop in pairwise(at.tolist()):
            some = islice(batches, stop - start)
            net, loss, running = _descend(net, running, images, labels, some, rates, rate)
            record.append(look(loss))
            bar.update(stop - start)
    net = net._replace(statistics=population_statistics(net, images, batch_size))
    history = _as_columns(record)
    return Run(net, at, running=running, diverged=_find_diverged(net, history["loss"]), **history)


def step(net, images, labels, rates):
    """One step downhill: (network, loss before it, cache of the forward pass).

    images: (m, inputs); labels: (m,); loss: (...).
    rates: for every parameter a number or an array that broadcasts to it, in the form of
    `net.layers`.
    """
    if not isinstance(rates, tuple | list):
        raise ValueError(f"rates has the form of net.layers, got {short(rates)}")
    logits, cache = network.forward(net, images)
    loss, dlogits = network.cross_entropy(logits, labels)
    gradients = network.backward(dlogits, cache)
    layers = network.map_parameters(lambda p, g, rate: p - rate * g, net.layers, gradients, rates)
    return net._replace(layers=layers), loss, cache


def sweep(networks, images, labels, learning_rates, **choices):
    """Train each network at each learning rate; returns a list of `Run`s, one per network.

    A run is a stack over the learning rates, (rates,): seven networks of width 100 at a time still
    fit the processor's cache, all of the sweep at once would not.
    choices: what `train` takes. The same mini-batches for all.
    Raises ValueError for a single network or learning rate, and for what `train` does.
    """
    networks, rates = network.several(networks), floats("learning_rates", learning_rates)
    if rates.ndim != 1:
        raise ValueError(f"learning_rates is a list of numbers, got {short(learning_rates)}")
    stacks = (network.stack([net] * len(rates)) for net in networks)
    return [
        train(stack, images, labels, learning_rate=rates, progress=False, **choices)
        for stack in progress_bar(stacks, desc="sweep", total=len(networks))
    ]


def minibatches(n, batch_size, seed=0):
    """Endless mini-batches: index arrays of batch_size examples out of n.

    Every epoch is shuffled anew, and what is left over at its end is dropped.
    Raises ValueError for a batch_size that no epoch can fill.
    """
    hint = "take a smaller one, or more data"
    batch_size = number("batch_size", batch_size, 1, n, whole=True, hint=hint)
    rng = np.random.default_rng(seed)
    epochs = (rng.permutation(n) for _ in count())
    return (
        order[start : start + batch_size]
        for order in epochs
        for start in range(0, n - batch_size + 1, batch_size)
    )


def snapshot_steps(steps, snapshots):
    """Steps at which to look, from 0 to `steps`: each gap a little wider than the one before.

    (k / (snapshots − 1))² · steps, rounded; fewer where two fall on the same step.
    Raises ValueError for less than 1 step or 2 snapshots, the first and the last.
    """
    steps = number("steps", steps, 1, whole=True)
    snapshots = number("snapshots", snapshots, 2, whole=True)
    return np.unique(np.round(np.linspace(0, 1, snapshots) ** 2 * steps).astype(int))


@np.errstate(all="ignore")  # a diverged network has a nan for an answer, and nothing to warn of
def accuracy(net, images, labels):
    """Share of the images that the network recognizes at test time, (...).

    images: (n, inputs) or (..., n, inputs); labels: (n,) integers from 0. A network that diverged
    is right as often as class 0 comes.
    Raises ValueError for data that do not fit and for batch norm that has no statistics yet.
    """
    images, labels = _as_data(net, images, labels, most_axes=np.inf)
    return (network.predict(net, images).argmax(axis=-1) == labels).mean(axis=-1)


def steps_to(run, accuracy):
    """Steps until a snapshot first saw this accuracy on the test images, (...); inf for never.

    Raises ValueError for a run that was trained without test images.
    """
    accuracy = number("accuracy", accuracy, 0, 1)
    if run.accuracy is None:
        raise ValueError(
            "steps_to needs a run that recorded its accuracy, got one that did not: "
            "train with test=(images, labels)"
        )
    reached = run.accuracy >= accuracy  # (S, ...)
    return np.where(reached.any(axis=0), run.steps[reached.argmax(axis=0)], np.inf)


@np.errstate(all="ignore")  # statistics of a diverged network are nan
def batch_statistics(net, images, batches):
    """What many mini-batches say about a network that stands still: (means, variances) per layer.

    batches: index arrays, of a limited number; all layers come from one forward pass each.
    Both results of a hidden layer: (batches, ..., units), the variances divided by m. The inputs
    of all layers but the first were normalized by the same mini-batch.
    Raises ValueError for a network without batch norm, and for no batches.
    """
    if not net.batch_norm:
        raise ValueError(
            "batch_statistics needs a network with batch norm, got one without: "
            "network.forward(net, x)[1].z holds its nets"
        )
    images = floats("images", images)
    norms = [network.forward(net, images[batch])[1].norms for batch in batches]
    if not norms:
        raise ValueError("batch_statistics needs at least one mini-batch, got none")
    return [
        (np.stack([norm.mean for norm in layer]), np.stack([norm.var for norm in layer]))
        for layer in zip(*norms, strict=True)
    ]


def population_statistics(net, images, batch_size):
    """Statistics for test time, (mean, var) of every hidden layer: one epoch at fixed parameters.

    `net._replace(statistics=population_statistics(net, images, batch_size))` can `predict`.
    mean, var: (..., units), averaged over the mini-batches, the variance times m/(m − 1).
    Unbiased in the first layer only: the inputs of the others were normalized by the same small
    batches. With batch_size=len(images) that makes no difference.
    None for a network without batch norm. Raises ValueError for a batch_size below 2.
    Ioffe & Szegedy 2015, Algorithm 2.
    """
    if not net.batch_norm:
        return None
    batch_size = number("batch_size", batch_size, 2, len(images), whole=True)
    epoch = islice(minibatches(len(images), batch_size), len(images) // batch_size)
    return tuple(
        batchnorm.population_statistics(means, variances, batch_size)
        for means, variances in batch_statistics(net, images, epoch)
    )


def progress_bar(steps=None, shown=True, **looks):
    """A progress bar that waits for a second before it shows, and is gone when all is done."""
    disable = {} if shown else {"disable": True}  # False would overrule the variable TQDM_DISABLE
    return tqdm(steps, file=sys.stdout, delay=1, leave=False, **disable, **looks)


def _descend(net, running, images, labels, batches, rates, rate):
    """A step for each mini-batch: the network then, the mean loss, the running averages then."""
    losses = []
    for batch in batches:
        net, loss, cache = step(net, images[batch], labels[batch], rates)
        losses.append(loss)
        if running is not None:
            running = _update_averages(running, cache, len(batch), rate)
    return net, np.mean(losses, axis=0), running


def _look(net, shown, seen, unit, test, loss):
    """The `Snapshot` of a network as it is now: nets of some images, statistics of some."""
    if test is not None:
        statistics = population_statistics(net, seen, batch_size=len(seen))
    nets = network.forward(net, shown)[1].z
    hidden = net.layers[:-1]
    return Snapshot(
        loss=loss,
        accuracy=None if test is None else accuracy(net._replace(statistics=statistics), *test),
        z=np.stack([z[..., unit] for z in nets]),  # (layers, ..., examples)
        gamma=_side_by_side([layer.gamma for layer in hidden]) if net.batch_norm else None,
        beta=_side_by_side([layer.beta for layer in hidden]) if net.batch_norm else None,
    )


def _some(seed, *arrays):
    """Arrays of one length; of more than `AT_A_LOOK` rows, that many, the same ones of each."""
    n = len(arrays[0])
    if n <= AT_A_LOOK:
        return arrays
    rows = np.random.default_rng([seed, 2]).permutation(n)[:AT_A_LOOK]
    return tuple(array[rows] for array in arrays)


def _as_columns(record):
    """Snapshots as one array (S, ...) for each of their fields; None where they have nothing."""
    columns = (None if rows[0] is None else np.stack(rows) for rows in zip(*record, strict=True))
    return Snapshot(*columns)._asdict()


def _side_by_side(values):
    """Arrays (..., units) as one, (layers, ..., widest), with nan in what the narrow ones lack."""
    widest = max(value.shape[-1] for value in values)
    together = np.full((len(values), *values[0].shape[:-1], widest), np.nan, values[0].dtype)
    for row, value in zip(together, values, strict=True):
        row[..., : value.shape[-1]] = value
    return together


def _parameter_rates(net, learning_rate, frozen):
    """The learning rate of every parameter, in the form of `net.layers`: 0 where it is frozen."""
    stacked = net.layers[0].weights.shape[:-2]
    learning_rate = floats("learning_rate", learning_rate, net.dtype)
    if not ((learning_rate >= 0) & (learning_rate < np.inf)).all():
        raise ValueError(f"learning_rate is a number of 0 or more, got {short(learning_rate)}")
    if np.broadcast_shapes(learning_rate.shape, stacked) != stacked:
        raise ValueError(
            f"learning_rate is one number, or one for each network of a stack {stacked}, got shape "
            f"{learning_rate.shape}: network.stack([net] * {learning_rate.size}) makes a stack"
        )

    def rate(name, value):
        if value is None or name in frozen:
            return 0
        return learning_rate.reshape(learning_rate.shape + (1,) * (value.ndim - len(stacked)))

    return tuple(
        network.Layer(**{name: rate(name, value) for name, value in layer._asdict().items()})
        for layer in net.layers
    )


def _start_averages(net):
    """Mean 0 and variance 1 for every hidden unit; None without batch norm."""
    if not net.batch_norm:
        return None
    return tuple((layer.beta * 0, layer.gamma * 0 + 1) for layer in net.layers[:-1])


def _update_averages(running, cache, m, rate):
    """Running averages of all hidden layers, one mini-batch of m later."""
    return tuple(
        batchnorm.update_running(
            old, batchnorm.population_statistics([norm.mean], [norm.var], m), rate
        )
        for old, norm in zip(running, cache.norms, strict=True)
    )


def _find_diverged(net, loss):
    """Whether the loss (S, ...) or a parameter is no longer a finite number, (...)."""
    stacked = loss.ndim - 1
    finite = np.isfinite(loss).all(axis=0)
    for value in (value for layer in net.layers for value in layer if value is not None):
        finite = finite & np.isfinite(value).all(axis=tuple(range(stacked, value.ndim)))
    return ~finite


def _as_data(net, images, labels, which="", most_axes=2):
    """Images and labels as arrays; raises ValueError if they do not fit the network."""
    images = floats(f"{which}images", images, net.dtype)
    inputs, classes = net.layers[0].weights.shape[-2], net.layers[-1].weights.shape[-1]
    if not 2 <= images.ndim <= most_axes or images.shape[-1] != inputs or images.size == 0:
        raise ValueError(
            f"{which}images have the shape (n, {inputs}) for this network, got shape {images.shape}"
        )
    if not np.isfinite(images).all():
        raise ValueError(
            f"{which}images are finite numbers, got nan or inf: where do they come from?"
        )
    return images, class_labels(f"{which}labels", labels, images.shape[-2], classes)


def _check_choices(net, batch_size, test, frozen, rate):
    """Raise ValueError for choices that `train` cannot follow."""
    if net.batch_norm:
        hint = "with batch norm one example alone is its own mean and becomes 0"
        number("batch_size", batch_size, 2, hint=hint)
    if test is not None and not (isinstance(test, tuple | list) and len(test) == 2):
        raise ValueError(f"test is a pair, (images, labels), got {short(test)}")
    if rate is not None:
        number("rate", rate, 0, 1)
    if isinstance(frozen, str) or not set(frozen) <= set(network.Layer._fields):
        raise ValueError(
            f"frozen is a tuple of names out of {list(network.Layer._fields)}, got {frozen!r}: "
            'write ("gamma",) for a single one'
        )
