"""Demos of notebook 08."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from bnviz import batchnorm, example, measures, panels, recordings, style
from bnviz.live import choice, demo, stops, switch
from bnviz.panels import LOOKS, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings import rates_and_starts
from bnviz.recordings.race import MARK_NAMES, looks
from bnviz.recordings.race import RATES as RACE_RATES

RATES = [f"{rate:g}" for rate in rates_and_starts.RATES]
RACERS = {
    example.SMALL_START: {"color": style.QUIET, "ls": (0, (4, 2))},
    example.GOOD_START: {"color": style.QUIET},
    example.FOLDED: {"color": style.STAGES["z"]},
    example.WITH_BN: {"color": style.INK},
}
STARTS = ["4×Xavier", *(f"sd {scale:g}" for scale in rates_and_starts.WEIGHTS[1:])]


def _draw_curve(axes, x, y, looks):
    """Draw a sample of a line somewhere on the figure; return what shows it up to now, named."""
    (line,) = axes.plot([], [], animated=True, clip_on=False, **looks)
    over = axes.figure.transFigure
    axes.plot([x, x + 0.03], [y + 0.012] * 2, transform=over, clip_on=False, **looks)
    words = Words(axes, x + 0.04, y, transform=over)

    def update(time, values, name):
        line.set_data(time, values)
        words.text = f"{name}: {percent(values[-1])}"

    return update


@demo
def training():
    """Scrub through the training of three networks and look into the one you choose."""
    names = example.SMALL_START, example.GOOD_START, example.WITH_BN
    records = {name: recordings.read("four_networks")[name] for name in names}
    inputs = {name: example.into_sigmoid(record) for name, record in records.items()}
    paths = {name: measures.percentiles(y) for name, y in inputs.items()}  # (3, S, layers)
    steps = records[example.WITH_BN]["steps"]
    figure = style.new_figure(9, 5.3)
    above, below = ["z", "z", "z_hat", "z_hat", "y", "y"], ["accuracy"] * 3 + ["into"] * 3
    axes = figure.subplot_mosaic([above, below], height_ratios=[4, 7])
    figure.subplots_adjust(left=0.08, right=0.925, bottom=0.18, top=0.835, hspace=0.66, wspace=0.9)
    stages = {}
    for stage in ("z", "z_hat", "y"):
        style.stage_title(axes[stage], stage, pad=26)
        stages[stage] = panels.Histogram(axes[stage], stage, np.linspace(-5, 5, 41), top=None)
        axes[stage].set_xticks([-4, -2, 0, 2, 4])
    update_accuracies = _draw_accuracies(axes["accuracy"], steps, records)
    update_percentiles = _draw_percentiles(axes["into"], steps)

    def show(step, chosen, layer):
        index = steps.searchsorted(step)
        z = records[chosen]["z"][index, layer - 1].astype(float)[:, None]  # (examples, 1)
        z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
        has_norm, y = "gamma" in records[chosen], inputs[chosen][index, layer - 1]
        stages["z"].update(z)
        stages["z_hat"].update(z_hat if has_norm else None)
        stages["y"].update(y if has_norm else None)
        recognized = update_accuracies(index, chosen)
        low, median, high = now = paths[chosen][:, : index + 1, layer - 1]
        update_percentiles(now, "y" if has_norm else "z")
        return (
            f"After {step} steps the test images recognized are {recognized}; the "
            f"sigmoid of a unit in layer {layer} ({chosen}) gets {number(median[-1])} as its "
            f"median and {percent(0.7)} of its inputs between {number(low[-1])} and "
            f"{number(high[-1])}."
        )

    controls = {
        "step": stops("training step", steps.tolist(), 0),
        "chosen": choice("look into", list(records), example.WITH_BN),
        "layer": choice("hidden layer", [1, 2, 3], 3),
    }
    early, end = (int(steps[steps.searchsorted(step)]) for step in (30, 1800))
    still = [{"step": early}, {"step": end, "chosen": example.SMALL_START}, {"step": end}]
    return Picture(figure), show, controls, still


def _draw_accuracies(axes, steps, records):
    """Return what shows the accuracies up to a snapshot, the chosen one's dot larger, in words."""
    style.title(axes, "accuracy on the test images", pad=8)
    time, places = panels.draw_accuracy(axes, steps), (0.08, 0.38, 0.69)
    curves = [_draw_curve(axes, x, 0.02, looks) for x, looks in zip(places, LOOKS, strict=True)]
    cursor = panels.Cursor(axes)
    (lit,) = axes.plot([], [], "o", color=style.INK, ms=10, clip_on=False, animated=True)

    def update(index, chosen):
        so_far = slice(index + 1)
        for update_curve, (name, record) in zip(curves, records.items(), strict=True):
            update_curve(time[so_far], record["accuracy"][so_far], name)
        shares = {name: record["accuracy"][index] for name, record in records.items()}
        cursor.update(time[index], shares.values())
        lit.set_data([time[index]], [shares[chosen]])
        return ", ".join(f"{percent(share)} ({name})" for name, share in shares.items())

    return update


