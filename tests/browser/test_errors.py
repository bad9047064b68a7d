"""A demo that raises at one value, as a reader meets it in JupyterLab."""

import pytest

from tests.browser import lab

pytestmark = pytest.mark.xdist_group("lab")  # one worker has the JupyterLab

SOURCE = """
import numpy as np
from bnviz import live
from bnviz.panels import NormalizedView

picture, z = NormalizedView(), np.linspace(-1, 1, 60)

def show(gamma):
    if gamma == 2:
        raise ValueError("gamma = 2 is <out of order>")
    picture.update(z, gamma * z, z)
    return f"Gamma is {gamma}."

live.Live("fragile", picture, show, {"gamma": live.slider("γ", 1, 3, 1, 1)})
"""


def test_an_error_is_read_under_the_last_good_picture_and_the_next_value_goes_on(
    chromium, folder, address
):
    lab.write_notebook(folder / "fragile.ipynb", [SOURCE])
    page = lab.open_page(chromium)
    lab.open_notebook(page, address("doc/tree/fragile.ipynb"))
    lab.run_all(page)
    page.locator(".bnviz-live img.widget-image").wait_for()
    page.evaluate(lab.WATCH)
    handle, seen = page.locator(".noUi-handle"), [lab.look(page, 0)]
    for key in ("ArrowRight", "ArrowRight", "Home"):
        handle.press(key)
        seen.append(lab.look(page, 0))
        if len(seen) == 2:
            alert = page.get_by_role("alert").filter(has_text="out of order")
            assert alert.is_visible()
            image = page.locator("img.widget-image").bounding_box()
            assert alert.bounding_box()["y"] >= image["y"] + image["height"]
    good, bad, better, first = seen
    assert bad.caption == "ValueError: gamma = 2 is <out of order>"
    assert bad.picture == good.picture
    assert better.caption == "Gamma is 3."
    assert better.picture != good.picture
    assert first == good
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
