"""Demos of notebook 10."""

import numpy as np

from bnviz import recordings, style
from bnviz.example import FOLDED, GOOD_START
from bnviz.live import choice, demo, stops
from bnviz.panels import Cursor, draw_accuracy, draw_time, moving, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.gradient_change import NOISY, RATE
from bnviz.recordings.shaken import (
    CENTRED,
    NETWORKS,
    RATES,
    SAME_W,
    SUBTRACT,
    USUAL_W,
    best_rate,
    fastest_rate,
    to_90,
)  # fmt: skip

REACH = 12  # of the axis of what a sigmoid gets
MARKS = {  # of the networks of `gradient_change`
    GOOD_START: {"marker": "X", "color": style.QUIET, "mec": "white"},
    FOLDED: {"marker": "s", "color": style.STAGES["z"], "mec": "white"},
    SAME_W: {"marker": "d", "color": style.INK, "mec": "white"},
    USUAL_W: {"marker": "o", "color": style.INK, "mfc": "white", "mew": 1.5},
}
FIRST = 25  # steps in which the change is counted: batch norm gets to 90 % in them
LEAST = 0.003  # change that has a place of its own
NEVER = 430  # where a mark stands that does not get there in 300 steps
FASTEST, BEST = "for each the fastest", "for each the best"
QUIETLY = "folded, no noise"  # what noise is compared with
# broken lines: no mean is taken away at any step
LOOKS = {
    GOOD_START: {"color": style.QUIET, "lw": 2, "ls": (0, (4, 2))},
    FOLDED: {"color": style.STAGES["z"], "lw": 2, "ls": (0, (7, 2, 1.5, 2))},
    CENTRED: {"color": style.STAGES["a"], "lw": 2, "ls": (0, (1.5, 1.5))},
    SUBTRACT: {"color": style.STAGES["z_hat"], "lw": 2},
    SAME_W: {"color": style.INK, "lw": 3},
    USUAL_W: {"color": style.INK, "lw": 1.2},
    QUIETLY: {"color": style.STAGES["z"], "lw": 0.9},
}


@demo
def noise():
    """Shake what every sigmoid gets, at each step anew, and see what it costs whom."""
    recorded = recordings.read("shaken")
    steps, strengths = recorded["steps"], {0: "0.0", 1: "1.0", 2: "2.0"}

    def fastest(name, strength):
        accuracy = recorded[name][strength]["accuracy"]
        rate = fastest_rate(accuracy, steps)
        return RATES[rate], accuracy[:, 1, :, rate]  # (5 seeds, S), test images

    shown = {}
    for strength, kept in strengths.items():
        shown[strength] = {name: fastest(name, kept) for name in NETWORKS}
        shown[strength][QUIETLY] = fastest(FOLDED, "0.0")
    view = _Disturbed(steps, (*NETWORKS, QUIETLY), "median of five seeds, each at its fastest rate")

    def show(strength, step):
        into = recorded[SAME_W][strengths[strength]]["into"]
        return f"Noise {strength}, {view.update(step, into, shown[strength])}"

    controls = {
        "strength": choice("noise", list(strengths), 0),
        "step": stops("training step", steps.tolist(), 0),
    }
    still = [{"strength": each, "step": int(steps[-1])} for each in (1, 2)]
    return Picture(view.figure), show, controls, still


@demo
def steady_drift():
    """Let what every sigmoid gets drift away, ever in one direction, and see what it costs whom."""
    recorded = recordings.read("drift")
    steps, every = recorded["steps"], {f"{rate:g} for all": k for k, rate in enumerate(RATES)}
    shown, into = {}, {}  # by the rates
    for rates in (BEST, *every):
        at = {
            name: best_rate(recorded[name]["accuracy"]) if rates == BEST else every[rates]
            for name in NETWORKS
        }
        shown[rates] = {
            name: (RATES[k], recorded[name]["accuracy"][:, 1, :, k]) for name, k in at.items()
        }
        into[rates] = recorded[SAME_W]["into"][at[SAME_W]]
    view = _Disturbed(steps, NETWORKS, "median of ten seeds")

    def show(rates, step):
        return f"Drift, rate {rates}, {view.update(step, into[rates], shown[rates])}"

    controls = {
        "rates": choice("learning rate", [BEST, *every], BEST),
        "step": stops("training step", steps.tolist(), 0),
    }
    still = [{"rates": each, "step": int(steps[-1])} for each in (BEST, "1 for all")]
    return Picture(view.figure), show, controls, still


