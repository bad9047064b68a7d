"""Picture and demo of notebook 03."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bnviz import batchnorm, example, style
from bnviz.live import demo, slider, stops
from bnviz.panels import NormalizedView, number, percent
from bnviz.pictures import Picture

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
        return _caption(m, eps, np.sqrt(var[0]), z_hat)

    sizes = [*(m for m in (1, 2, 4, 16, 60) if m < len(wx)), len(wx)]
    controls = {
        "shift": slider("shift of Wx", -5.0, 5.0, 0.0),
        "scale": stops("scale of Wx", SCALES, 1.0),
        "eps": stops("ε", (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0), 1e-5),
        "m": stops("batch size m", sizes, sizes[-1]),
    }
    return picture, show, controls


def _caption(m, eps, sd, z_hat):
    if m == 1:
        return "A mini-batch of one is its own mean: ẑ is 0, whatever the example."
    kept = sd / np.sqrt(sd**2 + eps)
    pair = ", and the two examples become plus and minus that" if m == 2 else ""
    return (
        f"This mini-batch of {m:,} arrives with sd {_small(sd)} and leaves with mean "
        f"{number(z_hat.mean())} and sd {number(z_hat.std(), 3)}; ε = {_small(eps)} "
        f"costs {percent(1 - kept)} of the spread{pair}."
    )


def _small(value):
    """Return a positive number with three digits, as one writes it: 1e-5, not 1e-05."""
    return f"{value:.3g}".replace("e-0", "e-")


class BatchMates(Picture):
    """The same example in several mini-batches: where each of them puts it, and its mates.

    batches: pairs of images (m, 64) and z_hat (m,); the first of each is the one that is followed.
    """

    def __init__(self, batches):
        height = 1.9 * len(batches)
        figure = style.new_figure(9, height, left=0.02, right=0.98, bottom=0.4 / height, top=1)
        lines = figure.subplots(len(batches), squeeze=False)[:, 0]
        corner = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
        for axes, (images, z_hat) in zip(lines, batches, strict=True):
            style.frame(axes).set(xlim=(-3.2, 3.2), ylim=(0, 1.7))
            axes.axvline(0, ymax=0.45, color=style.QUIET, linewidth=0.8)
            axes.annotate(r"$\hat{z}$", (1, 0), (0, -4), **corner, **WORDS)
            places = np.linspace(-2.9, 2.9, len(z_hat))[np.argsort(np.argsort(z_hat))]
            for i in range(len(z_hat))[::-1]:  # the one that is followed comes on top
                _hang(axes, images[i], places[i], z_hat[i], followed=i == 0)
        super().__init__(figure)


WORDS = {"color": style.STAGES["z_hat"], "size": style.TITLE, "va": "top"}
PAPER = LinearSegmentedColormap.from_list("paper", ["white", style.INK])


def _hang(axes, image, place, z_hat, *, followed):
    color, width = (style.INK, 2) if followed else (style.PALE, 1.2)
    axes.plot([place, z_hat], [0.8, 0], color=color, lw=width)
    dot = {"color": style.STAGES["z_hat"], "mec": "white", "ms": 9}
    axes.plot(z_hat, 0, "o", clip_on=False, zorder=3, **dot)
    thumb = axes.inset_axes([place - 0.28, 0.8, 0.56, 0.85], transform=axes.transData)
    thumb.imshow(image.reshape(8, 8), cmap=PAPER, vmin=0, vmax=1)
    thumb.set(xticks=[], yticks=[])
    thumb.spines[:].set(visible=True, color=color, linewidth=width)
    if followed:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 3}
        axes.text(place, 0.77, number(z_hat), ha="center", weight="bold", bbox=box, **WORDS)
