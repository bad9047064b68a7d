"""Pictures and demo of notebook 06."""

import numpy as np

from bnviz import recordings, style
from bnviz.live import demo, stops
from bnviz.panels import moving, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings import three_rules

TEST_IMAGES = 360
MOST = 60  # so many wrong images have room in a row
NET = {"color": style.STAGES["z"], "lw": 2, "marker": "o", "zorder": 3}
RULES = {  # in the order of the rows, from the top
    "Algorithm 2": NET,
    # a ring that leaves the dot in it to be seen
    "without m/(m − 1)": NET | {"ls": ":", "mfc": "none", "ms": 12, "mew": 1.8},
    # thin, and with hard edges: half the time of soft ones
    "running average": {"color": style.INK, "lw": 1.2, "marker": "D", "antialiased": False},
    "all training images": {"color": style.QUIET, "lw": 5},
}
ENDS = {"markevery": [-1], "ms": 7, "clip_on": False}


@demo
def test_time():
    """Collect statistics for test time from mini-batches, by three rules, and use them.

    The network is trained and stands still. The curves are those of the running example's unit in
    the first hidden layer; the errors are those of the network, with the statistics of all units of
    all layers replaced.
    """
    record = recordings.read("three_rules")
    sizes, rates, seen = (record[name].tolist() for name in ("sizes", "rates", "seen"))
    truth, figure = record["truth"], style.new_figure(9, 5.2)
    curves, rows = _draw_paths(figure, truth, seen[-1]), _draw_rows(figure)

    def show(batches, m, rate):
        unit = record["unit"][sizes.index(m), :batches]  # (batches, 2), of all that were recorded
        paths = three_rules.by_each_rule(unit, m, rate)
        for curve, path in zip(curves, paths.values(), strict=True):
            curve.update(path, batches)
        wrong = record["wrong"][sizes.index(m), rates.index(rate), seen.index(batches)]
        wrong = [*wrong.tolist(), record["wrong_truth"].item()]
        hits = [percent(1 - count / TEST_IMAGES, 1) for count in wrong]
        for row, count, hit in zip(rows, wrong, hits, strict=True):
            row.update(count, hit)
        variances = [number(path[-1, 1], 3) for path in paths.values()]
        return (
            f"After {batches} mini-batch{'es' if batches > 1 else ''} of {m} the variance is "
            f"{variances[0]} by Algorithm 2, {variances[1]} without m/(m − 1), {variances[2]} by "
            f"the running average at rate {rate} and {number(truth[1], 3)} over all training "
            f"images; the test accuracy is {hits[0]}, {hits[1]}, {hits[2]} and {hits[3]}."
        )

    controls = {
        "batches": stops("mini-batches seen", seen, 1),
        "m": stops("batch size m", sizes, 4),
        "rate": stops("rate", rates, 0.1),
    }
    still = (
        {"batches": 1, "m": 60},
        {"batches": 200, "m": 2},
        {"batches": 60, "m": 60, "rate": 0.01},
    )
    return Picture(figure), show, controls, still


def _draw_paths(figure, truth, most):
    """Draw the axes of mean and variance; return a curve over both for the first three rules."""
    mean = figure.add_axes([0.06, 0.58, 0.42, 0.35], ylim=(-0.2, 0.45))
    variance = figure.add_axes([0.56, 0.58, 0.42, 0.35], yscale="log", ylim=(0.004, 1.3))
    variance.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    variance.minorticks_off()
    style.title(mean, "mean of the net of one unit", pad=8)
    style.title(variance, "its variance", pad=8)
    for axes, value in zip((mean, variance), truth, strict=True):
        axes.axhline(value, color=style.QUIET, lw=5, alpha=0.5)
        axes.set(xlim=(0, most), xticks=range(0, most + 1, 50), xlabel="mini-batches seen")
    return [_Curve((mean, variance), looks) for looks in list(RULES.values())[:3]]


