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

DATA = digits.load()
TEST = DATA.test_images, DATA.test_labels
SIZES = (64, 100, 100, 100, 10)
UNIT = 28  # its net has a mean that is not zero and a tail, as most have
RUNS = Path(__file__).parent / "data" / "runs"


# The running example: one unit of the first hidden layer, and the digits it sees


def images():
    """Return the 1,437 training images, (n, 64); not to be written to."""
    return DATA.images


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
    """Let `experiment()` read what `experiment.run()` once gave: a dict of arrays, or of dicts."""

    @functools.cache
    @functools.wraps(experiment)
    def read():
        with np.load(RUNS / f"{experiment.__name__}.npz") as file:
            return _nest(file)

    read.run = experiment
    return read


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


# Networks before, in and after training

WITHOUT, WELL, WITH = "sd 0.1, without", "4×Xavier, without", "with batch norm"
WELL_WITH = "4×Xavier, with batch norm"
FOLDED = "folded at step 0"
STARTS = {  # batch norm, weights
    WITHOUT: (False, 0.1),
    WELL: (False, "sigmoid"),
    WITH: (True, 0.1),
    WELL_WITH: (True, "sigmoid"),
}


def start(name, seed=0):
    """Return one of the networks of `STARTS`, or `FOLDED`, before training."""
    if name == FOLDED:
        return folded(start(WITH, seed))
    return network.init(SIZES, *STARTS[name], seed=seed)


