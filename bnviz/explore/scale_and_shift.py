"""The explorables of notebook 05."""

from bnviz import batchnorm, live, measures
from bnviz.explore import example
from bnviz.network import sigmoid
from bnviz.pictures import SigmoidView, number, percent


def scale_shift(activations=None):
    """Push the normalized net through the sigmoid with γ and β.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    wx = example.batch(activations)  # (m, 1)
    z_hat = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))

    def show(gamma, beta):
        y = batchnorm.scale_shift(z_hat, [gamma], [beta])
        a = sigmoid(y)
        caption = (
            f"With γ = {number(gamma, 1)} and β = {number(beta, 1)}, "
            f"{percent(measures.share_within(y, 1))} of the inputs lie in the linear region, "
            f"within ±1; the best straight line explains R² = {number(measures.line_fit(y, a), 3)} "
            f"of the activations; {percent(measures.share_saturated(a))} are within 0.03 of 0 or 1."
        )
        return {"y": y, "a": a}, caption

    controls = {
        "gamma": live.slider("γ (scale)", 0.0, 6.0, 1.0),
        "beta": live.slider("β (shift)", -6.0, 6.0, 0.0),
    }
    return live.Live("scale_shift", SigmoidView(z_hat), show, controls)
