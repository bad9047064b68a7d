"""What the demos and the notebooks share: the running example, and what is trained.

Training takes seconds, in a reader's browser minutes. So each experiment below is run once, under
one name, and what it gave is shipped in `data/runs/`. To run one anew and keep what it gives:

    python -m bnviz.experiments NAME …
"""

import functools
import sys
from pathlib import Path

import numpy as np

from bnviz import digits, measures, network, training

SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have
RUNS = Path(__file__).parent / "data" / "runs"
WITHOUT, WELL, WITH = "std 0.1, without", "4×Xavier, without", "with batch norm"


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


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
