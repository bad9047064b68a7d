"""The colours of the stages, told apart by every eye and in print, as numbers."""

import io
import itertools
import warnings

import matplotlib.style
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from bnviz import explore, style
from bnviz.explore.nb00_start_here import PipelineStrip
from bnviz.pictures import Picture

# Machado, Oliveira & Fernandes 2009, severity 1: what linear RGB looks like without one cone type
VISION = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # of linear sRGB, IEC 61966-2-1
NAMED = [*style.STAGES.values(), style.INK, style.QUIET, style.PALE, style.SAND, style.SAND_INK]


def linear(colour):
    """Light, 0…1, of an sRGB colour."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIE L*, a*, b* of linear RGB, white being D65."""
    t = XYZ @ np.clip(light, 0, 1) / XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(colour, ground="white"):
    """Contrast ratio of WCAG 2, 1…21."""
    dark, light = sorted(float(XYZ[1] @ linear(c)) for c in (colour, ground))
    return (light + 0.05) / (dark + 0.05)


def test_lab_of_known_colours():
    assert lab(linear("white")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("red")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert contrast("black") == pytest.approx(21)


@pytest.mark.parametrize("vision", VISION)
def test_stages_are_told_apart(vision):
    # a difference of 2.3 is just seen with the colours side by side
    seen = {stage: lab(VISION[vision] @ linear(c)) for stage, c in style.STAGES.items()}
    for one, other in itertools.combinations(seen, 2):
        distance = np.linalg.norm(seen[one] - seen[other])
        assert distance >= 10, f"{one} and {other} look alike: {distance:.1f} in CIE Lab"


def test_stages_are_told_apart_in_grey():
    lightness = sorted(lab(linear(colour))[0] for colour in style.STAGES.values())
    assert min(np.diff(lightness)) >= 6


@pytest.mark.parametrize("stage", style.STAGES)
def test_stages_stand_out_from_white(stage):
    assert contrast(style.STAGES[stage]) >= 3


def test_small_text_is_readable():
    assert contrast(style.INK) >= 7
    assert contrast(style.SAND_INK, style.SAND) >= 4.5


def test_a_new_stage_is_one_line(monkeypatch):
    monkeypatch.setitem(style.STAGES, "w", "#b3005e")
    style.palette.cache_clear()
    try:
        colours = np.reshape(style.palette().getpalette(), (-1, 3)).tolist()
        assert [0xB3, 0x00, 0x5E] in colours
    finally:
        monkeypatch.undo()
        style.palette.cache_clear()


@style.own_looks()
def test_colours_come_out_of_a_picture_unchanged():
    figure = style.new_figure(2, 1)
    width = 1 / len(NAMED)
    for i, colour in enumerate(NAMED):
        figure.add_axes([i * width, 0, width, 0.5], facecolor=colour).axis("on")
    for axes in figure.axes:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    image = Image.open(io.BytesIO(Picture(figure, alt="swatches").png())).convert("RGB")
    pixels = np.asarray(image)  # (200, 400, 3)
    assert pixels[50, 200].tolist() == [255, 255, 255]
    for i, colour in enumerate(NAMED):
        expected = [round(255 * part) for part in to_rgb(colour)]
        assert pixels[150, int(400 * width * (i + 0.5))].tolist() == expected, colour


HOSTILE = {
    "text.usetex": True,
    "figure.constrained_layout.use": True,
    "figure.autolayout": True,
    "figure.dpi": 50,
    "font.family": ["serif"],
    "font.size": 30,
    "axes.grid": True,
    "axes.labelcolor": "red",
    "axes.titlepad": 40,
    "lines.linewidth": 9,
    "lines.markersize": 30,
    "xtick.direction": "in",
    "mathtext.fontset": "stix",
    "path.sketch": (3, 30, 5),
}


def pictures():
    """The bytes of a picture, and of demos before and after a move."""
    shown = [PipelineStrip("z").png()]
    for make, values in ((explore.pipeline, {"scale": 2.5}), (explore.momentum, {"rate": 0.99})):
        demo = make()
        shown.append(demo._repr_mimebundle_()[0]["image/png"])
        demo.set(**values)
        shown += [demo.image.value, demo._repr_mimebundle_()[0]["image/png"]]
    return shown


def test_a_readers_settings_change_no_byte_of_any_picture():
    ours = pictures()
    looks = matplotlib.style.context(["dark_background", HOSTILE])
    with warnings.catch_warnings(), looks, np.errstate(all="raise"):
        warnings.simplefilter("ignore")  # two layouts at once, says matplotlib
        before = dict(matplotlib.rcParams)
        assert pictures() == ours
        assert dict(matplotlib.rcParams) == before


def test_looks_are_given_back_after_an_error():
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), style.own_looks(), style.own_looks():
        1 / 0  # noqa: B018
    assert dict(matplotlib.rcParams) == before
    with style.own_looks():
        assert matplotlib.rcParams["font.size"] == style.TEXT
