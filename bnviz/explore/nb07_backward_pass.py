"""Picture and demo of notebook 07."""

import numpy as np

from bnviz import batchnorm, style
from bnviz.arguments import floats
from bnviz.live import demo, slider, stops
from bnviz.panels import number
from bnviz.pictures import Picture, Words

SHAPES = {"o": "●", "s": "■", "^": "▲", "D": "◆"}  # of the four examples: markers, letters
REACH = 2.6  # of a gradient that is drawn in its place


@demo
def gradient(z=(1.0, 2.0, 3.0, 6.0), dy=(0.0, -1.0, 1.0, 2.0)):
    """Send a gradient back through batch norm and see the best line taken away, with γ = 1.

    z, dy: four numbers each, the net of four examples, and dL/dy for each, from −2 to 2, where the
    sliders begin.
    Raises ValueError for what are no four numbers.
    """
    z, dy = _four("z", z, 1e9), _four("dy", dy, 2)
    figure = style.new_figure(9, 4)
    left, right = (figure.add_axes([x, 0.15, 0.43, 0.66]) for x in (0.07, 0.56))
    arrive = _draw_panel(left, "y", "dy arrives", "dashed: the line that fits best")
    formula = r"(dy − line) $/\ \sqrt{\sigma_B^2 + \varepsilon}$"
    leave = _draw_panel(right, "z", "dz leaves", formula)
    left.set_ylabel("gradient", labelpad=-2)
    looks = {"color": style.INK, "lw": 1.5, "zorder": 1.5}  # behind the shapes
    (line,) = left.plot([-2, 2], [0, 0], "--", animated=True, **looks)

    def show(scale, **gradients):
        nets, arriving = scale * z[:, None], np.array([*gradients.values()])[:, None]  # (4, 1)
        dz, z_hat, height, slope, root = through(nets, arriving)
        line.set_ydata([height - 2 * slope, height + 2 * slope])
        arrive(z_hat, arriving[:, 0], height + slope * z_hat)
        leave(z_hat, dz, 0 * dz)
        return (
            f"The line has the height dβ/m = {number(height)} and the slope dγ/m = "
            f"{number(slope)}; what it leaves is divided by √(σ² + ε) = {number(root)}, so dz = "
            f"({', '.join(number(value) for value in dz)}), which sums to {number(dz.sum())}, and "
            f"times ẑ to {number(dz @ z_hat)}."
        )

    controls = {
        f"dy{i}": slider(f"{shape} dy{chr(0x2080 + i)}", -2.0, 2.0, float(value))
        for i, (shape, value) in enumerate(zip(SHAPES.values(), dy, strict=True), start=1)
    }
    for control in controls.values():
        control.layout.width = "210px"  # four in a row
    controls["scale"] = stops("scale of z", (0.25, 0.5, 1.0, 2.0, 4.0), 1.0)
    return Picture(figure), show, controls


def through(z, dy, eps=1e-5):
    """Return dz (m,), z_hat (m,), height and slope of the line taken away, and √(var + eps).

    z, dy: (m, 1), one unit over a mini-batch, with γ = 1.
    """
    _, cache = batchnorm.forward(z, [1.0], [0.0], eps)
    dz, dgamma, dbeta = batchnorm.backward(dy, cache)
    line = dbeta.item() / len(dy), dgamma.item() / len(dy)
    return dz[:, 0], cache.z_hat[:, 0], *line, cache.std.item()


def _four(name, values, largest):
    values = floats(name, values, float)
    if values.shape != (4,) or not (np.abs(values) <= largest).all():
        raise ValueError(
            f"{name} holds four numbers from {-largest:g} to {largest:g}, one for each example, "
            f"got {values.tolist()}"
        )
    return values


