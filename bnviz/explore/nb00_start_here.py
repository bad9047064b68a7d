"""Pictures of notebook 00, and its demo."""

import itertools

import numpy as np
from matplotlib.patches import FancyBboxPatch

from bnviz import batchnorm, digits, example, measures, style
from bnviz.live import demo, slider, switch
from bnviz.network import sigmoid
from bnviz.panels import Histogram, mean_and_sd, percent
from bnviz.pictures import Picture


class HistogramRow(Picture):
    """Stages of the pipeline side by side, one histogram each.

    stages: keys of `style.STAGES`, from left to right.
    """

    def __init__(self, stages=("z", "z_hat", "y", "a")):
        figure = style.new_figure(9, 3.2, left=0.02, right=0.98, bottom=0.11, top=0.7, wspace=0.12)
        (row,) = figure.subplots(1, len(stages), squeeze=False)
        self._panels = {}
        for axes, stage in zip(row, stages, strict=True):
            # 0.5 and 0 lie in the middle of a bin
            edges = np.linspace(0, 1, 42) if stage == "a" else np.linspace(-8, 8, 66)
            self._panels[stage] = Histogram(axes, stage, edges, top=0.12)
            style.stage_title(axes, stage, pad=26)
            axes.set_xticks([0, 0.5, 1] if stage == "a" else [-5, 0, 5])
        super().__init__(figure)

    def update(self, **values):
        """Show one array of values for each stage by its name; None for a stage left out."""
        for stage, panel in self._panels.items():
            panel.update(values[stage])


@demo
def pipeline(activations=None):
    """Move everything that acts on one unit between its input and its activation.

    activations: values of Wx over a mini-batch, any shape; without them the running example's.
    """
    wx = example.sorted_batch(activations)  # (m, 1)
    picture = HistogramRow()

    def show(scale, shift, b, gamma, beta, batch_norm):
        z = scale * wx + shift + b
        z_hat, y = None, z
        if batch_norm:
            z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
            y = batchnorm.scale_shift(z_hat, [gamma], [beta])
        a = sigmoid(y)
        picture.update(z=z, z_hat=z_hat, y=y if batch_norm else None, a=a)
        return (
            f"The net arrives with {mean_and_sd(z)}; the sigmoid gets {mean_and_sd(y)}, and "
            f"{percent(measures.share_saturated(a))} of its outputs are within 0.03 of 0 or 1."
        )

    controls = {
        "scale": slider("scale of Wx", 0.1, 5.0, 1.0),
        "shift": slider("shift of Wx", -5.0, 5.0, 0.0),
        "b": slider("bias b", -5.0, 5.0, 0.0),
        "gamma": slider("γ", 0.0, 4.0, 1.0),
        "beta": slider("β", -4.0, 4.0, 0.0),
        "batch_norm": switch("batch norm", True),
    }
    still = [
        {},
        {"shift": 3.0},
        {"shift": 3.0, "batch_norm": False},
        {"gamma": 4.0},
        {"gamma": 0.0},
    ]
    return picture, show, controls, still


class PipelineStrip(Picture):
    """The pipeline in one line, with the stages of a notebook lit.

    lit: keys of `style.STAGES`; none lights all of them.
    """

    def __init__(self, *lit):
        figure = style.new_figure(9, 0.8)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.axis("off")
        shape = {"boxstyle": "round,pad=0,rounding_size=0.01", "mutation_aspect": 11}
        words = {"ha": "center", "va": "center", "size": style.TITLE}
        for stage, (left, width) in BOXES.items():
            formula = FRACTION if stage == "z_hat" else style.TITLES[stage][1]
            color, on = style.STAGES[stage], not lit or stage in lit
            face, edge, ink = (color, color, "white") if on else ("white", style.PALE, style.QUIET)
            axes.add_patch(FancyBboxPatch((left, 0.16), width, 0.68, fc=face, ec=edge, **shape))
            axes.text(left + width / 2, 0.49, formula, color=ink, **words)
        for (left, width), (end, _) in itertools.pairwise(BOXES.values()):
            axes.annotate("", (end, 0.5), (left + width, 0.5), arrowprops=ARROW)
        alt = f"The pipeline in one line: {', '.join(STAGE_NAMES.values())}."
        if lit:
            alt += f" Lit: {', '.join(STAGE_NAMES[stage] for stage in lit)}."
        super().__init__(figure, alt)


