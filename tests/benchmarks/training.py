"""What training costs: a step and batch norm alone against torch, a sweep against a loop.

The two sides take turns, so that a busy moment of the machine meets both, and their medians are
compared. That they compute the same is checked before they are timed.
"""

import statistics
import time

import numpy as np

from bnviz import batchnorm, digits, network, training

try:
    import torch
except ImportError:
    torch = None

SIZES = (64, 100, 100, 100, 10)
LEARNING_RATE = 0.3
RATES = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)
DATA = digits.load()
LINE = "{:42} {:>10} {:>10} {:>8}"


def main():
    """Print the table."""
    print(LINE.format("median CPU time of one thread", "bnviz", "torch", "ratio"))
    for dtype in (np.float32, np.float64):
        for m in (60, 512):
            show(f"training step, {dtype.__name__}, m = {m}", *steps(m, dtype))
    for shape in ((60, 100), (512, 100), (512, 1000)):
        forward, backward = batch_norms(shape)
        show("batch norm forward, float32, {} × {}".format(*shape), *forward)
        show("batch norm backward, float32, {} × {}".format(*shape), *backward)
    if torch is None:
        print("There is no torch here to compare with: `pip install -e .[torch]` in .venv adds it.")
    print()
    print(LINE.format(f"{len(RATES)} learning rates, 60 steps", "stacked", "loop", "ratio"))
    for width in (32, 50, 100):
        show(f"sweep, float32, width {width}", *sweeps(width), rounds=15)


def show(what, *sides, rounds=41):
    """Print one line of the table: the median of each side and, of two, their ratio."""
    times = medians(sides, rounds)
    columns = [f"{1e6 * seconds:,.0f} µs" for seconds in times]
    ratio = f"{times[0] / times[1]:.2f}" if len(times) == 2 else ""
    print(LINE.format(what, *[*columns, ""][:2], ratio), flush=True)


def medians(sides, rounds, seconds=0.02):
    """Median time of one call of each side, in rounds of about that many seconds a side."""
    calls = [max(1, round(seconds / spent(side, 3))) for side in sides]
    turns = [[spent(*turn) for turn in zip(sides, calls, strict=True)] for _ in range(rounds)]
    return [statistics.median(times) for times in zip(*turns, strict=True)]


def spent(side, calls):
    """Seconds of one call, from several; what other programs take in the meantime is not in it."""
    start = time.process_time()
    for _ in range(calls):
        side()
    return (time.process_time() - start) / calls


def steps(m, dtype):
    """A step of training on the digits, ours and torch's: each call takes the next mini-batch."""
    net = network.init(SIZES, dtype=dtype)
    ours = our_step(net, m)
    if torch is None:
        return (ours,)
    theirs = torch_step(net, m)
    losses = [(ours(), theirs().item()) for _ in range(20)]
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-3)
    return ours, theirs


def our_step(net, m):
    """Mini-batch, forward, loss, backward and descent by bnviz."""
    images, labels = DATA.images.astype(net.dtype), DATA.labels
    batches = training.minibatches(len(images), m)
    rates = network.map_parameters(lambda value: net.dtype.type(LEARNING_RATE), net.layers)

    def step():
        nonlocal net
        batch = next(batches)
        net, loss, _ = training.step(net, images[batch], labels[batch], rates)
        return loss

    return step


def torch_step(net, m):
    """The same by torch, with the same weights and the same mini-batches."""
    images = torch.from_numpy(DATA.images.astype(net.dtype))
    labels = torch.from_numpy(DATA.labels.astype(np.int64))
    batches = map(torch.from_numpy, training.minibatches(len(images), m))
    twin = torch_twin(net)
    optimizer = torch.optim.SGD(twin.parameters(), lr=LEARNING_RATE)

    def step():
        batch = next(batches)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(twin(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        return loss

    return step


def torch_twin(net):
    """A network as torch builds it; running averages are off, since our step keeps none."""
    modules = []
    for layer in net.layers:
        inputs, units = layer.weights.shape
        modules.append(torch.nn.Linear(inputs, units, bias=layer.bias is not None))
        modules[-1].weight.data = torch.from_numpy(layer.weights.T.copy())
        if layer.bias is not None:
            modules[-1].bias.data = torch.from_numpy(layer.bias.copy())
        if layer.gamma is not None:
            modules.append(torch.nn.BatchNorm1d(units, net.eps, track_running_stats=False))
            modules.append(torch.nn.Sigmoid())
    return torch.nn.Sequential(*modules).to(torch.from_numpy(net.layers[0].weights).dtype)


def batch_norms(shape):
    """Batch norm of one mini-batch: (ours, torch's) forward, and (ours, torch's) backward."""
    rng = np.random.default_rng(0)
    z, dy = rng.standard_normal((2, *shape), np.float32)
    gamma, beta = rng.standard_normal((2, shape[-1]), np.float32)
    y, cache = batchnorm.forward(z, gamma, beta)
    ours = lambda: batchnorm.forward(z, gamma, beta), lambda: batchnorm.backward(dy, cache)
    if torch is None:
        return [(side,) for side in ours]
    inputs = [torch.tensor(value, requires_grad=True) for value in (z, gamma, beta)]
    upstream = torch.from_numpy(dy)

    def forward():
        return torch.nn.functional.batch_norm(inputs[0], None, None, *inputs[1:], training=True)

    def backward():
        return torch.autograd.grad(output, inputs, upstream, retain_graph=True)

    output = forward()
    np.testing.assert_allclose(y, output.detach(), atol=1e-4)
    for gradient, expected in zip(ours[1](), backward(), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-3)
    return list(zip(ours, (forward, backward), strict=True))


def sweeps(width):
    """One network at every learning rate: as one stack, and one after the other."""
    net = network.init((64, width, width, width, 10))
    data, choices = (DATA.images, DATA.labels), {"steps": 60, "snapshots": 2}

    def stacked():
        (run,) = training.train_at_rates([net], *data, RATES, **choices)
        return run.loss

    def loop():
        runs = [
            training.train(net, *data, learning_rate=rate, progress=False, **choices)
            for rate in RATES
        ]
        return np.stack([run.loss for run in runs], axis=-1)

    np.testing.assert_allclose(stacked(), loop(), rtol=0.05)
    return stacked, loop


if __name__ == "__main__":
    if torch is not None:
        torch.set_num_threads(1)
    main()