def folded(net):
    """Return a network without batch norm that computes what `net` does for all training images."""
    _, cache = network.forward(net, images())
    hidden = [
        network.Layer(*batchnorm.fold(*layer, norm.mean, norm.var, net.eps))
        for layer, norm in zip(net.layers, cache.norms, strict=False)
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


@recorded
def deep_starts():
    """Push 256 images through 20 untrained hidden layers of 100 units, and the gradient back.

    Returns scales (K,), standard deviations of the weights, and for "without" and "with" batch
    norm, each (K, 20 layers): spread, the root of the mean variance of z over the images;
    saturated, the share of activations within 0.03 of 0 or 1; gradient, the root mean square of
    dL/dW.
    """
    data, kept = digits.load(float), {"scales": (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0)}
    for name, batch_norm in (("without", False), ("with", True)):
        looks = []
        for scale in kept["scales"]:
            net = network.init((64, *[100] * 20, 10), batch_norm, scale, dtype=float)
            _, gradients, cache = training.find_gradients(net, data.images[:256], data.labels[:256])
            spread = [np.sqrt(z.var(axis=0).mean()) for z in cache.z]
            saturated = [measures.share_saturated(a) for a in cache.inputs[1:]]
            gradient = [np.sqrt(np.mean(layer.weights**2)) for layer in gradients[:-1]]
            looks.append([spread, saturated, gradient])
        spread, saturated, gradient = np.swapaxes(looks, 0, 1)  # each (K, 20)
        kept[name] = {"spread": spread, "saturated": saturated, "gradient": gradient}
    return kept


@recorded
def four_networks():
    """Train without and with batch norm, each from two starts: 1,800 steps at learning rate 0.3.

    Returns for each of `STARTS`: steps (S,), accuracy (S,) on the test images, z (S, 3 layers,
    256 examples), the net of `UNIT` in each hidden layer, float16, and with batch norm gamma and
    beta (S, 3 layers, 100 units).
    """
    kept, choices = {}, {"steps": 1800, "snapshots": 70, "examples": 256, "unit": UNIT}
    for name in STARTS:
        run = training.train(start(name), DATA.images, DATA.labels, test=TEST, **choices)
        kept[name] = {"steps": run.steps, "accuracy": run.accuracy, "z": run.z.astype(np.float16)}
        if run.network.batch_norm:
            kept[name] |= {"gamma": run.gamma, "beta": run.beta}
    return kept


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
def trained_network():
    """Train with batch norm for 600 steps at learning rate 0.3, from weights of sd 0.1.

    Returns for each layer, "1" to "4", its parameters, float16. See `trained`.
    """
    net = training.train(start(WITH), DATA.images, DATA.labels, snapshots=2).network
    layers = network.map_parameters(np.float16, net.layers)
    return {
        str(number): {name: value for name, value in layer._asdict().items() if value is not None}
        for number, layer in enumerate(layers, start=1)
    }


def trained():
    """Return the network of `trained_network`, float32, with the statistics of Algorithm 2."""
    layers = [network.Layer(**layer) for layer in trained_network().values()]
    net = network.Network(network.map_parameters(np.float32, layers))
    return net._replace(statistics=training.population_statistics(net, images(), batch_size=60))


@functools.cache
def five_runs(steps, rate, /):
    """Train as in `trained_network` from five seeds: a list of `training.Run`s.

    rate: the weight of the new mini-batch in their running averages.
    """
    choices = {"steps": steps, "rate": rate, "snapshots": 2, "progress": False}
    return [
        training.train(start(WITH, seed), DATA.images, DATA.labels, seed=seed, **choices)
        for seed in training.progress_bar(range(5), desc="five networks")
    ]


# Many rates

SWEEP_RATES = (0.01, 0.04, 0.15, 0.5, 2.0, 8.0, 30.0)
SWEEP_WEIGHTS = ("sigmoid", 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.0)
RACE_RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
RACE_STEPS = {WITHOUT: 2000, WELL: 600, FOLDED: 600, WITH: 600}
FREEZING_RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
FREEZING = {  # where γ starts, what stays as it is
    "learned": (1, ()),
    "frozen at 1": (1, ("gamma", "beta")),
    "frozen at 3": (3, ("gamma", "beta")),
}


def at_rates(make, rates, seeds, **choices):
    """Train what make(seed=…) gives at every rate, for each of some seeds: `training.Run`s."""
    choices |= {"images": DATA.images, "labels": DATA.labels, "test": TEST}
    return [
        training.sweep([make(seed=seed)], learning_rates=rates, seed=seed, **choices)[0]
        for seed in seeds
    ]


@recorded
def sweep(starts=SWEEP_WEIGHTS, seeds=range(3)):
    """Train for 300 steps at every pair of a learning rate and a start, for three seeds.

    Three hidden layers of 50 units. Returns steps (S,), and for "without" and "with" batch norm
    the accuracies on the test images, (3 seeds, S, 8 starts, 7 rates).
    """
    kept, choices = {}, {"steps": 300, "snapshots": 24}
    for name, batch_norm in (("without", False), ("with", True)):
        accuracy = []
        for weights in starts:
            make = functools.partial(network.init, (64, 50, 50, 50, 10), batch_norm, weights)
            runs = at_rates(make, SWEEP_RATES, seeds, **choices)
            accuracy.append([run.accuracy for run in runs])
        kept[name] = np.moveaxis(accuracy, 0, 2)
    return kept | {"steps": runs[0].steps}


@recorded
def race(names=RACE_STEPS, seeds=range(5)):
    """Train four networks at six learning rates, for five seeds, up to 90 % of the test images.

    Returns for each of `RACE_STEPS` to_90 (5 seeds, 6 rates), the step of the first snapshot with
    90 %, inf for none within so many steps, and before_90, the step of the snapshot before.
    """
    kept = {}
    for name in names:
        make, steps = functools.partial(start, name), RACE_STEPS[name]
        runs = at_rates(make, RACE_RATES, seeds, steps=steps, snapshots=int(np.sqrt(9 * steps)))
        to_90 = np.array([training.steps_to(run, 0.9) for run in runs])
        before = runs[0].steps[np.searchsorted(runs[0].steps, to_90) - 1]
        kept[name] = {"to_90": to_90, "before_90": np.where(np.isinf(to_90), np.inf, before)}
    return kept


@recorded
def freezing(names=FREEZING, seeds=range(5)):
    """Train with γ and β learned or frozen: 600 steps at five learning rates, for five seeds.

    Returns for each of `FREEZING` loss (5 seeds, 5 rates), on the last mini-batches, about 60, and
    accuracy (5 seeds, 5 rates) on the test images.
    """
    kept = {}
    for name in names:
        gamma, frozen = FREEZING[name]
        make = functools.partial(widened, gamma)
        runs = at_rates(make, FREEZING_RATES, seeds, frozen=frozen, snapshots=20)
        kept[name] = {
            "loss": np.array([run.loss[-1] for run in runs]),
            "accuracy": np.array([run.accuracy[-1] for run in runs]),
        }
    return kept


def widened(gamma, seed):
    """Return the network of `WITH` before training, but with its γ at gamma."""
    *hidden, last = start(WITH, seed).layers
    hidden = [layer._replace(gamma=gamma * layer.gamma) for layer in hidden]
    return network.Network((*hidden, last))


# Statistics for test time


@recorded
def test_time():
    """Collect statistics for the network of `trained` by three rules, and try them on test images.

    Returns sizes (7,) of the mini-batches, rates (6,), seen (21,), numbers of mini-batches; unit
    (7, 200, 2), mean and variance (÷m) that 200 mini-batches of each size have for `UNIT` of the
    first hidden layer, and truth (2,), those over all training images. And how many test images
    are not recognized: wrong (7, 6, 21, 3) by each of `three_rules`, wrong_truth () with the
    statistics of all training images taken as one batch.
    """
    sizes, rates = (2, 4, 8, 16, 32, 60, 128), (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    seen = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200]
    collected = {m: _collect(m, 200) for m in sizes}
    truth = _collect(len(images()), 1)
    after = np.array(seen) - 201  # counted from the end: before the first batch, one rule has more
    wrong = []
    for m, batches in collected.items():
        paths = [three_rules(batches, m, rate).values() for rate in rates]
        wrong.append([[wrong_images(path[after]) for path in rules] for rules in paths])
    return {
        "sizes": sizes, "rates": rates, "seen": seen,
        "unit": np.stack([batches[:, :, 0, UNIT] for batches in collected.values()]),
        "truth": truth[0, :, 0, UNIT], "wrong": np.swapaxes(wrong, 2, 3).astype(np.int16),
        "wrong_truth": wrong_images(truth)[0],
    }  # fmt: skip


def _collect(m, count):
    """Return mean and variance (÷m) of mini-batches in `trained`, (count, 2, layers, units)."""
    batches = itertools.islice(training.minibatches(len(images()), m), count)
    return np.transpose(training.batch_statistics(trained(), images(), batches), (2, 1, 0, 3))


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
    net = trained()._replace(statistics=np.transpose(statistics, (2, 1, 0, 3)))
    answers = network.predict(net, DATA.test_images[None]).argmax(axis=-1)
    return (answers != DATA.test_labels).sum(axis=-1)


# Steps by hand

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
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(DATA.images))[:300]
    labels = DATA.labels[some]
    labels[:wrong] = (labels[:wrong] + rng.integers(1, 10, wrong)) % 10
    return DATA.images[some], labels


