"""Demo and pictures of notebook 04."""

import numpy as np

from bnviz import batchnorm, example, style
from bnviz.live import demo, slider, stops
from bnviz.network import sigmoid
from bnviz.panels import NormalizedView, mean_and_sd, number
from bnviz.pictures import Picture

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@demo
def bias(activations=None):
    """Move the bias b, and the scale of the weights, in front of batch norm.

    The outline is where ẑ stood before anything moved.

    activations: values of Wx over a mini-batch, any shape; without them the running example's.
    """
    wx = example.sorted_batch(activations)  # (m, 1), float64
    start = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))
    picture = NormalizedView()

    def show(b, scale):
        z = scale * wx + b
        z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
        picture.update(z, z_hat, start)
        return (
            f"z has {mean_and_sd(z)}; the largest change of any ẑ since b = 0 and scale 1 is "
            f"{_explain(np.abs(z_hat - start).max(), scale)}."
        )

    controls = {
        "b": slider("bias b", -6.0, 6.0, 0.0),
        "scale": stops("scale of W", (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0), 1.0),
    }
    return picture, show, controls, ({}, {"b": -6.0}, {"b": 6.0}, {"scale": 0.1})


def _explain(change, scale):
    """How large a change of ẑ is, to one digit, and where it comes from."""
    if change == 0:
        return "exactly 0"
    digit, power = f"{change:.0e}".split("e")
    why = "which is rounding" if scale == 1 else "because ε stays as it is"
    return f"{digit} × 10{str(int(power)).translate(SUPERSCRIPTS)}, {why}"


@style.own_looks()
def draw_on_sigmoid(nets):
    """Return a picture of nets under the sigmoid that they meet, a panel for each bias.

    nets: a dict of bias b -> the net of one unit, array of any shape.
    """
    figure = style.new_figure(9, 2.8, left=0.02, right=0.98, bottom=0.2, top=0.76)
    x = np.linspace(-8, 8, 200)
    for axes, (b, net) in zip(figure.subplots(1, len(nets)), nets.items(), strict=True):
        style.frame(axes).hist(net, np.linspace(-8, 8, 49), density=True, color=style.STAGES["z"])
        axes.plot(x, sigmoid(x), color=style.INK, linewidth=2)
        axes.set_xlabel("net $Wx + b$")
        style.title(axes, f"b = {number(b, 0)}", f"mean activation {sigmoid(net).mean():.2f}")
    means = [f"{number(sigmoid(net).mean())} at b = {number(b, 0)}" for b, net in nets.items()]
    said = ", ".join(means)
    return Picture(figure, f"The net moves along under the sigmoid: mean activation {said}")


@style.own_looks()
def draw_descents(constant, through):
    """Return a picture of two descents, step by step: the bias, and beside it the loss.

    constant, through: b and loss, (2, steps + 1), with E taken as a constant in the gradient, and
    with E differentiated.
    """
    figure = style.new_figure(9, 2.8, left=0.06, right=0.98, bottom=0.2, top=0.86)
    green, last = style.STAGES["z_hat"], constant.shape[1] - 1
    bias, loss = panels = figure.subplots(1, 2)
    names = "bias b", "loss"
    for axes, name, ink, dashes in zip(panels, names, constant, through, strict=True):
        axes.plot(ink, color=style.INK, linewidth=3)
        axes.plot(dashes, "--", color=green, linewidth=3)
        axes.set(xlim=(0, last), ylim=(-0.4, 1.25 * ink.max()), xlabel="step")
        style.title(axes, name)
    bias.text(0.45 * last, 0.6 * constant[0].max(), "E taken as constant", ha="right")
    bias.text(last / 2, 0.7, "E differentiated", color=green)
    loss.text(last / 2, 1.1 * constant[1].max(), "both the same", ha="center")
    return Picture(figure, "b climbs without end if E is taken as constant; the loss stands still")
