"""The explorables of notebook 08."""

import functools

import numpy as np

from bnviz import batchnorm, digits, live, measures, network
from bnviz import training as trainer
from bnviz.explore import example
from bnviz.explore.covariate_shift import unit_inputs
from bnviz.pictures import SweepMap, TrainingView, number

STEPS = 1800  # enough for small weights without batch norm to get to 90 %
SMALL, WELL, WITH = "std 0.1, without", "4×Xavier, without", "with batch norm"
RATES = 0.01, 0.04, 0.15, 0.5, 2.0, 8.0, 30.0
SCALES = 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.0
SWEEP_SIZES = (64, 50, 50, 50, 10)
SWEEP_STEPS = 300


def training():
    """Scrub through the training of three networks and look into the one you choose.

    Returns a `Live`.
    """
    runs = compare()
    inputs = {name: unit_inputs(run) for name, run in runs.items()}  # (S, layers, examples)
    paths = {name: measures.percentiles(y) for name, y in inputs.items()}  # (3, S, layers)
    steps = runs[WITH].steps
    row = {step: index for index, step in enumerate(steps.tolist())}

    def show(step, chosen, layer):
        index, path = row[step], paths[chosen][..., layer - 1]  # (3, S)
        low, median, high = path[:, index]
        accuracies = [f"{100 * run.accuracy[index]:.1f} % ({name})" for name, run in runs.items()]
        caption = (
            f"After {step} steps the test images recognized are {', '.join(accuracies)}; the "
            f"sigmoid of a unit in layer {layer} ({chosen}) gets {number(median)} as its "
            f"median and 70 % of its inputs between {number(low)} and {number(high)}."
        )
        z, z_hat, y = runs[chosen].z[index, layer - 1], None, None  # (examples,)
        if runs[chosen].gamma is not None:
            z_hat = batchnorm.normalize(z[:, None], *batchnorm.batch_statistics(z[:, None]))
            y = inputs[chosen][index, layer - 1]
        shown = {"chosen": chosen, "index": index, "percentiles": path}
        return {"z": z, "z_hat": z_hat, "y": y, **shown}, caption

    controls = {
        "step": live.steps("training step", list(row), next(step for step in row if step >= 30)),
        "chosen": live.choice("look into", list(runs), WITH),
        "layer": live.choice("hidden layer", [1, 2, 3], 3),
    }
    accuracies = {name: run.accuracy for name, run in runs.items()}
    return live.Live("training", TrainingView(steps, accuracies), show, controls)


def sweep():
    """Choose a learning rate and a scale of the weights, and see what 300 steps made of them.

    Returns a `Live`.
    """
    runs = sweep_runs(batch_norm=False), sweep_runs(batch_norm=True)
    without, with_norm = (sweep_accuracy(run) for run in runs)  # (S, rows, columns)
    columns = [f"{rate:g}" for rate in RATES]
    rows = ["4×Xavier", *(f"sd {scale:g}" for scale in SCALES)]

    def show(rate, weights):
        row, column = rows.index(weights), columns.index(rate)
        ends = [100 * accuracy[-1] for accuracy in (without, with_norm)]
        caption = (
            f"With weights {weights} and learning rate {rate}, after {SWEEP_STEPS} steps the "
            f"network without batch norm recognizes {ends[0][row, column]:.1f} % of the test "
            f"images, with it {ends[1][row, column]:.1f} %, and 4×Xavier without it "
            f"{ends[0][0, column]:.1f} %; of the {ends[0][1:].size} cells above the bottom row, "
            f"{(ends[0][1:] >= 90).sum()} reach 90 % without and {(ends[1][1:] >= 90).sum()} with."
        )
        return {"row": row, "column": column}, caption

    controls = {
        "rate": live.steps("learning rate", columns, "0.5"),
        "weights": live.steps("weights", rows, "sd 0.15"),
    }
    picture = SweepMap(runs[0][0].steps, without, with_norm, rows, columns)
    return live.Live("sweep", picture, show, controls)


@functools.cache
def compare():
    """Train the three networks at learning rate 0.3 on the same mini-batches of 60: {name: Run}."""
    networks = {SMALL: (False, 0.1), WELL: (False, "sigmoid"), WITH: (True, 0.1)}
    choices = _choices(steps=STEPS, snapshots=80, unit=example.UNIT)
    return {
        name: trainer.train(network.init(example.SIZES, *kind), **choices)
        for name, kind in networks.items()
    }


@functools.cache
def sweep_runs(batch_norm, seed=0):
    """Train at every learning rate of `RATES`: a `Run` for 4×Xavier, then one for each of `SCALES`.

    Three hidden layers of 50 units, 300 mini-batches of 60; `seed` draws weights and mini-batches.
    """
    scales = "sigmoid", *SCALES
    networks = [network.init(SWEEP_SIZES, batch_norm, scale, seed=seed) for scale in scales]
    choices = _choices(steps=SWEEP_STEPS, snapshots=8, examples=60, seed=seed)
    return trainer.sweep(networks, learning_rates=RATES, **choices)


def sweep_accuracy(runs):
    """Return the accuracies of a sweep on the test images, (S, 1 + scales, rates)."""
    return np.stack([run.accuracy for run in runs], axis=1)


def _choices(**more):
    data = digits.load()
    test = data.test_images, data.test_labels
    return {"images": data.images, "labels": data.labels, "test": test, **more}
