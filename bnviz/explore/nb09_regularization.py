"""Demo of notebook 09."""

import numpy as np

from bnviz import batchnorm, experiments, live, style
from bnviz.panels import Bars, Spread, number
from bnviz.pictures import Picture, Words

EDGES = np.linspace(-3, 4, 71)
DRAWS = 2000


@style.own_looks()
def regularization():
    """See the noise that batch-mates put on one example, and how well networks with it do.

    Of 300 images the running example's unit sees groups of m, before training; and 20 networks of
    each kind are trained on 300 images.
    """
    images, _ = experiments.few_images(0)
    net = (images @ experiments.weights())[:, 0].astype(float)  # (300,)
    z_hat = (net - net.mean()) / net.std()
    examples = {name: np.abs(z_hat - place).argmin() for name, place in PLACES.items()}
    noisy = {name: among_mates(net, index) for name, index in examples.items()}
    found = experiments.generalization()
    figure = style.new_figure(9, 4)
    noise, (xavier, sigmoid, calm, chosen) = _Noise(figure), _draw_kinds(figure)

    def show(m, labels, example):
        index, values, kinds = examples[example], noisy[example][m], found[LABELS[labels]]
        noise.update(images[index], z_hat[index], values)
        xavier.update("Xavier, without", kinds["Xavier"])
        sigmoid.update("4×Xavier, without", kinds["4×Xavier"])
        calm.update("batch norm, m = 300: no noise", kinds["300"])
        chosen.update(f"batch norm, m = {m}", kinds[str(m)])
        mean, error = lead(kinds[str(m)], kinds["300"])
        return (
            f"In groups of {m} the ẑ of this example has mean {number(values.mean())} and sd "
            f"{number(values.std())} (1/√m is {number(m**-0.5)}); with {labels}, networks with "
            f"groups of {m} recognize {number(mean, 1)} ± {number(error, 1)} points more of the "
            "test images than those with all 300 in one group (mean ± standard error of 20)."
        )

    return live.Live(
        "regularization", Picture(figure), show,
        m=live.steps("group size m", experiments.GROUPS[::-1], 300),
        labels=live.choice("labels", list(LABELS), "right labels"),
        example=live.choice("example", list(examples), "one sd above"),
    )  # fmt: skip


PLACES = {"near the mean": 0, "one sd above": 1, "far out": 4}
LABELS = {"right labels": "right", "one label in five wrong": "wrong"}


def among_mates(values, index):
    """Return ẑ of one value among m − 1 others, in many groups of m: {m: (draws,)}.

    The mates are drawn anew for each group, none twice in one; the same draw for every m.
    """
    rng = np.random.default_rng(0)
    others = np.tile(np.delete(values, index), (DRAWS, 1))
    mates = rng.permuted(others, axis=1)
    groups = np.column_stack([np.full(DRAWS, values[index]), mates])[..., None]  # (draws, 300, 1)
    return {
        m: batchnorm.forward(groups[:, :m], [1.0], [0.0])[0][:, 0, 0] for m in experiments.GROUPS
    }


def lead(accuracies, others):
    """Return by how many points the test images are ahead, network by network: mean, its error."""
    points = 100 * (accuracies[:, 1] - others[:, 1])
    return points.mean(), points.std(ddof=1) / np.sqrt(len(points))


class _Noise:
    """The ẑ of one example: its image, its bars, mean − sd to mean + sd, a line for the truth."""

    def __init__(self, figure):
        axes = style.frame(figure.add_axes([0.03, 0.14, 0.4, 0.45]))
        style.title(axes, "one example", r"its $\hat{z}$ in 2,000 groups of $m$",
                    style.STAGES["z_hat"], 59)  # fmt: skip
        looks = {"fill": True, "color": style.STAGES["z_hat"]}
        self._bars = Bars(axes, EDGES, 0.25, outside=0.1, **looks)
        over = axes.get_xaxis_transform()  # x in data, y as a share of the height
        looks = {"color": style.INK, "lw": 1, "transform": over, "animated": True}
        (self._truth,) = axes.plot([], [], clip_on=False, **looks)
        self._name = Words(axes, 0, 1.26, align="center", transform=over)
        self._spread, self._sd = Spread(axes, 1.12, clip_on=False), Words(axes, 0, 0.8)
        thumb = axes.inset_axes([0, 0.98, 0.16, 0.385])
        thumb.axis("off")
        self._image = thumb.imshow(np.zeros((8, 8)), cmap="binary", vmax=1, animated=True)

    def update(self, image, truth, z_hat):
        """Show an image (64,), its ẑ among all, and those among few (draws,)."""
        self._image.set_data(image.reshape(8, 8))
        self._bars.update(z_hat)
        self._truth.set_data([truth] * 2, [0, 1.24])
        self._name.place, self._name.text = (truth, 1.26), f"among all 300: {number(truth)}"
        self._spread.update(z_hat.mean(), z_hat.std())
        self._sd.text = f"sd {number(z_hat.std())}"


def _draw_kinds(figure):
    """Draw the axes of the test accuracy; return a row for each of four kinds of networks."""
    axes = style.frame(figure.add_axes([0.52, 0.14, 0.44, 0.68]))
    style.title(axes, "20 networks of each kind", "recognized of the test images; bar: the mean")
    axes.set(xlim=(60, 100), ylim=(-0.45, 3.75), xticks=[60, 70, 80, 90, 100])
    axes.set_xticklabels([f"{tick} %" for tick in (60, 70, 80, 90, 100)])
    return [_Kind(axes, height) for height in (3, 2, 1, 0)]


class _Kind:
    """One kind of network: a dot for each, a bar at their mean, its name and the mean in words."""

    def __init__(self, axes, height):
        self._height = height
        looks = {"color": style.INK, "animated": True}
        (self._dots,) = axes.plot([], [], "o", ms=5, mec="white", mew=0.8, **looks)
        (self._mean,) = axes.plot([], [], lw=2.5, **looks)
        beside = {"transform": axes.get_yaxis_transform()}  # x as a share of the width, y in data
        self._name = Words(axes, 0, height + 0.38, **beside)
        self._number = Words(axes, 1, height + 0.38, align="right", **beside)

    def update(self, name, accuracies):
        """Show accuracies (networks, 2), on training and on test images."""
        points = 100 * accuracies[:, 1]
        self._dots.set_data(points, self._height + np.linspace(-0.3, 0.14, len(points)))
        self._mean.set_data([points.mean()] * 2, [self._height - 0.38, self._height + 0.22])
        self._name.text, self._number.text = name, f"{number(points.mean(), 1)}\u00a0%"
