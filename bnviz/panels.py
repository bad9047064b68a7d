"""The parts that pictures share. What moves in them is `animated`: `Picture` finds it."""

import numpy as np

from bnviz import measures, style
from bnviz.pictures import Picture, Words

# of a `NormalizedView`
BINS = np.linspace(-8.1, 8.1, 82)  # 0 and 1 lie in the middle of a bin
THREADS = 16  # examples that are followed from the net to the normalized net
TIMES = (0, 3, 10, 30, 100, 300, 1000)  # training steps that an axis names
LOOKS = (  # of the curves of three networks: small start, good start, with batch norm
    {"color": style.QUIET, "lw": 2, "ls": (0, (4, 2))},
    {"color": style.QUIET, "lw": 2},
    {"color": style.INK, "lw": 2.5},
)


class Bars:
    """The share of values in each bin between fixed edges, as one outline; of no values, nothing.

    edges: (bins + 1,), in the unit of the values.
    top: the share of all values in one bin that reaches 80 % of the height; a taller bar is cut, so
    that a sharp peak does not flatten all the others. Without it the tallest bin does, whatever its
    share, so that only width and place of the bars speak.
    outside, spread: where the shares beyond the two ends stand, and where a `Spread` lies, as a
    share of the height of the axes.
    vertical: False lays the bars on their side, with the values along the y axis.
    looks: of `Axes.stairs`.
    """

    def __init__(self, axes, edges, top=None, *, outside=None, spread=None, vertical=True, **looks):
        self._edges, self._stretched = np.asarray(edges), top is None
        across, up = ("xlim", "ylim") if vertical else ("ylim", "xlim")
        axes.set(**{across: (self._edges[0], self._edges[-1]), up: (0, (top or 1) / 0.8)})
        looks = {"animated": True, "orientation": "vertical" if vertical else "horizontal", **looks}
        self.outline = axes.stairs(np.zeros(len(self._edges) - 1), self._edges, **looks)
        self._outside = self._spread = None
        if outside is not None:
            self._outside = Words(axes, 0, outside), Words(axes, 1, outside, align="right")
        if spread is not None:
            self._spread = Spread(axes, spread, vertical=vertical)

    def update(self, values):
        """Show `values`, an array of any shape."""
        counts, below, above = measures.histogram(values, self._edges)
        n = np.size(values)
        self.outline.set_data(counts / max(1, counts.max() if self._stretched else n))
        self.outline.set_visible(n > 0)
        if self._outside:
            left, right = self._outside
            left.text = f"◂ {percent(below / n)}" if below else ""
            right.text = f"{percent(above / n)} ▸" if above else ""
        if self._spread:
            some = values if n else np.nan
            self._spread.update(np.mean(some), np.std(some))


def moving(axes, *form, **looks):
    """Return an empty line that is drawn at every look: `moving(axes, "o", ms=8).set_data(x, y)`.

    form, looks: of `Axes.plot`.
    """
    (line,) = axes.plot([], [], *form, animated=True, **looks)
    return line


class Spread:
    """A bar from mean − sd to mean + sd, with a dot at the mean.

    height: where it lies, as a share of the height (0…1; outside too, with `clip_on=False`).
    vertical: False for values along the y axis, with `height` to the right.
    looks: of `Axes.plot`.
    """

    def __init__(self, axes, height, *, vertical=True, **looks):
        over = axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform()
        looks = {"color": style.INK, "lw": 2.5, "marker": "o", "ms": 7, "mew": 0, **looks}
        self._line = moving(axes, markevery=[1], transform=over, **looks)
        self._height, self._vertical = [height] * 3, vertical

    def update(self, mean, sd):
        """Show a mean and a standard deviation, in the unit of the values; nan shows nothing."""
        along = [mean - sd, mean, mean + sd]
        self._line.set_data(*((along, self._height) if self._vertical else (self._height, along)))


