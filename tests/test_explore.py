"""Every explorable is driven to the ends of every control."""

import functools
import inspect
import itertools
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from PIL import Image

from bnviz import explore, live, style
from bnviz.pictures import Words

pytestmark = pytest.mark.xdist_group("explore")  # one worker makes each demo, once

NAMES = sorted(explore.__all__)
TAKE_ACTIVATIONS = [
    name for name in NAMES if "activations" in inspect.signature(getattr(explore, name)).parameters
]


@functools.cache
def made(name):
    """The one that all tests move; each begins by `home`."""
    demo = getattr(explore, name)()
    demo.first_values, demo.first_picture, demo.first_caption = (
        demo.values, demo.image.value, demo.caption
    )  # fmt: skip
    return demo


def home(name):
    demo = made(name)
    move(demo, demo.first_values)
    return demo


def move(demo, values):
    demo.set(**values)
    assert demo.error is None, f"{demo.name} at {demo.values}: {demo.error!r}"


def positions(control):
    """Least, middle and greatest value of a control."""
    if hasattr(control, "min"):
        middle = (control.min + control.max) / 2
        return [control.min, type(control.min)(middle), control.max]
    options = list(getattr(control, "options", [False, True]))
    return [options[0], options[len(options) // 2], options[-1]]


def corners(demo):
    """Each control at its least, middle and greatest value, then many at their ends together."""
    for label, control in demo.controls.items():
        for value in positions(control):
            yield demo.first_values | {label: value}
    rng = random.Random(0)
    for _ in range(10):
        yield {label: rng.choice(positions(control)) for label, control in demo.controls.items()}


def pixels(demo):
    return np.asarray(Image.open(urlopen(str(demo.image.value, "ascii"))).convert("RGB"))


# What is there


def test_the_explorables():
    assert {"scale_shift", "drift"} < set(NAMES)
    assert {"bias", "normalization", "pipeline", "scale_shift"} <= set(TAKE_ACTIVATIONS)
    assert all(isinstance(made(name), live.Live) for name in NAMES)
    assert all(made(name).name == name for name in NAMES)


def test_a_new_file_with_a_demo_is_all_that_the_tests_of_demos_need(tmp_path):
    package = shutil.copytree(Path(explore.__file__).parents[1], tmp_path / "bnviz")
    shortest = (package / "explore" / "nb04_bias_cancellation.py").read_text(encoding="utf-8")
    mine = shortest.replace("def bias(", "def mine(")
    (package / "explore" / "nb99_mine.py").write_text(mine, encoding="utf-8")
    shutil.copy(__file__, tmp_path / "test_explore.py")
    (tmp_path / "pytest.ini").touch()  # no settings from further up, which would find this bnviz
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "mine"]
    said = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    assert int(re.search(r"(\d+) passed", said.stdout).group(1)) >= 9


def test_a_demo_needs_no_pyplot_and_no_docstrings():
    code = """
import sys
from bnviz import explore
explore.pipeline()._repr_mimebundle_()
sys.exit("matplotlib.pyplot" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-OO", "-c", code]).returncode == 0


# Driving


@pytest.mark.parametrize("name", NAMES)
def test_every_control_changes_the_picture_and_leaves_no_trace(name):
    demo, captions = home(name), set()
    middle = {label: positions(control)[1] for label, control in demo.controls.items()}

    def pictures(label, others):
        """How many pictures a control makes while the others stand there."""
        move(demo, others)
        seen = set()
        for value in positions(demo.controls[label]):
            move(demo, {label: value})
            seen.add(bytes(demo.image.value))
            captions.add(demo.caption)
        return len(seen)

    for label in demo.controls:  # at the start, some have nothing to change yet
        changes = pictures(label, demo.first_values) > 1 or pictures(label, middle) > 1
        assert changes, f"{label} of {name} does nothing"
    move(demo, demo.first_values)
    assert (demo.image.value, demo.caption) == (demo.first_picture, demo.first_caption)
    assert len(captions) > 1


@pytest.mark.parametrize("name", NAMES)
def test_moved_equals_fresh(name):
    demo, rng = home(name), random.Random(7)
    for label, control in demo.controls.items():
        move(demo, {label: rng.choice(positions(control))})
    fresh = getattr(explore, name)()
    move(fresh, demo.values)
    assert fresh.image.value == demo.image.value
    assert fresh.caption == demo.caption
    assert fresh._repr_mimebundle_()[0]["image/png"] == demo._repr_mimebundle_()[0]["image/png"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_without_a_kernel_shows_what_the_controls_reach(name):
    demo = home(name)
    for values in demo._still:
        move(demo, demo.first_values | values)


# What the eye meets


def moving_texts(figure):
    """Every text that moves and is on show as (text, (left, bottom, right, top)) in pixels."""
    boxes = []

    def keep(graphics, x, y, letters):
        rows, columns = np.nonzero(letters[..., 3])
        boxes.append((x + columns.min(), y + rows.min(), x + columns.max(), y + rows.max()))

    renderer = RendererAgg(*figure.bbox.size, figure.dpi)
    renderer.draw_image = keep
    moving = [one for one in figure.findobj(Words) if one.text.strip() and one.get_visible()]
    for words in moving:
        words.draw(renderer)
    return [(words.text, box) for words, box in zip(moving, boxes, strict=True)]


def still_texts(figure):
    """Every text that stands still, those of the axes' ticks included, in the same form."""
    texts = []
    for axes in figure.axes:
        texts += [*axes.texts, axes.title]
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            texts += [axis.label, *(tick.label1 for tick in ticks)]
    shown = [text for text in texts if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent().extents) for text in shown]


