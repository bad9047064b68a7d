"""What the demos and the notebooks share: the running example, and what is trained.

Training takes seconds, in a reader's browser minutes. So each experiment below is run once, under
one name, and what it gave is shipped in `data/runs/`. To run one anew and keep what it gives:

    python -m bnviz.experiments NAME …
"""

import functools
import sys
from pathlib import Path

import numpy as np

from bnviz import batchnorm, digits, measures, network, training

SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have
RUNS = Path(__file__).parent / "data" / "runs"
WITHOUT, WELL, WITH = "sd 0.1, without", "4×Xavier, without", "with batch norm"
WELL_WITH = "4×Xavier, with batch norm"


# The running example: one unit of the first hidden layer, and the digits it sees


def images():
    """Return the 1,437 training images, (n, 64); not to be written to."""
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


# Recordings


def recorded(experiment):
    """Let `experiment()` read what it once gave: a dict of arrays, or of such dicts.

    `experiment.run()` runs it.
    """

    @functools.cache
    @functools.wraps(experiment)
    def read():
        with np.load(RUNS / f"{experiment.__name__}.npz") as file:
            return _nest({tuple(key.split("|")): file[key] for key in file.files})

    read.run = experiment
    return read


def record(name):
    """Run an experiment and keep what it gives for those who come after."""
    RUNS.mkdir(exist_ok=True)
    arrays = {"|".join(key): value for key, value in _flatten(globals()[name].run())}
    np.savez_compressed(RUNS / f"{name}.npz", **arrays)


