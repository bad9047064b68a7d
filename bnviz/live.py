"""A picture with controls: redraw as the hand moves, a caption in words, a still twin."""

import base64
import functools
import html
import numbers
from collections import defaultdict
from pathlib import Path

import ipywidgets as widgets
from IPython import get_ipython

from bnviz import style
from bnviz.saving import WIDGET_VIEW

SHEET = (Path(__file__).parent / "live.css").read_text(encoding="utf-8")
SCRIPT = (Path(__file__).parent / "live.js").read_text(encoding="utf-8")
# an address that holds no picture: the page then runs the script, with `this` the image
START = f'<img alt="" hidden src="data:," onerror="{html.escape(SCRIPT)}">'
ACCESSIBLE = f"<style>{SHEET}</style>{START}"


def slider(label, low, high, value, step=0.1):
    """Return a slider from `low` to `high`; whole numbers give one that moves in whole steps.

    Raises ValueError for a value that is not between the two.
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    if not (isinstance(value, numbers.Real) and low <= value <= high):
        raise ValueError(f"{label} starts at a number from {low} to {high}, got {value!r}")
    return kind(value=value, min=low, max=high, step=step, **_layout(label))


def stops(label, options, value):
    """Return a slider that stops at `options` only (batch sizes, recorded training steps)."""
    return widgets.SelectionSlider(options=options, value=value, **_layout(label))


def choice(label, options, value):
    """Return a menu of `options`."""
    return widgets.Dropdown(options=options, value=value, **_layout(label))


def switch(label, value):
    """Return an on/off switch."""
    return widgets.Checkbox(value=value, indent=False, **_layout(label))


def _layout(label):
    layout = {"width": "290px", "margin": "2px 8px 2px 0"}
    return {"description": label, "style": {"description_width": "initial"}, "layout": layout}


def demo(make):
    """Make a demo of a function that returns `picture, show, controls`: it then gives a `Live`.

    It is called by the function's name, and drawn in the style of the series. A file in
    `bnviz/explore` that holds such a function is all that a new demo needs.
    The function may return `still`, too, as `Live` takes it.
    """

    @style.own_looks()
    @functools.wraps(make)
    def made(*arguments, **named):
        return Live(make.__name__, *make(*arguments, **named))

    made.is_demo = True
    return made


class Live:
    """A `pictures.Picture` that its controls, widgets by the name of an argument, redraw.

    `show(**values) -> caption` moves the picture to the values of the controls and returns one
    sentence with the numbers on show. The same values give the same picture.
    still: positions, [{"gamma": 1.0}, {"gamma": 3.0}], for a page without a kernel, which shows the
    picture at each of them with its caption; controls that are not named stand as they begin.
    Without them, and for a demo that was moved, the page shows it where it stands.
    Has the attributes name, controls, figure (matplotlib's), image (the ipywidgets.Image that shows
    it), widget (all of it, for a layout of your own: `HBox([demo.widget, other.widget])`), caption,
    and error: what the last redraw raised, or None; the page says it under the last good picture.
    Run again, a notebook cell closes the demo of the same name that it showed before: ipywidgets
    would keep it for ever. To move one that is closed raises RuntimeError.
    """

    def __init__(self, name, picture, show, controls, still=()):
        self.name, self.controls, self.figure = name, controls, picture.figure
        self.error, self._picture, self._show = None, picture, show
        self._opening, self._still = self.values, still
        width = f"{picture.width}px"
        wrapped = {"flex_flow": "row wrap", "max_width": width}
        row = widgets.HBox(list(controls.values()), layout=wrapped)
        # on a phone it gets no smaller, but scrolls sideways
        size = {"width": width, "max_width": "100%", "min_width": "600px", "margin": "0"}
        # the picture itself as an address: sent as bytes, it would be fetched back from a file
        self.image = widgets.Image(format="url", layout=size)
        window = widgets.Box([self.image], layout={"overflow": "auto hidden"})
        self._words = widgets.HTML()
        self._words.add_class("bnviz-words")
        script = widgets.HTML(ACCESSIBLE, layout={"display": "none"})
        self.widget = widgets.VBox([row, window, self._words, script])
        self.widget.add_class("bnviz-live")
        replace_former(self)
        self._draw()  # a demo that cannot start says so at once
        for control in controls.values():
            control.observe(self._redraw, names="value")

    @property
    def values(self):
        """The controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Move the controls, as a hand would: all of them, or none.

        Raises ValueError if there is no such control, or its range does not hold the value.
        """
        self._check_open()
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(
                    f"{self.name} has the controls {', '.join(self.controls)}; got {name!r}"
                )
            rule, fits = _rule(self.controls[name], value)
            if not fits:
                raise ValueError(f"{name} of {self.name} is {rule}; got {value!r}")
        for name, value in values.items():
            self.controls[name].value = value

    def close(self):
        """Take the demo out of the page and let go of all it holds."""
        let_go(self.widget)
        self._picture.cool()
        self._picture = self._show = self.figure = None

    def _check_open(self):
        if self.figure is None:
            raise RuntimeError(
                f"This {self.name} is closed, as its cell was run again: move the one shown there."
            )

    # one thread at a time, each for the values of its moment: the last one shows the last ones
    @style.own_looks()
    def _redraw(self, change):
        self._check_open()
        try:
            self._draw()
            self.error = None
        except Exception as error:  # said in the page: a kernel's log is read by nobody
            self.error = error
            self._say(f"{type(error).__name__}: {error}", role="alert")

    @style.own_looks()
    def _draw(self):
        caption = self._show(**self.values)
        png = self._picture.png()
        self.image.value = b"data:image/png;base64," + base64.b64encode(png)
        self.caption = caption
        self._say(caption, role="status")

    def _say(self, sentence, role):
        looks = "margin: 0; line-height: 1.5; font-size: var(--jp-content-font-size1, 14px)"
        self._words.value = f'<p role="{role}" style="{looks}">{html.escape(sentence)}</p>'

    @style.own_looks()
    def _repr_mimebundle_(self, include=None, exclude=None):
        self._check_open()
        moved = self.values != self._opening
        positions = [{}] if moved or not self._still else self._still
        strip, captions = [], []
        for position in positions:
            captions.append(self._show(**self.values | position))
            strip.append(self._picture.with_caption(captions[-1]))
        self._show(**self.values)
        labels = [control.description for control in self.controls.values()]
        how = f"Controls: {' · '.join(labels)}. To move them, run this cell (Shift + Enter)."
        strip.insert(0, self._picture.written(how, color=style.SAND_INK))
        data, metadata = self._picture.still(strip, " ".join([*captions, how]))
        data["text/plain"] = f"{self.name}: a picture with the controls {', '.join(self.controls)}"
        return data | widget_view(self.widget), metadata


def _rule(control, value):
    """What a control takes, in words, and whether it takes this value."""
    if isinstance(control, widgets.Checkbox):
        return "True or False", isinstance(value, bool)
    if hasattr(control, "options"):
        return f"one of {list(control.options)}", value in control.options
    whole = isinstance(control, widgets.IntSlider)
    kind = isinstance(value, numbers.Integral if whole else numbers.Real)
    rule = f"a {'whole ' if whole else ''}number from {control.min} to {control.max}"
    return rule, kind and control.min <= value <= control.max


def widget_view(widget):
    """Return the part of a mime bundle that shows a widget."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_VIEW: view}


def let_go(*shown):
    """Take widgets out of the page and out of the kernel, with all that they are made of."""
    for widget in shown:
        looks = [getattr(widget, name, None) for name in ("layout", "style")]
        let_go(*getattr(widget, "children", ()), *filter(None, looks))
        widget.close()


_shown = defaultdict(list)  # (name of the demo, cell) -> [(which run of the cell, demo)]


def replace_former(demo):
    """Close what the same cell showed under this name in an earlier run."""
    if shell := get_ipython():
        run, shown = shell.execution_count, _shown[demo.name, this_cell(shell)]
        while shown and shown[-1][0] != run:
            shown.pop()[1].close()
        shown.append((run, demo))


def this_cell(shell):
    """The id of the cell that runs, or where its page does not say it, as Colab's, its text."""
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = request.get("metadata", {}).get("cellId")
    return cell or shell.history_manager.input_hist_raw[-1]
