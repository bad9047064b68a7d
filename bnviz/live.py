"""A picture with controls: redraw as fast as the hand, a caption in words, a still twin.

`Live` joins three things that know nothing of one another: a picture, the controls, and a function
that turns the controls' values into what the picture is to show and a sentence that says it. Where
the code of a demo is: `explore.pipeline??`.
"""

import base64
import html
import time

import ipywidgets as widgets

CONTROL = {"width": "290px", "margin": "2px 8px 2px 0"}
# ipywidgets gives its sliders no name that a screen reader could say (and some of them a number
# that is not their value), and no live regions, and offers no way to; so the page does it, as soon
# as the sliders stand in it. Their handles are `noUi-handle` from ipywidgets 8 on.
NAME_FOR_SCREEN_READERS = """<img alt="" hidden src="data:," onerror="
const start = () => {
  const box = this.closest('.bnviz-live');
  if (!box) return setTimeout(start, 100);
  const name = () => {
    box.querySelector('.bnviz-words').setAttribute('aria-live', 'polite');
    for (const handle of box.querySelectorAll('.noUi-handle, .ui-slider-handle')) {
      const told = part => handle.closest('.widget-inline-hbox').querySelector(part).textContent;
      handle.setAttribute('role', 'slider');
      handle.setAttribute('aria-label', told('.widget-label'));
      handle.setAttribute('aria-valuetext', told('.widget-readout'));
    }
  };
  new MutationObserver(name).observe(box, {childList: true, subtree: true});
  name();
};
start();">"""


def slider(label, low, high, value, step=0.1):
    """Return a slider from `low` to `high`; whole numbers give one that moves in whole steps."""
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
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
    """A picture that its controls redraw.

    Parameters
    ----------
    name : str
        What the demo is called, for the text that stands in for it.
    picture : object with `figure`, `width`, `update(**shown)`, `png()`, `clear()`, `still(caption)`
    show : callable
        `show(**values) -> (shown, caption)`: from the controls' values to what
        `picture.update` takes, and one sentence with the numbers on show. It reads its
        arguments and nothing that moves, so the same values give the same picture.
    controls : dict of name -> widget

    Attributes
    ----------
    controls : dict of name -> widget
    figure : the matplotlib Figure
    image : the ipywidgets.Image that shows it
    caption : one sentence with the numbers now on show
    error : what the last redraw raised, or None; the page shows it under the last good picture
    """

    def __init__(self, name, picture, show, controls):
        self.name, self.controls, self.figure = name, dict(controls), picture.figure
        self.error = None
        self._picture, self._show = picture, show
        self.image = widgets.Image(
            format="url",  # of the picture itself: see _draw
            layout={"width": f"{picture.width}px", "max_width": "100%", "margin": "0"},
        )
        self._words = widgets.HTML()
        self._words.add_class("bnviz-words")
        row = widgets.HBox(
            list(self.controls.values()),
            layout={"flex_flow": "row wrap", "max_width": f"{picture.width}px"},
        )
        names = widgets.HTML(NAME_FOR_SCREEN_READERS, layout={"display": "none"})
        self._box = widgets.VBox([row, self.image, self._words, names])
        self._box.add_class("bnviz-live")
        self._draw(*show(**self.values))  # a demo that cannot start says so at once
        for control in self.controls.values():
            control.observe(self._redraw, names="value")

    @property
    def values(self):
        """The controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Move the controls, as a hand would.

        Raises
        ------
        ValueError
            If there is no such control, or its range does not hold the value.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(
                    f"{self.name} has the controls {', '.join(self.controls)}; got {name!r}"
                )
            _check(self.name, name, self.controls[name], value)
        for name, value in values.items():  # only when all are good
            self.controls[name].value = value

    def _redraw(self, change):
        try:
            self._draw(*self._show(**self.values))
            self.error = None
        except Exception as error:  # said in the page: a kernel's log is read by nobody
            self.error = error
            self._say(f"{type(error).__name__}: {error}", role="alert")

    def _draw(self, shown, caption):
        self._picture.update(**shown)
        # sent as bytes, a picture becomes a file of the browser's and is fetched back from another
        # of its processes, which takes longer than a third more bytes to send
        self.image.value = b"data:image/png;base64," + base64.b64encode(self._picture.png())
        time.sleep(0.0005)  # for the thread that sends it; the caption can wait
        self.caption = caption
        self._say(caption, role="status")
        self._picture.clear()

    def _say(self, sentence, role):
        self._words.value = (
            f'<p role="{role}" style="margin: 0; line-height: 1.5">{html.escape(sentence)}</p>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = self._picture.still(self.caption)
        data["text/plain"] = f"{self.name}: a picture with the controls {', '.join(self.controls)}"
        data["application/vnd.jupyter.widget-view+json"] = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": self._box.model_id,
        }
        return data, metadata


def _check(demo, name, control, value):
    if hasattr(control, "min") and not control.min <= value <= control.max:
        raise ValueError(
            f"{name} of {demo} goes from {control.min} to {control.max}; got {value!r}"
        )
    options = getattr(control, "options", [value])
    if value not in options:
        raise ValueError(f"{name} of {demo} is one of {list(options)}; got {value!r}")
