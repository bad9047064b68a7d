"""Train with γ and β learned or frozen: 600 steps at five learning rates, for five seeds.

Returns for each of `FREEZING` loss (5 seeds, 5 rates), on the last mini-batches, about 60, and
accuracy (5 seeds, 5 rates) on the test images.
"""

import functools

import numpy as np

from bnviz import network
from bnviz.example import WITH_BN, start, train_over_seeds

RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
NETWORKS = {  # where γ starts, what stays as it is
    "learned": (1, ()),
    "frozen at 1": (1, ("gamma", "beta")),
    "frozen at 3": (3, ("gamma", "beta")),
}


def run(names=NETWORKS, seeds=range(5), rates=RATES):
    kept = {}
    for name in names:
        gamma, frozen = NETWORKS[name]
        make = functools.partial(widened, gamma)
        runs = train_over_seeds(make, rates, seeds, frozen=frozen, snapshots=20)
        kept[name] = {
            "loss": np.array([run.loss[-1] for run in runs]),
            "accuracy": np.array([run.accuracy[-1] for run in runs]),
        }
    return kept


def widened(gamma, seed):
    """Return the network of `WITH_BN` before training, but with its γ at gamma."""
    *hidden, last = start(WITH_BN, seed).layers
    hidden = [layer._replace(gamma=gamma * layer.gamma) for layer in hidden]
    return network.Network((*hidden, last))
