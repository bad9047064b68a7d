"""A picture with controls: redraw as the hand moves, a caption in words, a still twin."""

import base64
import html
import numbers
from collections import defaultdict

import ipywidgets as widgets
from IPython import get_ipython

from bnviz import style

# ipywidgets gives its sliders no name that a screen reader could say (and some of them a number
# that is not their value), and no live regions, and offers no way to; so the page does it, as soon
# as they stand in it. Their handles are `noUi-handle` from ipywidgets 8 on. `data-lm-…` keeps
# JupyterLab's own shortcuts off the keys: Enter would edit the cell, an arrow leave the slider
# (shortcuts for what has the focus are stopped only by the attribute on the handle itself).
ACCESSIBLE = """<img alt="" hidden src="data:," onerror="
const start = () => {
  const box = this.closest('.bnviz-live, .bnviz-ask');
  if (!box) return setTimeout(start, 100);
  box.setAttribute('data-lm-suppress-shortcuts', 'true');
  const name = () => {
    box.querySelector('.bnviz-words')?.setAttribute('aria-live', 'polite');
    for (const handle of box.querySelectorAll('.noUi-handle, .ui-slider-handle')) {
      const told = part => handle.closest('.widget-inline-hbox').querySelector(part).textContent;
      handle.setAttribute('role', 'slider');
      handle.setAttribute('aria-label', told('.widget-label'));
      handle.setAttribute('aria-valuetext', told('.widget-readout'));
      handle.setAttribute('data-lm-suppress-shortcuts', 'true');
    }
  };
  new MutationObserver(name).observe(box, {childList: true, subtree: true});
  name();
};
start();">"""


def slider(label, low, high, value, step=0.1):
    """Return a slider from `low` to `high`; whole numbers give one that moves in whole steps.

    Raises ValueError for a value that is not between the two.
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    if not (isinstance(value, numbers.Real) and low <= value <= high):
        raise ValueError(f"{label} starts at a number from {low} to {high}, got {value!r}")
    return kind(value=value, min=low, max=high, step=step, **_looks(label))


def steps(label, options, value):
    """Return a slider that stops at `options` only (batch sizes, recorded training steps)."""
    return widgets.SelectionSlider(options=options, value=value, **_looks(label))


def choice(label, options, value):
    """Return a menu of `options`."""
    return widgets.Dropdown(options=options, value=value, **_looks(label))


def switch(label, value):
    """Return an on/off switch."""
    return widgets.Checkbox(value=value, indent=False, **_looks(label))


def _looks(label):
    layout = {"width": "290px", "margin": "2px 8px 2px 0"}
    return {"description": label, "style": {"description_width": "initial"}, "layout": layout}


class Live:
    """A `pictures.Picture` that its controls, widgets by the name of an argument, redraw.

    `show(**values) -> caption` moves the picture to the values of the controls and returns one
    sentence with the numbers on show. The same values give the same picture.
    Has the attributes name, controls, figure (matplotlib's), image (the ipywidgets.Image that shows
    it), caption, and error: what the last redraw raised, or None; the page says it under the last
    good picture.
    Run again, a notebook cell closes the demo of the same name that it showed before: ipywidgets
    would keep it for ever.
    """

    def __init__(self, name, picture, show, **controls):
        self.name, self.controls, self.figure = name, controls, picture.figure
        self.error, self._picture, self._show = None, picture, show
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
        self._box = widgets.VBox([row, window, self._words, script])
        self._box.add_class("bnviz-live")
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
        let_go(self._box)
        self._picture.cool()
        self._picture = self._show = self.figure = None

    # one thread at a time, each for the values of its moment: the last one shows the last ones
    @style.own_looks()
    def _redraw(self, change):
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
        looks = "margin: 0; line-height: 1.5"
        self._words.value = f'<p role="{role}" style="{looks}">{html.escape(sentence)}</p>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self._picture.still(self.caption)
        data["text/plain"] = f"{self.name}: a picture with the controls {', '.join(self.controls)}"
        return data | widget_view(self._box), metadata


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
    return {"application/vnd.jupyter.widget-view+json": view}


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
        run, cell = shell.execution_count, shell.history_manager.input_hist_raw[-1]
        shown = _shown[demo.name, cell]
        while shown and shown[-1][0] != run:
            shown.pop()[1].close()
        shown.append((run, demo))
