"""The explorable of notebook 00."""

from bnviz import batchnorm, live, measures
from bnviz.explore import example
from bnviz.network import sigmoid
from bnviz.pictures import HistogramRow, number, percent


def pipeline(activations=None):
    """Move everything that acts on one unit between its input and its activation.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    wx = example.batch(activations)  # (m, 1)

    def show(scale, shift, b, gamma, beta, batch_norm):
        z = scale * wx + shift + b
        z_hat, y = None, z
        if batch_norm:
            z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
            y = batchnorm.scale_shift(z_hat, [gamma], [beta])
        a = sigmoid(y)
        caption = (
            f"The net arrives with mean {number(z.mean())} and sd {number(z.std())}; the sigmoid "
            f"gets mean {number(y.mean())} and sd {number(y.std())}, and "
            f"{percent(measures.share_saturated(a))} of its outputs are within 0.03 of 0 or 1."
        )
        return {"z": z, "z_hat": z_hat, "y": y if batch_norm else None, "a": a}, caption

    controls = {
        "scale": live.slider("scale of Wx", 0.1, 5.0, 1.0),
        "shift": live.slider("shift of Wx", -5.0, 5.0, 0.0),
        "b": live.slider("bias b", -5.0, 5.0, 0.0),
        "gamma": live.slider("γ", 0.0, 4.0, 1.0),
        "beta": live.slider("β", -4.0, 4.0, 0.0),
        "batch_norm": live.switch("batch norm", True),
    }
    return live.Live("pipeline", HistogramRow(), show, controls)
