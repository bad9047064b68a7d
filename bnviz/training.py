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
from itertools import count, islice

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from bnviz import batchnorm, network
from bnviz.arguments import floats

threads = threadpool_limits(limits=1, user_api="blas")
tqdm.monitor_interval = 0  # no thread that watches the bars: a browser's kernel has none to give

AT_A_LOOK = 2000  # images of either half that the accuracy of a snapshot is estimated from


@dataclass(frozen=True, eq=False)
class Run:
    """What happened while training, in S snapshots: of bounded size, however many steps it took."""

    network: network.Network  # trained; statistics by Algorithm 2 from the training images
    steps: np.ndarray  # (S,) steps taken at each snapshot, from 0 to all; dense at the start
    loss: np.ndarray  # (S, ...) mean over the mini-batches since the snapshot before
    diverged: np.ndarray  # (...) whether the loss or a parameter became inf or nan
    running: tuple | None  # (mean, var) of each hidden layer as running averages
    z: np.ndarray  # (S, layers, ..., examples) net of one unit of each hidden layer
    accuracy: np.ndarray | None = None  # (S, ...) share of the test images that is recognized
    gamma: np.ndarray | None = None  # (S, layers, ..., units), nan beyond the last unit of a layer
    beta: np.ndarray | None = None  # (S, layers, ..., units), likewise


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
    running_rate=None,
    progress=True,
):
    """Train a network, or a stack of them, by stochastic gradient descent; returns a `Run`.

    parameter ← parameter − learning_rate · gradient, once per mini-batch
    images: (n, inputs) floats; labels: (n,) integers from 0; learning_rate: a number, or one for
    each network of a stack.
    seed: draws the mini-batches and the examples; the same seed gives the same run, bit for bit.
    test: (images, labels); then the accuracy of every snapshot is recorded, with the statistics of
    all training images taken as one batch. Of more than 2,000 images, to train or to test, a look
    takes 2,000, always the same; an accuracy p is then off by about √(p (1 − p)/2000), half a
    percent at 95 %.
    snapshots, examples, unit: how often at most to look, at how many training images, taken as one
    batch, and at which unit of each hidden layer. The loss of the first snapshot is theirs.
    frozen: names of parameters that stay as they are, such as ("gamma", "beta").
    running_rate: weight of the NEW batch in running averages that start at (0, 1), their variances
    corrected by m/(m − 1), as PyTorch keeps them; None keeps none.
    progress: whether a bar shows how far it is, once a second has passed.
    Raises ValueError for data and choices that cannot be trained with, before the first step.
    """
    images, labels = _as_data(net, images, labels)
    batches = minibatches(len(images), batch_size, seed)
    if net.batch_norm and batch_size < 2:
        raise ValueError(
            f"batch_size is 2 or more with batch norm, got {batch_size}: one example alone is its "
            "own mean and becomes 0"
        )
    if examples < 1:
        raise ValueError(f"examples is 1 or more, got {examples}: they are what is looked at")
    rates = parameter_rates(net, learning_rate, frozen)
    shown = np.random.default_rng([seed, 1]).permutation(len(images))[:examples]
    looked_at = images[shown], unit
    if test is not None:
        looked_at += *_some(seed, images), _some(seed, *_as_data(net, *test))
    at = snapshot_steps(steps, snapshots)
    loss, _, _ = find_gradients(net, images[shown], labels[shown])
    losses, snapshots_taken = [loss], [take_snapshot(net, *looked_at)]
    running = None
    if net.batch_norm and running_rate is not None:
        running = tuple((layer.beta * 0, layer.gamma * 0 + 1) for layer in net.layers[:-1])
    with progress_bar(desc="training", total=steps, shown=progress) as bar:
        for gap in np.diff(at).tolist():
            some = islice(batches, gap)
            net, loss, running = _train_on(net, running, images, labels, some, rates, running_rate)
            losses.append(loss)
            snapshots_taken.append(take_snapshot(net, *looked_at))
            bar.update(gap)
    net = net._replace(statistics=measure_statistics(net, images, batch_size))
    finite = np.isfinite(losses).all(axis=0)
    finite &= np.isfinite(network.side_by_side(net.layers)).all(axis=-1)
    record = {
        name: np.stack([each[name] for each in snapshots_taken]) for name in snapshots_taken[0]
    }
    return Run(net, at, np.stack(losses), ~finite, running, **record)


