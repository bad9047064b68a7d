"""Picture and demo of notebook 07."""

import numpy as np
from matplotlib.markers import MarkerStyle

from bnviz import batchnorm, live, style
from bnviz.arguments import floats
from bnviz.panels import number
from bnviz.pictures import Picture, Words

MARKERS = "os^D"  # one shape for each example
SHAPES = "●■▲◆"  # the same as letters
SUBSCRIPTS = "₁₂₃₄"
REACH = 2.6  # of a gradient that is drawn in its place
LARGEST = 1e9  # of a net


@style.own_looks()
def gradient(z=(1.0, 2.0, 3.0, 6.0), dy=(0.0, -1.0, 1.0, 2.0)):
    """Send a gradient back through batch norm and see the best line taken away, with γ = 1.

    z, dy: four numbers each, the net of four examples, and dL/dy for each, from −2 to 2, where the
    sliders begin.
    Raises ValueError for what are no four numbers.
    """
    z, dy = _four("z", z, LARGEST), _four("dy", dy, 2)
    figure = style.new_figure(9, 4)
    left, right = (figure.add_axes([x, 0.15, 0.43, 0.66]) for x in (0.07, 0.56))
    arrives = _Panel(left, "y", "dy arrives", "dashed: the line that fits best")
    leaves = _Panel(right, "z", "dz leaves", r"(dy − line) $/\ \sqrt{\sigma_B^2 + \varepsilon}$")
    left.set_ylabel("gradient", labelpad=-2)
    (line,) = left.plot([-2, 2], [0, 0], "--", color=style.INK, lw=1.5, animated=True)

    def show(scale, **gradients):
        nets, arriving = scale * z[:, None], np.array([*gradients.values()])[:, None]  # (4, 1)
        dz, z_hat, height, slope, root = through(nets, arriving)
        fitted = height + slope * z_hat
        line.set_ydata([height - 2 * slope, height + 2 * slope])
        arrives.update(z_hat, arriving[:, 0], fitted)
        leaves.update(z_hat, dz, 0 * dz)
        return (
            f"The line has the height dβ/m = {number(height)} and the slope dγ/m = "
            f"{number(slope)}; what it leaves is divided by √(σ² + ε) = {number(root)}, so dz = "
            f"({', '.join(number(value) for value in dz)}), which sums to {number(dz.sum())}, and "
            f"times ẑ to {number(dz @ z_hat)}."
        )

    sliders = {
        f"dy{i + 1}": live.slider(f"{SHAPES[i]} dy{SUBSCRIPTS[i]}", -2.0, 2.0, float(dy[i]))
        for i in range(4)
    }
    for slider in sliders.values():
        slider.layout.width = "210px"  # four in a row
    scale = live.steps("scale of z", (0.25, 0.5, 1.0, 2.0, 4.0), 1.0)
    return live.Live("gradient", Picture(figure), show, **sliders, scale=scale)


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


class _Panel:
    """A gradient over ẑ: for each example its own shape, on a stem from where a line has it."""

    def __init__(self, axes, stage, heading, formula):
        axes.set(xlim=(-2, 2), ylim=(-REACH - 0.5, REACH + 0.5))
        axes.set(xticks=range(-2, 3), yticks=[-2, 0, 2])
        axes.set_xlabel(r"$\hat{z}$", color=style.STAGES["z_hat"], size=style.TITLE, labelpad=0)
        color = style.STAGES[stage]
        style.title(axes, heading, formula, color, pad=8)
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        (self._stems,) = axes.plot([], [], color=color, lw=2.5, animated=True)
        looks = {"s": 110, "color": color, "edgecolor": "white", "clip_on": False, "zorder": 3}
        self._dots = axes.scatter([], [], animated=True, **looks)
        styles = [MarkerStyle(marker) for marker in MARKERS]
        self._dots.set_paths([s.get_path().transformed(s.get_transform()) for s in styles])
        self._beyond = [Words(axes, 1, height, align="right") for height in (0.94, 0.03)]

    def update(self, z_hat, gradient, line):
        ends = np.clip([line, gradient], -REACH, REACH)  # (2, 4)
        self._dots.set_offsets(np.stack([z_hat, ends[1]], axis=1))
        stems = np.stack([*ends, np.full(4, np.nan)], axis=1)  # nan: a gap
        self._stems.set_data(np.repeat(z_hat, 3), stems.ravel())
        beyond = (gradient > REACH).sum(), (gradient < -REACH).sum()
        for words, count, arrow in zip(self._beyond, beyond, "▴▾", strict=True):
            words.text = f"{arrow} {count} outside" if count else ""


