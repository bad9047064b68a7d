"""The explorable of notebook 07."""

import numpy as np

from bnviz import batchnorm, live
from bnviz.pictures import GradientView, number

SHAPES = "●■▲◆"  # as the picture draws the examples
SUBSCRIPTS = "₁₂₃₄"


def gradient(z=(1.0, 2.0, 3.0, 6.0), dy=(0.0, -1.0, 1.0, 2.0)):
    """Send a gradient back through batch norm, one step after the other, with γ = 1.

    z, dy : four numbers each, optional
        Where the sliders begin: the net of four examples, and dL/dy for each.
    Returns a `Live`.
    """

    def show(**values):
        numbers = np.array(list(values.values())).reshape(2, 4, 1)  # z and dy, (m, units) each
        gradients, z_hat = steps_back(*numbers)
        sums = np.stack([gradients.sum(axis=1), (gradients * z_hat).sum(axis=1)], axis=1)
        shown = {"z": numbers[0, :, 0], "z_hat": z_hat, "gradients": gradients, "sums": sums}
        return shown, _caption(gradients[-1], sums)

    ends = {"z": (-4.0, 8.0, 0.5), "dy": (-2.0, 2.0, 0.1)}
    controls = {
        f"{name}{i + 1}": live.slider(f"{SHAPES[i]} {name}{SUBSCRIPTS[i]}", low, high, start, step)
        for (name, (low, high, step)), starts in zip(ends.items(), (z, dy), strict=True)
        for i, start in enumerate(starts)
    }
    for control in controls.values():
        control.layout.width = "210px"  # four in a row, so that dy stands under its z
    return live.Live("gradient", GradientView(), show, controls)


def steps_back(z, dy, eps=1e-5):
    """Return the gradient after each step of the way back, (4, m), and z_hat, (m,); γ = 1.

    dy;  dy − mean(dy);  that − ẑ · mean(dy · ẑ);  that / √(var + ε), which is dz
    z, dy: (m, 1), one unit over a mini-batch.
    """
    unit = np.ones(1)
    _, cache = batchnorm.forward(z, unit, 0 * unit, eps)
    dz, dgamma, dbeta = batchnorm.backward(dy, cache)
    centered = dy - dbeta / len(dy)
    left = centered - cache.z_hat * dgamma / len(dy)
    return np.stack([dy, centered, left, dz])[..., 0], cache.z_hat[:, 0]


def _caption(dz, sums):
    numbers = ", ".join(number(value) for value in dz)
    (dbeta, dgamma), (total, along) = sums[0], sums[-1]
    exact = "" if abs(along) < 0.005 else " (not 0, because of ε)"
    return (
        f"dz = ({numbers}) sums to {number(total)}, and with ẑ to {number(along)}{exact}; what was "
        f"taken out of dy is what β and γ get: dβ = {number(dbeta)} and dγ = {number(dgamma)}."
    )
