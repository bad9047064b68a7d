"""How everything looks: one colour per stage of the pipeline, type sizes, the frame of a panel.

The five colours differ under protanopia, deuteranopia and tritanopia, and in grey
(`tests/test_style.py` computes it). Type is 11 points and more on a picture 9 inches wide,
which a notebook shows at 900 pixels: at least the size of the text around it.
"""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

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


def new_figure(width=9.0, height=3.2):
    """Return an empty white `Figure` of `width` × `height` inches, outside pyplot's state."""
    return Figure(figsize=(width, height), dpi=DRAW_DPI, facecolor="white")


def frame(axes, *, left=False):
    """Strip `axes` to a quiet base line with ticks (and a left one, if asked); return it."""
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom" or (left and name == "left"))
        spine.set_color(QUIET)
    axes.tick_params(colors=INK, labelsize=TEXT, color=QUIET, length=4)
    if not left:
        axes.set_yticks([])
    return axes


def title(axes, heading, formula="", color=INK, pad=10):
    """Write a bold `heading` above `axes` at its left end, and under it `formula`."""
    lift = pad + (TEXT + 8 if formula else 0)
    place = {"xycoords": "axes fraction", "textcoords": "offset points"}
    bold = {"color": color, "fontsize": TITLE, "fontweight": "bold"}
    axes.annotate(heading, (0, 1), (0, lift), **bold, **place)
    axes.annotate(formula, (0, 1), (0, pad), color=INK, fontsize=TEXT, **place)


def stage_title(axes, stage, pad=10):
    """Write the name, the formula and the colour of a pipeline stage above `axes`."""
    heading, formula = TITLES[stage]
    title(axes, heading, formula, STAGES[stage], pad)


def palette():
    """Return the colours of every picture, (256, 3) bytes: each colour above in shades to white.

    Pictures are encoded with these: a third of the bytes of a JPEG, and sharp.
    """
    white, sand = np.ones(3), to_rgb(SAND)
    dark = [*STAGES.values(), INK, QUIET, SAND_INK]
    blends = [_blend(ink, white, 24) for ink in dark]  # the edges of letters and lines
    blends += [_blend(ink, sand, 9) for ink in (INK, SAND_INK, STAGES["y"], QUIET)]
    blends += [_blend(ink, white, 2) for ink in (PALE, SAND)]
    colours = np.vstack([white, *blends])
    colours = np.vstack([colours, np.ones((256 - len(colours), 3))])
    return np.round(255 * colours).astype(np.uint8)


def _blend(ink, ground, count):
    """`count` steps towards `ink`, the first far enough from the ground to be told from it."""
    share = np.linspace(0, 1, count + 2)[2:] if count > 2 else np.array([0.5, 1])
    return share[:, None] * to_rgb(ink) + (1 - share[:, None]) * ground
