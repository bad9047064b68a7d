"""The parts that pictures share. What moves in them is `animated`: `Picture` finds it."""

import numpy as np

from bnviz import measures, style
from bnviz.pictures import Words


class Bars:
    """The share of values in each bin between fixed edges, as one outline.

    A bar taller than `top` is cut there, so that a sharp peak does not flatten all the others.

    Parameters
    ----------
    axes : matplotlib Axes
    edges : array (bins + 1,)
        In the unit of the values.
    top : float
        The share of all values in one bin that reaches 80 % of the height.
    vertical : bool
        False lays the bars on their side, with the values along the y axis.
    looks : keyword arguments of `Axes.stairs`
    """

    def __init__(self, axes, edges, top, *, vertical=True, animated=True, **looks):
        self._edges = np.asarray(edges)
        across, up = ("xlim", "ylim") if vertical else ("ylim", "xlim")
        axes.set(**{across: (self._edges[0], self._edges[-1]), up: (0, top / 0.8)})
        side = "vertical" if vertical else "horizontal"
        none = np.zeros(len(self._edges) - 1)
        self._outline = axes.stairs(none, self._edges, orientation=side, animated=animated, **looks)

    def update(self, values):
        """Show `values`, an array of any shape; return the shares below and above the edges."""
        counts, below, above = measures.histogram(values, self._edges)
        total = max(1, np.size(values))
        self._outline.set_data(counts / total)
        return below / total, above / total


class Spread:
    """A bar from mean − sd to mean + sd, with a dot at the mean.

    Parameters
    ----------
    axes : matplotlib Axes
    height : float
        Where it lies, as a share of the height (0…1; outside too, with `clip_on=False`).
    vertical : bool
        True for values along the x axis; False for values along the y axis, `height` to the right.
    looks : keyword arguments of `Axes.plot`
    """

    def __init__(self, axes, height, *, vertical=True, **looks):
        over = axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform()
        looks = {"color": style.INK, "lw": 2.5, "ms": 7, "mew": 0, "transform": over, **looks}
        (self._line,) = axes.plot([], [], "-o", markevery=[1], animated=True, **looks)
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
        (self._line,) = axes.plot([], [], "-o", animated=True, zorder=3, **looks)

    def update(self, now, heights=()):
        """Show the place `now` on the x axis and `heights`, those of the curves there."""
        bottom, top = self._ends
        self._line.set_data([now] * (len(heights) + 2), [bottom, *heights, top])
        self._line.set_markevery(slice(1, -1))  # not at the two ends


class Outside:
    """The shares of the values beyond the two ends of a panel, where there are any.

    Parameters
    ----------
    axes : matplotlib Axes
    height : float
        As a share of the height of the axes.
    """

    def __init__(self, axes, height):
        self._below, self._above = Words(axes, 0, height), Words(axes, 1, height, align="right")

    def update(self, below, above):
        """Show the shares below and above, 0…1."""
        self._below.text = f"◂ {percent(below)}" if below else ""
        self._above.text = f"{percent(above)} ▸" if above else ""


class Histogram:
    """One stage of the pipeline: its bars, mean − sd to mean + sd above them, both as numbers.

    At the two ends stands the share of the values that fall outside, where there are any.
    The parameters are those of `Bars`, and `stage`, a key of `style.STAGES`.
    """

    def __init__(self, axes, stage, edges, top):
        style.frame(axes)
        if edges[0] < 0 < edges[-1]:
            axes.axvline(0, color=style.QUIET, linewidth=0.8, zorder=0)
        self._bars = Bars(axes, edges, top, fill=True, color=style.STAGES[stage])
        self._spread = Spread(axes, 0.92)
        self._numbers = Words(axes, 0, 1, lift=8)
        self._outside = Outside(axes, 0.72)

    def update(self, values):
        """Show `values`, an array of any shape, or nothing if it is None."""
        self._outside.update(*self._bars.update([] if values is None else values))
        mean, sd = (np.nan, np.nan) if values is None else (np.mean(values), np.std(values))
        self._spread.update(mean, sd)
        said = f"mean {number(mean)}, sd {number(sd)}"
        self._numbers.text = "left out" if values is None else said


def draw_time(axes, steps):
    """Make the x axis one of training steps, drawn as log(1 + step); return their places on it."""
    style.frame(axes, left=True)
    time = np.log1p(steps)
    ticks = [step for step in (0, 3, 10, 30, 100, 300, 1000) if step <= steps[-1]]
    axes.set_xlim(0, time[-1])
    axes.set_xticks(np.log1p(ticks), ticks)
    axes.set_xlabel("training step")
    return time


def number(value, digits=2):
    """Return `value` as text with a fixed number of digits, a real minus sign and no −0.00."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def percent(share, digits=0):
    """Return a share, 0…1, as text in percent; a line never breaks between the number and its %."""
    return "under 1\u00a0%" if 0 < share < 0.01 else f"{100 * share:.{digits}f}\u00a0%"
