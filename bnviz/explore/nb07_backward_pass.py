"""Picture and demo of notebook 07."""

import numpy as np

from bnviz import batchnorm, style
from bnviz.arguments import floats
from bnviz.live import demo, slider, stops
from bnviz.panels import moving, number
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
    arrive = _Stems(left, "y", "dy arrives", "dashed: the line that fits best")
    formula = r"(dy − line) $/\ \sqrt{\sigma_B^2 + \varepsilon}$"
    leave = _Stems(right, "z", "dz leaves", formula)
    left.set_ylabel("gradient", labelpad=-2)
    line = moving(left, "--", color=style.INK, lw=1.5, zorder=1.5)  # behind the shapes

    def show(scale, **gradients):
        nets, arriving = scale * z[:, None], np.array([*gradients.values()])[:, None]  # (4, 1)
        dz, z_hat, height, slope, root = through(nets, arriving)
        line.set_data([-2, 2], [height - 2 * slope, height + 2 * slope])
        arrive.update(z_hat, arriving[:, 0], height + slope * z_hat)
        leave.update(z_hat, dz, 0 * dz)
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
    all_alike = dict.fromkeys(list(controls)[:4], 1.0)
    still = {}, {"dy4": float(max(dy[3] - 1, -2))}, all_alike, {"scale": 0.5}
    return Picture(figure), show, controls, still


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


class _Stems:
    """A gradient over ẑ: the four shapes, each on a stem from where a line has it."""

    def __init__(self, axes, stage, heading, formula):
        color = style.STAGES[stage]
        style.title(axes, heading, formula, color, pad=8)
        axes.set(xlim=(-2, 2), xticks=range(-2, 3), ylim=(-3.1, 3.1), yticks=[-2, 0, 2])
        axes.set_xlabel(r"$\hat{z}$", color=style.STAGES["z_hat"], size=style.TITLE, labelpad=0)
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        looks = {"lw": 2.5, "ms": 10.5, "mec": "white", "mew": 1.5, "markevery": [1]}
        self._stems = [moving(axes, marker + "-", color=color, **looks) for marker in SHAPES]
        self._above = Words(axes, 1, 0.94, align="right")
        self._below = Words(axes, 1, 0.03, align="right")

    def update(self, z_hat, gradient, line):
        """Show a gradient (4,) at ẑ (4,), and where a line has it, (4,)."""
        ends = np.clip([line, gradient], -REACH, REACH)  # (2, 4)
        for stem, place, heights in zip(self._stems, z_hat, ends.T, strict=True):
            stem.set_data([place] * 2, heights)
        high, low = (gradient > REACH).sum(), (gradient < -REACH).sum()
        self._above.text = f"▴ {high} outside" if high else ""
        self._below.text = f"▾ {low} outside" if low else ""


NODES = {  # place in inches, symbol, stage
    "z": ((0.6, 2.7), "$z_i$", "z"),
    "mean": ((2.2, 4.9), r"$\mu_B$", None),
    "var": ((2.2, 0.5), r"$\sigma_B^2$", None),
    "first": ((5.3, 4.0), r"$\hat{z}_1$", "z_hat"),
    "z_hat": ((5.3, 2.7), r"$\hat{z}_i$", "z_hat"),
    "last": ((5.3, 1.4), r"$\hat{z}_m$", "z_hat"),
    "gamma": ((6.6, 4.9), r"$\gamma$", None),
    "beta": ((7.8, 4.9), r"$\beta$", None),
    "y": ((7.2, 2.7), "$y_i$", "y"),
    "loss": ((8.55, 2.7), "$L$", None),
}
ROOT, CUBE = r"\sqrt{\sigma_B^2 + \varepsilon}", r"(\sigma_B^2 + \varepsilon)^{3/2}"
ARROWS = (  # from, to, place and text of the label
    ("loss", "y", (7.88, 2.7), "$dy_i$"),
    ("y", "z_hat", (6.25, 2.7), r"$\gamma$"),
    ("y", "gamma", (6.86, 3.95), r"$\Sigma\,\hat{z}_i$"),
    ("y", "beta", (7.54, 3.95), r"$\Sigma\,1$"),
    ("z_hat", "z", (2.75, 2.7), rf"$1\,/\,{ROOT}$"),
    ("first", "mean", (3.75, 4.45), ""),
    ("z_hat", "mean", (3.75, 3.8), ""),
    ("last", "mean", (3.55, 3.9), rf"$-1\,/\,{ROOT}$"),
    ("first", "var", (3.75, 1.0), ""),
    ("z_hat", "var", (3.75, 1.6), ""),
    ("last", "var", (3.6, 1.42), rf"$-(z_k - \mu_B)\,/\,2\,{CUBE}$"),
    ("mean", "z", (1.47, 3.9), "$1/m$"),
    ("var", "z", (1.44, 1.55), r"$2\,(z_i - \mu_B)/m$"),
)


class GradientGraph(Picture):
    """Batch norm as a graph: the gradient's arrows; mean and variance collect from all examples."""

    def __init__(self):
        figure = style.new_figure(9, 5.4)
        axes = figure.add_axes([0, 0, 1, 1], xlim=(0, 9), ylim=(0, 5.4))
        axes.axis("off")
        arrow = {"arrowstyle": "-|>", "shrinkA": 20, "shrinkB": 20, "lw": 1.8, "mutation_scale": 18}
        middle, box = {"ha": "center", "va": "center"}, {"fc": "white", "ec": "none", "pad": 3}
        for start, end, place, factor in ARROWS:
            (tail, _, of_start), (head, _, of_end) = NODES[start], NODES[end]
            color = style.STAGES[of_start or of_end]
            axes.annotate("", head, tail, arrowprops=arrow | {"color": color})
            if factor:
                axes.text(*place, factor, size=style.TITLE, color=color, bbox=box, **middle)
        for name in ("first", "last"):  # what comes from their own y
            x, y = NODES[name][0]
            axes.annotate("", (x, y), (x + 1, y), arrowprops=arrow | {"color": style.STAGES["y"]})
        for (x, y), symbol, stage in NODES.values():
            rim = style.STAGES.get(stage, style.QUIET)
            fill, ink = (rim, "white") if stage else ("white", style.INK)
            axes.plot(x, y, "o", ms=38, mfc=fill, mec=rim, mew=1.5)
            axes.text(x, y, symbol, size=style.TITLE + 2, color=ink, **middle)
        for y in (3.35, 2.05):
            axes.text(5.3, y, "⋮", size=style.TITLE, color=style.STAGES["z_hat"], **middle)
        axes.text(
            6.0, 0.55, "Each arrow multiplies the gradient;\nwhere arrows meet, it is summed."
        )
        super().__init__(figure)
