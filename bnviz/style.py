"""How everything looks: one colour per stage of the pipeline, type sizes, the frame of a panel.

The five colours differ under protanopia, deuteranopia and tritanopia, and in grey
(`tests/test_style.py` computes it). Type is 11 points and more on a picture 9 inches wide,
which a notebook shows at 900 pixels: at least the size of the text around it.

Whatever makes or draws a picture does so within `own_looks()`, so that neither a reader's
matplotlibrc reaches our pictures nor our looks a reader's.
"""

import contextlib
import functools
import threading

import matplotlib.style
import numpy as np
from matplotlib import font_manager
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

STAGES = {
    "x": "#17191f",
    "z": "#0a5fa5",
    "z_hat": "#1aa683",
    "y": "#cc5010",
    "a": "#571f80",
}
TITLES = {
    "x": ("input", "$x$"),
    "z": ("net", "$z = Wx + b$"),
    "z_hat": ("normalized", r"$\hat{z} = (z - \mu_B)\,/\,\sqrt{\sigma_B^2 + \varepsilon}$"),
    "y": ("scaled and shifted", r"$y = \gamma\,\hat{z} + \beta$"),
    "a": ("activation", r"$a = \mathrm{sigmoid}(y)$"),
}
INK = "#1f2430"  # what is read or moves
QUIET = "#8a909c"  # what stands still
PALE = "#d5d9e0"  # what is only there for comparison
SAND = "#f2e7cb"  # the sigmoid's nearly linear region
SAND_INK = "#75590b"

TEXT = 11
TITLE = 14
DISPLAY_DPI = 100  # a notebook shows one inch as 100 pixels…
DRAW_DPI = 200  # …and gets twice as many, to be crisp on a high-density screen

RC = {
    "figure.dpi": DRAW_DPI,
    "font.size": TEXT,
    "lines.solid_capstyle": "butt",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
for axis in ("xtick", "ytick"):
    RC |= {f"{axis}.color": QUIET, f"{axis}.labelcolor": INK, f"{axis}.major.size": 4}
CJK = ("Noto Sans CJK", "Noto Sans KR", "Noto Sans SC", "Source Han Sans", "NanumGothic")
CJK += ("Malgun Gothic", "Apple SD Gothic Neo", "PingFang", "Hiragino Sans", "Microsoft YaHei")
CJK += ("SimHei", "WenQuanYi", "Droid Sans Fallback", "Arial Unicode MS")
_lock = threading.RLock()  # matplotlib's settings are there once for all threads
_inside = []  # how often `own_looks` was entered by the thread that has the lock


@contextlib.contextmanager
def own_looks():
    """Matplotlib's defaults and ours in place of the reader's, for one thread at a time.

    What NumPy does at an overflow, a division by 0 and the like is its default, too.
    Also a decorator: `@style.own_looks()` before a function that makes a picture.
    """
    ours = matplotlib.style.context(RC | {"font.family": fonts()}, after_reset=True)
    numpys = np.errstate(all="warn", under="ignore")
    with _lock, contextlib.nullcontext() if _inside else ours, numpys:
        _inside.append(True)
        try:
            yield
        finally:
            _inside.pop()


@functools.cache
def fonts():
    """Return the font families in the order in which a letter is looked for: a list of names.

    The first comes with matplotlib; the others, where they are installed, have Chinese, Japanese
    and Korean letters.
    """
    installed = sorted({font.name for font in font_manager.fontManager.ttflist})
    return ["DejaVu Sans", *(name for name in installed if name.startswith(CJK))]


def new_figure(width=9.0, height=3.2, **margins):
    """Return an empty white `Figure` of `width` × `height` inches, outside pyplot's state.

    margins: of `Figure.subplots_adjust`.
    """
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(**margins)
    return figure


def frame(axes):
    """Strip `axes`, whose heights need no numbers, to a base line with ticks; return it."""
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    return axes


def title(axes, heading, formula="", color=INK, pad=10):
    """Write a bold `heading` above `axes` at its left end, and under it `formula`."""
    lift = pad + (TEXT + 8 if formula else 0)
    place = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(heading, (0, 1), (0, lift), color=color, size=TITLE, weight="bold", **place)
    axes.annotate(formula, (0, 1), (0, pad), **place)


def stage_title(axes, stage, pad=10):
    """Write the name, the formula and the colour of a pipeline stage above `axes`."""
    heading, formula = TITLES[stage]
    title(axes, heading, formula, STAGES[stage], pad)


@functools.cache
def palette():
    """Return the colours of every picture as a Pillow image that `Image.quantize` takes.

    They are white and each colour above in shades to white; the dark ones share what the others
    leave of a PNG's 256. A picture encoded with them has a third of the bytes of a JPEG, and is
    sharp.
    """
    colours = [to_rgb("white"), *_blend(PALE, "white", 2), *_blend(SAND, "white", 2)]
    for ink in (INK, SAND_INK, STAGES["y"], QUIET):
        colours += _blend(ink, SAND, 9)
    dark = [*STAGES.values(), INK, QUIET, SAND_INK]
    left = 256 - len(colours)
    for ink in dark:
        colours += _blend(ink, "white", left // len(dark))  # the edges of letters and lines
    image = Image.new("P", (1, 1))
    image.putpalette(np.round(255 * np.array(colours)).astype(np.uint8).tobytes())
    return image


def _blend(ink, ground, count):
    """`count` steps towards `ink`, the first far enough from the ground to be told from it."""
    share = np.linspace(0, 1, count + 2)[2:] if count > 2 else np.array([0.5, 1])
    return [*(share[:, None] * to_rgb(ink) + (1 - share[:, None]) * to_rgb(ground))]