@functools.cache
def tour(name):
    """What is seen at each corner of an explorable, [(values, what)]."""
    demo, seen = home(name), []
    still = still_texts(demo.figure)
    for values in corners(demo):
        move(demo, values)
        image = pixels(demo)
        what = SimpleNamespace(
            caption=demo.caption,
            size=len(demo.image.value),
            edge=np.vstack([image[0], image[-1], image[:, 0], image[:, -1]]),
            limits=[(axes.get_xlim(), axes.get_ylim()) for axes in demo.figure.axes],
            texts=still + moving_texts(demo.figure),
        )
        seen.append((values, what))
    assert len(seen) > 10
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_axes_stand_still(name):
    first = tour(name)[0][1].limits
    assert first
    for values, seen in tour(name):
        assert seen.limits == first, values


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_over_the_edge(name):
    for values, seen in tour(name):
        assert (seen.edge == 255).all(), f"cut off at {values}"


@pytest.mark.parametrize("name", NAMES)
def test_a_redraw_sends_little(name):
    for values, seen in tour(name):
        assert seen.size < 150_000, values  # Binder and Colab are far away


@pytest.mark.parametrize("name", NAMES)
def test_texts_do_not_overlap(name):
    for values, seen in tour(name):
        assert seen.texts
        for (one, a), (other, b) in itertools.combinations(seen.texts, 2):
            wide, high = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
            assert min(wide, high) <= 4, f"{one!r} and {other!r} overlap at {values}"


@pytest.mark.parametrize("name", NAMES)
def test_text_is_as_large_as_that_around_it(name):
    sizes = [t.get_fontsize() for t in home(name).figure.findobj(Text) if t.get_text().strip()]
    assert sizes
    assert min(sizes) >= style.TEXT >= 11
    assert made(name)._picture.width <= 900  # wider would be shown smaller on a laptop


@pytest.mark.parametrize("name", NAMES)
def test_captions_have_no_nan_and_real_minus_signs(name):
    for values, seen in tour(name):
        caption = seen.caption
        assert not re.search(r"nan|inf\b|-0\.0+\b|(?<![\w.])-\d", caption), f"{values}: {caption}"


# Your own activations


@pytest.mark.parametrize("name", TAKE_ACTIVATIONS)
def test_activations_that_no_axis_has_room_for_are_refused(name):
    with pytest.raises(ValueError, match=r"activations are at most 1e9, got 1e\+10: did training"):
        getattr(explore, name)(activations=[0.0, -1e10])


@pytest.mark.parametrize("name", TAKE_ACTIVATIONS)
def test_a_million_activations_look_like_four_thousand(name):
    rng = np.random.default_rng(0)
    few = getattr(explore, name)(activations=rng.normal(2, 3, size=4_000))
    many = getattr(explore, name)(activations=rng.normal(2, 3, size=(1_000, 1_000)))
    for demo in (few, many):
        before = demo.image.value
        assert before != home(name).image.value
        values = {label: positions(control)[0] for label, control in demo.controls.items()}
        move(demo, values)
        assert demo.image.value != before
    difference = pixels(few).astype(int) - pixels(many)
    assert np.abs(difference).mean() < 12  # of 255: the same picture, but for the draw