def _draw_percentiles(axes, steps):
    """Return what shows three percentiles up to now, named at their ends, in a stage's colour."""
    style.title(axes, "into the sigmoid", pad=8)
    axes.set(ylim=(-5, 5), yticks=[-4, -2, 0, 2, 4])
    axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
    paths = panels.Percentiles(axes, panels.draw_time(axes, steps))
    looks = {"lift": -4, "transform": axes.get_yaxis_transform()}  # y in data
    names = [Words(axes, 1.03, 0, percent(share), **looks) for share in (0.15, 0.5, 0.85)]

    def update(percentiles, stage):  # (3, steps so far)
        paths.update(percentiles, stage)
        _, median, _ = heights = percentiles[:, -1]
        apart = median + np.maximum(np.abs(heights - median), 1.0) * (-1, 0, 1)
        for words, height in zip(names, apart, strict=True):
            words.place = (1.03, height)

    return update


@demo
def race():
    """Let four networks race, at a learning rate of your choice, and see what every rate gives."""
    recorded = recordings.read("race")
    figure = style.new_figure(9, 4.6)
    track = style.frame(figure.add_axes([0.23, 0.115, 0.29, 0.72]))
    style.title(track, "at this learning rate", "five seeds and their median", pad=8)
    panels.draw_time(track, [2500])
    track.set_ylim(3.5, -0.5)
    rows = {}
    for row, (name, line) in enumerate(RACERS.items()):
        rows[name] = panels.StepRow(track, row, name)
        panels.draw_sample(track, -0.76, row, 0.13, **line)
    field = _Field(figure, [0.66, 0.115, 0.325, 0.72])

    def show(step, rate, mark):
        index = RACE_RATES.index(float(rate))
        said = []
        for name, row in rows.items():
            steps = recorded[name]["to_marks"][
                :, 1, :, MARK_NAMES.index(mark)
            ]  # (5 seeds, rates), test images
            row.update(steps[:, index], step, RACERS[name]["color"])
            field.update(name, np.median(steps, axis=0), step)
            said.append(f"{np.count_nonzero(steps[:, index] <= step)} ({name})")
        field.point_at(index, step)
        return (
            f"At learning rate {rate}, within {step} steps, of five networks of each kind so many "
            f"have reached {mark}: {', '.join(said)}."
        )

    controls = {
        "step": stops("training step", looks(2500).tolist(), 0),
        "rate": stops("learning rate", [f"{rate:g}" for rate in RACE_RATES], "0.3"),
        "mark": choice("steps to", list(MARK_NAMES), "90 %"),
    }
    still = [{"step": 2500, "rate": rate} for rate in ("0.3", "3")]
    still.append({"step": 2500, "rate": "0.3", "mark": "95 %"})
    return Picture(figure), show, controls, still


class _Field:
    """Median steps against the learning rate, a line for each network."""

    def __init__(self, figure, place):
        axes = figure.add_axes(place)
        style.title(axes, "at every learning rate", "median of five seeds", pad=8)
        self._places, limit = np.log(RACE_RATES), np.log1p(2500)
        axes.set(xlim=np.log([0.08, 40]), ylim=(0, limit), xlabel="learning rate")
        ticks = (0.1, 0.3, 1, 3, 10, 30)
        axes.set_xticks(np.log(ticks), [f"{tick:g}" for tick in ticks])
        axes.set_yticks(np.log1p(panels.TIMES), panels.TIMES)
        axes.set_ylabel("steps")
        self._lines = {
            name: axes.plot([], [], marker="o", ms=4, lw=2, animated=True, **looks)[0]
            for name, looks in RACERS.items()
        }
        looks = {"animated": True, "zorder": 0}
        self._mark = axes.axvline(0, color=style.PALE, lw=9, **looks)
        self._level = axes.axhline(0, color=style.INK, lw=1.2, **looks)

    def update(self, name, medians, step):
        """Show the medians of a network, (rates,), that are no later than a step."""
        self._lines[name].set_data(
            self._places, np.where(medians <= step, np.log1p(medians), np.nan)
        )

    def point_at(self, index, step):
        """Mark the chosen learning rate and the present step."""
        self._mark.set_xdata([self._places[index]] * 2)
        self._level.set_ydata([np.log1p(step)] * 2)


