"""The explorable of notebook 04."""

import numpy as np

from bnviz import batchnorm, live
from bnviz.explore import example
from bnviz.pictures import Cancellation, number

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SCALES = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]


def bias(activations=None):
    """Move the bias b, and the scale a of the weights, in front of batch norm.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    wx = example.batch(activations)  # (m, 1), float64
    start = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))

    def show(b, a):
        z = a * wx + b
        z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
        change = np.abs(z_hat - start).max()
        caption = (
            f"z has mean {number(z.mean())} and sd {number(z.std())}; the largest change of "
            f"any ẑ since b = 0 and a = 1 is {_explain(change, a)}."
        )
        return {"z": z, "z_hat": z_hat}, caption

    controls = {
        "b": live.slider("bias b", -8.0, 8.0, 3.3),
        "a": live.steps("scale a of W", SCALES, 1.0),
    }
    return live.Live("bias", Cancellation(start), show, controls)


def _explain(change, a):
    """How large a change of z_hat is, to one digit, and where it comes from."""
    if change == 0:
        return "exactly 0"
    digit, power = f"{change:.0e}".split("e")
    size = f"{digit} × 10{str(int(power)).translate(SUPERSCRIPTS)}"
    return f"{size}, {'which is rounding' if a == 1 else 'because ε does not grow with a²'}"
