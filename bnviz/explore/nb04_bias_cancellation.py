"""The demo of notebook 04."""

import numpy as np

from bnviz import batchnorm, experiments, live, style
from bnviz.panels import NormalizedView, number

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SCALES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)


@style.own_looks()
def bias(activations=None):
    """Move the bias b, and the scale of the weights, in front of batch norm.

    The outline is where ẑ stood before anything moved.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    wx = experiments.batch(activations)  # (m, 1), float64
    start = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))
    picture = NormalizedView()

    def show(b, scale):
        z = scale * wx + b
        z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
        picture.update(z, z_hat, start)
        return (
            f"z has mean {number(z.mean())} and sd {number(z.std())}; the largest change of any ẑ "
            f"since b = 0 and scale 1 is {_explain(np.abs(z_hat - start).max(), scale)}."
        )

    return live.Live(
        "bias", picture, show,
        b=live.slider("bias b", -6.0, 6.0, 0.0),
        scale=live.steps("scale of W", SCALES, 1.0),
    )  # fmt: skip


def _explain(change, scale):
    """How large a change of ẑ is, to one digit, and where it comes from."""
    if change == 0:
        return "exactly 0"
    digit, power = f"{change:.0e}".split("e")
    size = f"{digit} × 10{str(int(power)).translate(SUPERSCRIPTS)}"
    return f"{size}, {'which is rounding' if scale == 1 else 'because ε stays as it is'}"
