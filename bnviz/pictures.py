"""What every picture shares: artists made once, the moving ones drawn anew, a PNG by Pillow."""

import base64
import functools
import inspect
import io
import textwrap

import matplotlib.ft2font
import numpy as np
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw, ImageFont

from bnviz import style


class Picture:
    """A figure whose still part is drawn once and whose `animated` artists at every look.

    A demo makes its figure within `style.own_looks()`, gives `animated=True` to what moves, moves
    it, and asks for the `png`. A subclass offers `update(**values)`, so that it can be shown and
    moved in a plain cell. The same values give the same picture, bit for bit.

    figure: made by `style.new_figure`; its axes limits stand still.
    alt: what it shows, in words, where no caption says so; without it the class's first line.
    """

    _warm = None  # the one picture that keeps its pixels: the last that was drawn

    def __init_subclass__(cls):
        cls.__init__ = style.own_looks()(cls.__init__)

    def __init__(self, figure, alt=""):
        self.figure = figure
        self._alt = alt or inspect.getdoc(type(self)).splitlines()[0]

    @property
    def width(self):
        """The width at which a notebook shows the picture, in CSS pixels."""
        return round(self.figure.get_figwidth() * style.DISPLAY_DPI)

    @style.own_looks()
    def png(self):
        """Return the picture as PNG bytes."""
        return _encode(self._draw())

    @style.own_looks()
    def still(self, caption=""):
        """Return the mime bundle (data, metadata) of a PNG with `caption` written under it."""
        pixels = self._draw()
        if caption:
            pixels = np.vstack([pixels, _caption_pixels(caption, self.figure.get_figwidth())])
        png = base64.b64encode(_encode(pixels)).decode()
        return {"image/png": png}, {"image/png": {"width": self.width, "alt": caption or self._alt}}

    def cool(self):
        """Let go of the pixels, which the next look draws anew."""
        self._renderer = self._ground = None
        if Picture._warm is self:
            Picture._warm = None

    def _draw(self):
        """Draw, and return all as (height, width, 4) bytes."""
        if Picture._warm is not self:
            self._warm_up()
        pixels = np.asarray(self._renderer.buffer_rgba())
        pixels[:] = self._ground
        for artist in self._moving:
            artist.draw(self._renderer)
        return pixels

    def _warm_up(self):
        """Draw what stands still, which leaves out what is animated, and keep it."""
        if Picture._warm:
            Picture._warm.cool()
        size = FigureCanvasAgg(self.figure).get_width_height()
        self._renderer = RendererAgg(*size, self.figure.dpi)
        self.figure.draw(self._renderer)
        self._ground = np.array(self._renderer.buffer_rgba())
        moving = self.figure.findobj(lambda artist: artist.get_animated())
        self._moving = sorted(moving, key=Artist.get_zorder)
        Picture._warm = self

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.still()
        self.cool()
        return {"text/plain": self._alt, **data}, metadata


class Words(Artist):
    """One line of text that moves, without mathematics.

    Matplotlib lays a text out anew at every draw, which takes milliseconds; eight of them would
    double a redraw.

    x, y: in the coordinates of `transform`, the axes' own (0…1) if none is given; y is the base
    line. align: "left", "center" or "right", the part of the text that stands at x.
    lift: points above y.
    """

    def __init__(self, axes, x, y, text="", *, align="left", lift=0.0, transform=None,
                 color=style.INK):  # fmt: skip
        super().__init__()
        self.set_transform(transform or axes.transAxes)
        axes.add_artist(self)
        self.set(animated=True, zorder=3)
        self.place, self.text, self.color = (x, y), text, color
        self._lift, self._share = lift, {"left": 0, "center": 0.5, "right": 1}[align]

    def draw(self, renderer):
        """Draw the text through a matplotlib renderer."""
        if not (self.text and self.get_visible()):
            return
        size = round(renderer.points_to_pixels(style.TEXT))
        mask = _letters(self.text, size)  # (2 size, width), from below
        x, y = self.get_transform().transform(self.place)
        letters = np.empty((*mask.shape, 4), np.uint8)
        letters[..., :3], letters[..., 3] = np.round(255 * np.array(to_rgb(self.color))), mask
        y += renderer.points_to_pixels(self._lift) - size
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, round(x - self._share * mask.shape[1]), round(y), letters)
        graphics.restore()


def _letters(text, size):
    """Return how much ink of a text is in each pixel, (2 size, width), from below."""
    font = _font(size, _file_with(frozenset(text)))
    mask = Image.new("L", (round(font.getlength(text)) + 1, 2 * size))
    ImageDraw.Draw(mask).text((0, size), text, fill=255, font=font, anchor="ls")
    return np.asarray(mask)[::-1]


@functools.cache
def _font(size, file):
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(1000)
def _file_with(letters):
    """Return the file of the first of the fonts that has all of these letters, else the first."""
    files = [font_manager.findfont(family) for family in style.fonts()]
    return next((file for file in files if letters <= _alphabet(file)), files[0])


@functools.cache
def _alphabet(file):
    return {chr(code) for code in matplotlib.ft2font.FT2Font(file).get_charmap()}


def _encode(pixels):
    """Return (height, width, 4) bytes as a PNG file in the colours of `style.palette`."""
    size = pixels.shape[1::-1]
    image = Image.frombytes("RGB", size, np.ascontiguousarray(pixels), "raw", "RGBX")
    image = image.quantize(palette=style.palette(), dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _caption_pixels(caption, width):
    """Return `caption` as a strip of pixels `width` inches wide, wrapped to it."""
    lines = textwrap.wrap(caption, round(width * 11.5))
    figure = style.new_figure(width, 0.16 + 0.22 * len(lines))
    figure.text(0.01, 0.98, "\n".join(lines), va="top", linespacing=1.3)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())
