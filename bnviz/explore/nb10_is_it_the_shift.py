"""Demo of notebook 10."""

import numpy as np

from bnviz import recordings, style
from bnviz.example import FOLDED, GOOD_START, WITH_BN
from bnviz.live import choice, demo, stops
from bnviz.panels import Cursor, Histogram, draw_accuracy, draw_time, mean_and_sd, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.drift import FASTER_BETA, NOW, START
from bnviz.recordings.shaken import CENTRED, SUBTRACT, at_best

EDGES = np.linspace(-8, 8, 81)
DISTURBANCES = {  # the recording, and the name of the strength in it
    "none": ("shaken", "0.0"),
    "noise 1": ("shaken", "1.0"),
    "noise 2": ("shaken", "2.0"),
    "drift, fixed": ("drift", START),
    "drift, in sd now": ("drift", NOW),
}
LOOKS = {
    GOOD_START: {"color": style.QUIET, "ls": (0, (4, 2))},
    FOLDED: {"color": style.STAGES["z"]},
    CENTRED: {"color": style.STAGES["a"]},
    SUBTRACT: {"color": style.STAGES["z_hat"]},
    WITH_BN: {"color": style.INK},
    FASTER_BETA: {"color": style.INK, "ls": (0, (1, 1.2))},
}


@demo
def disturbance():
    """Disturb what every sigmoid gets, by noise or by a drift, and see what it costs whom."""
    recorded = {name: recordings.read(name) for name in ("shaken", "drift")}
    steps = recorded["shaken"]["steps"]
    figure = style.new_figure(9, 5.6)
    now, track = _draw_unit(figure, steps)
    curves = _Curves(figure, steps)

    def show(kind, step):
        which, strength = DISTURBANCES[kind]
        networks = {
            name: runs[strength] for name, runs in recorded[which].items() if name != "steps"
        }
        so_far = slice(steps.searchsorted(step) + 1)
        into = networks[WITH_BN]["into"][so_far].astype(float)  # (steps, examples)
        now.update(into[-1])
        means = track.update(into)
        accuracies = {name: at_best(run["accuracy"])[:, so_far] for name, run in networks.items()}
        curves.update(accuracies)
        said = [f"{percent(np.median(each[:, -1]))} ({name})" for name, each in accuracies.items()]
        return (
            f"{kind.capitalize()}, after {step} steps: with batch norm, the sigmoid of the unit "
            f"gets {mean_and_sd(into[-1])}, and its mean has ranged from {number(means.min())} to "
            f"{number(means.max())}; the test images recognized (median of five) are "
            f"{', '.join(said)}."
        )

    controls = {
        "kind": choice("disturbance", list(DISTURBANCES), "none"),
        "step": stops("training step", steps.tolist(), 0),
    }
    shown = ("noise 1", "noise 2", "drift, in sd now")
    still = [{"kind": kind, "step": int(steps[-1])} for kind in shown]
    return Picture(figure), show, controls, still


def _draw_unit(figure, steps):
    """Draw the axes of what the sigmoid gets; return its histogram now, and its `_Track`."""
    axes = figure.add_axes([0.06, 0.62, 0.4, 0.2])
    now = Histogram(axes, "y", EDGES, 0.1)
    style.title(axes, "into the sigmoid, now", "one unit with batch norm", style.STAGES["y"], 26)
    axes = figure.add_axes([0.56, 0.62, 0.415, 0.26])
    style.title(axes, "so far", "its mean ± sd", pad=8)
    return now, _Track(axes, draw_time(axes, steps))


class _Track:
    """Mean ± sd of what a sigmoid gets, at every step up to now."""

    def __init__(self, axes, time):
        axes.set(ylim=(EDGES[0], EDGES[-1]), yticks=[-8, -4, 0, 4, 8])
        looks = {"color": style.STAGES["y"], "lw": 1.2, "ms": 4, "markevery": (1, 4)}
        (self._spreads,) = axes.plot([], [], "o-", animated=True, **looks)
        (self._last,) = axes.plot([], [], "o", color=style.INK, ms=8, animated=True)
        self._time = time

    def update(self, into):
        """Show values (steps up to now, examples); return their means, (steps up to now,)."""
        means, sds, time = into.mean(axis=-1), into.std(axis=-1), self._time[: len(into)]
        ends = np.stack([means - sds, means, means + sds, np.full(len(means), np.nan)], axis=-1)
        self._spreads.set_data(np.repeat(time, 4), ends.ravel())  # nan lifts the pen
        self._last.set_data(time[-1:], means[-1:])
        return means


class _Curves:
    """The accuracy of some networks over the steps up to now: medians, in bands of their seeds."""

    def __init__(self, figure, steps):
        axes = figure.add_axes([0.06, 0.1, 0.64, 0.34])
        style.title(axes, "accuracy", "median of five seeds, each at its best rate", pad=8)
        self._time = draw_accuracy(axes, steps)
        self._lines, self._words = {}, {}
        over = figure.transFigure
        for row, (name, looks) in enumerate(LOOKS.items()):
            y = 0.425 - 0.06 * row
            (line,) = axes.plot([], [], lw=2, animated=True, **looks)
            sample = [[0.725, 0.765], [y + 0.012] * 2]
            axes.plot(*sample, lw=2, transform=over, clip_on=False, **looks)
            self._lines[name], self._words[name] = line, Words(axes, 0.775, y, transform=over)
        self._cursor = Cursor(axes)

    def update(self, accuracies):
        """Show accuracies (5 seeds, steps up to now) by the name of the network."""
        for name, line in self._lines.items():
            median = np.median(accuracies.get(name, np.empty((1, 0))), axis=0)
            line.set_data(self._time[: len(median)], median)
            self._words[name].text = f"{name}: {percent(median[-1]) if len(median) else '–'}"
        self._cursor.update(self._time[len(next(iter(accuracies.values()))[0]) - 1])
