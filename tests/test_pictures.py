"""What every picture promises, shown on the smallest one."""

import base64
import io
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
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


def test_the_caption_is_written_under_the_picture_in_as_many_lines_as_it_needs():
    picture, heights = at(0.5), []
    above = decoded(saved(picture.figure))
    for caption in ("Mean 3, sd < 2.", "mean 10.00 and sd 0.50, " * 8):
        below = picture.with_caption(caption)[..., :3]
        assert (below[: len(above)] == above).all()
        words = below[len(above) :]
        heights.append(len(words))
        assert (words < 100).any(), "no letters under it"
        assert (words[:, [0, -1]] == 255).all(), "letters run over the left or right edge"
        assert (words[-2:] == 255).all(), "letters run over the lower edge"
    assert heights[1] > 3 * heights[0]


def test_a_cell_shows_the_picture_and_says_what_it_is():
    with style.own_looks():
        picture = Picture(style.new_figure(3, 2), alt="The net climbs.")
    data, metadata = picture._repr_mimebundle_()
    assert (decoded(base64.b64decode(data["image/png"])) == decoded(picture.png())).all()
    assert data["text/plain"] == "The net climbs."
    assert metadata["image/png"] == {"width": 300, "alt": "The net climbs."}


# Words


def test_words_stand_on_their_base_line_at_x():
    left, center, right = (drawn_words("HxH", x=0.5, y=0.5, align=align)
                           for align in ("left", "center", "right"))  # fmt: skip
    assert abs(left.left - 300) <= 4  # an H leaves a little room on its left
    assert abs((center.left + center.right) / 2 - 300) <= 3
    assert abs(right.right - 300) <= 4
    assert left.bottom == center.bottom == right.bottom == 200
    assert 20 <= left.top - left.bottom <= 26  # an H of 11 points at 200 dpi
    lifted = drawn_words("HxH", x=0.5, y=0.5, lift=36)
    assert lifted.bottom == 200 + 100  # 36 points are half an inch


def shape(sign):
    return pictures._letters(sign, 31).tobytes()


def test_words_have_the_letters_that_captions_use():
    shapes = {shape(sign) for sign in "−±σγβεμ◂▸²√\ue000"}  # the last is in no font
    assert len(shapes) == 12, "a sign is drawn as the box of a missing letter"


@pytest.fixture
def another_alphabet(monkeypatch):
    """STIX in the place of a font with Korean letters: matplotlib brings it along."""
    monkeypatch.setattr(style, "CJK", ("STIXGeneral",))
    style.fonts.cache_clear()
    yield
    style.fonts.cache_clear()


@pytest.mark.filterwarnings("error")  # matplotlib warns of a letter that no font has
def test_letters_that_the_first_font_lacks_come_from_an_installed_one(another_alphabet):
    assert shape("⌖") != shape("\ue000")
    with style.own_looks():
        figure = style.new_figure(2, 1)
        figure.text(0.1, 0.5, "net ⌖")
        Picture(figure, alt="net").png()


def test_the_first_font_comes_with_matplotlib():
    assert style.fonts()[0] == "DejaVu Sans"
    assert "matplotlib" in font_manager.findfont("DejaVu Sans", fallback_to_default=False)
