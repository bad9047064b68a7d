"""The pictures of notebook 07."""

import numpy as np
from matplotlib.markers import MarkerStyle

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Spread, number

MARKERS = "os^D"  # one shape per example, the same in every panel
NETS = (-6.5, 10.5)  # wide enough for the bar, wherever the nets are
REACH = 3.4  # of a gradient that is drawn in its place
ROWS = -0.45, -0.6  # of the sums, under a panel, in its heights
STEPS = (  # colour, heading and formula of each panel
    ("y", "dy arrives", "$dy$"),
    ("z_hat", "minus its mean", r"$-\ \mathrm{mean}(dy)$"),
    ("z_hat", "minus its slope", r"$-\ \hat{z}\ \mathrm{mean}(dy\,\hat{z})$"),
    ("z", "dz leaves", r"$/\ \sqrt{\sigma_B^2 + \varepsilon}$"),
)


class GradientView(Picture):
    """A gradient on its way back through batch norm: four examples, step by step.

    Above, the net of the four examples. Below, their gradient after each step, over ẑ, with the
    straight line that fits it best; under it, its sum and its sum with ẑ.
    """

    def __init__(self):
        figure = style.new_figure(9, 4.7)
        self._nets = _Nets(figure.add_axes([0.17, 0.84, 0.815, 0.1]))
        self._panels = []
        for index, step in enumerate(STEPS):
            axes = figure.add_axes([0.17 + 0.21 * index, 0.255, 0.185, 0.39])
            names = ("dβ = ", "dγ = ") if index == 0 else ("", "")
            self._panels.append(_Step(axes, *step, names))
        first = self._panels[0].axes
        first.set_yticks([-2, 0, 2], ["−2", "0", "2"])
        for height, name in zip(ROWS, ("sum", "sum with ẑ"), strict=True):
            first.text(-0.9, height, name, transform=first.transAxes, **_INK)
        first.text(-0.9, 0.48, "gradient", transform=first.transAxes, **_INK)
        parts = self._nets, *self._panels
        super().__init__(figure, [artist for part in parts for artist in part.moving])

    def update(self, z, z_hat, gradients, sums):
        """Show four examples: z, z_hat (4,), their gradients after each step (4 steps, 4).

        sums: (4 steps, 2), each gradient summed, and summed with z_hat.
        """
        self._nets.update(z)
        for panel, gradient, pair in zip(self._panels, gradients, sums, strict=True):
            panel.update(z_hat, gradient, pair)


class _Nets:
    """The net of each example on a line, with a bar from mean − sd to mean + sd."""

    def __init__(self, axes):
        style.frame(axes).set(xlim=NETS, ylim=(0, 2), xticks=[-4, -2, 0, 2, 4, 6, 8])
        axes.set_xticklabels(["−4", "−2", "0", "2", "4", "6", "8"])
        looks = {"transform": axes.transAxes, "color": style.STAGES["z"]}
        axes.text(-0.205, 0.2, "net z", fontsize=style.TITLE, fontweight="bold", **looks)
        self._spread = Spread(axes, 1.1, clip=False)
        self._dots = _examples(axes, style.STAGES["z"])
        self._words = Words(axes, -0.205, 1.2)
        self.moving = [*self._spread.moving, self._dots, self._words]

    def update(self, z):
        mean, sd = z.mean(), z.std()
        self._spread.update(mean, sd)
        self._dots.set_offsets(np.stack([z, np.full(len(z), 0.55)], axis=1))
        self._words.text = f"mean {number(mean)}, σ {number(sd)}"


class _Step:
    """A gradient over ẑ: a stem for each example, the best line, and two sums underneath."""

    def __init__(self, axes, stage, heading, formula, names):
        self.axes = style.frame(axes)
        axes.set(xlim=(-2, 2), ylim=(-REACH - 1.3, REACH + 1.3), xticks=[-1, 0, 1])
        axes.set_xticklabels(["−1", "0", "1"])
        axes.set_xlabel(r"$\hat{z}$", color=style.STAGES["z_hat"], fontsize=style.TITLE, labelpad=0)
        style.title(axes, heading, formula, style.STAGES[stage], pad=8)
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        (self._line,) = axes.plot([-2, 2], [0, 0], "--", color=style.INK, lw=1.5)
        (self._stems,) = axes.plot([], [], color=style.STAGES[stage], lw=2)
        self._dots = _examples(axes, style.STAGES[stage])
        self._names = names
        self._sums = [Words(axes, 0.5, height, align="m") for height in ROWS]
        self._beyond = [Words(axes, 0.5, height, align="m") for height in (0.92, 0.03)]
        self.moving = [self._line, self._stems, self._dots, *self._sums, *self._beyond]

    def update(self, z_hat, gradient, sums):
        mean, slope = sums / len(z_hat)
        self._line.set_ydata([mean - 2 * slope, mean + 2 * slope])
        shown = np.clip(gradient, -REACH, REACH)
        self._dots.set_offsets(np.stack([z_hat, shown], axis=1))
        ends = np.zeros(len(shown)), shown, np.full(len(shown), np.nan)  # nan: a gap
        self._stems.set_data(np.repeat(z_hat, 3), np.stack(ends, axis=1).ravel())
        for words, name, total in zip(self._sums, self._names, sums, strict=True):
            words.text = name + number(total)
        beyond = (gradient > REACH).sum(), (gradient < -REACH).sum()
        for words, count, arrow in zip(self._beyond, beyond, "▴▾", strict=True):
            words.text = f"{arrow} {count} outside" if count else ""


