"""Train without and with batch norm, each from two starts: 1,800 steps at learning rate 0.3.

Returns for each of `STARTS`: steps (S,), accuracy (S,) on the test images, z (S, 3 layers,
256 examples), the net of `UNIT` in each hidden layer, float16, and with batch norm gamma and
beta (S, 3 layers, 100 units).
"""

import numpy as np

from bnviz import training
from bnviz.example import DATA, STARTS, TEST, UNIT, start


def run():
    kept, choices = {}, {"steps": 1800, "snapshots": 70, "examples": 256, "unit": UNIT}
    for name in STARTS:
        run = training.train(start(name), DATA.images, DATA.labels, test=TEST, **choices)
        kept[name] = {"steps": run.steps, "accuracy": run.accuracy, "z": run.z.astype(np.float16)}
        if run.network.batch_norm:
            kept[name] |= {"gamma": run.gamma, "beta": run.beta}
    return kept