class StepsToMarks(Picture):
    """Dots: steps of some networks to 90, 95 and 97 % and to a loss, each at its best rate.

    needed: {name: [steps (seeds,) to each mark]}.
    """

    def __init__(self, needed):
        figure = style.new_figure(9, 4)
        for mark, name in enumerate(MARK_NAMES):
            x, y = 0.19 + 0.415 * (mark % 2), 0.625 - 0.49 * (mark // 2)
            axes = style.frame(figure.add_axes([x, y, 0.33, 0.3]))
            style.title(axes, f"to {name}", pad=4)
            panels.draw_time(axes, [2500])
            if mark < 2:
                axes.set_xlabel("")
            axes.set_ylim(len(needed) - 0.5, -0.5)
            for row, (racer, steps) in enumerate(needed.items()):
                row = panels.StepRow(axes, row, racer if mark % 2 == 0 else "")
                row.update(steps[mark], color=RACERS[racer]["color"])
        super().__init__(figure)


@demo
def sweep():
    """Let a network train at every pair of a learning rate and a start, and look at one of them."""
    record = recordings.read("rates_and_starts")
    without, with_norm = (record[name][0] for name in ("without", "with"))  # seed 0: (S, 8, 7)
    reached, reached_with = ((curves[-1, 1:] >= 0.9).sum() for curves in (without, with_norm))
    counted = (
        f"; of the 49 cells above the bottom row, {reached} reach 90\u00a0% without and "
        f"{reached_with} with"
    )
    figure = style.new_figure(9, 5.6)
    left, right = (figure.add_axes([x, 0.45, 0.405, 0.475]) for x in (0.145, 0.585))
    maps = [_draw_map(left, without[-1], "without"), _draw_map(right, with_norm[-1], "with")]
    left.set_ylabel("first weights")
    right.tick_params(labelleft=False)
    axes = figure.add_axes([0.145, 0.1, 0.52, 0.215])
    time, heights = panels.draw_accuracy(axes, record["steps"]), (0.12, 0.195, 0.27)
    curves = [_draw_curve(axes, 0.685, y, looks) for y, looks in zip(heights, LOOKS, strict=True)]

    def show(trained, rate, weights):
        row, column = STARTS.index(weights), RATES.index(rate)
        shown = slice(None if trained else 1)
        for cover, frame in maps:
            cover.set_visible(not trained)
            frame.set_xy((column - 0.5, row - 0.5))
        chosen = [
            (f"{weights}, without", without[shown, row, column]),
            (f"{STARTS[0]}, without", without[shown, 0, column]),
            (f"{weights}, with", with_norm[shown, row, column]),
        ]
        for update, (name, values) in zip(curves, chosen, strict=True):
            update(time[shown], values, name)
        small, well, normed = (percent(values[-1]) for _, values in chosen)
        return (
            f"After {300 if trained else 0} steps at learning rate {rate} from weights of {weights}"
            f", the network without batch norm recognizes {small} of the test images, with it "
            f"{normed}, and 4×Xavier without it {well}{counted if trained else ''}."
        )

    controls = {
        "trained": switch("train all of them for 300 steps", False),
        "rate": stops("learning rate", RATES, "0.5"),
        "weights": stops("weights", STARTS, "sd 0.15"),
    }
    return Picture(figure), show, controls, [{"trained": True}]


def _draw_map(axes, accuracy, name):
    """Draw accuracies (8 starts, 7 rates) as shades and numbers; return a cover and a frame."""
    style.title(axes, f"{name} batch norm", pad=6)
    axes.imshow(_shade(accuracy), aspect="auto", origin="lower", interpolation="nearest")
    looks = {"ha": "center", "va": "center_baseline"}
    for (row, column), value in np.ndenumerate(accuracy):
        color = "white" if value >= 0.9 else style.INK
        axes.text(column, row, f"{100 * value:.0f}", color=color, **looks)
    for edge in range(1, 8):
        axes.axhline(edge - 0.5, color="white", lw=6 if edge == 1 else 1.5)
        axes.axvline(edge - 0.5, color="white", lw=1.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xticks(range(7), RATES)
    axes.set_yticks(range(8), STARTS)
    axes.set_xlabel("learning rate")
    cover = Rectangle((-0.5, -0.5), 7, 8, color=style.PALE, lw=0, animated=True, zorder=4)
    rim = withStroke(linewidth=6, foreground=style.INK)  # seen on light cells, white on dark
    frame = Rectangle((0, 0), 1, 1, fill=False, ec="white", lw=2.5, path_effects=[rim])
    axes.add_patch(frame).set(clip_on=False, animated=True, zorder=5)
    return axes.add_patch(cover), frame


def _shade(accuracy):
    """Colours (..., 3): from white to grey up to 90 %, then dark."""
    share = np.round(20 * accuracy[..., None]) / 25  # in steps that `style.palette` has
    grey = 1 - share * (1 - np.array(to_rgb(style.QUIET)))
    return np.where(accuracy[..., None] >= 0.9, to_rgb(style.INK), grey)
