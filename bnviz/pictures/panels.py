"""The parts that pictures are put together from; each offers `moving`, the artists that move."""

import numpy as np

from bnviz import measures, style
from bnviz.pictures.artists import Stroke, Words


class Bars:
    """The share of values in each bin between fixed edges, as one filled outline.

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
    looks : keyword arguments of `Stroke`
    """

    def __init__(self, axes, edges, top, *, vertical=True, **looks):
        self._edges = np.asarray(edges)
        across, up = ("xlim", "ylim") if vertical else ("ylim", "xlim")
        axes.set(**{across: (self._edges[0], self._edges[-1]), up: (0, top / 0.8)})
        corners = np.zeros((2 * len(self._edges), 2))
        corners[:, 0] = np.repeat(self._edges, 2)
        self._heights = corners[1:-1, 1]  # of the corners, of which two ends stay on the ground
        self._outline = Stroke(axes, **looks)
        self._outline.points = corners if vertical else corners[:, ::-1]
        self.moving = [self._outline]

    def update(self, values):
        """Show `values`, an array of any shape; return the shares below and above the edges."""
        counts, below, above = measures.histogram(values, self._edges)
        total = max(1, np.size(values))
        self._heights[:] = np.repeat(counts / total, 2)
        return below / total, above / total


class Spread:
    """A bar from mean − sd to mean + sd, with a dot at the mean.

    Parameters
    ----------
    axes : matplotlib Axes
    height : float
        Where it lies, as a share of the height (0…1; outside too, with `clip=False`).
    vertical : bool
        True for values along the x axis; False for values along the y axis, `height` to the right.
    looks : keyword arguments of `Stroke`
    """

    def __init__(self, axes, height, *, vertical=True, **looks):
        over = axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform()
        self._stroke = Stroke(axes, width=2.5, size=7, dots=slice(1, 2), transform=over, **looks)
        self._height, self._vertical = height, vertical
        self.moving = [self._stroke]

    def update(self, mean, sd):
        """Show a mean and a standard deviation, in the unit of the values; nan shows nothing."""
        along = [mean - sd, mean, mean + sd]
        points = np.column_stack([along, [self._height] * 3])
        self._stroke.points = points if self._vertical else points[:, ::-1]


class Cursor:
    """A line across the panel, whose limits are set, at the present step; a dot on every curve."""

    def __init__(self, axes):
        self._ends = axes.get_ylim()
        dots = slice(1, -1)  # not at the two ends
        self._stroke = Stroke(axes, width=1.2, size=6.5, dots=dots, clip=False)
        self.moving = [self._stroke]

    def update(self, now, heights=()):
        """Show the place `now` on the x axis and `heights`, those of the curves there."""
        bottom, top = self._ends
        y = [bottom, *heights, top]
        self._stroke.points = np.column_stack([[now] * len(y), y])


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
        self._below, self._above = Words(axes, 0, 0.72), Words(axes, 1, 0.72, align="r")
        self.moving = [*self._bars.moving, *self._spread.moving]
        self.moving += [self._numbers, self._below, self._above]

    def update(self, values):
        """Show `values`, an array of any shape, or nothing if it is None."""
        if values is None:
            self._bars.update([])
            self._spread.update(np.nan, np.nan)
            self._numbers.text, self._below.text, self._above.text = "left out", "", ""
            return
        below, above = self._bars.update(values)
        mean, sd = np.mean(values), np.std(values)
        self._spread.update(mean, sd)
        self._numbers.text = f"mean {number(mean)}, sd {number(sd)}"
        self._below.text = f"◂ {percent(below)}" if below else ""
        self._above.text = f"{percent(above)} ▸" if above else ""


def draw_time(axes, steps):
    """Make the x axis one of training steps, drawn as log(1 + step); return their places on it."""
    style.frame(axes, left=True)
    time = np.log1p(steps)
    ticks = [step for step in (0, 3, 10, 30, 100, 300, 1000) if step <= steps[-1]]
    axes.set_xlim(0, time[-1])
    axes.set_xticks(np.log1p(ticks), ticks)
    axes.set_xlabel("training step", fontsize=style.TEXT)
    return time


def number(value, digits=2):
    """Return `value` as text with a fixed number of digits, a real minus sign and no −0.00."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def percent(share):
    """Return a share, 0…1, as text in percent."""
    return "under 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"
