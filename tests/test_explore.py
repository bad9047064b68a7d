"""Every explorable is driven to the ends of every control, and walked at random."""

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
    for _ in range(20):
        yield {label: rng.choice(positions(control)) for label, control in demo.controls.items()}


def random_value(control, rng):
    if hasattr(control, "min"):
        stops = round((control.max - control.min) / control.step)
        return min(control.min + control.step * rng.randint(0, stops), control.max)
    return rng.choice(list(getattr(control, "options", [False, True])))


def pixels(demo):
    return np.asarray(Image.open(urlopen(str(demo.image.value, "ascii"))).convert("RGB"))


# What is there


def test_the_explorables():
    assert {"scale_shift", "drift"} < set(NAMES)
    assert all(isinstance(made(name), live.Live) for name in NAMES)
    assert all(made(name).name == name for name in NAMES)


def test_a_new_file_with_a_demo_is_all_that_the_tests_of_demos_need(tmp_path):
    package = shutil.copytree(Path(explore.__file__).parents[1], tmp_path / "bnviz")
    shortest = (package / "explore" / "nb04_bias_cancellation.py").read_text(encoding="utf-8")
    mine = shortest.replace("def bias(", "def mine(")
    (package / "explore" / "nb99_mine.py").write_text(mine, encoding="utf-8")
    shutil.copy(__file__, tmp_path / "test_explore.py")
    (tmp_path / "pytest.ini").touch()  # no settings from further up, which would find this bnviz
    tests = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "mine and not all",
    ]
    said = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    assert int(re.search(r"(\d+) passed", said.stdout).group(1)) >= 9


@pytest.mark.parametrize(
    ("name", "reach"),
    [
        ("pipeline", {"shift": [-3, 3], "scale": [0.5, 3], "b": [-3, 3], "gamma": [0.5, 3]}),
        ("pipeline", {"beta": [-3, 3], "batch_norm": [False, True]}),
        ("batches", {"batch": [1, 20]}),
        ("drift", {"step": [0], "batch_norm": [False, True]}),
        ("batch_size", {"m": [2, 4, 8, 32]}),
        ("normalization", {"shift": [-3, 3], "scale": [1], "eps": [1e-5, 1e-3], "m": [1, 2]}),
        ("bias", {"b": [-5, 0, 5], "scale": [1]}),
        ("scale_shift", {"gamma": [0, 1, 6], "beta": [-3, 0, 3]}),
        ("learned", {"step": [0]}),
        ("training", {"step": [0]}),
        ("test_time", {"batches": [2, 100], "m": [2, 32], "rate": [0.01, 0.1]}),
    ],
)
def test_controls_reach(name, reach):
    demo = home(name)
    for control, values in reach.items():
        for value in values:
            move(demo, {control: value})
            assert demo.values[control] == value


@pytest.mark.parametrize("name", NAMES)
def test_controls_are_the_parameters_in_words(name):
    for control in home(name).controls.values():
        assert control.description.strip()


# Driving


@pytest.mark.parametrize("name", NAMES)
def test_every_control_changes_the_picture(name):
    demo, captions = home(name), set()
    middle = {label: positions(control)[1] for label, control in demo.controls.items()}
    for label, control in demo.controls.items():
        pictures = {}
        for others in (demo.first_values, middle):  # at the start, some have nothing to change yet
            move(demo, others)
            pictures[others is middle] = set()
            for value in positions(control):
                move(demo, {label: value})
                pictures[others is middle].add(bytes(demo.image.value))
                captions.add(demo.caption)
        assert max(map(len, pictures.values())) > 1, f"{label} of {name} does nothing"
        move(demo, demo.first_values)
        assert demo.image.value == demo.first_picture, f"{label} of {name} leaves a trace"
        assert demo.caption == demo.first_caption
    assert len(captions) > 1


@pytest.mark.parametrize("name", NAMES)
def test_moved_equals_fresh(name):
    demo, rng = home(name), random.Random(7)
    for label, control in demo.controls.items():
        move(demo, {label: random_value(control, rng)})
    fresh = getattr(explore, name)()
    move(fresh, demo.values)
    assert fresh.image.value == demo.image.value
    assert fresh.caption == demo.caption
    assert fresh._repr_mimebundle_()[0]["image/png"] == demo._repr_mimebundle_()[0]["image/png"]


def test_random_walk_over_all():
    rng = random.Random(0)
    moves = [(name, label) for name in NAMES for label in made(name).controls]
    for name, label in rng.sample(moves, len(moves)):
        move(made(name), {label: random_value(made(name).controls[label], rng)})
    for name in NAMES:
        demo = home(name)
        assert demo.image.value == demo.first_picture
        assert demo.caption == demo.first_caption


def test_no_pyplot():
    code = """
import sys
from bnviz import explore
explore.pipeline()._repr_mimebundle_()
assert "matplotlib.figure" in sys.modules
sys.exit("matplotlib.pyplot" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    assert [made(name) for name in NAMES]
    pyplot = sys.modules.get("matplotlib.pyplot")  # others may have loaded it
    assert pyplot is None or not pyplot.get_fignums()


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
    assert len(seen) > 20
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
def test_captions_are_one_sentence_with_numbers(name):
    for values, seen in tour(name):
        caption = seen.caption
        assert re.fullmatch(r"\S.*\.", caption), f"{values}: {caption}"
        assert not re.search(r"[.!?]\s", caption), f"two sentences at {values}: {caption}"
        assert re.search(r"\d", caption), f"{values}: {caption}"
        assert not re.search(r"nan|inf\b|-0\.0+\b|(?<![\w.])-\d", caption), f"{values}: {caption}"


# Your own activations


def test_who_takes_activations():
    assert {"bias", "normalization", "pipeline", "scale_shift"} <= set(TAKE_ACTIVATIONS)


@pytest.mark.parametrize("name", TAKE_ACTIVATIONS)
@pytest.mark.parametrize("values", [[1e200, -1e200], [0.0, 1e10], [-1e308]])
def test_activations_that_no_axis_has_room_for_are_refused(name, values):
    with pytest.raises(ValueError, match=r"activations are at most 1e9, got 1e.*: did training"):
        getattr(explore, name)(activations=values)


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