def _draw_panel(axes, stage, heading, formula):
    """Draw axes over ẑ; return what shows a gradient there, on stems from where a line has it."""
    color = style.STAGES[stage]
    style.title(axes, heading, formula, color, pad=8)
    axes.set(xlim=(-2, 2), xticks=range(-2, 3), ylim=(-3.1, 3.1), yticks=[-2, 0, 2])
    axes.set_xlabel(r"$\hat{z}$", color=style.STAGES["z_hat"], size=style.TITLE, labelpad=0)
    axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
    looks = {"lw": 2.5, "ms": 10.5, "mec": "white", "mew": 1.5, "markevery": [1], "color": color}
    stems = [axes.plot([], [], marker + "-", animated=True, **looks)[0] for marker in SHAPES]
    above, below = (Words(axes, 1, height, align="right") for height in (0.94, 0.03))

    def update(z_hat, gradient, line):
        ends = np.clip([line, gradient], -REACH, REACH)  # (2, 4)
        for stem, place, heights in zip(stems, z_hat, ends.T, strict=True):
            stem.set_data([place] * 2, heights)
        high, low = (gradient > REACH).sum(), (gradient < -REACH).sum()
        above.text = f"▴ {high} outside" if high else ""
        below.text = f"▾ {low} outside" if low else ""

    return update


NODES = {  # place in inches, symbol, stage
    "z": ((0.6, 2.3), "$z_i$", "z"),
    "mean": ((2.4, 4.1), r"$\mu_B$", None),
    "var": ((2.4, 0.5), r"$\sigma_B^2$", None),
    "z_hat": ((5.2, 2.3), r"$\hat{z}_i$", "z_hat"),
    "gamma": ((6.4, 4.1), r"$\gamma$", None),
    "beta": ((7.6, 4.1), r"$\beta$", None),
    "y": ((7.0, 2.3), "$y_i$", "y"),
    "loss": ((8.5, 2.3), "$L$", None),
}
ROOT, CUBE = r"\sqrt{\sigma_B^2 + \varepsilon}", r"(\sigma_B^2 + \varepsilon)^{3/2}"
ARROWS = (  # from, to, place and text of the label
    ("loss", "y", (7.75, 2.3), "$dy_i$"),
    ("y", "z_hat", (6.1, 2.3), r"$\gamma$"),
    ("y", "gamma", (6.62, 3.25), r"$\Sigma\,\hat{z}_i$"),
    ("y", "beta", (7.38, 3.25), r"$\Sigma\,1$"),
    ("z_hat", "z", (3.0, 2.3), rf"$1\,/\,{ROOT}$"),
    ("z_hat", "mean", (3.85, 3.25), rf"$-\Sigma\,1\,/\,{ROOT}$"),
    ("z_hat", "var", (3.9, 1.35), rf"$-\Sigma\,(z_i - \mu_B)\,/\,2\,{CUBE}$"),
    ("mean", "z", (1.45, 3.25), "$1/m$"),
    ("var", "z", (1.2, 1.35), r"$2\,(z_i - \mu_B)/m$"),
)


class GradientGraph(Picture):
    """Batch norm as a graph: arrows go the way of the gradient, each with what multiplies it."""

    def __init__(self):
        figure = style.new_figure(9, 4.6)
        axes = figure.add_axes([0, 0, 1, 1], xlim=(0, 9), ylim=(0, 4.6))
        axes.axis("off")
        arrow = {"arrowstyle": "-|>", "shrinkA": 20, "shrinkB": 20, "lw": 1.8, "mutation_scale": 18}
        middle, box = {"ha": "center", "va": "center"}, {"fc": "white", "ec": "none", "pad": 3}
        for start, end, place, factor in ARROWS:
            (tail, _, of_start), (head, _, of_end) = NODES[start], NODES[end]
            color = style.STAGES[of_start or of_end]
            axes.annotate("", head, tail, arrowprops=arrow | {"color": color})
            axes.text(*place, factor, size=style.TITLE, color=color, bbox=box, **middle)
        for (x, y), symbol, stage in NODES.values():
            rim = style.STAGES.get(stage, style.QUIET)
            fill, ink = (rim, "white") if stage else ("white", style.INK)
            axes.plot(x, y, "o", ms=38, mfc=fill, mec=rim, mew=1.5)
            axes.text(x, y, symbol, size=style.TITLE + 2, color=ink, **middle)
        axes.text(6.1, 0.5, "Each arrow multiplies the gradient;\nΣ sums it over the mini-batch.")
        super().__init__(figure)