@demo
def gradient_change():
    """Ask whether the networks that are disturbed less from below are the faster ones."""
    recorded = recordings.read("gradient_change")
    steps = recorded["steps"]
    first = steps < FIRST
    choices = {f"{rate:g} for all": dict.fromkeys(MARKS, index) for index, rate in enumerate(RATES)}
    choices[FASTEST] = {name: fastest_rate(recorded[name]["accuracy"], steps) for name in MARKS}
    shaken = np.median(np.median(recorded[NOISY]["change"][:, first], axis=1))  # as of the others
    picture = _Map(shaken)

    def show(rates):
        told = []
        for name, index in choices[rates].items():
            change = np.median(recorded[name]["change"][:, first, index], axis=1)
            needed = to_90(recorded[name]["accuracy"], steps)[:, 1, index]  # (5 seeds,)
            picture.update(name, change, needed, RATES[index])
            told.append(f"{number(np.median(change))}, {_steps(np.median(needed))} ({name})")
        return (
            f"Learning rate {rates}: change of the gradient in the first {FIRST} steps, and steps "
            f"to 90 %, medians of five seeds, are {', '.join(told)}; noise 1 changes it by "
            f"{number(shaken)}."
        )

    controls = {"rates": choice("learning rate", list(choices), f"{RATE} for all")}
    still = [{"rates": f"{RATE} for all"}, {"rates": FASTEST}]
    return Picture(picture.figure), show, controls, still


class _Map:
    """Networks by the change of their gradient, from left to right, and by their steps to 90 %."""

    def __init__(self, shaken):
        self.figure = style.new_figure(9, 4.2)
        axes = self.figure.add_axes([0.1, 0.13, 0.58, 0.7])
        style.title(axes, "steps to 90 %", "a mark for each of five seeds", pad=8)
        ticks = (10, 20, 50, 100, 200)
        axes.set(xscale="log", yscale="log", xlim=(LEAST, 3), ylim=(10, 520))
        axes.set_yticks([*ticks, NEVER], [*map(str, ticks), "never"])
        axes.set_xticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        axes.minorticks_off()
        axes.set_xlabel(f"change of the third layer's gradient, in the first {FIRST} steps")
        axes.annotate(
            "so the explanation has it:\nless disturbed, faster", (0.02, 0.05), (0.19, 0.34),
            xycoords="axes fraction", color=style.SAND_INK, va="center",
            arrowprops={"arrowstyle": "->", "color": style.SAND_INK, "lw": 1.5},
        )  # fmt: skip
        axes.axvline(shaken, color=style.STAGES["y"], lw=1.5, ls=(0, (2, 2)), zorder=0)
        axes.annotate(
            "noise 1", (shaken, 1), (0, 4), xycoords=axes.get_xaxis_transform(), ha="center",
            color=style.STAGES["y"], textcoords="offset points",
        )  # fmt: skip
        self._marks, self._words, over = {}, {}, self.figure.transFigure
        for row, (name, looks) in enumerate(MARKS.items()):
            y = 0.76 - 0.15 * row
            looks = {"ls": "", "ms": 9, "mew": 0.8, "clip_on": False} | looks
            self._marks[name] = moving(axes, **looks)
            axes.plot([0.725], [y + 0.017], transform=over, **looks)
            axes.annotate(name, (0.745, y), xycoords=over)
            self._words[name] = Words(axes, 0.745, y - 0.055, transform=over)

    def update(self, name, change, needed, rate):
        """Show the changes of a network and the steps that it took, each (seeds,), at a rate."""
        there = np.where(np.isfinite(needed), needed, NEVER)
        self._marks[name].set_data(np.maximum(change, LEAST), there)
        told = f"rate {rate:g}: {number(np.median(change))}, {_steps(np.median(needed))}"
        self._words[name].text = told


