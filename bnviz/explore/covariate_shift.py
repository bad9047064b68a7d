"""The explorables of notebook 01."""

from itertools import islice

import numpy as np

from bnviz import batchnorm, digits, live, measures, training
from bnviz.explore import example
from bnviz.pictures import BatchView, Drift, number

BATCH_SIZE = 60
STEPS = 1800  # enough for the network without batch norm to get going


def batches():
    """Compare one mini-batch of 60 with the whole population, drawn in three ways.

    Returns a `Live`.
    """
    z = (example.images() @ example.weights()).astype(float)  # (n, 1)
    (mean,), (var,) = batchnorm.batch_statistics(z)
    noise = np.sqrt(var / BATCH_SIZE)
    orders = draw_batches()
    count = len(orders["shuffled"])

    def show(batch, order):
        values = z[orders[order]][..., 0]  # (batches, m)
        means, index = values.mean(axis=-1), batch - 1
        now = values[index]
        inside = np.count_nonzero(np.abs(means - mean) < 2 * noise)
        away = (now.mean() - mean) / noise
        caption = (
            f"Mini-batch {batch}, {order}, has mean {number(now.mean())} and sd "
            f"{number(now.std())}, the population mean {number(mean)} and sd "
            f"{number(np.sqrt(var))}: it lies {number(abs(away), 1)} times σ/√m = {number(noise)} "
            f"{'below' if away < 0 else 'above'}; {inside} of the {count} batch means lie within "
            "2 σ/√m of the population's."
        )
        return {"values": now, "means": means, "index": index}, caption

    controls = {
        "batch": live.slider("mini-batch", 1, count, 1, 1),
        "order": live.choice("how they are drawn", list(orders), "shuffled"),
    }
    return live.Live("batches", BatchView(z, BATCH_SIZE, count), show, controls)


def draw_batches():
    """Return mini-batches of the training images by how they are drawn, {name: (batches, m)}.

    Each image is in one batch at most; what does not fill a last batch is left out.
    """
    images, labels = example.images(), digits.load().labels
    count = len(images) // BATCH_SIZE
    # Seed 0 happens to hold a batch so far off that one shuffle in 2,000 has the like.
    shuffled = np.stack(list(islice(training.minibatches(len(images), BATCH_SIZE, seed=1), count)))

    def cut(order):
        return order[: shuffled.size].reshape(shuffled.shape)

    return {
        "shuffled": shuffled,
        "sorted by digit": cut(np.argsort(labels, kind="stable")),
        "bright first": cut(np.argsort(-images.mean(axis=-1), kind="stable")),
    }


def drift():
    """Follow what the sigmoid of one unit per hidden layer gets while the network learns.

    Returns a `Live`.
    """
    runs = {batch_norm: example.trained(batch_norm, STEPS) for batch_norm in (True, False)}
    inputs = {batch_norm: unit_inputs(run) for batch_norm, run in runs.items()}
    paths = {batch_norm: measures.percentiles(y) for batch_norm, y in inputs.items()}
    ranges = {batch_norm: _join(np.ptp(path[1], axis=0)) for batch_norm, path in paths.items()}
    steps = runs[True].steps
    row = {step: index for index, step in enumerate(steps.tolist())}

    def show(step, batch_norm):
        index, percentiles = row[step], paths[batch_norm]  # (3, S, layers)
        caption = (
            f"After {step} steps {'with' if batch_norm else 'without'} batch norm the median input "
            f"of the unit is {_join(percentiles[1, index])} in layers 1, 2 and 3, over the whole "
            f"training it ranges over {ranges[batch_norm]}, and the network recognizes "
            f"{100 * runs[batch_norm].accuracy[index]:.1f} % of the test images."
        )
        shown = {"y": inputs[batch_norm][index], "percentiles": percentiles, "index": index}
        return shown, caption

    controls = {
        "step": live.steps("training step", list(row), steps.tolist()[-1]),
        "batch_norm": live.switch("batch norm", False),
    }
    layers, reach = inputs[True].shape[1], max(np.abs(y).max() for y in inputs.values())
    return live.Live("drift", Drift(steps, layers, np.ceil(reach)), show, controls)


def unit_inputs(run):
    """Return what the sigmoid of the recorded unit gets, (S, layers, examples).

    y = gamma z_hat + beta with the statistics of the examples; without batch norm y = z.
    """
    if run.gamma is None:
        return run.z
    gamma, beta = run.gamma[..., [example.UNIT]], run.beta[..., [example.UNIT]]  # (S, layers, 1)
    y, _ = batchnorm.forward(run.z[..., None], gamma, beta)  # (S, layers, examples, 1)
    return y[..., 0]


def _join(values):
    first, second, third = (number(value) for value in values)
    return f"{first}, {second} and {third}"
