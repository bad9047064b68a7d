"""Artists that move: drawn in a fraction of the time that matplotlib's own take.

They are drawn at every move of a slider, and like any artist by `figure.savefig`.
"""

import functools
import math
import re

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image, ImageDraw, ImageFont

from bnviz import style


class Words(Artist):
    """One line of text that moves, without mathematics.

    Matplotlib lays a text out anew at every draw, which takes milliseconds; here letters that
    were drawn once are put side by side. (Whole pixels lie between the letters of this font.)

    Parameters
    ----------
    axes : matplotlib Axes
    x, y : float
        In the coordinates of `transform`, the axes' own (0…1) if none is given.
    align : "l", "m" or "r"
        Which end of the text stands at x; y is its base line.
    lift : float
        Points above y.
    """

    def __init__(self, axes, x, y, *, align="l", lift=0.0, transform=None, color=style.INK):
        super().__init__()
        self.set_transform(transform or axes.transAxes)
        axes.add_artist(self)  # so that `figure.savefig` has it, too
        self.place, self.text = (x, y), ""
        self._align, self._lift = align, lift
        self._rgb = to_rgb(color)

    def draw(self, renderer):
        """Draw the text through a matplotlib renderer."""
        if not (self.text and self.get_visible()):
            return
        size = round(style.TEXT * self.figure.dpi / 72)  # pixels
        letters = _line(self.text, size, self._rgb)
        x, y = self.get_transform().transform(self.place)
        x -= {"l": 0, "m": letters.shape[1] / 2, "r": letters.shape[1]}[self._align]
        y += self._lift * self.figure.dpi / 72 - size
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, round(x), round(y), letters)
        graphics.restore()


class Stroke(Artist):
    """A line that moves, with a dot at some of its points or with what it encloses filled.

    A line of matplotlib's own finds out at every draw how it looks, which takes longer than to
    draw it.

    Parameters
    ----------
    axes : matplotlib Axes
    width : float
        Of the line, in points; 0 leaves it out.
    dots : slice
        Which of the points have a dot.
    size : float
        How wide a dot is, in points.
    fill : bool
    transform : matplotlib Transform
        Of the points; the axes' data if none is given.
    clip : bool
        False lets it reach over the edges of the axes.
    alpha : float
        From 0, not seen, to 1, opaque.

    Attributes
    ----------
    points : array (points, 2)
        x and y; the line is broken at nan.
    """

    def __init__(
        self, axes, *, width=0.0, dots=slice(0), size=0.0, fill=False, transform=None,
        color=style.INK, clip=True, alpha=1.0,
    ):  # fmt: skip
        super().__init__()
        self.set_transform(transform or axes.transData)
        axes.add_artist(self)
        self.points = np.empty((0, 2))
        self._width, self._dots, self._size = width, dots, size
        self._rgb, self._fill, self._clip = to_rgb(color), fill, clip
        self.set_alpha(alpha)

    def draw(self, renderer):
        """Draw the line and its dots through a matplotlib renderer."""
        if not self.get_visible():
            return
        transform, graphics = self.get_transform(), renderer.new_gc()
        graphics.set_foreground(self._rgb)
        graphics.set_joinstyle("miter")
        graphics.set_linewidth(self._width)
        graphics.set_alpha(self.get_alpha())
        if self._clip:
            graphics.set_clip_rectangle(self.axes.bbox)
        fill = self._rgb if self._fill else None
        renderer.draw_path(graphics, Path(self.points), transform, fill)
        if self._size:
            graphics.set_linewidth(0)
            size = Affine2D().scale(renderer.points_to_pixels(self._size / 2))
            dots = Path(self.points[self._dots])
            renderer.draw_markers(graphics, Path.unit_circle(), size, dots, transform, self._rgb)
        graphics.restore()

    def join(self, tops, top, bottoms, bottom):
        """Be threads from each of `tops`, at the height `top`, to its fellow among `bottoms`."""
        xs = np.column_stack([tops, bottoms, bottoms])
        ys = np.broadcast_to([top, bottom, np.nan], xs.shape)  # nan: the next thread is another
        self.points = np.stack([xs, ys], axis=-1).reshape(-1, 2)


def _line(text, size, rgb):
    """Return a text as (2 size, width, 4) bytes, from below; the base line is at `size`.

    Digits and points are drawn one by one, so that few different pieces make all numbers.
    """
    pieces = re.findall(r"[\d.]|[^\d.]+", text)
    return np.hstack([_letters(piece, size, rgb) for piece in pieces])


@functools.lru_cache(1000)
def _letters(piece, size, rgb):
    """Return a piece of text in the form of `_line`, drawn at once."""
    font = _font(size)
    mask = Image.new("L", (math.ceil(font.getlength(piece)), 2 * size))
    ImageDraw.Draw(mask).text((0, size), piece, fill=255, font=font, anchor="ls")
    letters = np.empty((2 * size, mask.width, 4), np.uint8)
    letters[..., :3] = np.round(255 * np.array(rgb))
    letters[..., 3] = mask
    return letters[::-1].copy()


@functools.cache
def _font(pixels):
    path = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)
