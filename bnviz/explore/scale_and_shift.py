"""The explorables of notebook 05."""

import numpy as np

from bnviz import batchnorm, live, measures
from bnviz.explore import example
from bnviz.network import sigmoid
from bnviz.pictures import ParameterPlane, SigmoidView, number, percent


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


def learned():
    """Follow the γ and β of a layer's 100 units while the network learns the digits.

    Returns a `Live`.
    """
    run = example.trained()
    row = {step: index for index, step in enumerate(run.steps.tolist())}
    reach = max(1 - run.gamma.min(), (run.gamma.max() - 1) / 3, np.abs(run.beta).max())

    def show(step, layer):
        until = row[step] + 1
        gamma, beta = run.gamma[:until, layer - 1], run.beta[:until, layer - 1]  # (S, units)
        caption = (
            f"After {step} steps the {gamma.shape[1]} units of hidden layer {layer} have "
            f"γ = {_mean_and_sd(gamma[-1])} and β = {_mean_and_sd(beta[-1])} (mean ± sd), and the "
            f"network recognizes {100 * run.accuracy[row[step]]:.1f} % of the test images."
        )
        return {"gamma": gamma, "beta": beta}, caption

    controls = {
        "step": live.steps("training step", list(row), run.steps.tolist()[-1]),
        "layer": live.choice("hidden layer", [1, 2, 3], 3),
    }
    return live.Live("learned", ParameterPlane(1.05 * reach), show, controls)


def _mean_and_sd(values):
    return f"{number(values.mean(), 3)} ± {number(values.std(), 3)}"