def _examples(axes, color):
    """Markers for four examples, each of its own shape, to be moved by `set_offsets`."""
    dots = axes.scatter([], [], s=75, color=color, edgecolor="white", clip_on=False, zorder=3)
    styles = [MarkerStyle(marker) for marker in MARKERS]
    dots.set_paths([style.get_path().transformed(style.get_transform()) for style in styles])
    return dots


_INK = {"fontsize": style.TEXT, "color": style.INK}


class GradientGraph(Picture):
    """Batch norm as a computational graph, with the gradient that runs back along each arrow."""

    def __init__(self):
        figure = style.new_figure(9, 3.7)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.set(xlim=(0, 9), ylim=(0.25, 3.95))
        axes.axis("off")
        for start, end, looks in ARROWS:
            _draw_arrow(axes, NODES[start][:2], NODES[end][:2], looks)
        for x, y, text, stage in NODES.values():
            _draw_node(axes, x, y, text, stage)
        for x, y, text, stage in GRADIENTS:
            axes.text(
                x, y, text, color=style.STAGES[stage], fontsize=style.TITLE, ha="center",
                va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 3},
            )  # fmt: skip
        super().__init__(figure, moving=[])


NODES = {  # place in inches, text, stage
    "z": (0.6, 2.1, "$z$", "z"),
    "mean": (2.6, 3.6, r"$\mu_B$", None),
    "var": (2.6, 0.6, r"$\sigma_B^2$", None),
    "z_hat": (4.9, 2.1, r"$\hat{z}$", "z_hat"),
    "gamma": (6.1, 3.6, r"$\gamma$", None),
    "beta": (7.5, 3.6, r"$\beta$", None),
    "y": (6.8, 2.1, "$y$", "y"),
    "loss": (8.4, 2.1, "$L$", None),
}
ARROWS = (  # from, to, looks
    ("z", "mean", {}),
    ("z", "var", {}),
    ("z", "z_hat", {}),
    ("mean", "z_hat", {}),
    ("mean", "var", {"linestyle": (0, (3, 3))}),
    ("var", "z_hat", {}),
    ("z_hat", "y", {}),
    ("gamma", "y", {}),
    ("beta", "y", {}),
    ("y", "loss", {}),
)
GRADIENTS = (  # place, what runs back, stage
    (7.62, 2.1, "$dy$", "y"),
    (5.85, 2.1, r"$d\hat{z}$", "z_hat"),
    (6.3, 2.95, r"$d\gamma$", "y"),
    (7.3, 2.95, r"$d\beta$", "y"),
    (3.75, 2.85, r"$d\mu_B$", "z_hat"),
    (3.75, 1.35, r"$d\sigma_B^2$", "z_hat"),
    (2.0, 2.1, "direct", "z"),
    (1.5, 2.85, "through the mean", "z"),
    (1.5, 1.35, "through the variance", "z"),
    (2.6, 2.78, "0", "x"),
)


def _draw_arrow(axes, start, end, looks):
    line = {"arrowstyle": "-|>", "color": style.QUIET, "shrinkA": 19, "shrinkB": 19, **looks}
    axes.annotate("", end, start, arrowprops=line)


def _draw_node(axes, x, y, text, stage):
    """A disc with a symbol in it, filled with the colour of its stage if it has one."""
    colour = style.STAGES[stage] if stage else style.QUIET
    axes.plot(x, y, "o", ms=36, mfc=colour if stage else "white", mec=colour, mew=1.5)
    axes.text(
        x, y, text, ha="center", va="center", fontsize=style.TITLE + 2,
        color="white" if stage else style.INK,
    )  # fmt: skip
