"""Questions to answer before the slider is moved: with a kernel, and in a saved page."""

import ipywidgets
import pytest

from bnviz.practice import predict

CHOICES = {
    "it doubles": "γ stretches around β.",
    "it stays": "`y.mean()` is β & nothing else.",
    "it falls": "γ < 1 would not do that either.",
}
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def question():
    return predict.ask("γ doubles: what of the mean?", CHOICES, right="it stays")


def test_each_choice_is_a_button_that_says_what_is_true_of_it(question):
    said = []
    assert question.words.value == "<p role='status'></p>"
    for choice in CHOICES:
        (button,) = [each for each in question.buttons if each.description == choice]
        button.click()
        said.append(question.words.value)
    assert "✗ No" in said[0]
    assert "γ stretches around β." in said[0]
    assert "✓ Yes" in said[1]
    assert "<code>y.mean()</code> is β &amp; nothing else." in said[1]
    assert "γ &lt; 1" in said[2]
    assert all(words.startswith("<p role='status'>") for words in said)


def test_the_saved_page_has_the_answer_folded(question):
    data = question._repr_mimebundle_()
    shown, folded = data["text/html"].split("<details><summary>Answer</summary>")
    assert "γ doubles: what of the mean?" in shown
    assert all(f"<li>{choice}</li>" in shown for choice in CHOICES)
    assert "✓" not in shown
    assert folded.count("✓ Yes") == 1
    assert "✓ Yes</b>, <i>it stays</i>" in folded
    assert folded.endswith("</details>")
    assert data["text/plain"].splitlines()[1:] == [
        f"  - {button.description}" for button in question.buttons
    ]
    assert "β" not in data["text/plain"]
    assert data[VIEW]["model_id"] == question.box.model_id


def test_the_order_is_that_of_the_texts_and_not_of_the_author():
    places, backwards = [], dict(reversed(CHOICES.items()))
    for asked in map(str, range(60)):
        question = predict.ask(asked, CHOICES, right="it stays")
        assert list(question.choices) == list(predict.ask(asked, backwards, "it stays").choices)
        assert [button.description for button in question.buttons] == list(question.choices)
        places.append(list(question.choices).index("it stays"))
    assert all(places.count(place) >= 10 for place in range(3))


def test_a_choice_in_other_letters(question):
    question.answer("It stays.")
    assert "✓ Yes" in question.words.value
    with pytest.raises(ValueError, match=r"the choices are .*; got 'it jumps'"):
        question.answer("it jumps")


def test_right_is_one_of_the_choices():
    with pytest.raises(ValueError, match="one of the choices, yes, no; got 'perhaps'"):
        predict.ask("Is it?", {"yes": "It is.", "no": "It is not."}, right="perhaps")


def test_a_closed_question_leaves_no_widget_behind():
    there = getattr(ipywidgets.widgets.widget, "_instances", None) or ipywidgets.Widget.widgets
    before = set(there)
    question = predict.ask("Is it?", {"yes": "It is.", "no": "It is not."}, right="yes")
    assert len(set(there) - before) >= 10
    question.close()
    assert set(there) == before
