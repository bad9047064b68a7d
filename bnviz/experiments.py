"""What the demos and the notebooks share: the running example, and what is trained.

Training takes seconds, in a reader's browser minutes. So each experiment below is run once, under
one name, and what it gave is shipped in `data/runs/`. To run one anew and keep what it gives:

    python -m bnviz.experiments NAME …
"""

import functools
import itertools
import sys
from pathlib import Path

import numpy as np

from bnviz import batchnorm, digits, measures, network, training

SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have
RUNS = Path(__file__).parent / "data" / "runs"
WITHOUT, WELL, WITH = "sd 0.1, without", "4×Xavier, without", "with batch norm"
WELL_WITH = "4×Xavier, with batch norm"
FOLDED = "folded at step 0"
STARTS = {  # batch norm, weights
    WITHOUT: (False, 0.1),
    WELL: (False, "sigmoid"),
    WITH: (True, 0.1),
    WELL_WITH: (True, "sigmoid"),
}


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

    activations: your own values of Wx, any shape, as many as you like: more than 4,096 are
    compressed to that many by `measures.compress`, so that a picture of a million moves as fast.
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
            return _nest(file)

    read.run = experiment
    return read


def record(name):
    """Run an experiment and keep what it gives for those who come after."""
    RUNS.mkdir(exist_ok=True)
    np.savez_compressed(RUNS / f"{name}.npz", **dict(_flatten(globals()[name].run())))


