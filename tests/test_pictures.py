"""What every picture promises, shown on the smallest one."""

import base64
import io
import subprocess
import sys
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from bnviz import pictures, style
from bnviz.pictures import Picture, Words


class Line(Picture):
    """The smallest picture: a line and a word that move over a frame that does not."""

    def __init__(self):
        figure = style.new_figure(3, 2)
        axes = style.frame(figure.add_axes([0.1, 0.2, 0.8, 0.7]))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        (self._line,) = axes.plot([], [], color=style.STAGES["z"], lw=3, animated=True)
        self.words = Words(axes, 0, 0.9)
        super().__init__(figure)

    def update(self, height):
        self._line.set_data([0.2, 0.8], [height, height])
        self.words.text = f"height {height}"


def decoded(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@style.own_looks()
def saved(figure, dpi=style.DRAW_DPI):
    file = io.BytesIO()
    figure.savefig(file, dpi=dpi)
    return file.getvalue()


def at(height):
    picture = Line()
    picture.update(height)
    return picture


@style.own_looks()
def drawn_words(text="mean", **looks):
    """Return the rows and columns (from below left, in pixels) where `text` made its mark."""
    figure = style.new_figure(3, 2)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    words = Words(axes, text=text, **looks)
    words.set_animated(False)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    dark = (np.asarray(canvas.buffer_rgba())[::-1, :, :3] < 255).any(axis=-1)
    rows, columns = np.nonzero(dark)
    assert rows.size, "nothing was drawn"
    return SimpleNamespace(
        left=columns.min(), right=columns.max(), bottom=rows.min(), top=rows.max()
    )


# Drawing


def test_same_values_same_bytes():
    picture = at(0.5)
    first = picture.png()
    assert picture.png() == first
    picture.update(0.25)
    assert picture.png() != first
    picture.update(0.5)
    assert picture.png() == first


def test_blitted_equals_a_full_draw():
    picture = Line()
    for height in (0.2, 0.93):  # the second behind the words
        picture.update(height)
        with style.own_looks():
            blitted = picture._draw()[..., :3].astype(int)
        assert (blitted == decoded(saved(picture.figure))).all()


@pytest.mark.parametrize("dpi", [70, style.DRAW_DPI])
def test_saving_leaves_the_picture_alone(dpi):
    picture, fresh = at(0.5), Line()
    before = picture.png()
    saved(picture.figure, dpi)
    assert picture.png() == before
    for one in (picture, fresh):
        saved(one.figure, dpi)
        one.update(0.7)
    assert picture.png() == fresh.png()


def test_only_the_last_picture_keeps_its_pixels():
    first, second = at(0.2), at(0.4)
    before, pixels = first.png(), weakref.ref(pictures._parts(first)[1])
    assert pixels() is not None
    second.png()
    assert pixels() is None
    assert first.png() == before


def test_a_picture_in_a_cell_keeps_no_pixels():
    at(0.5)._repr_mimebundle_()
    assert not pictures._kept


# Encoding


def test_png_has_a_palette_and_twice_the_displayed_width():
    picture = at(0.5)
    image = Image.open(io.BytesIO(picture.png()))
    assert (image.format, image.mode) == ("PNG", "P")
    assert image.width == 2 * picture.width == 600
    assert not image.info, "a date or a version in the file would change its bytes"


def test_encoding_loses_only_shades():
    picture = at(0.5)
    with style.own_looks():
        lost = np.abs(decoded(picture.png()) - picture._draw()[..., :3])
    assert lost.max() <= 32  # of 255, on the edge of a letter
    assert lost.mean() < 0.5


def test_the_caption_is_written_under_the_picture():
    picture = at(0.5)
    with style.own_looks():
        above = picture._draw()[..., :3].copy()
        below = picture.with_caption("Mean 3, sd < 2.")[..., :3]
    assert (below[: len(above)] == above).all()
    words = below[len(above) :]
    assert words.shape[0] > 40
    assert (words < 100).any(), "no letters under it"
    assert (words[:, [0, -1]] == 255).all(), "letters run over the edge"


def test_a_still_is_pictures_under_each_other():
    picture = at(0.5)
    with style.own_looks():
        one = picture.with_caption("Mean 3, sd < 2.")
        data, metadata = picture.still([one, one], "Twice the same.")
    image = decoded(base64.b64decode(data["image/png"]))
    assert image.shape == (2 * one.shape[0], *one.shape[1:2], 3)
    assert (image[: len(one)] == image[len(one) :]).all()
    assert metadata["image/png"] == {"width": 300, "alt": "Twice the same."}


def test_a_cell_shows_the_picture():
    picture = at(0.5)
    data, metadata = picture._repr_mimebundle_()
    assert (decoded(base64.b64decode(data["image/png"])) == decoded(picture.png())).all()
    assert metadata["image/png"]["width"] == picture.width


def test_alt_is_what_is_said_of_the_picture():
    with style.own_looks():
        picture = Picture(style.new_figure(3, 2), alt="The net climbs.")
    data, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == "The net climbs."


def test_long_caption_is_wrapped():
    picture = at(0.5)
    heights = []
    for caption in ("A word.", "mean 10.00 and sd 0.50, " * 8):
        with style.own_looks():
            strip = picture.with_caption(caption)[400:, :, :3]
        heights.append(len(strip))
        assert (strip[:, -4:] == 255).all(), "letters run over the right edge"
        assert (strip[-2:] == 255).all(), "letters run over the lower edge"
    assert heights[1] > 3 * heights[0]


# Words


def test_words_stand_on_their_base_line_at_x():
    place = drawn_words("Hx", x=0.5, y=0.5)
    assert abs(place.left - 300) <= 4  # an H leaves a little room on its left
    assert place.bottom == 200
    assert 20 <= place.top - place.bottom <= 26  # an H of 11 points at 200 dpi


def test_words_are_aligned():
    left = drawn_words("HxH", x=0.5, y=0.5)
    middle = drawn_words("HxH", x=0.5, y=0.5, align="center")
    right = drawn_words("HxH", x=0.5, y=0.5, align="right")
    assert abs((middle.left + middle.right) / 2 - 300) <= 3
    assert abs(right.right - 300) <= 4
    assert left.left > middle.left > right.left


def test_words_are_lifted_by_points():
    low, high = drawn_words(x=0.5, y=0.5), drawn_words(x=0.5, y=0.5, lift=36)
    assert high.bottom - low.bottom == 100  # 36 points are half an inch
    assert high.left == low.left


def shape(sign):
    return pictures._letters(sign, 31).tobytes()


def test_words_have_the_letters_that_captions_use():
    shapes = {shape(sign) for sign in "−±σγβεμ◂▸²√\ue000"}  # the last is in no font
    assert len(shapes) == 12, "a sign is drawn as the box of a missing letter"


def test_letters_of_another_alphabet_come_from_an_installed_font(tmp_path):
    code = """
import sys
import warnings
from matplotlib import font_manager
font_manager.fontManager.addfont(sys.argv[1])
from bnviz import pictures, style
assert "Noto Sans KR Test" in style.fonts()
box = pictures._letters("\\ue000", 31).tobytes()
assert pictures._letters("가", 31).tobytes() != box
with style.own_looks():
    figure = style.new_figure(2, 1)
    figure.text(0.1, 0.5, "net 가")
    warnings.simplefilter("error")  # matplotlib warns of a letter that no font has
    pictures.Picture(figure, alt="net").png()
"""
    font = tmp_path / "korean.ttf"
    make_korean_font(font)
    done = subprocess.run([sys.executable, "-c", code, font], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def make_korean_font(path):
    """Save a font that has one letter, 가, drawn as a bar."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 300), (900, 300), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "ga"])
    builder.setupCharacterMap({ord("가"): "ga"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "ga": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "ga": (1000, 100)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Noto Sans KR Test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
    builder.setupPost()
    builder.save(path)


def test_the_first_font_comes_with_matplotlib():
    assert style.fonts()[0] == "DejaVu Sans"
    assert "matplotlib" in font_manager.findfont("DejaVu Sans", fallback_to_default=False)
