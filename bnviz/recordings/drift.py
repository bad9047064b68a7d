"""Let what every sigmoid gets drift away, ever in the same direction, over 600 steps.

At step k each unit has ±k/100 sd added to its y, up to 6 sd; which sign, a seed draws once. The sd
is that of its y in the mini-batch, so that no layer can outgrow the drift. The networks are tested
with the drift in place. They are those of `shaken`, and as `CONTROLS` two of batch norm from the
same W: one whose β learns at 26 times the rate, and one whose γ stays at 1. At 13 learning rates,
for ten seeds.

Returns steps (S,), and for each network accuracy (10 seeds, 2, S, 13 rates) of the validation and
the test images; for `SAME_W` also into (13 rates, S, 100 examples), float16, what the sigmoid of
`UNIT` of the third hidden layer gets, in the first network.
"""

from itertools import islice

import numpy as np

from bnviz import training
from bnviz.example import TRAIN, UNIT
from bnviz.recordings import centring, race, shaken
from bnviz.recordings.shaken import NETWORKS, RATES, SAME_W, STEPS

FASTER_BETA, GAMMA_HELD = "same W, β at 26 × the rate", "same W, γ held at 1"
CONTROLS = {  # factors of the rate of β and γ
    FASTER_BETA: {"beta_factor": 26},
    GAMMA_HELD: {"gamma_factor": 0},
}


def run(names=(*NETWORKS, *CONTROLS), seeds=range(10)):
    kept = {"steps": training.snapshot_steps(STEPS, 40)}
    for name in names:
        accuracy, into = zip(*(train(name, seed, RATES) for seed in seeds), strict=True)
        kept[name] = {"accuracy": np.array(accuracy, np.float32)}
        if name == SAME_W:
            kept[name]["into"] = into[0].astype(np.float16)
    return kept


@np.errstate(all="ignore")  # a network that diverged is right as often as class 0 comes
def train(name, seed, rates):
    """Train one network at some rates: accuracy (2, S, rates), into (rates, S, 100)."""
    net = race.copies(shaken.start(SAME_W if name in CONTROLS else name, seed), len(rates))
    signs = np.random.default_rng([seed, 3]).choice(np.float32([-1, 1]), (3, 100))
    how = {"rates": np.array(rates)} | CONTROLS.get(name, {})
    batches, step = training.minibatches(len(TRAIN[0]), 60, seed), 0
    accuracy, into = [], []
    for gap in np.diff(training.snapshot_steps(STEPS, 40), prepend=0):
        for rows in islice(batches, int(gap)):
            moved, back = by_sd(signs, step / 100)
            x, labels = TRAIN[0][rows], TRAIN[1][rows]
            net = centring.descend_once(net, x, labels, moved=moved, back=back, **how)
            step += 1
        moved, _ = by_sd(signs, step / 100)
        accuracy.append(centring.look(net, moved)[1:])
        _, passed = centring.forward(net, TRAIN[0][:100], moved)
        into.append(moved[2](passed[2].y)[:, :, UNIT])
    return np.swapaxes(accuracy, 0, 1), np.swapaxes(into, 0, 1)


def by_sd(signs, distance):
    """Return for each hidden layer what adds ±distance sd of y to y, and the way back."""
    return shaken.ways(np.ones_like(signs), np.float32(distance) * signs)