class Cursor:
    """A line across the panel, whose limits are set, at the present step; a dot on every curve."""

    def __init__(self, axes):
        self._ends = axes.get_ylim()
        looks = {"color": style.INK, "lw": 1.2, "ms": 6.5, "mew": 0, "clip_on": False}
        self._line = moving(axes, "-o", zorder=3, **looks)

    def update(self, now, heights=()):
        """Show the place `now` on the x axis and `heights`, those of the curves there."""
        bottom, top = self._ends
        self._line.set_data([now] * (len(heights) + 2), [bottom, *heights, top])
        self._line.set_markevery(slice(1, -1))  # not at the two ends


class Percentiles:
    """Three percentiles of a stage at every step up to now, and a `Cursor` with its dots.

    time: the places of all steps on the x axis, (S,).
    """

    def __init__(self, axes, time):
        self._lines = [moving(axes, lw=width) for width in (1.2, 2.5, 1.2)]
        self._time, self._cursor = time, Cursor(axes)

    def update(self, paths, stage, lit=True):
        """Show percentiles (3, steps up to now) in the colour of a stage; a cursor if it is lit."""
        time = self._time[: paths.shape[1]]
        for line, path in zip(self._lines, paths, strict=True):
            line.set_data(time, path)
            line.set_color(style.STAGES[stage])
        self._cursor.update(time[-1] if lit else np.nan, paths[:, -1])


class StepRow:
    """A row of an axis of training steps: when each seed got there, in dots, and their median.

    The axis is one of `draw_time`; `row` is its place on the y axis, where the name stands, too.
    """

    def __init__(self, axes, row, name):
        beside = {"textcoords": "offset points", "xycoords": axes.get_yaxis_transform()}
        axes.annotate(name, (0, row), (-8, 0), ha="right", va="center", **beside)
        looks = {"color": style.INK, "animated": True, "zorder": 2.5, "clip_on": False}
        (self._range,) = axes.plot([], [], lw=1.6, **looks)
        (self._dots,) = axes.plot([], [], "o", ms=7, mec="white", mew=0.8, **looks)
        self._median = Words(axes, 1.02, row, lift=-4, transform=axes.get_yaxis_transform())
        self._row = row

    def update(self, steps, now=np.inf, color=style.INK):
        """Show steps (seeds,), inf for never, but none later than `now`."""
        there = np.log1p(steps[np.isfinite(steps) & (steps <= now)])
        for line in (self._range, self._dots):
            line.set_data(there, np.full(len(there), self._row))
            line.set_color(color)
        median = np.median(steps)
        self._median.color = color
        told = f"{median:.0f}" if np.isfinite(median) else "–"
        self._median.text = told if median <= now else ""


class Histogram:
    """One stage of the pipeline: its bars, mean − sd to mean + sd above them, both as numbers.

    At the two ends stands the share of the values that fall outside, where there are any.
    The parameters are those of `Bars`, and `stage`, a key of `style.STAGES`.
    """

    def __init__(self, axes, stage, edges, top):
        self._bars = _draw_bars(axes, stage, edges, top, outside=0.72)
        self._numbers = Words(axes, 0, 1, lift=8)

    def update(self, values):
        """Show `values`, an array of any shape, or nothing if it is None."""
        self._bars.update([] if values is None else values)
        self._numbers.text = "left out" if values is None else mean_and_sd(values, ", ")


def _draw_bars(axes, stage, edges, top=None, *, outside):
    """Make the axes those of a stage, with a line at 0; return its `Bars`, with their `Spread`."""
    style.frame(axes)
    if edges[0] < 0 < edges[-1]:
        axes.axvline(0, color=style.QUIET, linewidth=0.8, zorder=0)
    looks = {"fill": True, "color": style.STAGES[stage]}
    return Bars(axes, edges, top, outside=outside, spread=0.92, **looks)