def generalize(few, seed, batch_norm, weights, m=300, steps=1500):
    """Train one network on few images, (images, labels); return its two accuracies, (2,)."""
    rng, (x, labels) = np.random.default_rng([seed, 1]), few
    net = network.init((64, 50, 50, 10), batch_norm, weights, seed=seed)
    for _ in range(steps):
        order = rng.permutation(len(x))
        net = walk(net, gradients_in_groups(net, x[order], labels[order], m), 1.5)
    net = net._replace(statistics=training.population_statistics(net, x, len(x)))
    return [training.accuracy(net, *pair) for pair in (few, TEST)]


def gradients_in_groups(net, x, labels, m):
    """Return the gradients of the loss of all x, where batch norm sees groups of m."""
    groups = x.reshape(-1, m, x.shape[-1])  # (groups, m, inputs)
    logits, cache = network.forward(network.stack([net]), groups)
    _, dlogits = network.cross_entropy(logits.reshape(len(x), -1), labels)
    gradients = network.backward(dlogits.reshape(logits.shape), cache)
    return network.map_parameters(lambda gradient: gradient.sum(axis=0), gradients)


def find_gradients(net, x, labels):
    """Return the loss (...) of a mini-batch, and its gradients in the form of `net.layers`."""
    return training.find_gradients(net, x, labels)[:2]


