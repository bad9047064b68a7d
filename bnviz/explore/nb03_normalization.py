"""Demos of notebook 03."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bnviz import batchnorm, digits, example, style
from bnviz.live import demo, slider, stops
from bnviz.panels import Bars, NormalizedView, Spread, moving, number, percent
from bnviz.pictures import Picture, Words

SCALES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


@demo
def normalization(activations=None):
    """Shift and scale the net of one unit and see what normalizing makes of it.

    The outline is what normalizing without ε would make of it.

    activations: values of Wx over a mini-batch, any shape; without them the running example's.
    """
    # shuffled once, and a batch is the first m of them, so that only m differs
    wx = np.random.default_rng(3).permutation(example.sorted_batch(activations))  # (n, 1)
    picture = NormalizedView()

    def show(shift, scale, eps, m):
        z = scale * wx[:m] + shift  # (m, 1)
        mean, var = batchnorm.batch_statistics(z)
        z_hat = batchnorm.normalize(z, mean, var, eps)
        exact = batchnorm.normalize(wx[:m], *batchnorm.batch_statistics(wx[:m]), 1e-20)
        picture.update(z, z_hat, exact)
        return _caption(m, eps, z, z_hat)

    sizes = [*(m for m in (1, 2, 4, 16, 60) if m < len(wx)), len(wx)]
    controls = {
        "shift": slider("shift of Wx", -5.0, 5.0, 0.0),
        "scale": stops("scale of Wx", SCALES, 1.0),
        "eps": stops("ε", (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0), 1e-5),
        "m": stops("batch size m", sizes, sizes[-1]),
    }
    still = [{}, {"shift": 3.0, "scale": 3.0}, {"scale": 0.001}, {"m": 2}]
    return picture, show, controls, [place for place in still if place.get("m", 2) in sizes]


def _caption(m, eps, z, z_hat):
    if m == 1:
        return "A mini-batch of one is its own mean: ẑ is 0, whatever the example."
    sd = z.std()
    kept = sd / np.sqrt(sd**2 + eps)
    pair = ", and the two examples become plus and minus that" if m == 2 else ""
    return (
        f"This mini-batch of {m:,} arrives with mean {number(z.mean())} and sd {_small(sd)} and "
        f"leaves with mean {number(z_hat.mean())} and sd {number(z_hat.std(), 3)}{pair}; "
        f"ε = {_small(eps)} costs {percent(1 - kept)} of the spread."
    )


def _small(value):
    """Return a positive number with three digits, as one writes it: 1e-5, not 1e-05."""
    return f"{value:.3g}".replace("e-0", "e-")


DRAWS = 40  # mini-batches with one image in all of them
MATES_SIZES = (2, 4, 8, 16, 32, 60, 128, 256)
EPS = 1e-5


@demo
def mates(normalize=None):
    """Give one image other batch-mates and see where each mini-batch puts it.

    normalize: your own function of (z, eps), with z of shape (m, units); without it the package's.
    """
    net = example.images() @ example.weights()  # (n, 1): a row for each image, in their order
    batches = net[draw_batches()].astype(float)  # (draws, m, 1)
    normalize = normalize or (lambda z, eps: batchnorm.forward(z, [1.0], [0.0], eps)[0])
    picture = MatesView(net)

    def show(mates, m):
        z = batches[:mates, :m]  # all up to now; only m differs from one size to the next
        z_hat = np.array([normalize(batch, EPS) for batch in z])
        places = z_hat[:, 0, 0]  # of the image that is in all of them
        picture.update(z[-1, :, 0], z_hat[-1, :, 0], places)
        now = (
            f"In mini-batch {mates}, of m = {m}, the 4 with its net of {number(z[-1, 0, 0])} gets "
            f"ẑ = {number(places[-1])}"
        )
        if mates == 1:
            return f"{now}; now give it other mates."
        return (
            f"{now}; in the {mates} mini-batches so far it lay between {number(places.min())} and "
            f"{number(places.max())}, with an sd of {number(places.std())}."
        )

    controls = {
        "mates": slider("other mates", 1, DRAWS, 1, 1),
        "m": stops("batch size m", MATES_SIZES, 8),
    }
    return picture, show, controls, [{"mates": DRAWS, "m": m} for m in (2, 8, 60)]


def draw_batches():
    """Return mini-batches as rows of `example.images()`, (draws, 256): image 0, then others.

    A mini-batch of m is the first m of a row. No image comes twice in it.
    """
    rng, count = np.random.default_rng(0), len(example.images())
    others = [1 + rng.permutation(count - 1)[: MATES_SIZES[-1] - 1] for _ in range(DRAWS)]
    return np.insert(others, 0, 0, axis=1)


class MatesView(Picture):
    """One image and its batch-mates: their nets, normalized, and where the image was put so far.

    net: of all images, (n, 1), the one that is followed first.
    """

    def __init__(self, net):
        figure = style.new_figure(9, 4.6, left=0.24, right=0.97, bottom=0.03, top=0.97, hspace=0.42)
        above, below, past = figure.subplots(3, height_ratios=[1.3, 1, 2])
        edges = np.linspace(*REACH, 39)
        Bars(above, edges, animated=False, fill=True, color=style.PALE).update(net)
        _draw_thumb(above, digits.load().images[0], net[0, 0])
        self._nets = _Mates(above, "z", (0.7, 0.42))
        below.set(xlim=REACH)
        self._normalized = _Mates(below, "z_hat", (0.62, 0.22))
        self._path = _Path(past)
        super().__init__(figure)

    def update(self, z, z_hat, places):
        """Show a mini-batch, (m,) each, the image first, and its places up to now, (draws,)."""
        self._nets.update(z)
        self._normalized.update(z_hat)
        self._path.update(places)


REACH = -3.2, 4.4  # of all three parts, so that a net and its ẑ are on one scale


class _Mates:
    """A mini-batch as marks on a line, and a dot on the image that is followed.

    heights: of the name of the stage and of its formula, as shares of the height.
    """

    def __init__(self, axes, stage, heights):
        colour, (heading, formula) = style.STAGES[stage], style.TITLES[stage]
        style.frame(axes)
        beside = {"x": -0.3, "transform": axes.transAxes}
        axes.text(y=heights[0], s=heading, color=colour, size=style.TITLE, weight="bold", **beside)
        axes.text(y=heights[1], s=formula, **beside)
        inches = axes.get_position().height * axes.figure.get_figheight()
        self._height = 0.13 / inches  # marks of 16 points, 0.22 inches, stand on the line
        looks = {"transform": axes.get_xaxis_transform(), "clip_on": False}
        self._marks = moving(axes, "|", color=colour, ms=16, mew=1.5, **looks)
        self._dot = moving(axes, "o", color=style.INK, ms=9, mew=0, zorder=3, **looks)

    def update(self, values):
        self._marks.set_data(values, np.full(len(values), self._height))
        self._dot.set_data(values[:1], [self._height])


class _Path:
    """Where one image was put in each mini-batch up to now, the first on top."""

    def __init__(self, axes):
        style.frame(axes).set(xlim=REACH, ylim=(DRAWS + 5, 0), xticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.axvline(0, color=style.QUIET, lw=0.8, zorder=0)
        words = "where the 4 was put\nin each mini-batch,\nthe first on top"
        axes.text(-0.3, 0.97, words, transform=axes.transAxes, va="top", linespacing=1.4)
        self._path = moving(axes, "-o", color=style.STAGES["z_hat"], ms=5, mew=0, lw=0.8)
        self._now = moving(axes, "o", color=style.INK, ms=8, mew=0, zorder=3)
        self._spread, self._sd = Spread(axes, 0.04), Words(axes, -0.3, 0.02)

    def update(self, places):
        draws, sd = np.arange(1, len(places) + 1), places.std()
        self._path.set_data(places, draws)
        self._now.set_data(places[-1:], draws[-1:])
        self._spread.update(places.mean(), sd if len(places) > 1 else np.nan)
        self._sd.text = f"sd so far {number(sd)}" if len(places) > 1 else ""


PAPER = LinearSegmentedColormap.from_list("paper", ["white", style.INK])


def _draw_thumb(axes, image, place):
    axes.plot([place, place], [0, 0.75], color=style.INK, lw=1.2)
    thumb = axes.inset_axes([place - 0.3, 0.7, 0.6, 0.6], transform=axes.transData)
    thumb.imshow(image.reshape(8, 8), cmap=PAPER, vmin=0, vmax=1)
    thumb.set(xticks=[], yticks=[])
    thumb.spines[:].set(visible=True, color=style.INK, linewidth=1.5)