class NormalizedView(Picture):
    """The net above, the normalized net below, on the same axis, and threads between them.

    Each thread is one example of the mini-batch: all of a small one, which has no bars then; some
    of a large one, spread evenly over its order.
    """

    def __init__(self):
        figure = style.new_figure(
            9, 4.2, left=0.24, right=0.98, bottom=0.08, top=0.93, hspace=3 / 7
        )
        above, below = figure.subplots(2, sharex=True)
        between = figure.add_axes([0.24, 0.08, 0.74, 0.5], sharex=above, ylim=(0, 1))
        between.axis("off")  # it reaches from line to line
        self._halves = _Half(above, "z"), _Half(below, "z_hat")
        self._compared = Bars(below, BINS, color=style.INK, zorder=1.2)
        looks = {"color": style.QUIET, "lw": 1, "zorder": 0.5}  # behind the bars
        self._threads = moving(between, **looks)
        super().__init__(figure)

    def update(self, z, z_hat, compared=()):
        """Show the net of one unit over a mini-batch and the same normalized, m numbers each.

        compared: another ẑ, shown as an outline.
        """
        z, z_hat = np.ravel(z), np.ravel(z_hat)
        order = np.argsort(z, kind="stable")
        some = order[np.linspace(0, z.size - 1, min(THREADS, z.size)).astype(int)]
        for half, values in zip(self._halves, (z, z_hat), strict=True):
            half.update(values, values[some])
        ends = np.array([z[some], z_hat[some], np.full(some.size, np.nan)])  # nan lifts the pen
        self._threads.set_data(ends.T.ravel(), np.tile([1, 0, np.nan], some.size))
        self._compared.update(compared if z.size > THREADS else [])


class _Half:
    """One half of a `NormalizedView`: what it is, its numbers, its bars, dots for some examples."""

    def __init__(self, axes, stage):
        colour, (heading, formula) = style.STAGES[stage], style.TITLES[stage]
        beside = {"x": -0.3, "transform": axes.transAxes}
        axes.text(y=0.78, s=heading, color=colour, size=style.TITLE, weight="bold", **beside)
        axes.text(y=0.57, s=formula, **beside)
        self._mean, self._sd = Words(axes, -0.3, 0.33), Words(axes, -0.3, 0.17)
        self._bars = _draw_bars(axes, stage, BINS, outside=1.02)
        looks = {"color": colour, "mec": "white", "ms": 8, "clip_on": False}
        self._dots = moving(axes, "o", **looks)

    def update(self, values, examples):
        self._bars.update(values)
        self._bars.outline.set_visible(values.size > examples.size)  # else the dots say it all
        self._mean.text, self._sd.text = f"mean {number(values.mean())}", f"sd {values.std():#.3g}"
        inside = examples[np.abs(examples) <= BINS[-1]]
        self._dots.set_data(inside, np.zeros(inside.size))


def draw_time(axes, steps):
    """Make the x axis one of training steps, drawn as log(1 + step); return their places on it."""
    time, ticks = np.log1p(steps), [step for step in TIMES if step <= steps[-1]]
    axes.set(xlim=(0, time[-1]), xlabel="training step")
    axes.set_xticks(np.log1p(ticks), ticks)
    return time


def draw_accuracy(axes, steps):
    """Make the axes those of accuracy over training steps; return the places of the steps."""
    time = draw_time(axes, steps)
    axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9], yticklabels=["0", "50 %", "90 %"])
    axes.axhline(0.9, color=style.PALE, lw=1, zorder=0)
    return time


def draw_sample(axes, x, row, length, **looks):
    """Draw a sample of a line beside the name of a `StepRow`; x, length: as shares of the axes.

    looks: of `Axes.plot`.
    """
    looks = {"lw": 2, "transform": axes.get_yaxis_transform(), "clip_on": False, **looks}
    axes.plot([x, x + length], [row, row], **looks)


def mean_and_sd(values, between=" and "):
    """Return mean and standard deviation as text: mean 0.78 and sd 1.09."""
    return f"mean {number(np.mean(values))}{between}sd {number(np.std(values))}"


def number(value, digits=2):
    """Return `value` as text with a fixed number of digits, a real minus sign and no −0.00."""
    rounded = round(float(value), digits) + 0.0  # −0.0 + 0.0 is 0.0
    return f"{rounded:.{digits}f}".replace("-", "−")


def percent(share, digits=0):
    """Return a share, 0…1, as text in percent; a line never breaks between the number and its %."""
    return "under 1\u00a0%" if 0 < share < 0.01 else f"{100 * share:.{digits}f}\u00a0%"
