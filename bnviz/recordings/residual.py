"""Train stacks of 20 and 40 residual blocks in six ways, at several rates, for five seeds.

A block adds a branch to what comes in: x ← x + scale · relu(norm(x)) @ W, 32 units wide, with
He's weights, so that without a norm a branch has the mean square of its input. The ways:
"plain" has no norm and scale 1; "batch norm" has it in every branch; "folded start" has batch
norm's means and sds of step 0 in every branch as constants, which could as well be folded into W
and β; "sum / √2" has no norm and divides what leaves each block by √2, so that it stays as large as
what comes in while the branch is no smaller; "small branches" has no norm and the scale 1/√blocks;
"closed branches" has no norm and a scale for each block that is learned and starts at 0. All have a
β in every branch, and 300 steps with mini-batches of 60.

Returns for each depth and way: mean square (blocks + 1,), that of all units of all images before
training, after each block; accuracy (5 seeds, 2, rates), of 287 images for choosing the rate, then
of the test images.
"""

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, TEST

DEPTHS = (20, 40)
LARGE = 0.02 * 2.0 ** np.arange(7)
RATES = {  # those of the plain stack are four to a power of ten
    "plain": 10.0 ** np.arange(-7, -2.9, 0.25),
    "batch norm": LARGE,
    "folded start": LARGE,
    "sum / √2": 0.02 * 2.0 ** np.arange(-4, 4),
    "small branches": LARGE,
    "closed branches": LARGE,
}
UNITS = 32
SEEN = DATA.images[:1150], DATA.labels[:1150]
KEPT_BACK = DATA.images[1150:], DATA.labels[1150:]


def run(depths=DEPTHS, ways=tuple(RATES), seeds=range(5), steps=300):
    kept = {}
    for depth in depths:
        kept[str(depth)] = {}
        for way in ways:
            stack = start(way, depth, 0, rates=1)
            entered, *_ = forward(way, stack, SEEN[0], constants(way, stack))
            accuracy = [accuracies(way, depth, seed, steps) for seed in seeds]
            kept[str(depth)][way] = {
                "mean square": np.array([(x**2).mean() for x in entered]),
                "accuracy": np.array(accuracy),
            }
    return kept


@np.errstate(all="ignore")  # at the highest rates some overflow: they guess
def accuracies(way, depth, seed, steps):
    """Train at every rate; return the accuracies, (2, rates)."""
    stack = start(way, depth, seed, len(RATES[way]))
    kept = constants(way, stack)
    rates = RATES[way].astype(np.float32)[:, None, None]
    batches = training.minibatches(len(SEEN[0]), 60, seed)
    for _ in range(steps):
        rows = next(batches)
        gradients = find_gradients(way, stack, SEEN[0][rows], SEEN[1][rows], kept)
        for name, gradient in gradients.items():
            stack[name] = stack[name] - rates * gradient
    if way == "batch norm":
        kept = statistics(way, stack)
    found = []
    for images, labels in (KEPT_BACK, TEST):
        logits = forward(way, stack, images, kept)[2]
        found.append((logits.argmax(axis=-1) == labels).mean(axis=-1))
    return np.array(found)


def start(way, depth, seed, rates):
    """The parameters by their names, each with an axis for the rates in front."""
    rng = np.random.default_rng(seed)
    scale = {"small branches": depth**-0.5, "closed branches": 0}.get(way, 1)
    stack = {"first": 3 * rng.normal(0, 64**-0.5, (64, UNITS))}
    for block in range(depth):
        stack[f"weights {block}"] = rng.normal(0, (2 / UNITS) ** 0.5, (UNITS, UNITS))
        stack[f"beta {block}"] = np.zeros((1, UNITS))
        stack[f"scale {block}"] = np.full((1, 1), scale)
    stack |= {"last": rng.normal(0, UNITS**-0.5, (UNITS, 10)), "bias": np.zeros((1, 10))}
    return {name: np.stack([p.astype(np.float32)] * rates) for name, p in stack.items()}


def shrinks(way):
    """What each block multiplies the sum by that leaves it."""
    return np.float32(0.5**0.5 if way == "sum / √2" else 1)


def statistics(way, stack):
    """The mean and the sd of what enters each block, for all images that are trained with."""
    return [(mean, std) for _, std, mean, *_ in forward(way, stack, SEEN[0])[1]]


def constants(way, stack):
    """What takes the place of the statistics from the start on, or None."""
    return statistics("batch norm", stack) if way == "folded start" else None


def forward(way, stack, x, kept=None):
    """What enters each block and leaves the last, what each block went through, and the logits.

    kept: (mean, std) for every block, where those of x itself are not to be used.
    """
    x = x @ stack["first"]
    entered, passed = [x], []
    for block in range(sum(name.startswith("beta") for name in stack)):
        mean, std = kept[block] if kept else (np.float32(0), np.float32(1))
        if way == "batch norm" and not kept:
            mean = x.mean(-2, keepdims=True)
            std = np.sqrt(x.var(-2, keepdims=True) + np.float32(1e-5))
        z_hat = (x - mean) / std
        a = np.maximum(z_hat + stack[f"beta {block}"], 0)
        branch = a @ stack[f"weights {block}"]
        x = shrinks(way) * (x + stack[f"scale {block}"] * branch)
        entered.append(x)
        passed.append((z_hat, std, mean, a, branch))
    return entered, passed, x @ stack["last"] + stack["bias"]


def find_gradients(way, stack, x, labels, kept=None):
    """The gradients of the parameters that are learned, by their names."""
    entered, passed, logits = forward(way, stack, x, kept)
    _, dlogits = network.cross_entropy(logits, labels)
    gradients = {"last": transposed(entered[-1]) @ dlogits}
    gradients["bias"] = dlogits.sum(axis=-2, keepdims=True)
    dx = dlogits @ transposed(stack["last"])
    for block in reversed(range(len(passed))):
        z_hat, std, _, a, branch = passed[block]
        dx = shrinks(way) * dx
        if way == "closed branches":
            gradients[f"scale {block}"] = (dx * branch).sum(axis=(-2, -1), keepdims=True)
        dbranch = dx * stack[f"scale {block}"]
        gradients[f"weights {block}"] = transposed(a) @ dbranch
        dy = dbranch @ transposed(stack[f"weights {block}"]) * (a > 0)
        gradients[f"beta {block}"] = dy.sum(axis=-2, keepdims=True)
        if way == "batch norm":
            through_mean = dy.mean(axis=-2, keepdims=True)
            dy = dy - through_mean - z_hat * (dy * z_hat).mean(axis=-2, keepdims=True)
        dx = dx + dy / std
    gradients["first"] = transposed(x) @ dx
    return gradients


def transposed(x):
    """The matrix, or each of a stack of them, with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)
