"""Demo of notebook 09."""

import numpy as np

from bnviz import recordings, style
from bnviz.live import choice, demo, stops
from bnviz.panels import Cursor, draw_time, moving, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.regularization import WAYS, at_best, stopped_early, words_of

LABELS = {"one label in five wrong": "wrong", "right labels": "right"}
PARTS = ("own images", "test images")


@demo
def regularization():
    """Follow seven ways to train on 300 images: what they learn by heart, and recognize."""
    recorded = recordings.read("regularization")
    steps = recorded["steps"]
    figure = style.new_figure(9, 4.7)
    panels = [
        _Learning(figure, x, steps, part) for x, part in zip((0.075, 0.345), PARTS, strict=True)
    ]
    rows = _Rows(figure)

    def show(labels, way, step):
        ways, so_far = recorded[LABELS[labels]], slice(steps.searchsorted(step) + 1)
        curves = {name: at_best(ways[name])[..., so_far] for name in (way, "none")}
        own, test = (curves[way][:, part] for part in (0, 2))  # (seeds, steps up to now)
        panels[0].update(own, curves["none"][:, 0])
        panels[1].update(test, curves["none"][:, 2])
        panels[0].note.text = "errors by heart" if LABELS[labels] == "wrong" else ""
        rows.update(ways, way, step >= steps[-1])
        said = f"{percent(own[:, -1].mean())} of its own images and "
        said += f"{percent(test[:, -1].mean())} of the test images"
        if step >= steps[-1]:
            stopped = stopped_early(ways[way])[:, 0]
            said += f"; stopped early it recognized {percent(stopped.mean())} of these"
        setting = f"{way} at its best, {words_of(way, ways[way])}"
        return f"{labels.capitalize()}, {setting}: after {step} steps it knows {said} (means)."

    controls = {
        "way": choice("way to train", list(WAYS), "none"),
        "labels": choice("labels", list(LABELS), "one label in five wrong"),
        "step": stops("training step", steps.tolist(), 0),
    }
    end = int(steps[-1])
    still = [{"way": way, "step": end} for way in ("m = 300", "noise only", "m = 4")]
    return Picture(figure), show, controls, still


class _Learning:
    """An accuracy over the steps up to now: mean and range of the seeds, in grey that of "none"."""

    def __init__(self, figure, x, steps, part):
        axes = figure.add_axes([x, 0.14, 0.225, 0.68])
        style.title(axes, part, "thin: range; grey: none", pad=8)
        self._time = draw_time(axes, steps)
        axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.8, 1])
        axes.set_yticklabels(["0", "50 %", "80 %", "100 %"] if x < 0.1 else [])
        axes.axhline(0.8, color=style.PALE, lw=1, zorder=0)
        self.note = Words(axes, 0.03, 0.83, transform=axes.get_yaxis_transform())
        self._range = [moving(axes, color=style.INK, lw=0.6) for _ in range(2)]
        self._none = moving(axes, color=style.QUIET, lw=2.5)
        self._mean, self._cursor = moving(axes, color=style.INK, lw=2), Cursor(axes)

    def update(self, seeds, none):
        """Show accuracies, both (seeds, steps up to now)."""
        time = self._time[: seeds.shape[1]]
        self._none.set_data(time, none.mean(axis=0))
        self._mean.set_data(time, seeds.mean(axis=0))
        for line, end in zip(self._range, (seeds.min(axis=0), seeds.max(axis=0)), strict=True):
            line.set_data(time, end)
        self._cursor.update(time[-1])


class _Rows:
    """A row for each way, with its setting: the test images recognized at the end, and stopped."""

    def __init__(self, figure):
        axes = style.frame(figure.add_axes([0.762, 0.14, 0.198, 0.68]))
        style.title(axes, "test images", "means: ○ end, ● stopped", pad=8)
        axes.set(xlim=(0.69, 1), ylim=(len(WAYS) - 0.5, -0.5))
        axes.set_xticks([0.7, 0.8, 0.9, 1], ["70 %", "80 %", "90 %", "100 %"])
        axes.set_xlabel("* first or last one tried")
        over, self._rows = axes.get_yaxis_transform(), {}
        for row, name in enumerate(WAYS):
            name_words, setting = (
                Words(axes, -0.06, row, text, align="right", lift=lift, transform=over)
                for text, lift in ((name, 2), ("", -12))
            )
            dots = [moving(axes, "o", ms=3) for _ in range(2)]
            means = [moving(axes, "o", ms=9, mew=1.5) for _ in range(2)]
            self._rows[name] = name_words, setting, dots, means

    def update(self, ways, chosen, ended):
        """Show accuracies (seeds, 4, S, strengths, rates) by way, once they have ended."""
        for row, (name, (name_words, setting, dots, means)) in enumerate(self._rows.items()):
            color = style.INK if name == chosen else style.QUIET
            setting.text = words_of(name, ways[name])
            name_words.color = setting.color = color
            for side, values in enumerate(stopped_early(ways[name]).T):  # stopped, at the end
                shown, y = values if ended else values[:0], row + (-0.17, 0.17)[side]
                dots[side].set_data(shown, np.full(len(shown), y))
                means[side].set_data([shown.mean()] if ended else [], [y] if ended else [])
                for line in (dots[side], means[side]):
                    line.set_color(color)
                means[side].set_markerfacecolor((color, "white")[side])
