"""What every picture promises, shown on one made here and on those of the package."""

import base64
import inspect
import io
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from bnviz import pictures, style
from bnviz.pictures import artists
from bnviz.pictures.artists import Stroke, Words
from bnviz.pictures.panels import Bars, Cursor, Histogram, Spread
from bnviz.pictures.png import Encoder

VALUES = np.linspace(-3, 5, 400)


class Line(pictures.Picture):
    """The smallest picture: a line and a word that move over a frame that does not."""

    def __init__(self):
        figure = style.new_figure(3, 2)
        axes = style.frame(figure.add_axes([0.1, 0.2, 0.8, 0.7]))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        (self._line,) = axes.plot([], [], color=style.STAGES["z"], lw=3)
        self._words = Words(axes, 0, 0.9)
        super().__init__(figure, [self._line, self._words])

    def update(self, height):
        self._line.set_data([0.2, 0.8], [height, height])
        self._words.text = f"height {height}"


def to_rgb255(color):
    return np.round(255 * np.array(to_rgb(color))).astype(int)


def decoded(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def saved(figure, dpi=style.DRAW_DPI):
    file = io.BytesIO()
    figure.savefig(file, dpi=dpi)
    return file.getvalue()


def drawn_words(text="mean", **looks):
    """Return the rows and columns (from below left, in pixels) where `text` made its mark."""
    figure = style.new_figure(3, 2)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    words = Words(axes, **looks)
    words.text = text
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
    picture = Line()
    picture.update(0.5)
    first = picture.png()
    assert picture.png() == first
    picture.update(0.25)
    assert picture.png() != first
    picture.update(0.5)
    assert picture.png() == first


def test_a_picture_broken_off_leaves_no_trace(monkeypatch):
    picture, fresh = Line(), Line()
    picture.update(0.5)
    picture.png()
    fresh.update(0.6)
    picture.update(0.6)
    monkeypatch.setattr(Encoder, "_deflate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        picture.png()
    monkeypatch.undo()
    assert picture.png() == fresh.png()


def interrupt(*ignored):
    raise KeyboardInterrupt


def test_moved_equals_fresh():
    moved, fresh = Line(), Line()
    for height in (0.1, 0.9, 0.3):
        moved.update(height)
        moved.png()
    fresh.update(0.3)
    assert moved.png() == fresh.png()


def test_blitted_equals_a_full_draw():
    picture = Line()
    for height in (0.2, 0.6):
        picture.update(height)
        blitted = picture._pixels()[..., :3].astype(int)
        assert (blitted == decoded(saved(picture.figure))).all()


@pytest.mark.parametrize("dpi", [70, style.DRAW_DPI])
def test_saving_leaves_the_picture_alone(dpi):
    picture, fresh = Line(), Line()
    picture.update(0.5)
    before = picture.png()
    picture.clear()
    saved(picture.figure, dpi)
    assert picture.png() == before
    for one in (picture, fresh):
        saved(one.figure, dpi)
        one.update(0.7)
    assert picture.png() == fresh.png()


def test_what_is_cleared_in_time_is_not_cleared_again(monkeypatch):
    picture, fresh, laid = Line(), Line(), []
    lay = picture._lay
    monkeypatch.setattr(picture, "_lay", lambda pixels: laid.append(1) or lay(pixels))
    for height in (0.1, 0.9, 0.3):
        picture.update(height)
        picture.png()
        picture.clear()
    assert len(laid) == 1 + 3
    fresh.update(0.3)
    assert picture.png() == fresh.png()


def test_still_part_is_drawn_once(monkeypatch):
    picture = Line()
    picture.update(0.5)
    picture.png()
    monkeypatch.setattr(picture.figure, "draw", lambda _: pytest.fail("everything drawn anew"))
    picture.update(0.6)
    picture.png()


class Shelf(Line):
    """The same with a second word, which moves seldom and lies under the line."""

    def __init__(self):
        super().__init__()
        self._rest = Words(self.figure.axes[0], 0, 0.48)
        pictures.Picture.__init__(self, self.figure, self._moving, resting=[self._rest])

    def update(self, height, rest):
        super().update(height)
        self._rest.text = self.pose = rest


def test_what_rests_is_drawn_only_when_it_moved(monkeypatch):
    picture, drawn = Shelf(), []
    draw = Words.draw
    monkeypatch.setattr(
        Words, "draw", lambda words, renderer: drawn.append(words) or draw(words, renderer)
    )
    for height, rest in [(0.1, "a"), (0.2, "a"), (0.2, "b"), (0.3, "b"), (0.4, "a")]:
        picture.update(height, rest)
        picture.png()
    assert drawn.count(picture._rest) == 3  # a, b and a again
    assert drawn.count(picture._words) == 5


def test_what_rests_leaves_no_trace_and_lies_below():
    picture = Shelf()
    for height, rest in [(0.5, "long ago"), (0.2, "x"), (0.5, "now")]:
        picture.update(height, rest)
        picture.png()
    fresh = Shelf()
    fresh.update(0.5, "now")
    assert picture.png() == fresh.png()
    shown = picture._pixels()[..., :3].astype(int)
    assert (shown == decoded(saved(picture.figure))).all()
    bare = Line()
    bare.update(0.5)
    line = (bare._pixels()[..., :3] == to_rgb255(style.STAGES["z"])).all(axis=-1)
    assert (shown[line] == to_rgb255(style.STAGES["z"])).all(), "it lies above the line"


def test_a_rest_broken_off_is_drawn_anew(monkeypatch):
    picture, fresh = Shelf(), Shelf()
    picture.update(0.5, "old")
    picture.png()
    picture.update(0.5, "new")
    fresh.update(0.5, "new")
    monkeypatch.setattr(picture._rest, "draw", interrupt)
    with pytest.raises(KeyboardInterrupt):
        picture.png()
    monkeypatch.undo()
    assert picture.png() == fresh.png()


# Encoding


def test_png_has_a_palette_and_twice_the_displayed_width():
    picture = Line()
    picture.update(0.5)
    image = Image.open(io.BytesIO(picture.png()))
    assert (image.format, image.mode) == ("PNG", "P")
    assert image.width == 2 * picture.width == 600
    assert not image.info, "a date or a version in the file would change its bytes"


def test_encoding_loses_only_shades():
    picture = Line()
    picture.update(0.5)
    lost = np.abs(decoded(picture.png()) - picture._pixels()[..., :3])
    assert lost.max() <= 32  # of 255, on the edge of a letter
    assert lost.mean() < 0.5


def test_still_writes_the_caption_under_the_picture():
    picture = Line()
    picture.update(0.5)
    (plain, plain_metadata), (data, metadata) = picture.still(), picture.still("Mean 3, sd < 2.")
    below = decoded(base64.b64decode(data["image/png"]))
    above = decoded(base64.b64decode(plain["image/png"]))
    assert (below[: len(above)] == above).all()
    strip = below[len(above) :]
    assert strip.shape[0] > 40
    assert (strip < 100).any(), "no letters in the strip"
    assert (strip[:, [0, -1]] == 255).all(), "letters run over the edge"
    assert metadata["image/png"] == {"width": 300, "alt": "Mean 3, sd < 2."}
    said = "The smallest picture: a line and a word that move over a frame that does not."
    assert plain_metadata["image/png"]["alt"] == said


def test_a_picture_of_no_kind_is_described_by_what_is_written_in_it():
    figure = style.new_figure(3, 2)
    style.title(figure.subplots(), "the net", "over b")
    _, metadata = pictures.Picture(figure, []).still()
    assert metadata["image/png"]["alt"] == "the net, over b"
    _, metadata = pictures.Picture(figure, [], alt="The net climbs.").still()
    assert metadata["image/png"]["alt"] == "The net climbs."


def test_long_caption_is_wrapped():
    picture = Line()
    picture.update(0.5)
    heights = []
    for caption in ("A word.", "mean 10.00 and sd 0.50, " * 8):
        strip = decoded(base64.b64decode(picture.still(caption)[0]["image/png"]))[400:]
        heights.append(len(strip))
        assert (strip[:, -4:] == 255).all(), "letters run over the right edge"
        assert (strip[-2:] == 255).all(), "letters run over the lower edge"
    assert heights[1] > 3 * heights[0]


def test_picture_shows_itself_in_a_cell():
    picture = Line()
    picture.update(0.5)
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == "Line"
    assert base64.b64decode(data["image/png"]) == picture.png()
    assert metadata["image/png"]["width"] == picture.width


# Words


def test_words_stand_on_their_base_line_at_x():
    place = drawn_words("Hx", x=0.5, y=0.5)
    assert abs(place.left - 300) <= 4  # an H leaves a little room on its left
    assert place.bottom == 200
    assert 20 <= place.top - place.bottom <= 26  # an H of 11 points at 200 dpi


def test_words_are_aligned():
    left = drawn_words("HxH", x=0.5, y=0.5)
    middle = drawn_words("HxH", x=0.5, y=0.5, align="m")
    right = drawn_words("HxH", x=0.5, y=0.5, align="r")
    assert abs((middle.left + middle.right) / 2 - 300) <= 3
    assert abs(right.right - 300) <= 4
    assert left.left > middle.left > right.left


def test_words_are_lifted_by_points():
    low, high = drawn_words(x=0.5, y=0.5), drawn_words(x=0.5, y=0.5, lift=36)
    assert high.bottom - low.bottom == 100  # 36 points are half an inch
    assert high.left == low.left


def test_letters_drawn_apart_stand_as_if_drawn_together():
    for text in ("mean −10.42, sd 1.17", "◂ 12 %", "under 1 % ▸", "loss ×0.97 … 1.31", "t = 3.4e2"):
        assert (artists._line(text, 31, (0, 0, 0)) == artists._letters(text, 31, (0, 0, 0))).all()


def test_words_have_the_letters_that_captions_use():
    picture = Line()
    shapes = set()
    for sign in "−±σγβεμ◂▸²√\ue000":  # the last is in no font
        picture._words.text = sign
        shapes.add(picture._pixels().tobytes())
    assert len(shapes) == 12, "a sign is drawn as the box of a missing letter"


# Strokes


def difference(draw, draw_by_matplotlib):
    """Return how much two ways to draw differ, in colour steps: on average and at the most."""
    drawn = []
    for way in (draw, draw_by_matplotlib):
        panel = style.new_figure(3, 2).add_axes([0.1, 0.1, 0.8, 0.8])
        panel.axis("off")
        panel.set(xlim=(0, 4), ylim=(0, 1))
        way(panel)
        drawn.append(decoded(saved(panel.figure)))
        assert (drawn[-1] < 100).any()
    apart = np.abs(drawn[0] - drawn[1])
    return apart.mean(), apart.max()


def stroke(points, **looks):
    def draw(panel):
        Stroke(panel, **looks).points = np.array(points, float)

    return draw


@pytest.mark.parametrize("clip", [True, False])
def test_a_stroke_is_the_line_that_matplotlib_draws(clip):
    x, y = [-1, 1, 2, 3, np.nan, 3, 5], [0.2, 0.5, 0.9, 0.1, np.nan, 0.5, 0.8]
    looks = {"color": style.INK, "lw": 2, "clip_on": clip}
    looks |= {"solid_capstyle": "butt", "solid_joinstyle": "miter"}
    apart = difference(
        stroke(np.column_stack([x, y]), width=2, clip=clip),
        lambda panel: panel.plot(x, y, **looks),
    )
    assert apart == (0, 0)


@pytest.mark.parametrize("artist", ["Stroke", "Words"])
def test_what_is_not_visible_is_not_drawn(artist):
    figure = style.new_figure(3, 2)
    panel = figure.add_axes([0, 0, 1, 1])
    panel.axis("off")
    made = Words(panel, 0.5, 0.5) if artist == "Words" else Stroke(panel, width=3)
    made.text, made.points = "mean", np.array([[0.1, 0.1], [0.9, 0.9]])
    assert (decoded(saved(figure)) < 100).any()
    made.set_visible(False)
    assert (decoded(saved(figure)) == 255).all()


@pytest.mark.parametrize("alpha", [0.8, 1])
def test_dots_of_a_stroke_are_those_of_matplotlib(alpha):
    x, y = [0.5, 1, 1.1, 3], [0.2, 0.5, 0.55, 0.1]
    looks = {"color": style.INK, "alpha": alpha}
    apart = difference(
        stroke(np.column_stack([x, y]), size=7, dots=slice(1, 3), **looks),
        lambda panel: panel.plot(x[1:3], y[1:3], "o", ms=7, mew=0, **looks),
    )
    assert apart == (0, 0)


def test_a_filled_stroke_is_what_stairs_draws():
    heights = [0.2, 0.7, 0.5]
    apart = difference(
        stroke(
            np.column_stack([np.repeat(range(4), 2), [0, *np.repeat(heights, 2), 0]]), fill=True
        ),
        lambda panel: panel.stairs(heights, range(4), fill=True, color=style.INK),
    )
    assert apart == (0, 0)


def test_threads_are_lines_that_do_not_hang_together():
    tops, bottoms = [0, 1, 3], [1, 1.5, 4]

    def draw(panel):
        Stroke(panel, width=2).join(tops, 0.9, bottoms, 0.1)

    looks = {"color": style.INK, "lw": 2, "solid_capstyle": "butt"}
    apart = difference(draw, lambda panel: panel.plot([tops, bottoms], [0.9, 0.1], **looks))
    assert apart == (0, 0)


# Panels


def axes():
    return style.new_figure(3, 2).add_subplot()


def places(panel):
    (stroke,) = panel.moving
    return tuple(stroke.points.T.tolist())


def test_bars_count_what_falls_outside():
    panel = axes()
    bars = Bars(panel, [0, 1, 2], 0.5)
    assert bars.update([-1, 0.5, 1.2, 1.4, 1.8, 7, 8, 9]) == (1 / 8, 3 / 8)
    assert places(bars) == ([0, 0, 1, 1, 2, 2], [0, 1 / 8, 1 / 8, 3 / 8, 3 / 8, 0])
    assert panel.get_ylim() == pytest.approx((0, 0.625))  # 0.5 reaches 80 % of the height
    assert panel.get_xlim() == (0, 2)


def test_bars_lie_on_their_side():
    panel = axes()
    bars = Bars(panel, [0, 1, 2], 0.5, vertical=False)
    bars.update([0.5])
    assert places(bars) == ([0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 2, 2])
    assert panel.get_xlim() == pytest.approx((0, 0.625))
    assert panel.get_ylim() == (0, 2)


def test_bars_of_nothing_are_flat():
    bars = Bars(axes(), [0, 1, 2], 0.5)
    assert bars.update([]) == (0, 0)
    assert places(bars)[1] == [0] * 6


def test_histogram_says_mean_sd_and_what_is_outside():
    panel = Histogram(axes(), "z", [-2.0, 0.0, 2.0], 0.5)
    panel.update(np.array([-1.0, 1.0, 1.0, 3.0]))
    assert panel._numbers.text == "mean 1.00, sd 1.41"
    assert places(panel._spread)[0] == pytest.approx([1 - 2**0.5, 1, 1 + 2**0.5])
    assert (panel._below.text, panel._above.text) == ("", "25 % ▸")
    panel.update(np.array([-9.0, 1.0]))
    assert (panel._below.text, panel._above.text) == ("◂ 50 %", "")


def test_histogram_of_none_is_left_out_and_comes_back():
    panel = Histogram(axes(), "z", [-2.0, 0.0, 2.0], 0.5)
    panel.update(np.array([-9.0, 1.0, 9.0]))
    panel.update(None)
    assert panel._numbers.text == "left out"
    assert np.isnan(places(panel._spread)[0]).all()
    assert places(panel._bars)[1] == [0] * 6
    assert (panel._below.text, panel._above.text) == ("", "")
    panel.update(np.array([1.0]))
    assert places(panel._spread)[0] == [1, 1, 1]
    assert panel._numbers.text == "mean 1.00, sd 0.00"


def test_spread_lies_along_the_values():
    across, up = Spread(axes(), 0.9), Spread(axes(), 0.9, vertical=False)
    for spread in (across, up):
        spread.update(2, 0.5)
    assert places(across) == ([1.5, 2, 2.5], [0.9] * 3)
    assert places(up) == ([0.9] * 3, [1.5, 2, 2.5])


def test_cursor_reaches_over_the_panel_and_has_its_dots_on_the_curves():
    panel = axes()
    panel.axis("off")
    panel.set(xlim=(0, 4), ylim=(0, 10))
    cursor = Cursor(panel)
    cursor.update(1, [3, 7])
    assert places(cursor) == ([1] * 4, [0, 3, 7, 10])
    picture = pictures.Picture(panel.figure, cursor.moving)
    ink = (picture._pixels()[::-1, :, :3] < 100).all(axis=-1)
    left, bottom, right, top = np.round(panel.bbox.extents).astype(int)
    width = ink[bottom:top, left + 30 : right - 30].sum(axis=1)  # at each height
    assert (width[1:-1] >= 3).all(), "the line has a gap"
    dots = np.flatnonzero(width > 12) / (top - bottom)
    assert (np.abs(dots[:, None] - [0.3, 0.7]).min(axis=1) < 0.03).all(), "a dot at an end"
    assert {0.3, 0.7} <= set(np.round(dots, 1))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.234, 2, "1.23"), (-1.5, 1, "−1.5"), (-0.001, 2, "0.00"), (0, 0, "0"), (-0.006, 2, "−0.01")],
)
def test_number(value, digits, text):
    assert pictures.number(value, digits) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.004, "under 1 %"), (0.01, "1 %"), (0.126, "13 %"), (1, "100 %")],
)
def test_percent(share, text):
    assert pictures.percent(share) == text


