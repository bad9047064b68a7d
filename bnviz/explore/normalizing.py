"""The explorable of notebook 03."""

import numpy as np

from bnviz import batchnorm, live
from bnviz.explore import example
from bnviz.pictures import NormalizedView, number, percent

SCALES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
EPSILONS = (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
SIZES = (1, 2, 4, 16, 60)


def normalization(activations=None):
    """Shift and scale the net of one unit and see what normalizing makes of it.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    # shuffled once, and a batch is the first m of them, so that only m differs
    wx = np.random.default_rng(3).permutation(example.batch(activations))  # (n, 1)

    def show(shift, scale, eps, m):
        z = scale * wx[:m] + shift  # (m, 1)
        mean, var = batchnorm.batch_statistics(z)
        z_hat = batchnorm.normalize(z, mean, var, eps)
        kept = np.sqrt(var[0] / (var[0] + eps))
        caption = _caption(m, eps, kept, z_hat)
        return {"z": z[:, 0], "z_hat": z_hat[:, 0]}, caption

    sizes = [*(m for m in SIZES if m < len(wx)), len(wx)]
    controls = {
        "shift": live.slider("shift of Wx", -5.0, 5.0, 0.0),
        "scale": live.steps("scale of Wx", SCALES, 1.0),
        "eps": live.steps("ε", EPSILONS, 1e-5),
        "m": live.steps("batch size m", sizes, sizes[-1]),
    }
    return live.Live("normalization", NormalizedView(), show, controls)


def _caption(m, eps, kept, z_hat):
    if m == 1:
        return "A mini-batch of one is its own mean: ẑ is 0, whatever the example."
    pair = "; of two examples, one becomes plus and one minus that" if m == 2 else ""
    return (
        f"Over this mini-batch of {m:,}, ẑ has mean {number(z_hat.mean())} and sd "
        f"{number(z_hat.std(), 3)}; with ε = {eps:g} that is σ/√(σ² + ε) = {number(kept, 3)}, so ε "
        f"costs {percent(1 - kept)} of the spread{pair}."
    )