def _flatten(tree, path=""):
    """Yield (key, array) for every array of a dict of dicts; a key is names joined by |."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{path}{name}|")
        else:
            yield path + name, value


def _nest(flat):
    """Return the dict of dicts that `_flatten` took apart."""
    tree = {}
    for key, value in flat.items():
        branch, (*path, last) = tree, key.split("|")
        for name in path:
            branch = branch.setdefault(name, {})
        branch[last] = value
        value.flags.writeable = False  # all who ask get the same
    return tree


# The experiments


def start(name, seed=0):
    """Return one of the networks of `STARTS`, or `FOLDED`, before training."""
    if name == FOLDED:
        return folded(start(WITH, seed))
    return network.init(SIZES, *STARTS[name], seed=seed)


def _train(net, **choices):
    """Train on the digits, with an eye on the test images: a `training.Run`."""
    data = digits.load()
    test = data.test_images, data.test_labels
    return training.train(net, data.images, data.labels, test=test, progress=False, **choices)


def _train_stack(net, rates, seed, **choices):
    """Train copies of a network, each at its own rate, all on the mini-batches of this seed."""
    stack = network.stack([net] * len(rates))
    return _train(stack, learning_rate=rates, seed=seed, examples=60, **choices)


@recorded
def three_networks():
    """Train without batch norm from two starts, and with it: 1,800 steps at learning rate 0.3.

    Returns for each of `WITHOUT`, `WELL` and `WITH`: steps (S,), accuracy (S,) on the test images,
    z (S, 3 layers, 256 examples), the net of `UNIT` in each hidden layer, float16, and with batch
    norm gamma and beta (S, 3 layers, 100 units).
    """
    return {name: _record_run(name) for name in (WITHOUT, WELL, WITH)}


def _record_run(name):
    run = _train(start(name), steps=1800, snapshots=70, examples=256, unit=UNIT)
    kept = {"steps": run.steps, "accuracy": run.accuracy, "z": run.z.astype(np.float16)}
    return kept | ({"gamma": run.gamma, "beta": run.beta} if run.network.batch_norm else {})


@recorded
def fourth_network():
    """Train as in `three_networks`, with batch norm and from the start of `WELL`: `WELL_WITH`."""
    return {WELL_WITH: _record_run(WELL_WITH)}


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
    return {
        "scales": scales,
        "without": _look_through(False, scales),
        "with": _look_through(True, scales),
    }


def _look_through(batch_norm, scales):
    data, looks = digits.load(float), []
    for scale in scales:
        net = network.init((64, *[100] * 20, 10), batch_norm, scale, dtype=float)
        logits, cache = network.forward(net, data.images[:256])
        _, dlogits = network.cross_entropy(logits, data.labels[:256])
        gradients = network.backward(dlogits, cache)[:-1]
        looks.append([
            [np.sqrt(z.var(axis=0).mean()) for z in cache.z],
            [measures.share_saturated(a) for a in cache.inputs[1:]],
            [np.sqrt(np.mean(layer.weights**2)) for layer in gradients],
        ])  # fmt: skip
    columns = np.moveaxis(looks, 1, 0)  # (3, K, 20)
    return dict(zip(("spread", "saturated", "gradient"), columns, strict=True))


SWEEP_RATES = (0.01, 0.04, 0.15, 0.5, 2.0, 8.0, 30.0)
SWEEP_WEIGHTS = ("sigmoid", 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.0)


@recorded
def sweep():
    """Train for 300 steps at every pair of a learning rate and a start, for three seeds.

    Three hidden layers of 50 units. Returns steps (S,), and for "without" and "with" batch norm
    the accuracies on the test images, (3 seeds, S, 8 starts, 7 rates).
    """
    kept = {}
    for name, batch_norm in (("without", False), ("with", True)):
        runs = [
            [sweep_row(batch_norm, weights, seed) for weights in SWEEP_WEIGHTS] for seed in range(3)
        ]
        accuracy = np.array([[run.accuracy for run in row] for row in runs])  # (3, 8, S, 7)
        kept[name] = accuracy.swapaxes(1, 2)
    return kept | {"steps": runs[0][0].steps}


def sweep_row(batch_norm, weights, seed):
    """Train from one start at every rate of the sweep, as a stack: a `training.Run`."""
    net = network.init((64, 50, 50, 50, 10), batch_norm, weights, seed=seed)
    return _train_stack(net, SWEEP_RATES, seed, steps=300, snapshots=24)


RACE_RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
RACE_STEPS = {WITHOUT: 2000, WELL: 600, FOLDED: 600, WITH: 600}


@recorded
def race():
    """Train each of the three networks at six learning rates, for five seeds, up to 90 %.

    Returns for each of `WITHOUT`, `WELL` and `WITH` to_90 (5 seeds, 6 rates), the step of the first
    snapshot with 90 % of the test images, inf for none within the steps of `RACE_STEPS`,
    and before_90, the step of the snapshot before.
    """
    return {
        name: dict(zip(("to_90", "before_90"), race_of(name, range(5)), strict=True))
        for name in (WITHOUT, WELL, WITH)
    }


def race_of(name, seeds):
    """Return to_90 and before_90 of one network, each (seeds, 6 rates)."""
    steps = RACE_STEPS[name]
    choices = {"steps": steps, "snapshots": int(np.sqrt(9 * steps))}
    runs = [_train_stack(start(name, seed), RACE_RATES, seed, **choices) for seed in seeds]
    to_90 = np.array([training.steps_to(run, 0.9) for run in runs])
    before = np.searchsorted(runs[0].steps, to_90) - 1
    return to_90, np.where(np.isfinite(to_90), runs[0].steps[before], np.inf)


@recorded
def folded_race():
    """Run the `race` for `FOLDED`: its start has batch norm folded into weights and biases."""
    return {FOLDED: dict(zip(("to_90", "before_90"), race_of(FOLDED, range(5)), strict=True))}


def folded(net):
    """Return a network without batch norm that computes what `net` does for all training images.

    Batch norm with their statistics is folded into the weights and biases of each hidden layer.
    """
    _, cache = network.forward(net, images())
    hidden = [
        network.Layer(*batchnorm.fold(*layer, norm.mean, norm.var, net.eps))
        for layer, norm in zip(net.layers, cache.norms, strict=False)
    ]
    return network.Network((*hidden, net.layers[-1]), net.activation)


@recorded
def trained_network():
    """Train with batch norm for 600 steps at learning rate 0.3, from weights of sd 0.1.

    Returns for each layer, "1" to "4", its parameters, float16, and for a hidden one mean and var,
    the statistics of Algorithm 2 of the network with just these parameters. See `trained`.
    """
    net = _train(network.init(SIZES), snapshots=2).network
    layers = network.map_parameters(np.float16, net.layers)
    net = net._replace(layers=network.map_parameters(np.float32, layers))
    pairs = training.population_statistics(net, images(), batch_size=60)
    statistics = [*({"mean": mean, "var": var} for mean, var in pairs), {}]
    return {
        str(number): {name: value for name, value in layer._asdict().items() if value is not None}
        | statistics[number - 1]
        for number, layer in enumerate(layers, start=1)
    }


def trained():
    """Return the network of `trained_network`, float32, ready to `predict`."""
    layers = [
        {name: value.astype(np.float32) for name, value in layer.items()}
        for layer in trained_network().values()
    ]
    statistics = tuple((layer.pop("mean"), layer.pop("var")) for layer in layers[:-1])
    return network.Network(tuple(network.Layer(**layer) for layer in layers), statistics=statistics)


@functools.cache
def five_runs(steps, rate, /):
    """Train as in `trained_network` with running averages of this rate, from five seeds."""
    return [
        _train(network.init(SIZES, seed=seed), seed=seed, steps=steps, rate=rate, snapshots=2)
        for seed in training.progress_bar(range(5), desc="five networks")
    ]


@recorded
def test_time():
    """Collect statistics for the network of `trained` by three rules, and try them on test images.

    Returns sizes (7,) of the mini-batches, rates (6,), seen (21,), numbers of mini-batches; unit
    (7, 200, 2), mean and variance (÷m) that 200 mini-batches of each size have for `UNIT` of the
    first hidden layer, and truth (2,), those over all training images. And how many test images
    are not recognized: wrong (7, 6, 21, 3) by each of `three_rules`, wrong_truth () with the
    statistics of all training images taken as one batch.
    """
    whole = batches_through_trained(len(images()), 1)
    collected = {m: batches_through_trained(m, TEST_TIME_SEEN[-1]) for m in TEST_TIME_SIZES}
    wrong = [
        [_wrong_after(batches, m, rate) for rate in TEST_TIME_RATES]
        for m, batches in collected.items()
    ]
    return {
        "sizes": TEST_TIME_SIZES, "rates": TEST_TIME_RATES, "seen": TEST_TIME_SEEN,
        "unit": np.stack([batches[:, :, 0, UNIT] for batches in collected.values()]),
        "truth": whole[0, :, 0, UNIT], "wrong": np.array(wrong, np.int16),
        "wrong_truth": wrong_images(whole)[0],
    }  # fmt: skip


TEST_TIME_SIZES = (2, 4, 8, 16, 32, 60, 128)
TEST_TIME_RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
TEST_TIME_SEEN = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200)


def batches_through_trained(m, count):
    """Return mean and variance (÷m) of the first mini-batches, (count, 2, layers, units)."""
    batches = itertools.islice(training.minibatches(len(images()), m), count)
    return np.stack(np.moveaxis(training.batch_statistics(trained(), images(), batches), 0, 2), 1)


def three_rules(batches, m, rate):
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
    data = digits.load()
    layers = tuple((layer[:, 0], layer[:, 1]) for layer in np.moveaxis(statistics, 2, 0))
    net = trained()._replace(statistics=layers)
    right = training.accuracy(net, data.test_images[None], data.test_labels)
    return np.rint((1 - right) * len(data.test_labels)).astype(int)


def _wrong_after(batches, m, rate):
    """The errors after so many mini-batches as `TEST_TIME_SEEN` says, by each rule: (21, 3)."""
    rules = three_rules(batches, m, rate).values()
    after = [path[np.array(TEST_TIME_SEEN) + len(path) - len(batches) - 1] for path in rules]
    return np.stack([wrong_images(statistics) for statistics in after], axis=-1)


FREEZING = {
    "learned": (1, ()),
    "frozen at 1": (1, ("gamma", "beta")),
    "frozen at 3": (3, ("gamma", "beta")),
}  # where γ starts, what stays as it is
FREEZING_RATES = (0.1, 0.3, 1.0, 3.0, 10.0)


@recorded
def freezing():
    """Train with γ and β learned or frozen: 600 steps at five learning rates, for five seeds.

    Returns for each of `FREEZING` loss (5 seeds, 5 rates), on the last mini-batches, about 60, and
    accuracy (5 seeds, 5 rates) on the test images.
    """
    return {name: freeze(name, range(5)) for name in FREEZING}


def freeze(name, seeds):
    """Return loss and accuracy of one of `FREEZING`, a dict of arrays (seeds, 5 rates)."""
    gamma, frozen = FREEZING[name]
    runs = []
    for seed in seeds:
        *hidden, last = network.init(SIZES, seed=seed).layers
        hidden = [layer._replace(gamma=gamma * layer.gamma) for layer in hidden]
        net = network.Network((*hidden, last))
        runs.append(_train_stack(net, FREEZING_RATES, seed, frozen=frozen, snapshots=20))
    return {
        "loss": np.array([run.loss[-1] for run in runs]),
        "accuracy": np.array([run.accuracy[-1] for run in runs]),
    }


GROUPS = (4, 6, 10, 15, 30, 60, 300)  # sizes into which 300 images can be cut


@recorded
def generalization():
    """Train on 300 images, all of them at every step, while batch norm sees groups of m.

    With "right" labels and with one label in five "wrong". Returns for each the accuracies on the
    training images, with the labels they were given, and on the test images, (20 seeds, 2), for
    "Xavier" and "4×Xavier", which have no batch norm, and for every m of `GROUPS`, which start
    from Xavier's weights.
    """
    kinds = {"Xavier": (False, "xavier"), "4×Xavier": (False, "sigmoid")}
    kinds |= {str(m): (True, "xavier", m) for m in GROUPS}
    return {
        labels: {
            name: np.array([generalize(few_images(seed, wrong), seed, *kind) for seed in range(20)])
            for name, kind in kinds.items()
        }
        for labels, wrong in (("right", 0), ("wrong", 60))
    }


def few_images(seed, wrong=0):
    """Draw 300 training images and give the first of them another label: (images, labels)."""
    data, rng = digits.load(), np.random.default_rng(seed)
    some = rng.permutation(len(data.images))[:300]
    labels = data.labels[some]
    labels[:wrong] = (labels[:wrong] + rng.integers(1, 10, wrong)) % 10
    return data.images[some], labels


def generalize(few, seed, batch_norm, weights, m=300, steps=1500, learning_rate=1.5):
    """Train one network on few images, (images, labels); return its two accuracies, (2,)."""
    data, rng, (x, labels) = digits.load(), np.random.default_rng([seed, 1]), few
    net = network.init((64, 50, 50, 10), batch_norm, weights, seed=seed)
    for _ in range(steps):
        order = rng.permutation(len(x))
        gradients = gradients_in_groups(net, x[order], labels[order], m)
        net = walk(net, gradients, learning_rate)
    net = net._replace(statistics=training.population_statistics(net, x, len(x)))
    pairs = (x, labels), (data.test_images, data.test_labels)
    return [training.accuracy(net, *pair) for pair in pairs]


def gradients_in_groups(net, x, labels, m):
    """Return the gradients of the loss of all x, where batch norm sees groups of m."""
    groups = x.reshape(-1, m, x.shape[-1])  # (groups, m, inputs)
    logits, cache = network.forward(network.stack([net]), groups)
    _, dlogits = network.cross_entropy(logits.reshape(len(x), -1), labels)
    gradients = network.backward(dlogits.reshape(logits.shape), cache)
    return network.map_parameters(lambda gradient: gradient.sum(axis=0), gradients)


def find_gradients(net, x, labels):
    """Return the loss (...) of a mini-batch, and its gradients in the form of `net.layers`."""
    logits, cache = network.forward(net, x)
    loss, dlogits = network.cross_entropy(logits, labels)
    return loss, network.backward(dlogits, cache)


def walk(net, gradients, rate):
    """Return the network with every parameter − rate · gradient.

    rate: a number, or one for each network of a stack.
    """

    def move(p, g):
        return p - np.reshape(rate, np.shape(rate) + (1,) * g.ndim).astype(p.dtype) * g

    return net._replace(layers=network.map_parameters(move, net.layers, gradients))


SHAKES = (0.0, 0.5, 1.0, 2.0)


@recorded
def shaken():
    """Shake the input of every sigmoid anew at each of 600 steps, learning rate 0.3, five seeds.

    For `WITH` and for `WELL`. Returns for each, and each strength of `SHAKES`: steps (S,),
    accuracy (S, 5) on the test images, without shaking, and into (S, 256 examples), what the
    sigmoid of `UNIT` of the third hidden layer gets at that step in the first network, float16.
    """
    return {
        name: {str(strength): shaken_run(name, strength) for strength in SHAKES}
        for name in (WITH, WELL)
    }


def shaken_run(name, strength, seeds=range(5), steps=600):
    """Train a stack of networks while they are shaken, and return what `shaken` keeps of it."""
    data, rng = digits.load(), np.random.default_rng([seeds[0], 2])
    nets = network.stack([start(name, seed) for seed in seeds])
    batches = training.minibatches(len(data.images), 60, seeds[0])
    at = training.snapshot_steps(steps, 60)
    record = [_look_at_shaken(nets, nets)]
    for gap in np.diff(at):
        for batch in itertools.islice(batches, gap):
            nets, moved = shaken_step(nets, data.images[batch], data.labels[batch], strength, rng)
        record.append(_look_at_shaken(nets, moved))
    accuracy, into = (np.stack(column) for column in zip(*record, strict=True))
    return {"steps": at, "accuracy": accuracy, "into": into.astype(np.float16)}


def shaken_step(net, x, labels, strength, rng, rate=0.3):
    """Take one step downhill with every unit shaken: return (network, shaken network).

    What enters the sigmoid becomes mean + s (it − mean) + t sd, with mean and sd over the
    mini-batch, s = exp(strength · u), t = strength · v; u and v from N(0, 1) for every unit.
    """
    hidden = net.layers[:-1]
    shape = 2, len(hidden), *hidden[0].weights.shape[:-2], SIZES[1]
    u, v = rng.standard_normal(shape, np.float32)
    s, t = np.exp(strength * u), strength * v
    moved = shake(net, x, s, t)
    _, (*inner, last) = find_gradients(moved, x, labels)
    return walk(net, (*map(_back_through_shake, inner, s, t), last), rate), moved


def shake(net, x, s, t):
    """Return the network whose sigmoids get mean + s (y − mean) + t sd; s, t: (layers, ..., units).

    With batch norm, where y has mean beta and sd gamma, that is another gamma and beta; without,
    other weights and another bias.
    """
    hidden = []
    for layer, a, b in zip(net.layers, s, t, strict=False):
        if net.batch_norm:
            moved = layer._replace(gamma=a * layer.gamma, beta=layer.beta + b * layer.gamma)
        else:
            z = network.linear(x, layer)  # (..., m, units)
            bias = a * layer.bias + (1 - a) * z.mean(axis=-2) + b * z.std(axis=-2)
            moved = network.Layer(a[..., None, :] * layer.weights, bias)
            x = network.sigmoid(network.linear(x, moved))
        hidden.append(moved)
    return net._replace(layers=(*hidden, net.layers[-1]))


def _back_through_shake(gradient, s, t):
    if gradient.gamma is not None:
        return gradient._replace(gamma=s * gradient.gamma + t * gradient.beta)
    return network.Layer(s[..., None, :] * gradient.weights, s * gradient.bias)


def _look_at_shaken(nets, moved):
    """Accuracy (seeds,) of networks at rest; what `UNIT` of the first gets while shaken (256,)."""
    data = digits.load()
    statistics = training.population_statistics(nets, data.images, len(data.images))
    still = nets._replace(statistics=statistics)
    first = network.select(moved, 0)
    cache = network.forward(first, images()[:256])[1]
    z, layer = cache.z[2], first.layers[2]
    y = batchnorm.forward(z, layer.gamma, layer.beta)[0] if first.batch_norm else z
    return training.accuracy(still, data.test_images, data.test_labels), y[:, UNIT]


MULTIPLES = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4])  # of the learning rate, to look at
LANDSCAPES = {  # activation, learning rate, weights that are a good start
    "ReLU, rate 0.1": ("relu", 0.1, 0.14),  # √(2/100): He's rule for 100 inputs
    "ReLU, rate 0.03": ("relu", 0.03, 0.14),
    "sigmoid, rate 0.3": ("sigmoid", 0.3, "sigmoid"),
}
WIDTHS = {f"sd {weights:g}, with": weights for weights in (0.02, 0.1, 1.0)}  # with batch norm
SMALL_START, GOOD_START = "sd 0.1, without", "good start, without"


@recorded
def landscapes():
    """Look along the gradient every 20 of 400 steps, at `MULTIPLES` of the learning rate.

    Returns for each of `LANDSCAPES`, and each of two networks without batch norm and of `WIDTHS`,
    with it and hidden weights of that sd, each (3 seeds, S, E), float16: loss of the mini-batch
    that the gradient is from, cosine between the gradient there and the one at the start, and
    change, how far they are apart in units of the one at the start.
    """
    return {
        setting: {
            name: dict(zip(("loss", "cosine", "change"), _walks(setting, name), strict=True))
            for name in (SMALL_START, GOOD_START, *WIDTHS)
        }
        for setting in LANDSCAPES
    }


def _walks(setting, name):
    looks = np.array([along_training(setting, name, seed) for seed in range(3)])
    return np.moveaxis(looks, 2, 0).astype(np.float16)


def along_training(setting, name, seed=0, steps=400):
    """Train one network; return loss, cosine and change along its gradient, (S, 3, E)."""
    activation, rate, good = LANDSCAPES[setting]
    weights = WIDTHS.get(name, good if name == GOOD_START else 0.1)
    net = network.init(SIZES, name in WIDTHS, weights, activation, seed=seed)
    if name in WIDTHS:  # only what batch norm follows is scaled, so all begin as one function
        last = network.init(SIZES, True, 0.1, seed=seed).layers[-1]
        net = net._replace(layers=(*net.layers[:-1], last))
    record, data = [], digits.load()
    batches = training.minibatches(len(data.images), 60, seed)
    for step, batch in zip(range(steps + 1), batches, strict=False):
        x, labels = data.images[batch], data.labels[batch]
        _, gradients = find_gradients(net, x, labels)
        if step % 20 == 0:
            record.append(along_gradient(net, gradients, x, labels, rate * MULTIPLES))
        net = walk(net, gradients, rate)
    return record


def along_gradient(net, gradients, x, labels, etas):
    """Look at net − eta · gradient for every eta: loss, cosine and change, each (E,)."""
    points = walk(network.stack([net] * len(etas)), gradients, etas)
    loss, there = find_gradients(points, x, labels)
    here, there = side_by_side(gradients), side_by_side(there, stacked=True)  # (P,), (E, P)
    length = np.linalg.norm(here)
    cosine = there @ here / (length * np.linalg.norm(there, axis=-1))
    return loss, cosine, np.linalg.norm(there - here, axis=-1) / length


def side_by_side(layers, stacked=False):
    """Return all parameters of some layers as one row, (P,), or (E, P) for a stack of E."""
    values = [value for layer in layers for value in layer if value is not None]
    rows = [value.reshape(len(value), -1) if stacked else value.ravel() for value in values]
    return np.concatenate(rows, axis=-1)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