class _Curve:
    """What a rule makes of the mini-batches so far: a line over the mean, one over the variance."""

    def __init__(self, panels, looks):
        self._lines = [moving(axes, **(ENDS | looks)) for axes in panels]

    def update(self, path, batches):
        """Show mean and variance (n, 2), the last of them after so many mini-batches."""
        seen = range(batches + 1)[-len(path) :]
        for line, values in zip(self._lines, path.T, strict=True):
            line.set_data(seen, np.clip(values, *line.axes.get_ylim()))


def _draw_rows(figure):
    """Draw a row for each set of statistics; return them."""
    axes = style.frame(figure.add_axes([0.31, 0.095, 0.49, 0.31]))
    axes.set(xlim=(0, MOST), ylim=(3.5, -0.5), xticks=[0, 20, 40, 60])
    axes.set_xlabel("images that are not recognized, one square each")
    style.title(axes, f"errors on the {TEST_IMAGES} test images", pad=6)
    return [_ErrorRow(axes, row, *rule) for row, rule in enumerate(RULES.items())]


class _ErrorRow:
    """A rule with its key, a square for each image that it gets wrong, and the numbers."""

    def __init__(self, axes, row, rule, looks):
        over = axes.get_yaxis_transform()
        axes.plot([-0.57, -0.49], [row] * 2, transform=over, **(ENDS | looks))
        axes.text(-0.44, row, rule, va="center", transform=over)
        self._squares, self._row = moving(axes, "s", color=looks["color"], ms=4.3, mew=0), row
        self._more = Words(axes, 1, row, lift=-4, transform=over)
        self._said = Words(axes, 1.385, row, align="right", lift=-4, transform=over)

    def update(self, wrong, accuracy):
        """Show a number of images, and the accuracy, which is text."""
        shown = min(wrong, MOST)
        self._squares.set_data(np.arange(shown) + 0.5, [self._row] * shown)
        self._more.text = "▸" if wrong > MOST else ""
        self._said.text = f"{wrong} wrong, {accuracy}"


@style.own_looks()
def draw_errors(sizes, right, alone):
    """Return a picture of the errors in mini-batches of several sizes, a dot for each network.

    sizes: the mini-batches, (S,); right: accuracies in percent, (networks, S); alone: (networks,),
    of the same networks where each image is judged for itself. The axis is logarithmic, so that
    2 % and 4 % are told apart beside 90 %.
    """
    figure = style.new_figure(9, 3.2)
    axes = figure.add_axes([0.07, 0.2, 0.91, 0.62], yscale="log", ylim=(1, 110))
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    axes.minorticks_off()
    axes.axhline(100 - np.mean(alone), color=style.QUIET, lw=3, alpha=0.5)
    beside = 0.09 * (np.arange(len(right)) - (len(right) - 1) / 2)  # each network has its column
    places = np.arange(len(sizes)) + beside[:, None]  # (networks, S)
    wrong = np.maximum(100 - np.transpose(right), 1.1)  # 0 would lie below the axis
    axes.plot(places.T, wrong, "o", color=style.STAGES["z_hat"], ms=5.5)
    axes.set(xlim=(-0.5, len(sizes) - 0.5))
    axes.set_xticks(range(len(sizes)), sizes)
    axes.set_xlabel("test images in a mini-batch, $m$")
    line = "line: each image for itself, with kept statistics"
    axes.text(-0.4, 1.08 * (100 - np.mean(alone)), line, va="bottom")
    heading = f"test images not recognized, in %, {len(right)} networks side by side"
    style.title(axes, heading, pad=8)
    found = zip(100 - np.mean(right, axis=0), sizes, strict=True)
    said = ", ".join(f"{number(error, 0)} % at m = {m}" for error, m in found)
    alone = number(100 - np.mean(alone), 1)
    return Picture(
        figure, f"Test images not recognized, mean of the networks: {said}; each alone {alone} %"
    )
