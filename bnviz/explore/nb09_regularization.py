"""Demo of notebook 09."""

import numpy as np

from bnviz import batchnorm, example, recordings, style
from bnviz.live import choice, demo, stops
from bnviz.panels import Bars, Spread, mean_and_sd, number
from bnviz.pictures import Picture, Words
from bnviz.recordings import generalization

DRAWS = 2000
PLACES = {"near the mean": 0, "one sd above": 1, "far out": 4}  # of ẑ
LABELS = {"right labels": "right", "one label in five wrong": "wrong"}


@demo
def regularization():
    """See the noise that batch-mates put on one example, and how well networks with it do.

    Of 300 images the running example's unit sees groups of m, before training; and 20 networks of
    each kind are trained on 300 images.
    """
    images, _ = generalization.few_images(0)
    net = (images @ example.weights())[:, 0].astype(float)  # (300,)
    z_hat = (net - net.mean()) / net.std()
    examples = {name: np.abs(z_hat - place).argmin() for name, place in PLACES.items()}
    noisy = {name: among_mates(net, index) for name, index in examples.items()}
    found = recordings.read("generalization")
    figure = style.new_figure(9, 4)
    update_example, (xavier, sigmoid, calm, chosen) = _draw_example(figure), _draw_kinds(figure)

    def show(m, labels, example):
        index, values, kinds = examples[example], noisy[example][m], found[LABELS[labels]]
        update_example(images[index], z_hat[index], values)
        xavier("Xavier, without", kinds["Xavier"])
        sigmoid("4×Xavier, without", kinds["4×Xavier"])
        calm("batch norm, m = 300: no noise", kinds["300"])
        chosen(f"batch norm, m = {m}", kinds[str(m)])
        mean, error = lead(kinds[str(m)], kinds["300"])
        return (
            f"In groups of {m} the ẑ of this example has {mean_and_sd(values)} (1/√m is "
            f"{number(m**-0.5)}); with {labels}, networks with groups of {m} recognize "
            f"{number(mean, 1)} ± {number(error, 1)} points more of the test images than those "
            "with all 300 in one group (mean ± standard error of 20)."
        )

    controls = {
        "m": stops("group size m", generalization.GROUPS[::-1], 300),
        "labels": choice("labels", list(LABELS), "right labels"),
        "example": choice("example", list(examples), "one sd above"),
    }
    return Picture(figure), show, controls


def among_mates(values, index):
    """Return ẑ of one value among m − 1 others, in many groups of m: {m: (draws,)}.

    The mates are drawn anew for each group, none twice in one; the same draw for every m.
    """
    rng = np.random.default_rng(0)
    others = np.tile(np.delete(values, index), (DRAWS, 1))
    mates = rng.permuted(others, axis=1)
    groups = np.column_stack([np.full(DRAWS, values[index]), mates])[..., None]  # (draws, 300, 1)
    return {
        m: batchnorm.forward(groups[:, :m], [1.0], [0.0])[0][:, 0, 0] for m in generalization.GROUPS
    }


def lead(accuracies, others):
    """Return by how many points the test images are ahead, network by network: mean, its error."""
    points = 100 * (accuracies[:, 1] - others[:, 1])
    return points.mean(), points.std(ddof=1) / np.sqrt(len(points))


def _draw_example(figure):
    """Draw the axes of one example; return what shows its image, its ẑ among all and among few."""
    axes, color = style.frame(figure.add_axes([0.03, 0.14, 0.4, 0.45])), style.STAGES["z_hat"]
    style.title(axes, "one example", r"its $\hat{z}$ in 2,000 groups of $m$", color, 59)
    bars = Bars(axes, np.linspace(-3, 4, 71), 0.25, outside=0.1, fill=True, color=color)
    line = axes.axvline(0, 0, 1.24, color=style.INK, lw=1, clip_on=False, animated=True)
    name = Words(axes, 0, 0, align="center", transform=axes.get_xaxis_transform())
    spread, sd = Spread(axes, 1.12, clip_on=False), Words(axes, 0, 0.8)
    thumb = axes.inset_axes([0, 0.98, 0.16, 0.385])
    thumb.axis("off")
    picture = thumb.imshow(np.zeros((8, 8)), cmap="binary", vmax=1, animated=True)

    def update(image, truth, z_hat):
        picture.set_data(image.reshape(8, 8))
        bars.update(z_hat)
        line.set_xdata([truth] * 2)
        name.place, name.text = (truth, 1.26), f"among all 300: {number(truth)}"
        spread.update(z_hat.mean(), z_hat.std())
        sd.text = f"sd {number(z_hat.std())}"

    return update


def _draw_kinds(figure):
    """Draw the axes of the test accuracy; return what shows it, for each of four kinds."""
    axes = style.frame(figure.add_axes([0.52, 0.14, 0.44, 0.68]))
    style.title(axes, "20 networks of each kind", "recognized of the test images; bar: the mean")
    axes.set(xlim=(60, 100), ylim=(-0.45, 3.75))
    axes.set_xticks(range(60, 101, 10), [f"{tick} %" for tick in range(60, 101, 10)])
    return [_draw_kind(axes, height) for height in (3, 2, 1, 0)]


def _draw_kind(axes, height):
    """Return what shows a dot for each network, a bar at their mean, a name and the mean."""
    looks = {"color": style.INK, "animated": True}
    (dots,) = axes.plot([], [], "o", ms=5, mec="white", mew=0.8, **looks)
    (bar,) = axes.plot([], [], lw=2.5, **looks)
    beside = {"transform": axes.get_yaxis_transform()}  # x as a share of the width, y in data
    title = Words(axes, 0, height + 0.38, **beside)
    mean = Words(axes, 1, height + 0.38, align="right", **beside)

    def update(name, accuracies):  # (networks, 2), on training and on test images
        points = 100 * accuracies[:, 1]
        dots.set_data(points, height + np.linspace(-0.3, 0.14, len(points)))
        bar.set_data([points.mean()] * 2, [height - 0.38, height + 0.22])
        title.text, mean.text = name, f"{number(points.mean(), 1)}\u00a0%"

    return update