def walk(net, gradients, rate):
    """Return the network one step downhill; rate: a number, or one for each of a stack."""
    return training.walk(net, gradients, training.parameter_rates(net, rate))


@recorded
def shaken():
    """Shake the input of every sigmoid anew at each of 600 steps, learning rate 0.3, five seeds.

    For `WITH` and for `WELL`. Returns for each, and each strength of the noise: steps (S,),
    accuracy (S, 5) on the test images, without shaking, and into (S, 256 examples), what the
    sigmoid of `UNIT` of the third hidden layer gets at that step in the first network, float16.
    """
    strengths = (0.0, 0.5, 1.0, 2.0)
    return {
        name: {str(strength): shaken_run(name, strength) for strength in strengths}
        for name in (WITH, WELL)
    }


def shaken_run(name, strength):
    """Train a stack of five networks while they are shaken: what `shaken` keeps of it."""
    rng, batches = np.random.default_rng([0, 2]), training.minibatches(len(images()), 60)
    net = moved = network.stack([start(name, seed) for seed in range(5)])
    steps, accuracy, into = training.snapshot_steps(600, 60), [], []
    for gap in np.diff(steps, prepend=0):
        for rows in itertools.islice(batches, gap):
            net, moved = shaken_step(net, DATA.images[rows], DATA.labels[rows], strength, rng)
        statistics = training.population_statistics(net, images(), len(images()))
        accuracy.append(training.accuracy(net._replace(statistics=statistics), *TEST))
        first = training.look(network.select(moved, 0), images()[:256], UNIT)
        into.append(into_sigmoid(first)[2])
    return {"steps": steps, "accuracy": np.stack(accuracy), "into": np.array(into, np.float16)}


def shaken_step(net, x, labels, strength, rng, rate=0.3):
    """Take one step downhill with every unit shaken: return (network, shaken network).

    What enters the sigmoid becomes mean + s (it − mean) + t sd, with mean and sd over the
    mini-batch, s = exp(strength · u), t = strength · v; u and v from N(0, 1) for every unit.
    """
    *hidden, _ = net.layers
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
    that the gradient is from, and cosine between the gradient there and the one at the start.
    """
    kept = {setting: {} for setting in LANDSCAPES}
    for setting, name in itertools.product(LANDSCAPES, (SMALL_START, GOOD_START, *WIDTHS)):
        looks = np.array([along_training(setting, name, seed) for seed in range(3)], np.float16)
        kept[setting][name] = {"loss": looks[:, :, 0], "cosine": looks[:, :, 1]}
    return kept


def along_training(setting, name, seed=0, steps=400):
    """Train one network; return loss and cosine along its gradient, (S, 2, E)."""
    activation, rate, good = LANDSCAPES[setting]
    weights = WIDTHS.get(name, good if name == GOOD_START else 0.1)
    net = network.init(SIZES, name in WIDTHS, weights, activation, seed=seed)
    if name in WIDTHS:  # only what batch norm follows is scaled, so all begin as one function
        last = network.init(SIZES, True, 0.1, seed=seed).layers[-1]
        net = net._replace(layers=(*net.layers[:-1], last))
    looks, batches = [], training.minibatches(len(images()), 60, seed)
    for step, rows in zip(range(steps + 1), batches, strict=False):
        x, labels = DATA.images[rows], DATA.labels[rows]
        _, gradients = find_gradients(net, x, labels)
        if step % 20 == 0:
            looks.append(along_gradient(net, gradients, x, labels, rate * MULTIPLES))
        net = walk(net, gradients, rate)
    return looks


def along_gradient(net, gradients, x, labels, etas):
    """Look at net − eta · gradient for every eta: loss and cosine, each (E,)."""
    points = walk(network.stack([net] * len(etas)), gradients, etas)
    loss, there = find_gradients(points, x, labels)
    here, there = network.side_by_side(gradients), network.side_by_side(there)  # (P,), (E, P)
    return loss, there @ here / (np.linalg.norm(here) * np.linalg.norm(there, axis=-1))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        np.savez_compressed(RUNS / f"{name}.npz", **dict(_flatten(globals()[name].run())))
