"""Pictures and demos of notebook 05."""

import numpy as np
from matplotlib.colors import to_rgb

from bnviz import batchnorm, example, measures, recordings, style
from bnviz.live import choice, demo, slider, stops
from bnviz.network import sigmoid
from bnviz.panels import Bars, moving, number, percent
from bnviz.pictures import Picture, Words

LIMIT = 8.125  # 0 lies in the middle of a bin of 0.25
DOTS = 16  # examples that ride on the sigmoid


class SigmoidView(Picture):
    """The sigmoid with what goes in along its axis and what comes out up its side.

    The tallest bar of a histogram fills its panel. Up to 16 values have no bars but a spike each.
    z_hat: the normalized net, any shape, which stands still as an outline for comparison.
    """

    def __init__(self, z_hat=()):
        figure = style.new_figure(9, 3.9, left=0.08, right=0.98, bottom=0.15, top=0.98)
        ratios = {"width_ratios": [4, 1], "height_ratios": [2, 1]}
        grid = figure.add_gridspec(2, 2, hspace=0.08, wspace=0.1, **ratios)
        (curve, beside), (below, corner) = grid.subplots()
        corner.axis("off")
        self._dots = _draw_curve(curve)
        edges, looks = np.linspace(-LIMIT, LIMIT, 66), {"fill": True, "color": style.STAGES["y"]}
        self._inputs = Bars(style.frame(below), edges, outside=0.72, spread=0.94, **looks)
        looks = {"fill": True, "color": style.STAGES["a"], "vertical": False}
        edges_of_a = np.linspace(0, 1, 42)  # 0.5 lies in the middle of a bin
        self._outputs = Bars(beside, edges_of_a, spread=0.94, **looks)
        pairs = (below, style.STAGES["y"]), (beside, style.STAGES["a"])
        self._spikes = [moving(axes, lw=4, color=color) for axes, color in pairs]
        for axes in (curve, beside):
            axes.set(xticks=[], ylim=(-0.02, 1.02), yticks=[0, 0.5, 1])
            axes.spines["bottom"].set_visible(False)
        for axes in (curve, below):
            axes.axvspan(-1, 1, color=style.SAND, zorder=0, linewidth=0)
        if np.size(z_hat):
            Bars(below, edges, lw=2, color=style.STAGES["z_hat"]).update(z_hat)
            looks = {"color": style.STAGES["z_hat"], "va": "top"}
            corner.text(0, 0.62, "outline:\n$\\hat{z}$, as it came", **looks)
        looks = {"color": style.STAGES["y"], "size": style.TITLE}
        below.set_xlabel(r"what goes in: $y = \gamma\,\hat{z} + \beta$", **looks)
        super().__init__(figure)

    def update(self, y, a):
        """Show the inputs `y` and the outputs `a` of the sigmoid, arrays of any shape."""
        y, a = np.ravel(y), np.ravel(a)
        few = np.linspace(0, y.size - 1, min(y.size, DOTS)).astype(int)  # evenly over the order
        few = few[np.abs(y[few]) <= LIMIT]
        self._dots.set_data(y[few], a[few])
        self._inputs.update(y)
        self._outputs.update(a)
        is_small = y.size <= DOTS  # bars would stand beside their few values
        for bars in (self._inputs, self._outputs):
            bars.outline.set_visible(not is_small)
        few = few if is_small else few[:0]
        self._show_spikes(y[few], a[few])

    def _show_spikes(self, y, a):
        """Show a spike for each of a few inputs `y` and outputs `a`, (n,) each, maybe none."""
        ends = np.tile([0, 1, np.nan], y.size)  # nan lifts the pen
        below, beside = self._spikes
        below.set_data(np.repeat(y, 3), ends)
        beside.set_data(ends, np.repeat(a, 3))


def _draw_curve(axes):
    """Draw the sigmoid and its tangent at 0; return the dots that ride on it."""
    x = np.linspace(-LIMIT, LIMIT, 400)
    axes.plot(x, sigmoid(x), color=style.INK, linewidth=2.5)
    axes.plot(x, 0.5 + x / 4, "--", color=style.QUIET, linewidth=1.5)
    axes.set_xlim(-LIMIT, LIMIT)
    axes.set_ylabel(r"what comes out: $a$", color=style.STAGES["a"], size=style.TITLE)
    axes.text(0, 0.04, "nearly\na line", ha="center", color=style.SAND_INK)
    return moving(axes, "o", color=style.STAGES["y"], mec="white", ms=8, clip_on=False)


@demo
def scale_shift(activations=None):
    """Push the normalized net through the sigmoid with γ and β.

    activations: values of Wx over a mini-batch, any shape; without them the running example's.
    """
    wx = example.sorted_batch(activations)  # (m, 1)
    z_hat = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))
    picture = SigmoidView(z_hat)

    def show(gamma, beta):
        y = batchnorm.scale_shift(z_hat, [gamma], [beta])
        a = sigmoid(y)
        picture.update(y, a)
        return (
            f"With γ = {number(gamma, 1)} and β = {number(beta, 1)}, "
            f"{percent(measures.share_within(y, 1))} of the inputs lie in the linear region, "
            f"within ±1; the best straight line explains R² = {number(measures.line_fit(y, a), 3)} "
            f"of the outputs; their mean is {number(a.mean())}, and "
            f"{percent(measures.share_saturated(a))} are within 0.03 of 0 or 1."
        )

    controls = {
        "gamma": slider("γ (scale)", 0.0, 6.0, 1.0),
        "beta": slider("β (shift)", -6.0, 6.0, 0.0),
    }
    return picture, show, controls, ({}, {"gamma": 4.0}, {"beta": 3.0}, {"gamma": 0.0})


