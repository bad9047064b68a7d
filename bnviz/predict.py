"""Questions to answer before the slider is moved: choose, then see.

predict.ask(
    "γ doubles. What happens to the mean of y?",
    {"it doubles, too": "β alone sets the mean.", "it stays": "γ stretches around β."},
    right="it stays",
)
"""

import html
import re

import ipywidgets as widgets

from bnviz.live import let_go, replace_former

# keeps JupyterLab's own shortcuts off the keys that choose: Enter would edit the cell
KEYS = """<img alt="" hidden src="data:," onerror="
const start = () => {
  const box = this.closest('.bnviz-ask');
  if (!box) return setTimeout(start, 100);
  box.setAttribute('data-lm-suppress-shortcuts', 'true');
};
start();">"""


def ask(question, choices, right):
    """Ask a question; every choice is answered by what is true of it.

    choices: dict of choice -> a sentence; right: one of the choices.
    In a page without a kernel, the answer is folded under the question.
    Raises ValueError if the right choice is not one of the choices.
    """
    if right not in choices:
        raise ValueError(f"right is one of the choices, {', '.join(choices)}; got {right!r}")
    return Question(question, choices, right)


class Question:
    """A question, a button for each choice, and below what is true of the one pressed last."""

    def __init__(self, question, choices, right):
        self.name, self.choices, self.right = question, choices, right
        self.buttons = [widgets.Button(description=choice) for choice in choices]
        for button in self.buttons:
            button.layout.width = "auto"
            button.on_click(lambda pressed: self.answer(pressed.description))
        asked = widgets.HTML(f"<p><b>{as_html(question)}</b></p>{KEYS}")
        row = widgets.HBox(self.buttons, layout={"flex_flow": "row wrap"})
        self.words = widgets.HTML("<p role='status'></p>")
        self.box = widgets.VBox([asked, row, self.words])
        self.box.add_class("bnviz-ask")
        replace_former(self)

    def answer(self, choice):
        """Say what is true of a choice."""
        self.words.value = f"<p role='status'>{self.said(choice)}</p>"

    def said(self, choice):
        sign = "✓ Yes" if choice == self.right else "✗ No"
        return f"<b>{sign}</b>, <i>{as_html(choice)}</i>: {as_html(self.choices[choice])}"

    def close(self):
        """Take the question out of the page."""
        let_go(*self.buttons, *self.box.children, self.box)

    def _repr_mimebundle_(self, include=None, exclude=None):
        items = "".join(f"<li>{as_html(choice)}</li>" for choice in self.choices)
        answers = "".join(f"<li>{self.said(choice)}</li>" for choice in self.choices)
        return {
            "text/plain": "\n".join([self.name, *(f"  - {choice}" for choice in self.choices)]),
            "text/html": f"<p><b>{as_html(self.name)}</b></p><ul>{items}</ul>"
            f"<details><summary>Answer</summary><ul>{answers}</ul></details>",
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.box.model_id,
            },
        }


def as_html(text):
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(text, quote=False))
