"""Collect statistics for the network of `trained` by three rules, and try them on test images.

Returns sizes (7,) of the mini-batches, rates (6,), seen (21,), numbers of mini-batches; unit
(7, 200, 2), mean and variance (÷m) that 200 mini-batches of each size have for `UNIT` of the
first hidden layer, and truth (2,), those over all training images. And how many test images
are not recognized: wrong (7, 6, 21, 3) by each of `by_each_rule`, wrong_truth () with the
statistics of all training images taken as one batch.
"""

import itertools

import numpy as np

from bnviz import batchnorm, network, training
from bnviz.example import DATA, UNIT, images
from bnviz.recordings.trained_network import trained


def run(sizes=(2, 4, 8, 16, 32, 60, 128)):
    rates = 0.01, 0.02, 0.05, 0.1, 0.2, 0.5
    seen = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200]
    truth = collect(len(images()), 1)  # (1, 2, layers, units)
    after = np.array(seen) - 201  # counted from the end: before the first batch, one rule has more
    unit = np.empty((len(sizes), 200, 2), np.float32)
    wrong = np.empty((len(sizes), len(rates), len(seen), 3), np.int16)
    for i, m in enumerate(sizes):
        batches = collect(m, 200)
        unit[i] = batches[:, :, 0, UNIT]
        for j, rate in enumerate(rates):
            for k, path in enumerate(by_each_rule(batches, m, rate).values()):
                wrong[i, j, :, k] = wrong_images(path[after])
    return {
        "sizes": sizes, "rates": rates, "seen": seen, "unit": unit, "truth": truth[0, :, 0, UNIT],
        "wrong": wrong, "wrong_truth": wrong_images(truth)[0],
    }  # fmt: skip


def collect(m, count):
    """Return mean and variance (÷m) of mini-batches in `trained`, (count, 2, layers, units)."""
    batches = itertools.islice(training.minibatches(len(images()), m), count)
    return np.transpose(training.layer_statistics(trained(), images(), batches), (2, 1, 0, 3))


def by_each_rule(batches, m, rate):
    """Return the statistics for test time after each of some mini-batches, by the name of the rule.

    batches: (n, 2, ...), mean and variance (÷m) of each; the same for "Algorithm 2" and "without
    m/(m − 1)". "running average" is (n + 1, 2, ...): it starts at mean 0 and variance 1, and keeps
    corrected variances, as PyTorch does.
    """
    trail = (1,) * (batches.ndim - 2)
    factor = np.array([1, m / (m - 1)], batches.dtype).reshape(2, *trail)
    count = np.arange(1, len(batches) + 1).reshape(-1, 1, *trail)
    biased = (np.cumsum(batches, axis=0) / count).astype(batches.dtype)
    running = [(np.zeros_like(batches[0, 0]), np.ones_like(batches[0, 0]))]
    for batch in batches * factor:
        running.append(batchnorm.update_running(running[-1], batch, rate))
    rules = biased * factor, biased, np.array(running)
    return dict(zip(("Algorithm 2", "without m/(m − 1)", "running average"), rules, strict=True))


def wrong_images(statistics):
    """Return how many test images `trained` gets wrong with each of (n, 2, layers, units)."""
    net = trained()._replace(statistics=np.transpose(statistics, (2, 1, 0, 3)))
    answers = network.predict(net, DATA.test_images[None]).argmax(axis=-1)
    return (answers != DATA.test_labels).sum(axis=-1)
