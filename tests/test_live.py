"""What `Live` promises, with the smallest picture that can be moved."""

import ast
import base64
import gc
import io
import threading
import weakref

import ipywidgets
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client import KernelManager
from PIL import Image

from bnviz import live, style
from bnviz.pictures import Picture


class Level(Picture):
    """A line at some height."""

    def __init__(self):
        figure = style.new_figure(3, 1)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.set(xlim=(0, 1), ylim=(0, 10))
        (self._line,) = axes.plot([0, 1], [0, 0], color=style.INK, animated=True)
        super().__init__(figure)

    def update(self, height):
        self._line.set_ydata([height, height])


def level(height=2, sides=("up", "down"), still=()):
    """Return a `Live` of the smallest picture; height 3 is unlucky."""
    picture = Level()

    def show(height, side):
        if height == 3:
            raise ArithmeticError("height 3 is <unlucky>")
        picture.update(height if side == "up" else -height)
        return f"The line goes {side} to {height}."

    controls = {
        "height": live.slider("height h", 0, 10, height, 1),
        "side": live.choice("side", sides, "up"),
    }
    return live.Live("level", picture, show, controls, still)


@pytest.fixture
def demo():
    return level()


def page_words(demo):
    (words,) = (child for child in demo.widget.children if "bnviz-words" in child._dom_classes)
    return words.value


# Redraw


def test_a_moved_control_changes_picture_and_caption(demo):
    before = demo.image.value
    demo.controls["height"].value = 5
    assert demo.image.value != before
    assert demo.caption == "The line goes up to 5."
    assert demo.caption in page_words(demo)


# Errors


def test_a_raising_callback_is_read_in_the_page_until_the_next_good_value(demo):
    good = demo.image.value
    demo.controls["height"].value = 3
    assert isinstance(demo.error, ArithmeticError)
    assert "ArithmeticError: height 3 is &lt;unlucky&gt;" in page_words(demo)
    assert 'role="alert"' in page_words(demo)
    assert demo.image.value == good
    assert demo.caption == "The line goes up to 2."
    demo.set(height=4)
    fresh = level(4)
    assert demo.error is None
    assert demo.image.value == fresh.image.value
    assert demo.caption == fresh.caption
    assert page_words(demo) == page_words(fresh)


def test_a_raising_picture_is_read_in_the_page(demo, monkeypatch):
    monkeypatch.setattr(demo._picture, "png", lambda: 1 / 0)
    demo.set(height=5)
    assert isinstance(demo.error, ZeroDivisionError)
    assert "ZeroDivisionError" in page_words(demo)
    assert demo.caption == "The line goes up to 2.", "the caption of the picture that stays"


def test_a_demo_that_cannot_start_says_so_at_once():
    with pytest.raises(ArithmeticError, match="height 3 is <unlucky>"):
        level(3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 3}, "level has the controls height, side; got 'width'"),
        ({"height": 11}, "height of level is a whole number from 0 to 10; got 11"),
        ({"height": 2.5}, "height of level is a whole number from 0 to 10; got 2.5"),
        ({"height": "5"}, "height of level is a whole number from 0 to 10; got '5'"),
        ({"height": 5, "side": "left"}, r"side of level is one of \['up', 'down'\]; got 'left'"),
    ],
)
def test_set_refuses_in_a_sentence_and_moves_nothing(demo, values, message):
    before = demo.image.value
    with pytest.raises(ValueError, match=message):
        demo.set(**values)
    assert demo.values == {"height": 2, "side": "up"}
    assert demo.image.value == before


# Threads and memory


class WatchedLock:
    """A lock that says when a thread has to wait for it."""

    def __init__(self):
        self.lock, self.is_waited_for = threading.RLock(), threading.Event()

    def __enter__(self):
        if not self.lock.acquire(blocking=False):
            self.is_waited_for.set()
            self.lock.acquire()

    def __exit__(self, *error):
        self.lock.release()


def test_an_error_is_not_said_of_a_later_picture(demo, monkeypatch):
    """One thread raises; before it says so, another moves on, or waits for its turn."""
    say, lock, raised = demo._say, WatchedLock(), threading.Event()

    def say_late(sentence, role):
        if role == "alert":
            raised.set()
            assert lock.is_waited_for.wait(60)
        say(sentence, role)
        lock.is_waited_for.set()  # where nothing made the other wait, it has drawn now

    monkeypatch.setattr(style, "_lock", lock)
    monkeypatch.setattr(demo, "_say", say_late)
    unlucky = threading.Thread(target=demo.set, kwargs={"height": 3})
    unlucky.start()
    assert raised.wait(60)
    demo.set(height=5)
    unlucky.join()
    assert demo.error is None
    assert demo.caption in page_words(demo)
    assert demo.image.value == level(5).image.value


def widgets_alive():
    widget = ipywidgets.widgets.widget
    return len(getattr(widget, "_instances", None) or widget.Widget.widgets)  # 8 or 7