def take_snapshot(net, images, unit, seen=None, test=None):
    """What a snapshot keeps of a network as it is now: arrays, by their names in `Run`.

    images, unit: what z is of. test: (images, labels); then the accuracy is kept, too, with the
    statistics of the images `seen`, taken as one batch.
    """
    nets, hidden = network.forward(net, images)[1].z, net.layers[:-1]
    kept = {"z": np.stack([z[..., unit] for z in nets])}  # (layers, ..., examples)
    if net.batch_norm:
        kept["gamma"] = _with_nan([layer.gamma for layer in hidden])
        kept["beta"] = _with_nan([layer.beta for layer in hidden])
    if test is not None:
        statistics = measure_statistics(net, seen, batch_size=len(seen))
        kept["accuracy"] = accuracy(net._replace(statistics=statistics), *test)
    return kept


def step(net, images, labels, learning_rates):
    """One step downhill: (network, loss before it, the forward pass).

    images: (m, inputs); labels: (m,); loss: (...); learning_rates: as `descend` takes them.
    """
    loss, gradients, passed = find_gradients(net, images, labels)
    return descend(net, gradients, learning_rates), loss, passed


def find_gradients(net, images, labels):
    """The loss (...) of a mini-batch, its gradients in the form of `net.layers`, and the pass."""
    logits, passed = network.forward(net, images)
    loss, dlogits = network.cross_entropy(logits, labels)
    return loss, network.backward(dlogits, passed), passed


def descend(net, gradients, learning_rates):
    """The network with every parameter − learning rate · gradient.

    gradients: in the form of `net.layers`. learning_rates: a number, or one for each network of a
    stack, or, again in the form of `net.layers`, what broadcasts to each parameter.
    """
    if not isinstance(learning_rates, tuple | list) or np.isscalar(learning_rates[0]):
        learning_rates = parameter_rates(net, learning_rates)
    layers = network.map_parameters(
        lambda parameter, gradient, rate: parameter - rate * gradient,
        net.layers, gradients, learning_rates,
    )  # fmt: skip
    return net._replace(layers=layers)


def parameter_rates(net, learning_rate, frozen=()):
    """The learning rate of every parameter, in the form of `net.layers`: 0 where it is frozen.

    learning_rate: a number, or one for each network of a stack. Raises ValueError for all else.
    """
    stacked = net.layers[0].weights.shape[:-2]
    rate = floats("learning_rate", learning_rate, net.dtype)
    if not ((rate >= 0) & (rate < np.inf)).all():
        raise ValueError(f"learning_rate is 0 or more, got {rate}")
    if np.broadcast_shapes(rate.shape, stacked) != stacked:
        raise ValueError(
            f"learning_rate is one number, or one for each network of a stack {stacked}, got shape "
            f"{rate.shape}: network.stack([net] * {rate.size}) makes a stack"
        )
    of_matrix, of_vector = rate[..., None, None], rate[..., None]  # as they broadcast
    rates = {"weights": of_matrix, "bias": of_vector, "gamma": of_vector, "beta": of_vector}
    rates |= dict.fromkeys(frozen, 0)
    return (network.Layer(**rates),) * len(net.layers)


def train_at_rates(networks, images, labels, learning_rates, **choices):
    """Train each network at each learning rate; returns a list of `Run`s, one per network.

    A run is a stack over the learning rates, (rates,): seven networks of width 100 at a time still
    fit the processor's cache, all of the sweep at once would not.
    choices: what `train` takes. The same mini-batches for all.
    Raises ValueError for what `train` does.
    """
    stacks = [network.stack([net] * len(learning_rates)) for net in networks]
    return [
        train(stack, images, labels, learning_rate=learning_rates, progress=False, **choices)
        for stack in progress_bar(stacks, desc="sweep")
    ]


def minibatches(n, batch_size, seed=0):
    """Endless mini-batches: index arrays of batch_size examples out of n.

    Every epoch is shuffled anew, and what is left over at its end is dropped.
    Raises ValueError for a batch_size that no epoch can fill.
    """
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size is from 1 to {n}, as many as there are, got {batch_size}")
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
    if not steps >= 1 or snapshots < 2:
        raise ValueError(f"steps is 1 or more and snapshots 2 or more, got {steps}, {snapshots}")
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
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy is a share from 0 to 1, got {accuracy}")
    if run.accuracy is None:
        raise ValueError(
            "steps_to needs a run that recorded its accuracy, got one that did not: "
            "train with test=(images, labels)"
        )
    reached = run.accuracy >= accuracy  # (S, ...)
    return np.where(reached.any(axis=0), run.steps[reached.argmax(axis=0)], np.inf)