class GradientGraph(Picture):
    """Batch norm as a graph: arrows go the way of the gradient, each with what multiplies it."""

    def __init__(self):
        figure = style.new_figure(9, 4.6)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.set(xlim=(0, 9), ylim=(0, 4.6))
        axes.axis("off")
        for start, end, stage, (x, y), factor in ARROWS:
            _draw_arrow(axes, NODES[start][:2], NODES[end][:2], stage)
            axes.text(
                x, y, factor, color=style.STAGES[stage], size=style.TITLE, ha="center",
                va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 3},
            )  # fmt: skip
        for x, y, symbol, stage in NODES.values():
            _draw_node(axes, x, y, symbol, stage)
        axes.text(6.1, 0.5, "Each arrow multiplies the gradient;\nΣ sums it over the mini-batch.")
        super().__init__(figure)


NODES = {  # place in inches, symbol, stage
    "z": (0.6, 2.3, "$z_i$", "z"),
    "mean": (2.4, 4.1, r"$\mu_B$", None),
    "var": (2.4, 0.5, r"$\sigma_B^2$", None),
    "z_hat": (5.2, 2.3, r"$\hat{z}_i$", "z_hat"),
    "gamma": (6.4, 4.1, r"$\gamma$", None),
    "beta": (7.6, 4.1, r"$\beta$", None),
    "y": (7.0, 2.3, "$y_i$", "y"),
    "loss": (8.5, 2.3, "$L$", None),
}
ROOT = r"\sqrt{\sigma_B^2 + \varepsilon}"
ARROWS = (  # from, to, stage, place and text of the label
    ("loss", "y", "y", (7.75, 2.3), "$dy_i$"),
    ("y", "z_hat", "y", (6.1, 2.3), r"$\gamma$"),
    ("y", "gamma", "y", (6.62, 3.25), r"$\Sigma\,\hat{z}_i$"),
    ("y", "beta", "y", (7.38, 3.25), r"$\Sigma\,1$"),
    ("z_hat", "z", "z_hat", (3.0, 2.3), rf"$1\,/\,{ROOT}$"),
    ("z_hat", "mean", "z_hat", (3.85, 3.25), rf"$-\Sigma\,1\,/\,{ROOT}$"),
    ("z_hat", "var", "z_hat", (3.9, 1.35),
     r"$-\Sigma\,(z_i - \mu_B)\,/\,2\,(\sigma_B^2 + \varepsilon)^{3/2}$"),
    ("mean", "z", "z", (1.45, 3.25), "$1/m$"),
    ("var", "z", "z", (1.2, 1.35), r"$2\,(z_i - \mu_B)/m$"),
)  # fmt: skip


def _draw_arrow(axes, start, end, stage):
    line = {"arrowstyle": "-|>", "color": style.STAGES[stage], "shrinkA": 20, "shrinkB": 20}
    axes.annotate("", end, start, arrowprops=line | {"lw": 1.8, "mutation_scale": 18})


def _draw_node(axes, x, y, symbol, stage):
    """A disc with a symbol in it, filled with the colour of its stage if it has one."""
    colour = style.STAGES[stage] if stage else style.QUIET
    axes.plot(x, y, "o", ms=38, mfc=colour if stage else "white", mec=colour, mew=1.5)
    axes.text(
        x, y, symbol, ha="center", va="center", size=style.TITLE + 2,
        color="white" if stage else style.INK,
    )  # fmt: skip
