"""What it costs that a step of training is general: bnviz's against the same one in plain NumPy.

bnviz's gives back a new network, takes stacks of networks and says what was wrong with its input;
the plain one knows one form of network and changes its arrays in place. The two take turns, so
that a busy moment of the machine meets both, and their medians are compared. That they compute the
same is checked before they are timed.
"""

import statistics
import time

import numpy as np

from bnviz import digits, network, training

LEARNING_RATE = 0.3
DATA = digits.load()
LINE = "{:30} {:>10} {:>10} {:>8}"


def main():
    """Print the table."""
    print(LINE.format("median CPU time of one thread", "bnviz", "plain", "ratio"))
    for m in (60, 512):
        ours, plain = medians(steps(m))
        times = [f"{1e6 * seconds:,.0f} µs" for seconds in (ours, plain)]
        print(LINE.format(f"training step, m = {m}", *times, f"{ours / plain:.2f}"), flush=True)


def medians(sides, rounds=41, seconds=0.02):
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


def steps(m):
    """A step of training on the digits, ours and plain: each call takes the next mini-batch."""
    net = network.init((64, 100, 100, 100, 10))
    ours, plain = our_step(net, m), plain_step(net, m)
    losses = [(ours(), plain()) for _ in range(20)]
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-3)
    return ours, plain


def our_step(net, m):
    """Mini-batch, forward, loss, backward and descent by bnviz."""
    batches = training.minibatches(len(DATA.images), m)
    rates = training.parameter_rates(net, LEARNING_RATE)

    def step():
        nonlocal net
        batch = next(batches)
        net, loss, _ = training.step(net, DATA.images[batch], DATA.labels[batch], rates)
        return loss

    return step


def plain_step(net, m):
    """The same for just this form of network: no stacks, no choices, arrays changed in place."""
    batches = training.minibatches(len(DATA.images), m)
    *hidden, last = network.map_parameters(np.copy, net.layers)
    rows = np.arange(m)

    def step():
        batch = next(batches)
        a, passed = DATA.images[batch], []
        for layer in hidden:
            z = a @ layer.weights
            centred = z - z.mean(axis=0)
            std = np.sqrt((centred**2).mean(axis=0) + np.float32(net.eps))
            z_hat = centred / std
            passed.append((layer, a, z_hat, std))
            a = 1 / (1 + np.exp(-(layer.gamma * z_hat + layer.beta)))
        logits = a @ last.weights + last.bias
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -np.log(shares[rows, DATA.labels[batch]]).mean()

        dz = shares
        dz[rows, DATA.labels[batch]] -= 1
        dz /= m
        da, dweights, dbias = dz @ last.weights.T, a.T @ dz, dz.sum(axis=0)
        last.weights[:] -= LEARNING_RATE * dweights
        last.bias[:] -= LEARNING_RATE * dbias
        for layer, inputs, z_hat, std in reversed(passed):
            dy = da * a * (1 - a)
            dbeta, dgamma = dy.sum(axis=0), (dy * z_hat).sum(axis=0)
            dz = layer.gamma / std * (dy - (dbeta + z_hat * dgamma) / m)
            da, dweights = dz @ layer.weights.T, inputs.T @ dz
            layer.weights[:] -= LEARNING_RATE * dweights
            layer.gamma[:] -= LEARNING_RATE * dgamma
            layer.beta[:] -= LEARNING_RATE * dbeta
            a = inputs
        return loss

    return step


if __name__ == "__main__":
    main()
