"""The picture of notebook 09."""

import numpy as np

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars, Spread, number, percent

EDGES = np.linspace(-3, 4, 71)
LOWEST = 86  # percent


class GapView(Picture):
    """One example's ẑ in many mini-batches; beside it, how far test images lie behind.

    Parameters
    ----------
    without : dict of name -> array (2, networks)
        Accuracies on training and on test images, 0…1, of two kinds of networks to compare with.
    """

    def __init__(self, without):
        figure = style.new_figure(9, 4)
        noise = style.frame(figure.add_axes([0.03, 0.14, 0.4, 0.45]))
        formula = r"its $\hat{z}$ in 2,000 mini-batches of $m$"
        style.title(noise, "one example", formula, style.STAGES["z_hat"], pad=59)
        gaps = style.frame(figure.add_axes([0.52, 0.14, 0.44, 0.62]))
        remark = "recognized: test images (dots), training (rings)"
        style.title(gaps, "ten networks of each kind", remark)
        gaps.set(xlim=(LOWEST, 100), ylim=(-0.45, 2.75), xticks=[88, 92, 96, 100])
        gaps.set_xticklabels(["88 %", "92 %", "96 %", "100 %"])
        self._noise = _Noise(noise)
        *still, self._row = (_Row(gaps, height) for height in (2, 1, 0))
        for row, (name, scores) in zip(still, without.items(), strict=True):
            row.update(name, scores)
        moving = self._noise.moving + self._row.moving
        super().__init__(figure, moving, resting=self._noise.resting)

    def update(self, image, truth, z_hat, m, scores):
        """Show another example or another m.

        image: (64,); truth: its ẑ in the population; z_hat: (batches,); scores: (2, networks),
        accuracies with batch norm on training and on test images.
        """
        self._noise.update(image, truth, z_hat)
        self.pose = image.tobytes()
        self._row.update(f"batch norm, m = {m}", scores)


class _Noise:
    """The ẑ of one example: its image, its bars, mean − sd to mean + sd, a line for the truth."""

    def __init__(self, axes):
        self._bars = Bars(axes, EDGES, 0.25, fill=True, color=style.STAGES["z_hat"])
        over = axes.get_xaxis_transform()  # x in data, y as a share of the height
        (self._truth,) = axes.plot([0, 0], [0, 1.24], transform=over, color=style.INK, lw=1)
        self._name = Words(axes, 0, 1.26, align="m", transform=over)
        self._truth.set_clip_on(False)
        self._spread = Spread(axes, 1.12, clip=False)
        self._sd = Words(axes, 0, 0.8)
        thumb = axes.inset_axes([0, 0.98, 0.16, 0.385])
        thumb.axis("off")
        self._image = thumb.imshow(np.zeros((8, 8)), cmap="binary", vmin=0, vmax=1)
        self._outside = Words(axes, 0, 0.1), Words(axes, 1, 0.1, align="r")
        self.resting = [self._image]
        self.moving = [*self._bars.moving, self._truth, self._name]
        self.moving += [*self._spread.moving, self._sd, *self._outside]

    def update(self, image, truth, z_hat):
        self._image.set_data(image.reshape(8, 8))
        below, above = self._bars.update(z_hat)
        mean, sd = z_hat.mean(), z_hat.std()
        self._truth.set_xdata([truth] * 2)
        self._name.place, self._name.text = (truth, 1.26), f"population: {number(truth)}"
        self._spread.update(mean, sd)
        self._sd.text = f"sd {number(sd)}"
        for words, share, text in zip(self._outside, (below, above), ("◂ {}", "{} ▸"), strict=True):
            words.text = text.format(percent(share)) if share else ""


class _Row:
    """One kind of network: a ring and a dot for each, and a bar between their means, the gap."""

    def __init__(self, axes, height):
        self._height = height
        (self._gap,) = axes.plot([], [], color=style.PALE, lw=9, solid_capstyle="butt")
        looks = {"color": style.INK, "ms": 6, "mew": 1.2, "clip_on": False}
        (self._train,) = axes.plot([], [], "o", fillstyle="none", **looks)
        (self._test,) = axes.plot([], [], "o", **looks | {"mec": "white"})
        place = {"transform": axes.get_yaxis_transform()}  # x as a share of the width, y in data
        self._name = Words(axes, 0, height + 0.42, **place)
        self._number = Words(axes, 1, height + 0.42, align="r", **place)
        self.moving = [self._gap, self._train, self._test, self._name, self._number]

    def update(self, name, scores):
        train, test = np.maximum(100 * scores, LOWEST)  # what leaves the axis lies on its edge
        heights = self._height + np.linspace(-0.2, 0.2, len(test))  # so that all can be seen
        self._train.set_data(train, heights)
        self._test.set_data(test, heights)
        ends = 100 * scores.mean(axis=1)
        self._gap.set_data(ends, [self._height] * 2)
        self._name.text, self._number.text = name, f"gap {number(ends[0] - ends[1], 1)} points"