@np.errstate(all="ignore")  # statistics of a diverged network are nan
def layer_statistics(net, images, batches):
    """What many mini-batches say about a network that stands still: (means, variances) per layer.

    batches: index arrays, of a limited number; all layers come from one forward pass each.
    Both results of a hidden layer: (batches, ..., units), the variances divided by m. The inputs
    of all layers but the first were normalized by the same mini-batch.
    """
    images = floats("images", images)
    norms = [network.forward(net, images[batch])[1].norms for batch in batches]
    return [
        (np.stack([norm.mean for norm in layer]), np.stack([norm.var for norm in layer]))
        for layer in zip(*norms, strict=True)
    ]


def measure_statistics(net, images, batch_size):
    """Statistics for test time, (mean, var) of every hidden layer: one epoch at fixed parameters.

    `net._replace(statistics=measure_statistics(net, images, batch_size))` can `predict`.
    mean, var: (..., units), averaged over the mini-batches, the variance times m/(m − 1).
    Unbiased in the first layer only: the inputs of the others were normalized by the same small
    batches. With batch_size=len(images) that makes no difference.
    None for a network without batch norm. Raises ValueError for a batch_size below 2.
    Ioffe & Szegedy 2015, Algorithm 2.
    """
    if not net.batch_norm:
        return None
    epoch = islice(minibatches(len(images), batch_size), len(images) // batch_size)
    return tuple(
        batchnorm.population_statistics(means, variances, batch_size)
        for means, variances in layer_statistics(net, images, epoch)
    )


def progress_bar(steps=None, shown=True, **looks):
    """A progress bar that waits for a second before it shows, and is gone when all is done."""
    disable = {} if shown else {"disable": True}  # False would overrule the variable TQDM_DISABLE
    return tqdm(steps, file=sys.stdout, delay=1, leave=False, **disable, **looks)


def _train_on(net, running, images, labels, batches, rates, running_rate):
    """A step for each mini-batch: the network then, the mean loss, the running averages then."""
    losses = []
    for batch in batches:
        net, loss, passed = step(net, images[batch], labels[batch], rates)
        losses.append(loss)
        if running is not None:
            running = _averaged(running, passed.norms, len(batch), running_rate)
    return net, np.mean(losses, axis=0), running


def _averaged(running, norms, m, running_rate):
    """Running averages of all hidden layers, one mini-batch of m later."""
    batch = (batchnorm.population_statistics([norm.mean], [norm.var], m) for norm in norms)
    pairs = zip(running, batch, strict=True)
    return tuple(batchnorm.update_running(old, new, running_rate) for old, new in pairs)


def _some(seed, *arrays):
    """The same rows of each array: all, or of many `AT_A_LOOK`, drawn with the seed."""
    rows = np.random.default_rng([seed, 2]).permutation(len(arrays[0]))[:AT_A_LOOK]
    return tuple(array[np.sort(rows)] for array in arrays)


def _with_nan(values):
    """Arrays (..., units) as one, (layers, ..., widest), with nan in what the narrow ones lack."""
    widest = max(value.shape[-1] for value in values)
    together = np.full((len(values), *values[0].shape[:-1], widest), np.nan, values[0].dtype)
    for row, value in zip(together, values, strict=True):
        row[..., : value.shape[-1]] = value
    return together


def _as_data(net, images, labels, most_axes=2):
    """Images and labels as arrays; raises ValueError if they do not fit the network."""
    images = floats("images", images, net.dtype)
    inputs, classes = net.layers[0].weights.shape[-2], net.layers[-1].weights.shape[-1]
    if not 2 <= images.ndim <= most_axes or images.shape[-1] != inputs or images.size == 0:
        raise ValueError(
            f"images have the shape (n, {inputs}) for this network, got shape {images.shape}"
        )
    if not np.isfinite(images).all():
        raise ValueError("images are finite numbers, got nan or inf: where do they come from?")
    return images, network.class_labels(labels, images.shape[-2], classes)