STAGE_NAMES = {stage: name for stage, (name, _) in style.TITLES.items()}
BOXES = {  # left end and width, as shares of the picture's width
    "x": (0.01, 0.05),
    "z": (0.13, 0.14),
    "z_hat": (0.34, 0.16),
    "y": (0.57, 0.14),
    "a": (0.78, 0.19),
}
FRACTION = r"$\hat{z} = \frac{z - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}$"
ARROW = {"arrowstyle": "-|>", "color": style.QUIET}


class NetworkSketch(Picture):
    """A digit enters a network of three hidden layers; one unit is lit, and its formulas shown."""

    def __init__(self):
        figure = style.new_figure(9, 2.7)
        axes = figure.add_axes([0, 0, 1, 1], xlim=(0, 9), ylim=(0, 2.7))
        axes.axis("off")
        digit = figure.add_axes([0.01, 0.36, 0.13, 0.43])
        digit.imshow(1 - digits.load().images[0].reshape(8, 8), cmap="gray", vmin=0, vmax=1)
        digit.axis("off")
        axes.text(0.68, 0.6, "64 pixels $x$", ha="center")
        _draw_units(axes)
        _draw_lit_unit(axes)
        super().__init__(figure)


COLUMNS = {1.75: 5, 2.75: 5, 3.75: 5, 4.75: 4}  # x of a layer: units drawn, of 100 and of 10
LIT = 1.75, 1.89  # the second unit of the first hidden layer


def _draw_units(axes):
    layers = [[(x, 1.5 + 0.39 * ((n - 1) / 2 - k)) for k in range(n)] for x, n in COLUMNS.items()]
    for left, right in itertools.pairwise(layers):
        for start, end in itertools.product(left, right):
            axes.plot(*zip(start, end, strict=True), color=style.PALE, lw=0.8, zorder=1)
    for y in np.linspace(0.95, 2.15, 7):
        axes.plot([1.28, LIT[0]], [y, LIT[1]], color=style.INK, lw=0.8, zorder=1)
    for x, y in itertools.chain(*layers):
        axes.plot(x, y, "o", color="white", mec=style.QUIET, mew=1.2, ms=15, zorder=2)
    axes.plot(*LIT, "o", color=style.SAND, ms=34, zorder=0)
    axes.plot(*LIT, "o", color=style.INK, ms=17, zorder=3)
    axes.text(2.75, 0.2, "3 hidden layers of 100 units", ha="center")
    axes.text(4.75, 0.2, "10 digits", ha="center")


def _draw_lit_unit(axes):
    axes.text(5.55, 2.3, "the lit unit", size=style.TITLE, weight="bold")
    axes.text(5.55, 1.95, "the same one in every notebook")
    looks = {"ha": "center", "va": "center", "color": "white", "size": style.TITLE}
    for x, stage, formula in (
        (6.2, "z", "$z = Wx + b$"),
        (8.15, "a", r"$a = \mathrm{sigmoid}(z)$"),
    ):
        box = {"boxstyle": "round,pad=0.4", "fc": style.STAGES[stage], "ec": "none"}
        axes.text(x, 1.25, formula, bbox=box, **looks)
        axes.text(x, 0.72, style.TITLES[stage][0], ha="center", color=style.STAGES[stage])
    axes.annotate("", (7.2, 1.25), (6.86, 1.25), arrowprops=ARROW)
