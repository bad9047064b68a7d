"""What every picture shares: artists made once, the moving ones drawn anew, a PNG by Pillow."""

import base64
import functools
import inspect
import io
import textwrap

import numpy as np
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.ft2font import FT2Font
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

    def __init_subclass__(cls):
        cls.__init__ = style.own_looks()(cls.__init__)

    def __init__(self, figure, alt=""):
        self.figure = figure
        self._alt = alt or (inspect.getdoc(type(self)) or "A picture.").splitlines()[0]

    @property
    def width(self):
        """The width at which a notebook shows the picture, in CSS pixels."""
        return round(self.figure.get_figwidth() * style.DISPLAY_DPI)

    @style.own_looks()
    def png(self):
        """Return the picture as PNG bytes."""
        return _encode(self._draw())

    @style.own_looks()
    def with_caption(self, caption):
        """Return the picture with `caption` written under it, (height, width, 4) bytes."""
        return np.vstack([self._draw(), self.written(caption)])

    @style.own_looks()
    def written(self, text, color=style.INK):
        """Return a text as wide as the picture, (height, width, 4) bytes."""
        width = self.figure.get_figwidth()
        lines = textwrap.wrap(text, round(width * 11.5))
        figure = style.new_figure(width, 0.16 + 0.22 * len(lines))
        figure.text(0.01, 0.98, "\n".join(lines), va="top", linespacing=1.3, color=color)
        return np.asarray(_render(figure).buffer_rgba())

    def still(self, strip, alt):
        """Return the mime bundle (data, metadata) of pictures under each other.

        strip: (height, width, 4) bytes each; alt: what they show, in words.
        """
        png = base64.b64encode(_encode(np.vstack(strip), effort=6)).decode()
        return {"image/png": png}, {"image/png": {"width": self.width, "alt": alt}}

    def cool(self):
        """Let go of the pixels, which the next look draws anew."""
        _kept.clear()

    def _draw(self):
        """Draw, and return all as (height, width, 4) bytes."""
        renderer, ground, moving = _parts(self)
        pixels = np.asarray(renderer.buffer_rgba())
        pixels[:] = ground
        for artist in moving:
            artist.draw(renderer)
        return pixels

    @style.own_looks()
    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.still([self._draw()], self._alt)
        self.cool()
        return {"text/plain": self._alt, **data}, metadata


_kept = {}  # only the last picture that was drawn keeps its pixels


def _parts(picture):
    """Return a renderer, the pixels of what stands still, and the artists that move."""
    if picture not in _kept:
        _kept.clear()  # first, for the pixels of two are large
        renderer = _render(picture.figure)
        moving = sorted(picture.figure.findobj(Artist.get_animated), key=Artist.get_zorder)
        _kept[picture] = renderer, np.array(renderer.buffer_rgba()), moving
    return _kept[picture]


def _render(figure):
    """Return a renderer that has drawn a figure, which leaves out what is animated."""
    renderer = RendererAgg(*figure.canvas.get_width_height(), figure.dpi)
    figure.draw(renderer)
    return renderer


class Words(Artist):
    """One line of text that moves, without mathematics.

    Matplotlib's own is laid out at every draw, which takes milliseconds: eight double a redraw.
    x, y: the base line in the coordinates of `transform`, the axes' own (0…1) if none is given.
    align: the part of the text that stands at x, "left", "center" or "right".
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
    fonts = (_font(family, size) for family in style.fonts())
    complete = (font for font, letters in fonts if letters.issuperset(text))
    font = next(complete, _font(style.fonts()[0], size)[0])
    mask = Image.new("L", (round(font.getlength(text)) + 1, 2 * size))
    ImageDraw.Draw(mask).text((0, size), text, fill=255, font=font, anchor="ls")
    return np.asarray(mask)[::-1]


@functools.cache
def _font(family, size):
    """Return Pillow's font of a family, and the set of its letters."""
    file = font_manager.findfont(family)
    font = ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
    return font, {chr(code) for code in FT2Font(file).get_charmap()}


def _encode(pixels, effort=1):
    """Return (height, width, 4) bytes as a PNG file in the colours of `style.palette`.

    effort: 1 for a picture that moves; 6, at five times the cost, for three quarters of the bytes.
    """
    image = Image.frombytes("RGB", pixels.shape[1::-1], pixels, "raw", "RGBX")
    image = image.quantize(palette=style.palette(), dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=effort)
    return file.getvalue()
