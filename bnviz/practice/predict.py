"""Questions to answer before the slider is moved: choose, then see."""

import html
import re
from zlib import crc32

import ipywidgets as widgets

from bnviz.live import ACCESSIBLE, let_go, replace_former, widget_view
from bnviz.practice.words import understood


class Question:
    """A question, a button for each choice, and below what is true of the one pressed last.

    choices: {"it stays": "γ stretches around β."}, what is true of each; right: one of them. They
    are shuffled, by their text alone: the same for everybody, wherever the right one was written.
    In a page without a kernel, the answer is folded under the question.
    Raises ValueError if the right choice is not one of the choices.
    """

    def __init__(self, question, choices, right):
        right = understood(right, choices)
        if right not in choices:
            raise ValueError(f"right is one of the choices, {', '.join(choices)}; got {right!r}")
        self.name, self.right = question, right
        shuffled = sorted(choices, key=lambda choice: crc32((question + choice).encode()))
        self.choices = {choice: choices[choice] for choice in shuffled}
        self.buttons = [widgets.Button(description=choice) for choice in shuffled]
        for button in self.buttons:
            button.layout.width = "auto"
            button.on_click(lambda pressed: self.answer(pressed.description))
        asked = widgets.HTML(f"<p><b>{as_html(question)}</b></p>{ACCESSIBLE}")
        row = widgets.HBox(self.buttons, layout={"flex_flow": "row wrap"})
        self.words = widgets.HTML("<p role='status'></p>")
        self.box = widgets.VBox([asked, row, self.words])
        self.box.add_class("bnviz-ask")
        replace_former(self)

    def answer(self, choice):
        """Say what is true of a choice, which may come in other letters.

        Raises ValueError if there is no such choice.
        """
        choice = understood(choice, self.choices)
        if choice not in self.choices:
            raise ValueError(f"the choices are {', '.join(self.choices)}; got {choice!r}")
        self.words.value = f"<p role='status'>{self.said(choice)}</p>"

    def said(self, choice):
        """Return what is true of a choice, as HTML."""
        sign = "✓ Yes" if choice == self.right else "✗ No"
        return f"<b>{sign}</b>, <i>{as_html(choice)}</i>: {as_html(self.choices[choice])}"

    def close(self):
        """Take the question out of the page."""
        let_go(self.box)

    def _repr_mimebundle_(self, include=None, exclude=None):
        items = "".join(f"<li>{as_html(choice)}</li>" for choice in self.choices)
        answers = "".join(f"<li>{self.said(choice)}</li>" for choice in self.choices)
        return {
            "text/plain": "\n".join([self.name, *(f"  - {choice}" for choice in self.choices)]),
            "text/html": f"<p><b>{as_html(self.name)}</b></p><ul>{items}</ul>"
            f"<details><summary>Answer</summary><ul>{answers}</ul></details>",
        } | widget_view(self.box)


def as_html(text):
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(text, quote=False))


ask = Question  # a verb for the notebooks