def _steps(needed):
    return f"{needed:.0f} steps" if np.isfinite(needed) else "never"


class _Disturbed:
    """Above, what one sigmoid gets; below, on the same axis of time, the accuracy of networks."""

    def __init__(self, steps, names, note_of_accuracy):
        self.figure, self._steps = style.new_figure(9, 4.8), steps
        above = self.figure.add_axes([0.065, 0.61, 0.62, 0.25])
        note = f"one unit, batch norm, same W: mean ± sd, cut at ±{REACH}"
        style.title(above, "into the sigmoid", note, style.STAGES["y"], pad=8)
        below = self.figure.add_axes([0.065, 0.115, 0.62, 0.31])
        style.title(below, "accuracy", note_of_accuracy, pad=8)
        self._track = _Track(above, draw_time(above, steps))
        above.set(xlabel="", xticklabels=[])
        self._curves = _Curves(below, draw_accuracy(below, steps), names)
        self._key = _Key(self.figure, names, x=0.705, top=0.84, apart=0.117)

    def update(self, step, into, accuracies):
        """Show up to a step what one unit gets, (S, examples), and accuracies; return words.

        accuracies: by name the learning rate, and an array (seeds, S).
        """
        so_far = slice(self._steps.searchsorted(step) + 1)
        means = self._track.update(into[so_far].astype(float))
        told = []
        for name, (rate, accuracy) in accuracies.items():
            medians = np.median(accuracy[:, so_far], axis=0)
            self._curves.update(name, medians)
            self._key.update(name, f"rate {rate:g}: {percent(medians[-1])}")
            told.append(f"{percent(medians[-1])} ({name})")
        return (
            f"after {step} steps: the mean of what the unit's sigmoid gets has ranged from "
            f"{number(means.min())} to {number(means.max())}; the test images recognized are "
            f"{', '.join(told)}."
        )


class _Track:
    """Mean ± sd of what a sigmoid gets, at every step up to now."""

    def __init__(self, axes, time):
        axes.set(ylim=(-REACH, REACH), yticks=[-10, 0, 10])
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        looks = {"color": style.STAGES["y"], "lw": 1.6, "ms": 5, "markevery": (1, 4)}
        self._spreads, self._cursor = moving(axes, "o-", **looks), Cursor(axes)
        self._time = time

    def update(self, into):
        """Show values (steps up to now, examples); return their means, (steps up to now,)."""
        means, sds, time = into.mean(axis=-1), into.std(axis=-1), self._time[: len(into)]
        ends = np.stack([means - sds, means, means + sds, np.full(len(means), np.nan)], axis=-1)
        self._spreads.set_data(np.repeat(time, 4), ends.ravel())  # nan lifts the pen
        self._cursor.update(time[-1], means[-1:])
        return means


class _Curves:
    """The accuracies of some networks, at the steps up to now."""

    def __init__(self, axes, time, names):
        self._lines = {name: moving(axes, **LOOKS[name]) for name in names}
        self._time, self._cursor = time, Cursor(axes)

    def update(self, name, medians):
        """Show of one network the medians over the seeds, (steps up to now,)."""
        self._lines[name].set_data(self._time[: len(medians)], medians)
        self._cursor.update(self._time[len(medians) - 1])


class _Key:
    """For each network a sample of its line, its name, and below what is told of it.

    x, top: where the first begins; apart: how far the next is below it; as shares of the figure.
    """

    def __init__(self, figure, names, x, top, apart):
        over, self._words = figure.transFigure, {}
        axes = figure.add_axes([0, 0, 1, 1])
        axes.axis("off")
        for row, name in enumerate(names):
            y = top - apart * row
            axes.plot([x, x + 0.045], [y + 0.012] * 2, transform=over, **LOOKS[name])
            axes.annotate(name, (x + 0.055, y), xycoords=over)
            self._words[name] = Words(axes, x + 0.055, y - 0.045, transform=over)

    def update(self, name, told):
        """Tell something of a network, below its name."""
        self._words[name].text = told
