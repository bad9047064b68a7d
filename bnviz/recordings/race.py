"""Train four networks at six learning rates, for five seeds, up to 90 % of the test images.

Returns for each of `RACE_STEPS` to_90 (5 seeds, 6 rates), the step of the first snapshot with
90 %, inf for none within so many steps, and before_90, the step of the snapshot before.
"""

import functools

import numpy as np

from bnviz import training
from bnviz.example import FOLDED, GOOD_START, SMALL_START, WITH_BN, start, train_over_seeds

RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
STEPS = {SMALL_START: 2000, GOOD_START: 600, FOLDED: 600, WITH_BN: 600}


def run(names=STEPS, seeds=range(5)):
    kept = {}
    for name in names:
        make, steps = functools.partial(start, name), STEPS[name]
        runs = train_over_seeds(make, RATES, seeds, steps=steps, snapshots=int(np.sqrt(9 * steps)))
        to_90 = np.array([training.steps_to(run, 0.9) for run in runs])
        before = runs[0].steps[np.searchsorted(runs[0].steps, to_90) - 1]
        kept[name] = {"to_90": to_90, "before_90": np.where(np.isinf(to_90), np.inf, before)}
    return kept