@demo
def learned():
    """Follow the γ and β of a layer's 100 units while the network learns the digits."""
    run = recordings.read("four_networks")[example.WITH_BN]
    picture = PlaneView(run)

    def show(step, layer):
        now = run["steps"].searchsorted(step)
        gamma, beta = (run[name][: now + 1, layer - 1] for name in ("gamma", "beta"))
        net = run["z"][now, layer - 1].astype(float)  # (examples,), of one unit
        root, mean = np.sqrt(net.var() + 1e-5), net.mean()
        picture.update(gamma, beta, root, mean)
        return (
            f"After {step} steps the {gamma.shape[1]} units of hidden layer {layer} have "
            f"γ = {_mean_and_sd(gamma[-1])} and β = {_mean_and_sd(beta[-1])} (mean ± sd); unit "
            f"{example.UNIT} would need γ = √(σ² + ε) = {number(root)} and β = μ = "
            f"{number(mean)} to have its net back; "
            f"{percent(run['accuracy'][now], 1)} of the test images are recognized."
        )

    controls = {
        "step": stops("training step", run["steps"].tolist(), 0),
        "layer": choice("hidden layer", [1, 2, 3], 3),
    }
    end = {"step": 1800}
    return picture, show, controls, ({}, end, end | {"layer": 2}, end | {"layer": 1})


class PlaneView(Picture):
    """The plane of γ and β, a dot for each unit of a layer, with a close-up of their paths.

    run: a record of training; the close-up holds all that its units ever do.
    """

    def __init__(self, run):
        figure = style.new_figure(9, 3.75)
        plane = _draw_plane(figure.add_axes([0.085, 0.165, 0.9, 0.815]))
        inset = _draw_inset(plane, run)
        color = style.STAGES["y"]
        faint = 0.7 + 0.3 * np.array(to_rgb(color))  # opaque, to hide the lines at 0, 1
        self._paths = moving(inset, lw=1, color=faint)
        self._dots = [
            moving(axes, "o", ms=ms, color=color) for axes, ms in ((plane, 3), (inset, 5))
        ]
        for axes in (plane, inset):
            axes.axhline(0, color=style.PALE, lw=1, zorder=0)
            axes.axvline(1, color=style.PALE, lw=1, zorder=0)
            axes.plot([1], [0], "+", color=style.INK, ms=11, mew=2, animated=True)
        looks = {"color": style.STAGES["z"]}
        self._back = moving(plane, "D", ms=8, **looks)
        lines = (f"unit {example.UNIT}: its net", 28), ("comes back here", 11)  # text, lift
        self._said = [
            Words(plane, 0, 0, text, lift=lift, transform=plane.transData, **looks)
            for text, lift in lines
        ]
        super().__init__(figure)

    def update(self, gamma, beta, root, mean):
        """Show gamma and beta, (snapshots, units) each, up to the last of them.

        root, mean: what γ and β would give the unit of the running example its net back.
        """
        self._paths.set_data(_some_paths(gamma), _some_paths(beta))
        for line in self._dots:
            line.set_data(gamma[-1], beta[-1])
        self._back.set_data([root], [mean])
        for words in self._said:
            words.place = root - 0.06, mean


def _draw_plane(axes):
    axes.set(xlim=(0, 4.1), ylim=(-0.5, 1.04), xticks=range(5))
    axes.set_yticks([-0.5, 0, 0.5, 1], ["−0.5", "0", "0.5", "1"])
    axes.set_xlabel(r"scale $\gamma$", color=style.STAGES["y"], size=style.TITLE)
    axes.set_ylabel(r"shift $\beta$", color=style.STAGES["y"], size=style.TITLE, labelpad=-8)
    looks = {"ha": "right", "arrowprops": {"arrowstyle": "-", "color": style.QUIET}}
    axes.annotate("start (1, 0)", (1, 0), (-14, -48), textcoords="offset points", **looks)
    return axes


def _draw_inset(plane, run):
    """A close-up of where the units of all layers are in all of training."""
    reach = 1.08 * np.abs(run["beta"]).max()
    low, high = 1 - 1.3 * (1 - run["gamma"].min()), run["gamma"].max() + 0.03
    height = 1.7 * 2 * reach / (high - low)  # a step of γ as long as one of β
    inset = plane.inset_axes([2.15, 0.2, 1.7, height], transform=plane.transData)
    inset.set(xlim=(low, high), ylim=(-reach, reach))
    inset.spines[["top", "right"]].set_visible(True)
    inset.yaxis.tick_right()  # the lines from the frame come from the left
    inset.set_yticks([-0.1, 0, 0.1], ["−0.1", "0", "0.1"])
    looks = {"color": style.QUIET, "lw": 1, "zorder": 1}
    plane.plot([low, high, high, low, low], [reach, reach, -reach, -reach, reach], **looks)
    plane.plot([high, 2.15], [reach, 0.2 + height], **looks)
    plane.plot([high, 2.15], [-reach, 0.2], **looks)
    return inset


def _some_paths(paths):
    """Every fourth column of (snapshots, units) as one line, with nan, a gap, behind each path.

    Every fourth snapshot and the last: the eye sees the same path, drawn in half the time.
    """
    some = paths[:, ::4]
    gap = np.full(some.shape[1], np.nan)
    return np.vstack([some[:-1:4], some[-1], gap]).ravel(order="F")


def _mean_and_sd(values):
    return f"{number(values.mean(), 3)} ± {number(values.std(), 3)}"