def _flatten(tree, key=()):
    """Yield (key, array) for every array of a dict of dicts; a key is a tuple of names."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, (*key, name))
        else:
            yield (*key, name), np.asarray(value)


def _nest(flat):
    """Return the dict of dicts that `_flatten` took apart."""
    tree = {}
    for (*path, last), value in flat.items():
        branch = tree
        for name in path:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return tree


# The experiments


@recorded
def three_networks():
    """Train without batch norm from two starts, and with it: 1,800 steps at learning rate 0.3.

    Returns for each of `WITHOUT`, `WELL` and `WITH`: steps (S,), accuracy (S,) on the test images,
    z (S, 3 layers, 256 examples), the net of `UNIT` in each hidden layer, float16, and with batch
    norm gamma and beta (S, 3 layers, 100 units).
    """
    kinds = {WITHOUT: (False, 0.1), WELL: (False, "sigmoid"), WITH: (True, 0.1)}
    return {name: _record_run(*kind) for name, kind in kinds.items()}


def _record_run(batch_norm, weights):
    data = digits.load()
    run = training.train(
        network.init(SIZES, batch_norm, weights), data.images, data.labels, steps=1800,
        test=(data.test_images, data.test_labels), snapshots=70, examples=256, unit=UNIT,
    )  # fmt: skip
    kept = {"steps": run.steps, "accuracy": run.accuracy, "z": run.z.astype(np.float16)}
    return kept | ({"gamma": run.gamma, "beta": run.beta} if batch_norm else {})


@recorded
def fourth_network():
    """Train as in `three_networks`, with batch norm and from the start of `WELL`: `WELL_WITH`."""
    return {WELL_WITH: _record_run(batch_norm=True, weights="sigmoid")}


def into_sigmoid(record):
    """Return what the sigmoid of `UNIT` gets in each layer of such a record, (S, layers, examples).

    y = gamma z_hat + beta with the statistics of the examples; without batch norm y = z.
    """
    z = record["z"].astype(float)
    if "gamma" not in record:
        return z
    gamma, beta = (record[name][..., [UNIT]] for name in ("gamma", "beta"))  # (S, layers, 1)
    return batchnorm.forward(z[..., None], gamma, beta)[0][..., 0]


@recorded
def deep_starts():
    """Push 256 images through 20 untrained hidden layers of 100 units, and the gradient back.

    Returns scales (K,), standard deviations of the weights, and for "without" and "with" batch
    norm, each (K, 20 layers): spread, the root of the mean variance of z over the images;
    saturated, the share of activations within 0.03 of 0 or 1; gradient, the root mean square of
    dL/dW.
    """
    scales = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)
    looks = {
        name: [_look_through(batch_norm, scale) for scale in scales]
        for name, batch_norm in (("without", False), ("with", True))
    }
    columns = "spread", "saturated", "gradient"
    return {"scales": scales} | {
        name: dict(zip(columns, np.moveaxis(rows, 1, 0), strict=True))
        for name, rows in looks.items()
    }


def _look_through(batch_norm, scale):
    """The spread, saturation and gradient of every layer, (3, 20)."""
    data = digits.load(float)
    net = network.init((64, *[100] * 20, 10), batch_norm, scale, dtype=float)
    logits, cache = network.forward(net, data.images[:256])
    _, dlogits = network.cross_entropy(logits, data.labels[:256])
    gradients = network.backward(dlogits, cache)[:-1]
    return [
        [np.sqrt(z.var(axis=0).mean()) for z in cache.z],
        [measures.share_saturated(a) for a in cache.inputs[1:]],
        [np.sqrt(np.mean(layer.weights**2)) for layer in gradients],
    ]


SWEEP_RATES = (0.01, 0.04, 0.15, 0.5, 2.0, 8.0, 30.0)
SWEEP_WEIGHTS = ("sigmoid", 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.0)


@recorded
def sweep():
    """Train for 300 steps at every pair of a learning rate and a start, for three seeds.

    Three hidden layers of 50 units. Returns steps (S,), and for "without" and "with" batch norm
    the accuracies on the test images, (3 seeds, S, 8 starts, 7 rates).
    """
    seeds = range(3)
    runs = {
        name: [
            [sweep_row(batch_norm, weights, seed) for weights in SWEEP_WEIGHTS] for seed in seeds
        ]
        for name, batch_norm in (("without", False), ("with", True))
    }
    accuracies = {
        name: np.stack([[run.accuracy for run in row] for row in rows]).swapaxes(1, 2)
        for name, rows in runs.items()
    }
    return {"steps": runs["with"][0][0].steps} | {
        name: values.astype(np.float16) for name, values in accuracies.items()
    }


def sweep_row(batch_norm, weights, seed):
    """Train from one start at every rate of the sweep, as a stack: a `training.Run`."""
    net = network.init((64, 50, 50, 50, 10), batch_norm, weights, seed=seed)
    return _train_stack(net, SWEEP_RATES, seed, steps=300, snapshots=24)


RACE_RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@recorded
def race():
    """Train each of the three networks at six learning rates, for five seeds, up to 90 %.

    Returns for each of `WITHOUT`, `WELL` and `WITH` to_90 (5 seeds, 6 rates), the step of the first
    snapshot with 90 % of the test images, inf for none within 2,000 steps (600 for the last two),
    and before_90, the step of the snapshot before.
    """
    return {
        name: dict(zip(("to_90", "before_90"), race_of(name, range(5)), strict=True))
        for name in (WITHOUT, WELL, WITH)
    }


def race_of(name, seeds):
    """Return to_90 and before_90 of one network, each (seeds, 6 rates)."""
    batch_norm, weights, steps = RACERS[name]
    runs = [
        _train_stack(
            network.init(SIZES, batch_norm, weights, seed=seed), RACE_RATES, seed, steps=steps,
            snapshots=int(np.sqrt(9 * steps)),
        )
        for seed in seeds
    ]  # fmt: skip
    to_90 = np.array([training.steps_to(run, 0.9) for run in runs])
    before = np.searchsorted(runs[0].steps, to_90) - 1
    return to_90, np.where(np.isfinite(to_90), runs[0].steps[before], np.inf)


RACERS = {WITHOUT: (False, 0.1, 2000), WELL: (False, "sigmoid", 600), WITH: (True, 0.1, 600)}


def _train_stack(net, rates, seed, **choices):
    """Train copies of a network, each at its own rate, all on the mini-batches of this seed."""
    data = digits.load()
    choices |= {"test": (data.test_images, data.test_labels), "examples": 60, "progress": False}
    stack = network.stack([net] * len(rates))
    return training.train(
        stack, data.images, data.labels, learning_rate=rates, seed=seed, **choices
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
