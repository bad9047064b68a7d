"""What every picture shares: artists made once and moved, encoded to PNG."""

import base64
import inspect
import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

from bnviz import style
from bnviz.pictures.png import Encoder


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
    resting : sequence of matplotlib artists
        Move, too, but seldom; drawn under the others, and only when `pose` has become another.

    Attributes
    ----------
    pose : anything that compares with `==`
        What the `resting` artists show; `update` sets it.
    """

    def __init__(self, figure, moving, alt="", resting=()):
        self.figure = figure
        self._alt = alt
        # our own: saving the figure draws on that of its canvas
        self._renderer = RendererAgg(*FigureCanvasAgg(figure).get_width_height(), figure.dpi)
        self._moving, self._resting = list(moving), list(resting)
        for artist in self._resting + self._moving:
            artist.set_animated(True)
        self._ground = None  # what never moves; and with what rests now on it, the still picture:
        self._still = self._still_pose = self.pose = None
        self._cleared = False  # whether the renderer has the still picture, and nothing on it
        self._encoder = None  # knows the last picture

    @property
    def width(self):
        """The width at which a notebook shows the picture, in CSS pixels."""
        return round(self.figure.get_figwidth() * style.DISPLAY_DPI)

    def png(self):
        """Return the picture as PNG bytes."""
        pixels = self._pixels()
        encoder, self._encoder = self._encoder or Encoder(pixels), None
        png = encoder.encode(pixels)
        self._encoder = encoder  # if nothing broke it off halfway; else the next begins anew
        return png

    def still(self, caption=""):
        """Return the mime bundle (data, metadata) of a PNG with `caption` written under it."""
        pixels = self._pixels()
        if caption:
            pixels = np.vstack([pixels, _caption_pixels(caption, self.figure.get_figwidth())])
        png = base64.b64encode(Encoder(pixels).encode(pixels)).decode()
        words = caption or self._alt or self._in_words()
        return {"image/png": png}, {"image/png": {"width": self.width, "alt": words}}

    def _in_words(self):
        """Return what kind of picture this is or, if of no kind, what is written in it."""
        if type(self) is not Picture:
            return inspect.getdoc(type(self)).splitlines()[0]
        texts = [text.get_text() for axes in self.figure.axes for text in axes.texts]
        return ", ".join(filter(None, texts))

    def clear(self):
        """Make ready for the next `png`, which is then quicker: while the page shows the last."""
        self._cleared = False
        self._lay(np.asarray(self._renderer.buffer_rgba()))
        self._cleared = True

    def _pixels(self):
        """Draw, and return all as (height, width, 4) bytes."""
        pixels = np.asarray(self._renderer.buffer_rgba())
        if not self._cleared or self._still_pose != self.pose:
            self._lay(pixels)
        self._cleared = False
        for artist in self._moving:
            artist.draw(self._renderer)
        return pixels

    def _lay(self, pixels):
        """Leave nothing on `pixels` but what stands still."""
        if self._ground is None:
            self.figure.draw(self._renderer)  # leaves out what is animated
            self._ground, self._still = pixels.copy(), pixels.copy()
        if self._still_pose == self.pose:
            pixels[:] = self._still
            return
        self._still_pose = None  # broken off halfway, it is done anew
        pixels[:] = self._ground
        for artist in self._resting:
            artist.draw(self._renderer)
        self._still[:], self._still_pose = pixels, self.pose

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self.still()
        return {"text/plain": type(self).__name__, **data}, metadata


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