@pytest.fixture
def shell(monkeypatch):
    """An IPython that runs cells, as a kernel does."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(live, "get_ipython", lambda: shell)
    shell.user_ns["level"] = level
    yield shell
    InteractiveShell.clear_instance()


def run(shell, cell):
    return shell.run_cell(cell, store_history=True).result


def test_a_cell_run_again_closes_what_it_showed_and_keeps_nothing_of_it(shell):
    first = run(shell, "level()")
    held = [weakref.ref(one) for one in (first._picture, first._show, first.figure)]
    before = widgets_alive()
    last = run(shell, "level()")
    gc.collect()
    assert widgets_alive() == before
    assert first.figure is None
    assert [one() for one in held] == [None] * 3
    last.set(height=7)
    assert last.caption == "The line goes up to 7."


def test_other_cells_keep_what_they_show(shell):
    first, second = run(shell, "[level(), level()]")
    other = run(shell, "level(5)")
    for demo in (first, second, other):
        demo.set(height=8)
        assert demo.caption == "The line goes up to 8."


def test_two_cells_with_the_same_text_are_two_in_a_kernel():
    """As JupyterLab asks a kernel: each request says which cell it is for."""
    manager = KernelManager()
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)

        def run(cell, source):
            content = {"code": source, "silent": False, "user_expressions": {"open": OPEN}}
            content |= {"store_history": True, "allow_stdin": False, "stop_on_error": True}
            request = client.session.msg("execute_request", content, metadata={"cellId": cell})
            client.shell_channel.send(request)
            reply = client._recv_reply(request["header"]["msg_id"], timeout=120)["content"]
            assert reply["status"] == "ok", reply
            return ast.literal_eval(reply["user_expressions"]["open"]["data"]["text/plain"])

        run("start", "from bnviz import explore\nshown = []")
        show = "shown.append(explore.bias())"
        assert [run("first", show), run("second", show)] == [[True], [True, True]]
        assert run("first", show) == [False, True, True]
        assert run("first", show + "  # edited") == [False, True, False, True]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


OPEN = "[demo.figure is not None for demo in globals().get('shown', [])]"


def test_a_demo_that_is_closed_says_so(demo):
    demo.close()
    for move in (
        lambda: demo.set(height=5),
        lambda: setattr(demo.controls["height"], "value", 6),
        demo._repr_mimebundle_,
    ):
        with pytest.raises(RuntimeError, match="This level is closed, as its cell was run again"):
            move()


# Display


def test_mime_bundle_holds_words_picture_and_widget(demo):
    data, metadata = demo._repr_mimebundle_()
    assert data["text/plain"] == "level: a picture with the controls height, side"
    assert isinstance(data["image/png"], str)
    Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).verify()
    how = "Controls: height h · side. To move them, run this cell (Shift + Enter)."
    assert metadata["image/png"] == {"width": 300, "alt": f"{demo.caption} {how}"}
    assert demo.image.layout.width == "300px"  # with a kernel it is as wide
    view = data["application/vnd.jupyter.widget-view+json"]
    assert (view["version_major"], view["version_minor"]) == (2, 0)
    assert view["model_id"] == demo.widget.model_id


def test_text_stands_still_and_the_still_picture_follows(demo):
    before, _ = demo._repr_mimebundle_()
    demo.set(height=8)
    after, metadata = demo._repr_mimebundle_()
    assert after["text/plain"] == before["text/plain"]  # nbval compares it
    assert after["image/png"] != before["image/png"]
    assert metadata["image/png"]["alt"].startswith("The line goes up to 8. Controls: ")


def test_a_page_without_a_kernel_shows_the_telling_positions():
    demo, told = level(still=[{}, {"height": 8}, {"side": "down"}]), []
    before = demo._picture.png()
    data, metadata = demo._repr_mimebundle_()
    assert demo._picture.png() == before
    for values in ({}, {"height": 8}, {"height": 2, "side": "down"}):
        demo.set(**values)
        alone = decoded_still(demo)
        told.append(demo.caption)
    demo.set(side="up")  # back where it began: the page's picture has not moved
    strip = decoded_still(demo)
    assert metadata["image/png"]["alt"].startswith(" ".join(told) + " Controls: ")
    part = (len(strip) - len(alone)) // 2  # the words on how to move it stand above them once
    assert len(strip) == len(alone) + 2 * part > 3 * part
    assert (strip[-part:] == alone[-part:]).all()
    assert demo._repr_mimebundle_()[0]["image/png"] == data["image/png"]
    assert demo.caption == told[0]


def decoded_still(demo):
    png = base64.b64decode(demo._repr_mimebundle_()[0]["image/png"])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_a_live_is_no_widget(demo):
    # ipywidgets 7 would show itself by _ipython_display_, without the still picture
    assert not isinstance(demo, ipywidgets.Widget)
    assert not hasattr(demo, "_ipython_display_")


# Controls


def test_slider_of_whole_numbers_moves_in_whole_steps():
    whole = live.slider("m", 1, 60, 4, 1)
    assert isinstance(whole, ipywidgets.IntSlider)
    assert (whole.min, whole.max, whole.value, whole.step) == (1, 60, 4, 1)
    smooth = live.slider("γ", 0.0, 6.0, 1.0)
    assert isinstance(smooth, ipywidgets.FloatSlider)
    assert (smooth.min, smooth.max, smooth.value, smooth.step) == (0, 6, 1, 0.1)


@pytest.mark.parametrize("value", [11, -0.5, float("nan"), None, "3"])
def test_slider_does_not_cut_its_value_in_silence(value):
    with pytest.raises(ValueError, match=r"^γ starts at a number from 0\.0 to 6\.0, got "):
        live.slider("γ", 0.0, 6.0, value)


def test_the_picture_follows_a_slider_while_the_hand_moves_it():
    for control in (live.slider("m", 1, 60, 4, 1), live.stops("rate", [0.01, 0.1], 0.1)):
        assert control.continuous_update
