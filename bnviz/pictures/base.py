"""What every picture shares: artists made once and moved, encoded to PNG."""

import base64
import functools
import inspect
import io
import math
import textwrap

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw, ImageFont

from bnviz import style

_PALETTE = Image.new("P", (1, 1))
_PALETTE.putpalette(style.palette().tobytes())


class Picture:
    """A figure whose still part is drawn once and whose `moving` artists are drawn at each look.

    A subclass builds its figure, hands over the artists that move, and offers
    `update(**values)`, which moves them. The same values give the same picture, bit for bit.
    Shown as the last line of a notebook cell, a picture is a PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made by `style.new_figure`; its axes limits stand still.
    moving : sequence of matplotlib artists
        Drawn on top of everything else, in this order.
    alt : str
        What it shows, in words for those who do not see it.
    """

    def __init__(self, figure, moving, alt=""):
        self.figure = figure
        self._alt = alt
        self._canvas = FigureCanvasAgg(figure)
        self._moving = list(moving)
        for artist in self._moving:
            artist.set_animated(True)
        self._still = None

    @property
    def width(self):
        """The width at which a notebook shows the picture, in CSS pixels."""
        return round(self.figure.get_figwidth() * style.DISPLAY_DPI)

    def png(self):
        """Return the picture as PNG bytes."""
        pixels = self._pixels()
        # most pixels stand still: only the others are looked up in the palette, which takes long
        changed = np.flatnonzero(pixels.view(np.uint32) != self._still.view(np.uint32))
        numbers = self._still_numbers.copy()
        if changed.size:
            numbers.flat[changed] = _numbers(pixels.reshape(1, -1, 4)[:, changed])
        return _png(numbers)

    def still(self, caption=""):
        """Return the mime bundle (data, metadata) of a PNG with `caption` written under it."""
        pixels = self._pixels()
        if caption:
            pixels = np.vstack([pixels, _caption_pixels(caption, self.figure.get_figwidth())])
        png = base64.b64encode(_png(_numbers(pixels))).decode()
        words = caption or self._alt or self._in_words()
        return {"image/png": png}, {"image/png": {"width": self.width, "alt": words}}

    def _in_words(self):
        """Return what kind of picture this is or, if of no kind, what is written in it."""
        if type(self) is not Picture:
            return inspect.getdoc(type(self)).splitlines()[0]
        texts = [text.get_text() for axes in self.figure.axes for text in axes.texts]
        return ", ".join(filter(None, texts))

    def _pixels(self):
        """Draw, and return the canvas as (height, width, 4) bytes."""
        if self._still is None:
            self._canvas.draw()  # leaves out what is animated
            self._still = np.array(self._canvas.buffer_rgba())
            self._still_numbers = _numbers(self._still)
        renderer = self._canvas.get_renderer()
        pixels = np.asarray(renderer.buffer_rgba())
        pixels[:] = self._still
        for artist in self._moving:
            artist.draw(renderer)
        return pixels

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.still()
        return {"text/plain": type(self).__name__, **data}, metadata


class Words(Artist):
    """One line of text that moves, without mathematics.

    Matplotlib lays a text out anew at every draw, which takes milliseconds; Pillow draws the
    same letters in a tenth of that.

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
        self._rgb = np.round(255 * np.array(to_rgb(color)))

    def draw(self, renderer):
        """Draw the text through a matplotlib renderer."""
        if not self.text:
            return
        size = round(style.TEXT * self.figure.dpi / 72)  # pixels
        font = _font(size)
        width, height = math.ceil(font.getlength(self.text)), 2 * size
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((0, size), self.text, fill=255, font=font, anchor="ls")
        letters = np.empty((height, width, 4), np.uint8)
        letters[..., :3] = self._rgb
        letters[..., 3] = mask
        x, y = self.get_transform().transform(self.place)
        x -= {"l": 0, "m": width / 2, "r": width}[self._align]
        y += self._lift * self.figure.dpi / 72 - size
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, round(x), round(y), letters[::-1])
        graphics.restore()


@functools.cache
def _font(pixels):
    path = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


def _numbers(pixels):
    """Return for each of (height, width, 4) pixels the number of its colour in the palette."""
    height, width = pixels.shape[:2]
    picture = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    return np.asarray(picture.convert("RGB").quantize(palette=_PALETTE, dither=Image.Dither.NONE))


def _png(numbers):
    height, width = numbers.shape
    picture = Image.frombuffer("P", (width, height), numbers, "raw", "P", 0, 1)
    picture.putpalette(style.palette().tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _caption_pixels(caption, width):
    """Return `caption` as a strip of pixels `width` inches wide, wrapped to it."""
    lines = textwrap.wrap(caption, round(width * 11.5))
    figure = style.new_figure(width, 0.16 + 0.22 * len(lines))
    figure.text(
        0.01,
        0.98,
        "\n".join(lines),
        va="top",
        color=style.INK,
        fontsize=style.TEXT,
        linespacing=1.3,
    )
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())
