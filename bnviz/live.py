"""A picture with controls: redraw as the hand moves, a caption in words, a still twin.

`Live` joins a picture, its controls, and a function that moves the picture to the controls' values
and says in one sentence what is to be seen. Where the code of a demo is: `explore.pipeline??`.
"""

import base64
import html
import numbers

import ipywidgets as widgets
from IPython import get_ipython

from bnviz import style

CONTROL = {"width": "290px", "margin": "2px 8px 2px 0"}
NARROW = "600px"  # a picture is shown no smaller: on a phone it scrolls sideways
# ipywidgets gives its sliders no name that a screen reader could say (and some of them a number
# that is not their value), and no live regions, and offers no way to; so the page does it, as soon
# as the sliders stand in it. Their handles are `noUi-handle` from ipywidgets 8 on. The last
# attribute keeps JupyterLab's own shortcuts off the arrow keys, which would leave the slider.
NAME_FOR_SCREEN_READERS = """<img alt="" hidden src="data:," onerror="
const start = () => {
  const box = this.closest('.bnviz-live');
  if (!box) return setTimeout(start, 100);
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
    return {"description": label, "style": {"description_width": "initial"}, "layout": CONTROL}


class Live:
    """A picture, a `pictures.Picture`, that its controls redraw.

    show: `show(**values) -> caption` moves the picture to the values of the controls and returns
    one sentence with the numbers on show. The same values give the same picture.
    controls: widgets, by the name of the argument that they are for.
    Has the attributes name, controls, figure (matplotlib's), image (the ipywidgets.Image that shows
    it), caption, and error: what the last redraw raised, or None; the page says it under the last
    good picture.
    Run again, a notebook cell closes the demo of the same name that it showed before: ipywidgets
    would keep it for ever.
    """

    def __init__(self, name, picture, show, **controls):
        self.name, self.controls, self.figure = name, controls, picture.figure
        self.error = None
        self._picture, self._show = picture, show
        width = f"{picture.width}px"
        # the picture itself as an address: sent as bytes, it would be fetched back from a file
        self.image = widgets.Image(
            format="url",
            layout={"width": width, "max_width": "100%", "min_width": NARROW, "margin": "0"},
        )
        self._words = widgets.HTML()
        self._words.add_class("bnviz-words")
        row = widgets.HBox(
            list(controls.values()), layout={"flex_flow": "row wrap", "max_width": width}
        )
        window = widgets.Box([self.image], layout={"overflow": "auto hidden"})
        names = widgets.HTML(NAME_FOR_SCREEN_READERS, layout={"display": "none"})
        self._box = widgets.VBox([row, window, self._words, names])
        self._box.add_class("bnviz-live")
        self._draw()  # a demo that cannot start says so at once
        for control in controls.values():
            control.observe(self._redraw, names="value")
        replace_former(self)

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
        let_go(*self.controls.values(), *self._box.children, self.image, self._box)
        self._picture.cool()
        self._picture = self._show = self.figure = None

    def _redraw(self, change):
        try:
            self._draw()
            self.error = None
        except Exception as error:  # said in the page: a kernel's log is read by nobody
            self.error = error
            self._say(f"{type(error).__name__}: {error}", role="alert")

    def _draw(self):
        # one thread at a time, each for the values of its moment: the last one shows the last ones
        with style.own_looks():
            caption = self._show(**self.values)
            png = self._picture.png()
            self.image.value = b"data:image/png;base64," + base64.b64encode(png)
            self.caption = caption
            self._say(caption, role="status")

    def _say(self, sentence, role):
        self._words.value = (
            f'<p role="{role}" style="margin: 0; line-height: 1.5">{html.escape(sentence)}</p>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self._picture.still(self.caption)
        data["text/plain"] = f"{self.name}: a picture with the controls {', '.join(self.controls)}"
        view = {"version_major": 2, "version_minor": 0, "model_id": self._box.model_id}
        data["application/vnd.jupyter.widget-view+json"] = view
        return data, metadata


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


def let_go(*shown):
    """Take widgets out of the page and out of the kernel, with what they are made of."""
    for widget in shown:
        for part in (widget.layout, getattr(widget, "style", None), widget):
            if part is not None:
                part.close()


_shown = {}  # (name of the demo, cell) -> (which run of the cell, its demos)


def replace_former(demo):
    """Close what the same cell showed under this name in an earlier run."""
    shell = get_ipython()
    if shell is None:
        return
    run, place = shell.execution_count, (demo.name, shell.history_manager.input_hist_raw[-1])
    former, demos = _shown.get(place, (run, []))
    if former != run:
        for old in demos:
            old.close()
        demos = []
    _shown[place] = run, [*demos, demo]