# The pictures of the package


def test_histogram_row_shows_each_stage():
    row = pictures.HistogramRow(("z", "z_hat"))
    row.update(z=VALUES, z_hat=None)
    without = row.png()
    row.update(z=VALUES, z_hat=VALUES)
    assert row.png() != without
    fresh = pictures.HistogramRow(("z", "z_hat"))
    fresh.update(z=VALUES, z_hat=VALUES)
    assert fresh.png() == row.png()


def test_histogram_row_of_one_stage():
    row = pictures.HistogramRow(["a"])
    row.update(a=VALUES)
    assert len(row.figure.axes) == 1
    assert (decoded(row.png()) == to_rgb255(style.STAGES["a"])).all(axis=-1).any()


def test_histograms_of_the_drift_have_one_axis_with_the_paths():
    drift, y = pictures.Drift(np.arange(4), layers=2, reach=3), np.zeros((2, 50))
    y[1] = 2
    percentiles = np.broadcast_to([0.0, 2.0], (3, 4, 2))
    drift.update(y, percentiles, 0)
    assert [axes.get_ylim() for axes in drift.figure.axes] == [(-3, 3)] * 4
    orange = (decoded(drift.png()) == to_rgb255(style.STAGES["y"])).all(axis=-1)
    for now, paths, value in zip(*np.reshape(drift.figure.axes, (2, 2)).T, [0, 2], strict=True):
        for axes in (now, paths):
            (left, bottom), (right, top) = axes.bbox.get_points().round().astype(int)
            rows = np.flatnonzero(orange[-top:-bottom, left:right].any(axis=1))
            middle = rows.mean() / (top - bottom)
            assert middle == pytest.approx((3 - value) / 6, abs=0.02)


def test_sigmoid_view_moves_and_comes_back():
    view = pictures.SigmoidView(VALUES)
    shown = {scale: 1 / (1 + np.exp(-scale * VALUES)) for scale in (1, 2)}
    seen = []
    for scale in (1, 2, 1):
        view.update(scale * VALUES, shown[scale])
        seen.append(view.png())
    assert seen[0] == seen[2] != seen[1]


def test_pipeline_strip_lights_the_stages_of_the_day():
    everything, one = pictures.PipelineStrip(), pictures.PipelineStrip("z_hat")
    assert everything.png() != one.png() != pictures.PipelineStrip("y").png()
    assert everything.png() == pictures.PipelineStrip(*style.STAGES).png()


def test_every_name_is_there():
    exported = [getattr(pictures, name) for name in pictures.__all__]
    assert sum(inspect.isclass(one) and issubclass(one, pictures.Picture) for one in exported) >= 4
