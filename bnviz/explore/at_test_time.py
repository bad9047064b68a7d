"""The explorable of notebook 06."""

from itertools import islice

import numpy as np

from bnviz import batchnorm, digits, live, training
from bnviz.explore import example
from bnviz.pictures import Estimates, number

BATCHES = 200
BATCH_SIZES = [2, 4, 8, 16, 32, 60, 128]
RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]


def test_time():
    """Collect statistics for test time from mini-batches, by three rules, and use them.

    The network is trained and stands still. The curves are those of the running example's unit in
    the first hidden layer; the accuracy is that of the test images, with the statistics of all
    units of all layers replaced.
    Returns a `Live`.
    """
    data, net = digits.load(), example.trained().network
    layers = training.population_statistics(net, data.images, len(data.images))
    population = np.stack(layers, axis=1)  # (2, layers, units): means and variances
    truth, best = population[:, 0, example.UNIT], _accuracies(net, population[None], data)
    sequences = {m: _sequence(net, data.images, m) for m in BATCH_SIZES}
    averages = {m: _averages(*sequences[m], m) for m in BATCH_SIZES}
    followed = {(m, rate): _running(*sequences[m], m, rate) for m in BATCH_SIZES for rate in RATES}

    def show(seen, m, rate):
        averaged = averages[m][:seen]  # (seen, 2, layers, units)
        biased = averaged * np.float32([1, (m - 1) / m])[:, None, None]
        running = followed[m, rate][: seen + 1]  # (seen + 1, 2, layers, units)
        paths = {"algorithm_2": averaged, "biased": biased, "running": running}
        estimates = np.stack([path[-1] for path in paths.values()])  # (3, 2, layers, units)
        accuracies = np.append(_accuracies(net, estimates, data), best)
        shown = {name: path[:, :, 0, example.UNIT] for name, path in paths.items()}
        variances = [number(path[-1, 1], 3) for path in shown.values()]
        hits = [number(100 * accuracy, 1) for accuracy in accuracies]
        caption = (
            f"After {seen} mini-batch{'es' if seen > 1 else ''} of {m} the variance is "
            f"{variances[0]} by Algorithm 2, {variances[1]} without m/(m − 1), {variances[2]} by "
            f"the running average and {number(truth[1], 3)} in the population; the test "
            f"accuracy is {hits[0]}, {hits[1]}, {hits[2]} and {hits[3]} %."
        )
        return {**shown, "accuracies": accuracies}, caption

    controls = {
        "seen": live.slider("batches seen", 1, BATCHES, 40, 1),
        "m": live.steps("m", BATCH_SIZES, 4),
        "rate": live.steps("rate", RATES, 0.05),
    }
    return live.Live("test_time", Estimates(truth, BATCHES), show, controls)


def _sequence(net, images, m):
    """Means and variances (÷m) of many mini-batches: (2, batches, layers, units)."""
    batches = islice(training.minibatches(len(images), m), BATCHES)
    return np.stack(training.batch_statistics(net, images, batches), axis=2)


def _averages(means, variances, m):
    """Algorithm 2 after each mini-batch: (batches, 2, layers, units)."""
    seen = range(1, len(means) + 1)
    return np.array([batchnorm.population_statistics(means[:n], variances[:n], m) for n in seen])


def _running(means, variances, m, rate):
    """Running averages from (0, 1) on, as PyTorch keeps them: (batches + 1, 2, layers, units)."""
    corrected = variances * np.float32(m / (m - 1))
    path = [(np.zeros_like(means[0]), np.ones_like(means[0]))]
    for batch in zip(means, corrected, strict=True):
        path.append(batchnorm.update_running(path[-1], batch, rate))
    return np.array(path)


def _accuracies(net, estimates, data):
    """Test accuracy with each set of statistics: (sets, 2, layers, units) → (sets,)."""
    statistics = tuple((layer[:, 0], layer[:, 1]) for layer in np.moveaxis(estimates, 2, 0))
    net = net._replace(statistics=statistics)
    return training.accuracy(net, data.test_images[None], data.test_labels)
